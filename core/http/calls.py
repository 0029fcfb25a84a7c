"""A vendor's operations over the transport, with the rules of waiting: reads are repeated, a start is not."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TypeVar

from core.errors import CallFailedError, Fault, StoppedError
from core.http.decoding import json_value
from core.http.failures import of_file
from core.http.transport import TOO_LARGE, Call, Transport, quoted
from core.http.upload_line import UploadLine
from core.model import Reason
from core.payload import Payload, UnreadableFileError, of_json
from core.ports import Answer, Operation
from core.recovery.journal import Journal
from core.waiting.patience import Patience

Item = TypeVar("Item")
READ_SECONDS = 30.0
START_SECONDS = 120.0
PEEK_SECONDS = 5.0
ONCE_LIMIT = 64 << 20  # bytes of an answer that a person asked for
PEEKS_SLOWNESS = 10.0  # what look-ups of nice things may cost in all, beyond the usual time of each
USUAL_PEEK = 0.05
LINGER = 2.0  # after a signal: the answer to a start in flight names the run
GRACE = 60.0  # a run that has just been started may not be found at once
NOTHING: Mapping[str, object] = MappingProxyType({})
OVER_AND_OVER = 8  # times that an answer is too large: for some minutes a gateway may be to blame
PLACEHOLDER = re.compile(r"\{(\w+)\}")


class ApiCalls:
    """Implements core.ports.Calls. `settings` are the vendor's: an operation's `encode` may need their secrets."""

    def __init__(
        self,
        operations: Mapping[str, Operation],
        transport: Transport,
        patience: Patience,
        journal: Journal | None = None,
        settings: object = None,
    ) -> None:
        self._settings = settings
        self._operations = operations
        self._transport = transport
        self._patience = patience
        self._journal = journal
        self._grace_until: float | None = None
        self._refused_once = False
        self._slowness = 0.0
        self._busy = 0

    @property
    def busy(self) -> int:
        return self._busy

    def begin_grace(self, seconds: float = GRACE) -> None:
        self._grace_until = self._patience.clock.now() + seconds

    def read(
        self,
        operation: str,
        *,
        parse: Callable[[Answer], Item],
        path: Mapping[str, object] = NOTHING,
        query: Mapping[str, object] | None = None,
        body: object = None,
        file: str = "",
        seconds: float | None = None,
        limit: int | None = None,
    ) -> Item:
        until = None if seconds is None else self._patience.clock.now() + seconds
        too_large = 0
        while True:
            self._patience.stop.check()
            longest = START_SECONDS if file else self._patience.shortened(READ_SECONDS)
            longest = longest if seconds is None else min(longest, seconds)
            call = self._call(operation, path, query, self._payload(operation, body, file), longest)
            call = call if limit is None else replace(call, limit=min(call.limit, limit))
            began = self._patience.clock.now()
            try:
                item = self._understood(operation, self._send(operation, call), parse, call)
            except CallFailedError as failure:
                if not self._worth_repeating(operation, failure) or too_large >= OVER_AND_OVER:
                    raise
                too_large = too_large + 1 if failure.code == TOO_LARGE else 0
                self._patience.failed(failure, since=began, until=self._until(failure, until))
            else:
                self._refused_once = False
                self._patience.answered()
                return item

    def _until(self, failure: CallFailedError, until: float | None) -> float | None:
        """When tries end, where that is known: a 404 is borne only while the run may be too new to be found."""
        if failure.fault is not Fault.ABSENT or self._grace_until is None:
            return until
        return self._grace_until if until is None else min(until, self._grace_until)

    def start(
        self,
        operation: str,
        *,
        parse: Callable[[Answer], Item],
        path: Mapping[str, object] = NOTHING,
        query: Mapping[str, object] | None = None,
        body: object = None,
        file: str = "",
    ) -> Item:
        return self._once_only(operation, parse, path, query, body, file, seconds=START_SECONDS, journal=self._journal)

    def create(
        self,
        operation: str,
        *,
        parse: Callable[[Answer], Item],
        path: Mapping[str, object],
        query: Mapping[str, object] | None = None,
        body: object = None,
        seconds: float | None = None,
    ) -> Item:
        return self._once_only(operation, parse, path, query, body, "", seconds=seconds or READ_SECONDS, journal=None)

    def _once_only(
        self,
        operation: str,
        parse: Callable[[Answer], Item],
        path: Mapping[str, object],
        query: Mapping[str, object] | None,
        body: object,
        file: str,
        *,
        seconds: float,
        journal: Journal | None,
    ) -> Item:
        """Repeated only after failures that surely had no effect, and while there is time to see what comes of it."""
        while True:
            self._patience.stop.check()
            if self._patience.left <= 0:
                fact = f"{self._line(operation, path)} was not sent: the time is over."
                raise CallFailedError(Fault.NO_CONNECTION, fact, reason=Reason.TIMEOUT, remedy="Raise `timeout`.")
            call = self._call(operation, path, query, self._payload(operation, body, file), seconds)
            began = self._patience.clock.now()
            if journal:
                journal.starting()
            try:
                item = self._understood(operation, self._sent_once(operation, call, journal), parse, call)
            except CallFailedError as failure:
                if not failure.fault.surely_without_effect:
                    raise
                if journal:
                    journal.not_started()
                if journal is None and self._is_first_refusal(failure):
                    self._patience.failed(failure, since=began)
                    continue
                if not failure.fault.passes or (failure.retry_after or 0) >= self._patience.left:
                    raise
                self._patience.failed(failure, since=began)
            else:
                self._refused_once = False
                self._patience.answered()
                return item

    def _sent_once(self, operation: str, call: Call, journal: Journal | None) -> Answer:
        try:
            return self._send(operation, call, linger=LINGER)
        except StoppedError:
            if journal and call.body is not None and call.body.abandon():
                journal.not_started()  # it never left whole, so nobody can have acted on it
            raise

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
            return self._understood(operation, self._send(operation, call), parse, call)
        finally:
            self._slowness += max(self._patience.clock.now() - began - USUAL_PEEK, 0.0)

    def pause(self, seconds: float) -> None:
        self._patience.pause(seconds)

    def meanwhile(self, act: Callable[[], float]) -> None:
        self._patience.meanwhile = act

    @property
    def left(self) -> float:
        return self._patience.left

    @property
    def window(self) -> float:
        return self._patience.window

    def once(
        self,
        operation: str,
        *,
        path: Mapping[str, object],
        query: Mapping[str, object],
        body: object,
        file: str = "",
        seconds: float,
    ) -> Answer:
        """One exchange, whatever comes back: for `api`, where the user decides what to do next."""
        call = self._call(operation, path, query, self._payload(operation, body, file), seconds)
        return self._send(operation, replace(call, limit=max(call.limit, ONCE_LIMIT)), linger=LINGER)

    def _payload(self, operation: str, body: object, file: str) -> Payload | None:
        found = self._operations[operation]
        if found.encode is None:
            return None if body is None else of_json(body)
        try:
            return found.encode(self._settings, body, file)
        except UnreadableFileError as error:
            raise of_file(found.line, error) from error

    def _line(self, operation: str, path: Mapping[str, object]) -> str:
        """How messages name a call that was not made."""
        found = self._operations[operation]
        return f"{found.method} {PLACEHOLDER.sub(lambda match: quoted(path[match[1]]), found.path)}"

    def _call(
        self,
        operation: str,
        path: Mapping[str, object],
        query: Mapping[str, object] | None,
        payload: Payload | None,
        seconds: float,
    ) -> Call:
        found = self._operations[operation]
        return Call(
            method=found.method,
            path=PLACEHOLDER.sub(lambda match: quoted(path[match[1]]), found.path),
            query=query or {},
            body=payload,
            limit=found.limit,
            seconds=self._patience.limit(seconds),
            upload_seconds=self._patience.left,
        )

    def _send(self, operation: str, call: Call, *, linger: float = 0.0) -> Answer:
        began = self._patience.clock.now()
        beat = self._patience.beat
        if call.body is not None and call.body.is_upload:
            beat = UploadLine(call.body, self._patience).beat
        try:
            answer = self._transport.send(call, linger=linger, beat=beat)
        except CallFailedError as failure:
            refusal = self._operations[operation].refusal
            told = (refusal(failure) if refusal and failure.body else None) or failure
            if told.fault is Fault.BUSY and told.retry_after is None:
                told.retry_after = self._operations[operation].lull
            self._busy += told.fault is Fault.BUSY
            self._patience.log.debug(f"{call.line}: {told.fact}")
            if told is failure:
                raise
            raise told from failure
        took = self._patience.clock.now() - began
        self._patience.log.debug(f"{call.line} answered {answer.status} in {took:.2f}s, {len(answer.body)} bytes.")
        return answer

    def _understood(self, operation: str, answer: Answer, parse: Callable[[Answer], Item], call: Call) -> Item:
        return understood(self._operations[operation], answer, parse, call.line)

    def _worth_repeating(self, operation: str, failure: CallFailedError) -> bool:
        if failure.fault.passes:
            return True
        if failure.fault is Fault.ABSENT:
            graceful = self._grace_until is not None and self._patience.clock.now() < self._grace_until
            return graceful and not self._operations[operation].effect
        return self._is_first_refusal(failure)

    def _is_first_refusal(self, failure: CallFailedError) -> bool:
        """A token that was good may be refused once by mistake: servers behind one name need not agree at once."""
        if failure.fault is Fault.AUTH and self._patience.ever_good and not self._refused_once:
            self._refused_once = True
            return True
        return False


def understood(operation: Operation, answer: Answer, parse: Callable[[Answer], Item], line: str) -> Item:
    """The answer as the adapter wants it. Whatever is not what was promised is one fault: UNREADABLE."""
    value = (operation.decode or json_value)(answer, line)
    try:
        return parse(replace(answer, value=value))
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        what = f"the field {error} is missing" if isinstance(error, KeyError) else str(error)
        raise CallFailedError(Fault.UNREADABLE, f"{line} answered something unexpected: {what}.") from error
