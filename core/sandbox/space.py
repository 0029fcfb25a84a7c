"""One emulated vendor: a box, its faults and its journal, under one lock."""

import contextlib
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Final
from urllib.parse import parse_qsl

from core.sandbox.box import Answer, Box, BoxFactory, Call, Setting
from core.sandbox.clock import Clock
from core.sandbox.delivery import SILENT
from core.sandbox.faults import ANYWHERE, BEFORE, Fault, covers, hits
from core.sandbox.journal import Exchange
from core.sandbox.ledger import Ledger
from core.sandbox.mutations import mutated
from core.sandbox.refusals import instead
from core.sandbox.scenario import Scenario
from core.sandbox.wire import Request

PAGE: Final = "page"  # the operation in the journal of what is not the API
_TWISTS: Final = frozenset(("stale", "wrong-id", "wrong-project"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """What a space is to play."""

    scenario: Scenario
    faults: Sequence[Fault]
    now: Callable[[], float]
    epoch: float
    seed: int
    first_id: int


class Space:
    """The state behind one URL. All its methods may be called from any thread."""

    def __init__(self, factory: BoxFactory, plot: Plot) -> None:
        rng = Random(plot.seed)  # noqa: S311 -- reproducible, and nothing here is secret
        skew = plot.scenario.skew * rng.choice((1, -1))
        self.clock = Clock(now=plot.now, started=plot.now(), epoch=plot.epoch, skew=skew)
        self.latency = plot.scenario.latency
        self._box: Box = factory(Setting(scenario=plot.scenario, clock=self.clock, rng=rng, first_id=plot.first_id))
        unknown = [fault for fault in plot.faults if fault.at not in (*ANYWHERE, *self._box.operations)]
        if unknown:
            named = ", ".join(f"`{fault}`" for fault in unknown)
            calls = ", ".join((*ANYWHERE, *self._box.operations))
            raise ValueError(f"no such call in {named}: choose from {calls}")
        self._faults = tuple(plot.faults)
        self._counts = [0] * len(self._faults)
        self._journal: list[Exchange] = []
        self._stalled: set[socket.socket] = set()
        self._over = False
        self._lock = threading.RLock()

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

    def exchange(self, request: Request, path: str, origin: str) -> tuple[Exchange, Answer, Fault | None]:
        """Let the vendor act and write it down. The answer is to be sent as the fault has it."""
        with self._lock:
            route = self._box.route(request.method, path)
            operation, values = route or (PAGE, ())
            call = Call(
                operation=operation,
                values=values,
                method=request.method,
                query=_query(request.query),
                headers=request.headers,
                body=request.body,
                origin=origin,
            )
            at = self.clock.now()
            fault = self._fault(call, at - self.clock.started) if route else None
            answer = self._answer(call, fault, self.clock.date(at)) if route else self._box.page(request.method, path)
            exchange = Exchange(
                at=at,
                operation=operation,
                method=request.method,
                path=request.path,
                query=request.query,
                headers=request.headers,
                body=request.body,
                status=None if fault and fault.kind in SILENT else answer.status,
                fault=None if fault is None else str(fault),
                effect=answer.effect,
            )
            self._journal.append(exchange)
            return exchange, answer, fault

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

    def _fault(self, call: Call, elapsed: float) -> Fault | None:
        """Choose the first fault that applies. All that cover the call count it."""
        found = None
        for index, fault in enumerate(self._faults):
            if covers(fault, call.operation, self._box.starts):
                self._counts[index] += 1
                if found is None and hits(fault, count=self._counts[index], elapsed=elapsed):
                    found = fault
        return found

    def _answer(self, call: Call, fault: Fault | None, date: float) -> Answer:
        self._box.arrive(call)
        if fault is not None and fault.kind in BEFORE:
            answer = instead(fault, self._box, call, date) or Answer()
        else:
            answer = self._box.answer(call)
            answer = answer if fault is None else self._spoilt(call, fault, answer, date)
        self._box.leave(call)
        return answer

    def _spoilt(self, call: Call, fault: Fault, answer: Answer, date: float) -> Answer:
        """Change an answer whose effect stands."""
        if substitute := instead(fault, self._box, call, date):
            return replace(substitute, effect=answer.effect)
        if fault.kind in _TWISTS:
            return self._box.twist(fault.kind, call, answer)
        if fault.kind == "wrong-type":
            return replace(answer, content_type="text/plain; charset=utf-8")
        return replace(answer, body=mutated(fault.kind, answer.body, self._box.verdict))


def _query(text: str) -> Mapping[str, str]:
    return dict(parse_qsl(text, keep_blank_values=True))
