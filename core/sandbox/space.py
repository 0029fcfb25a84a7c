"""One emulated vendor: a box, its faults and its journal, under one lock."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Final
from urllib.parse import parse_qsl

from core.sandbox.box import Answer, Box, Call, Setting, Vendor
from core.sandbox.clock import Clock
from core.sandbox.delivery import SILENT
from core.sandbox.faults import ANYWHERE, BEFORE, Fault, covers, hits
from core.sandbox.forms import Form, read_form
from core.sandbox.journal import BODIES, Exchange
from core.sandbox.ledger import Ledger
from core.sandbox.mutations import mutated
from core.sandbox.refusals import instead
from core.sandbox.repertoire import check
from core.sandbox.scenario import Scenario
from core.sandbox.visit import Place, Visit
from core.sandbox.wire import Head

PAGE: Final = "page"  # the operation in the journal of what is not the API
_TWISTS: Final = frozenset(("stale", "wrong-id", "wrong-project"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """What a space is to play. The Unix time was `epoch` when `now` read `started`: at the start of the server."""

    scenario: Scenario
    faults: Sequence[Fault]
    now: Callable[[], float]
    started: float
    epoch: float
    seed: int
    first_id: int


class Space:
    """The state behind one URL. All its methods may be called from any thread."""

    def __init__(self, vendor: Vendor, plot: Plot) -> None:
        rng = Random(plot.seed)  # noqa: S311 -- reproducible, and nothing here is secret
        skew = plot.scenario.skew * rng.choice((1, -1))
        started = plot.now()
        self.clock = Clock(now=plot.now, started=started, epoch=plot.epoch + started - plot.started, skew=skew)
        self.latency = plot.scenario.latency
        self._own, self._credential = frozenset(vendor.faults), vendor.credential
        self._box: Box = vendor.box(Setting(scenario=plot.scenario, clock=self.clock, rng=rng, first_id=plot.first_id))
        self._vendor = vendor
        self._faults: tuple[Fault, ...] = ()
        self._counts: list[int] = []
        self._journal: list[Exchange] = []
        self._room = BODIES
        self._stalled: set[socket.socket] = set()
        self._over = False
        self._lock = threading.RLock()
        self.trouble(plot.faults)

    def trouble(self, faults: Sequence[Fault]) -> None:
        """From now on there are these faults and no others, their calls counted from here. Raises ValueError."""
        for fault in faults:
            check(self._vendor, fault)
        unknown = [fault for fault in faults if fault.at not in (*ANYWHERE, *self._box.operations)]
        if unknown:
            named = ", ".join(f"`{fault}`" for fault in unknown)
            calls = ", ".join((*ANYWHERE, *self._box.operations))
            raise ValueError(f"no such call in {named}: choose from {calls}")
        with self._lock:
            self._faults, self._counts = tuple(faults), [0] * len(faults)

    @property
    def base(self) -> str:
        return self._box.base

    @property
    def journal(self) -> list[Exchange]:
        with self._lock:
            return list(self._journal)

    @property
    def ledger(self) -> Ledger:
        with self._lock:
            return self._box.ledger()

    def knows(self, path: str) -> bool:
        """Whether a web page of that path is about something that is here."""
        with self._lock:
            return self._box.page("GET", path).status == 200

    def admit(self, method: str, path: str) -> Visit:
        """Say what a request is about, before its body is read."""
        with self._lock:
            operation, values = self._box.route(method, path) or (PAGE, ())
            elapsed = self.clock.now() - self.clock.started
            return Visit(operation=operation, values=values, fault=self._fault(operation, elapsed))

    def read(self, visit: Visit, head: Head, pieces: Iterator[bytes]) -> bytes | Form:
        """Read a body: at once into memory, or a form piece by piece."""
        if visit.operation in self._box.forms:
            return read_form(head.header("content-type") or "", pieces)
        return b"".join(pieces)

    def exchange(self, visit: Visit, head: Head, content: bytes | Form, place: Place) -> tuple[Exchange, Answer]:
        """Let the vendor act and write it down. The answer is to be sent as the fault has it."""
        body, form = (b"", content) if isinstance(content, Form) else (content, None)
        with self._lock:
            call = Call(
                operation=visit.operation,
                values=visit.values,
                method=head.method,
                query=_query(head.query),
                headers=head.headers,
                body=body,
                form=form,
                own=visit.fault if visit.kind in self._own else None,
                origin=place.origin,
            )
            at = self.clock.now()
            known = visit.operation != PAGE
            answer = (
                self._answer(call, visit.fault, self.clock.date(at))
                if known
                else self._box.page(head.method, place.path)
            )
            exchange = Exchange(
                at=at,
                operation=visit.operation,
                method=head.method,
                path=head.path,
                query=head.query,
                headers=head.headers,
                body=body if len(body) <= self._room else b"",
                size=len(body),
                status=None if visit.kind in SILENT else answer.status,
                fault=None if visit.fault is None else str(visit.fault),
                effect=answer.effect,
                form=form,
            )
            self._journal.append(exchange)
            self._room -= len(exchange.body)
            return exchange, answer

    def hold(self, connection: socket.socket) -> bool:
        """Remember a connection that stalls. False: the space is over, nothing may stall any more."""
        with self._lock:
            self._stalled.add(connection)
            return not self._over

    def release(self, connection: socket.socket) -> None:
        with self._lock:
            self._stalled.discard(connection)

    def end(self) -> None:
        """End whatever stalls, now and later."""
        with self._lock:
            self._over = True
            for connection in self._stalled:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def _fault(self, operation: str, elapsed: float) -> Fault | None:
        """Choose the first fault that applies. All that cover the call count it."""
        found = None
        if operation == PAGE:
            return None
        for index, fault in enumerate(self._faults):
            if covers(fault, operation, self._box.starts):
                self._counts[index] += 1
                if found is None and hits(fault, count=self._counts[index], elapsed=elapsed):
                    found = fault
        return found

    def _answer(self, call: Call, fault: Fault | None, date: float) -> Answer:
        self._box.arrive(call)
        if fault is not None and fault.kind in BEFORE:
            answer = instead(fault, self._box, self._credential(call), date) or Answer()
        else:
            answer = self._box.answer(call)
            answer = answer if fault is None or call.own else self._spoilt(call, fault, answer, date)
        self._box.leave(call)
        return answer

    def _spoilt(self, call: Call, fault: Fault, answer: Answer, date: float) -> Answer:
        """Change an answer whose effect stands."""
        if substitute := instead(fault, self._box, self._credential(call), date):
            return replace(substitute, effect=answer.effect)
        if fault.kind in _TWISTS:
            return self._box.twist(fault.kind, call, answer)
        if fault.kind == "wrong-type":
            return replace(answer, content_type="text/plain; charset=utf-8")
        return replace(answer, body=mutated(fault.kind, answer.body, self._box.verdict))


def _query(text: str) -> Mapping[str, str]:
    return dict(parse_qsl(text, keep_blank_values=True))
