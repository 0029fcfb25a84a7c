"""qTest: the emulated vendor behind its wire."""

import json
from dataclasses import replace
from typing import Any, Final

from core.sandbox import hostile
from core.sandbox.box import HTML, Answer, Call, Setting, encoded
from core.sandbox.ledger import Ledger
from core.sandbox.qtest.access import admit, check_content_type
from core.sandbox.qtest.interventions import MINUTE_LEFT, MONTH_LEFT, intervene, spoilt
from core.sandbox.qtest.knobs import knobs_of
from core.sandbox.qtest.routes import MISPLACED, OPERATIONS, READS, UNKNOWN, find
from core.sandbox.qtest.state import RefusedError, opened, pass_time
from core.sandbox.qtest.truth import ledger_of
from core.sandbox.qtest.twists import twisted

_CREATED: Final = frozenset(("create-schedule", "submit-test-log", "submit-suite-logs", "submit-cycle-logs"))
_UPLOADS: Final = frozenset(("submit-suite-logs", "submit-cycle-logs"))
_MESSAGES: Final = {401: "Invalid access token", 403: "Access is denied", 404: "Not Found", 429: "Too Many Requests"}
_PAGE: Final = b"<!DOCTYPE html>\n<html><head><title>qTest</title></head><body>Please log in.</body></html>\n"
_MONTH: Final = 100_000  # calls


class QtestBox:
    """Box of qTest: the state, and the way in."""

    operations = tuple(OPERATIONS)
    starts = frozenset(("create-schedule", "update-job-status", *_UPLOADS))
    forms = frozenset[str]()
    base = ""
    verdict = ("status", "PASSED")

    def __init__(self, setting: Setting) -> None:
        scenario = setting.scenario
        self._state = opened(scenario, knobs_of(scenario), setting.clock, setting.rng, setting.first_id)
        self._calls = 0

    def route(self, method: str, path: str) -> tuple[str, tuple[str, ...]] | None:
        return find(method, path)

    def arrive(self, _call: Call) -> None:
        pass_time(self._state)

    def leave(self, call: Call) -> None:
        """Nobody acts after a call: who competes with us does so before."""

    def answer(self, call: Call) -> Answer:
        try:
            answer = self._good(call)
        except RefusedError as error:
            answer = self._refusal(error)
        return spoilt(call, replace(answer, headers=(*answer.headers, *self._left())))

    def page(self, method: str, _path: str) -> Answer:
        """All pages are one: the web application finds its way by what follows the `#`."""
        shown = method in {"GET", "HEAD"}
        return Answer(status=200 if shown else 404, body=_PAGE, content_type=HTML)

    def failure(self, status: int, message: str | None = None) -> Answer:
        text = message or _MESSAGES.get(status, "Internal server error")
        if status == 401 and message is None:
            return self._refusal(RefusedError(401, text, oauth="invalid_token"))
        if self._state.rng.random() < 0.5:  # both were seen
            return Answer(status=status, body=encoded({"code": status, "message": text}))
        return self._refusal(RefusedError(status, text))

    def twist(self, kind: str, call: Call, answer: Answer) -> Answer:
        if answer.status >= 300 or not answer.body:
            return answer
        value: Any = json.loads(answer.body)
        return replace(answer, body=encoded(twisted(self._state, kind, call, value)))

    def ledger(self) -> Ledger:
        pass_time(self._state)
        return ledger_of(self._state)

    def _good(self, call: Call) -> Answer:
        self._count()
        _admit(call)
        if call.operation == UNKNOWN:
            raise RefusedError(404, _MESSAGES[404])
        if call.operation == MISPLACED:
            raise RefusedError(405, "Method Not Allowed")
        check_content_type(call)
        if call.own is not None and call.own.kind == "400":
            raise RefusedError(400, "The request was refused")
        intervene(self._state, call)
        value = OPERATIONS[call.operation](self._state, call)
        effect = call.method != "GET" and call.operation not in READS
        status = 201 if call.operation in _CREATED else 200
        return Answer(status=status, body=b"" if value is None else encoded(value), effect=effect)

    def _count(self) -> None:
        """Count the calls of this minute of the server's clock, and refuse one too many."""
        clock, most = self._state.clock, self._state.knobs.calls_a_minute
        minute, count = int(clock.date(clock.now()) // 60), self._state.minute
        self._calls += 1
        self._state.minute = (minute, count[1] + 1 if count[0] == minute else 1)
        if most and self._state.minute[1] > most:
            raise RefusedError(429, _MESSAGES[429])

    def _left(self) -> tuple[tuple[str, str], ...]:
        most = self._state.knobs.calls_a_minute
        if not most:
            return ()
        left = max(0, most - self._state.minute[1])
        return ((MINUTE_LEFT, str(left)), (MONTH_LEFT, str(max(0, _MONTH - self._calls))))

    def _refusal(self, error: RefusedError) -> Answer:
        suffix = f" {hostile.EVERYTHING}" if self._state.scenario.hostile else ""
        if error.oauth:
            value: Any = {"error": error.oauth, "error_description": error.message + suffix}
        else:
            value = {"message": error.message + suffix, "additionalInfo": {}}
        return Answer(status=error.status, body=encoded(value))


def _admit(call: Call) -> None:
    """Refuse strangers and foreign projects. An upload tells a wrong project, as all else, with 400."""
    try:
        admit(call)
    except RefusedError as error:
        if error.status == 404 and call.operation in _UPLOADS:
            raise RefusedError(400, error.message) from error
        raise
