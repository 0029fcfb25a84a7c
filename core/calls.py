"""A vendor's operations over the transport, with the rules of waiting: reads are repeated, a start is not."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from core.errors import CallFailedError, Fault
from core.guarded_json import loads
from core.journal import Journal
from core.patience import Patience
from core.ports import Answer, Operation
from core.transport import Call, Transport, quoted

Item = TypeVar("Item")
READ_SECONDS = 30.0
START_SECONDS = 120.0
PEEK_SECONDS = 5.0
ONCE_LIMIT = 64 << 20  # bytes of an answer that a person asked for
PEEKS_SLOWNESS = 10.0  # what look-ups of nice things may cost in all, beyond the usual time of each
USUAL_PEEK = 0.2
LINGER = 2.0  # after a signal: the answer to a start in flight names the run
GRACE = 60.0  # a run that has just been started may not be found at once
PLACEHOLDER = re.compile(r"\{(\w+)\}")


class ApiCalls:
    """Implements core.ports.Calls."""

    def __init__(
        self,
        operations: Mapping[str, Operation],
        transport: Transport,
        patience: Patience,
        journal: Journal | None = None,
    ) -> None:
        self._operations = operations
        self._transport = transport
        self._patience = patience
        self._journal = journal
        self._grace_until: float | None = None
        self._refused_once = False
        self._slowness = 0.0
        self.busy = 0  # how often the vendor said 429

    def begin_grace(self) -> None:
        """A run was started just now: for a while a 404 is no refusal."""
        self._grace_until = self._patience.clock.now() + GRACE

    def read(
        self,
        operation: str,
        *,
        parse: Callable[[Answer], Item],
        path: Mapping[str, object],
        query: Mapping[str, object] | None = None,
        body: object = None,
        seconds: float | None = None,
    ) -> Item:
        until = None if seconds is None else self._patience.clock.now() + seconds
        while True:
            self._patience.stop.check()
            limit = READ_SECONDS if seconds is None else min(READ_SECONDS, seconds)
            call = self._call(operation, path, query, body, limit)
            began = self._patience.clock.now()
            try:
                item = understood(self._send(call), parse, call.line)
            except CallFailedError as failure:
                if not self._worth_repeating(failure):
                    raise
                self._patience.failed(failure, since=began, until=until)
            else:
                self._refused_once = False
                self._patience.answered()
                return item

    def start(
        self, operation: str, *, parse: Callable[[Answer], Item], path: Mapping[str, object], body: object = None
    ) -> Item:
        return self._once_only(operation, parse, path, body, seconds=START_SECONDS, journal=self._journal)

    def create(
        self, operation: str, *, parse: Callable[[Answer], Item], path: Mapping[str, object], body: object = None
    ) -> Item:
        return self._once_only(operation, parse, path, body, seconds=READ_SECONDS, journal=None)

    def _once_only(
        self,
        operation: str,
        parse: Callable[[Answer], Item],
        path: Mapping[str, object],
        body: object,
        *,
        seconds: float,
        journal: Journal | None,
    ) -> Item:
        """Repeated only after failures that surely had no effect."""
        while True:
            self._patience.stop.check()
            call = self._call(operation, path, None, body, seconds)
            began = self._patience.clock.now()
            if journal:
                journal.starting()
            try:
                item = understood(self._send(call, linger=LINGER), parse, call.line)
            except CallFailedError as failure:
                if not failure.fault.surely_without_effect:
                    raise
                if journal:
                    journal.not_started()
                if not failure.fault.passes:
                    raise
                self._patience.failed(failure, since=began)
            else:
                self._patience.answered()
                return item

    def peek(
        self,
        operation: str,
        *,
        parse: Callable[[Answer], Item],
        path: Mapping[str, object],
        query: Mapping[str, object] | None = None,
    ) -> Item:
        call = self._call(operation, path, query, None, PEEK_SECONDS)
        if self._patience.left <= 0 or self._slowness >= PEEKS_SLOWNESS:
            raise CallFailedError(Fault.LOST, f"{call.line} was not made: there is no time for it.")
        began = self._patience.clock.now()
        try:
            return understood(self._send(call), parse, call.line)
        finally:
            self._slowness += max(self._patience.clock.now() - began - USUAL_PEEK, 0.0)

    def pause(self, seconds: float) -> None:
        self._patience.pause(seconds)

    def once(
        self, operation: str, *, path: Mapping[str, object], query: Mapping[str, object], body: object, seconds: float
    ) -> Answer:
        """One exchange, whatever comes back: for `api`, where the user decides what to do next."""
        call = self._call(operation, path, query, body, seconds)
        return self._send(replace(call, limit=max(call.limit, ONCE_LIMIT)), linger=LINGER)

    def _call(
        self,
        operation: str,
        path: Mapping[str, object],
        query: Mapping[str, object] | None,
        body: object,
        seconds: float,
    ) -> Call:
        found = self._operations[operation]
        return Call(
            method=found.method,
            path=PLACEHOLDER.sub(lambda match: quoted(path[match[1]]), found.path),
            query=query or {},
            body=None if body is None else json.dumps(body, ensure_ascii=False).encode(),
            limit=found.limit,
            seconds=self._patience.limit(seconds),
        )

    def _send(self, call: Call, *, linger: float = 0.0) -> Answer:
        began = self._patience.clock.now()
        try:
            answer = self._transport.send(call, linger=linger)
        except CallFailedError as failure:
            self.busy += failure.fault is Fault.BUSY
            self._patience.log.debug(f"{call.line}: {failure.fact}")
            raise
        took = self._patience.clock.now() - began
        self._patience.log.debug(f"{call.line} answered {answer.status} in {took:.2f}s, {len(answer.body)} bytes.")
        return answer

    def _worth_repeating(self, failure: CallFailedError) -> bool:
        if failure.fault.passes:
            return True
        if failure.fault is Fault.ABSENT:
            return self._grace_until is not None and self._patience.clock.now() < self._grace_until
        if failure.fault is Fault.AUTH and self._patience.ever_good and not self._refused_once:
            self._refused_once = True
            return True
        return False


def understood(answer: Answer, parse: Callable[[Answer], Item], line: str) -> Item:
    """The answer as the adapter wants it. Whatever is not what was promised is one fault: UNREADABLE."""
    if "html" in answer.content_type:
        raise CallFailedError(Fault.UNREADABLE, f"{line} answered {answer.status} with a page of HTML.")
    if answer.content_type != "application/json" and not answer.content_type.endswith("+json"):
        kind = answer.content_type or "no content type"
        raise CallFailedError(Fault.UNREADABLE, f"{line} answered {answer.status} with {kind} in place of JSON.")
    try:
        value = loads(answer.body)
    except ValueError:
        fact = f"{line} answered {answer.status} with JSON that is cut or broken."
        raise CallFailedError(Fault.UNREADABLE, fact) from None
    complete = Answer(
        status=answer.status, value=value, body=answer.body, content_type=answer.content_type, date=answer.date
    )
    try:
        return parse(complete)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        what = f"the field {error} is missing" if isinstance(error, KeyError) else str(error)
        raise CallFailedError(Fault.UNREADABLE, f"{line} answered something unexpected: {what}.") from error
