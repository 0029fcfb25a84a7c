"""Testmo: the emulated vendor behind its wire."""

import json
import re
from dataclasses import replace
from typing import Any, Final

from core.sandbox import hostile
from core.sandbox.box import HTML, Answer, Call, Setting, encoded
from core.sandbox.ledger import Ledger
from core.sandbox.testmo import asks, truth, world
from core.sandbox.testmo.checks import body_of
from core.sandbox.testmo.repertoire import knobs_of
from core.sandbox.testmo.routes import BASE, OPERATIONS, UNKNOWN, WRONG_METHOD, find
from core.sandbox.testmo.spoilt import SPOILT, about_another, spoilt
from core.sandbox.testmo.state import NOT_FOUND, RefusedError, State, later

_MESSAGES: Final = {
    401: "Unauthenticated.",
    403: "This action is unauthorized.",
    404: NOT_FOUND,
    413: "Payload too large.",
    429: "Too Many Attempts.",
    503: "Service Unavailable",
}
_LATE: Final = 5  # seconds, where nobody says how many
_RUN_PAGE: Final = re.compile(r"/automation/runs/view/(\d{1,15})", re.ASCII)
_PAGE: Final = b'<!doctype html>\n<html lang="en"><head><title>Testmo</title></head><body>%s</body></html>\n'


class TestmoBox:
    """Box of Testmo: the state, and the way in."""

    operations = tuple(OPERATIONS)
    starts = frozenset(("create-run",))
    forms = frozenset[str]()
    base = BASE
    verdict = ("failure_count", 0)

    def __init__(self, setting: Setting) -> None:
        self._state = State(scenario=setting.scenario, clock=setting.clock, rng=setting.rng, next_run=setting.first_id)
        world.remember(self._state)

    def route(self, method: str, path: str) -> tuple[str, tuple[str, ...]] | None:
        return find(method, path)

    def arrive(self, call: Call) -> None:
        self._neighbour(call)

    def leave(self, call: Call) -> None:
        self._neighbour(call)
        if call.operation == "append-tests" and (thread := self._state.threads.get(call.numbers[0])):
            world.meddle(self._state, self._state.runs[thread.run])

    def answer(self, call: Call) -> Answer:
        if not _known(call):
            return self.failure(401)
        if call.operation == UNKNOWN:
            return self.failure(404)
        if call.operation == WRONG_METHOD:
            return replace(self.failure(405, "Method not allowed."), headers=(("Allow", ", ".join(call.values)),))
        try:
            return self._played(call)
        except RefusedError as error:
            return self._refusal(error)

    def page(self, method: str, path: str) -> Answer:
        match = _RUN_PAGE.fullmatch(path)
        run = self._state.runs.get(int(match[1])) if match else None
        run = None if run is None or run.deleted is not None else run
        if method not in {"GET", "HEAD"} or (run is None and path.startswith("/automation")):
            return Answer(status=404, body=_PAGE % b"Not found", content_type=HTML)
        text = b"Please sign in." if run is None else b"Run %d" % run.id
        return Answer(body=_PAGE % text, content_type=HTML)

    def failure(self, status: int, message: str | None = None) -> Answer:
        return self._refusal(RefusedError(status, message or _MESSAGES.get(status, "Server Error")))

    def twist(self, kind: str, call: Call, answer: Answer) -> Answer:
        if answer.status not in {200, 201}:
            return answer
        return replace(answer, body=about_another(self._state, kind, call.operation, answer.body))

    def ledger(self) -> Ledger:
        return truth.ledger_of(self._state)

    def _played(self, call: Call) -> Answer:
        """Do what the call asks for, as a fault of this vendor has it."""
        state, act, kind = self._state, OPERATIONS[call.operation], "" if call.own is None else call.own.kind
        match kind:
            case "closed":
                raise RefusedError(422, "The automation run is already completed.")
            case "half":
                halved = replace(call, body=_halved(call.body))
                return replace(self.failure(500), effect=act(state, halved).effect)
            case "twice":
                effect = act(state, call).effect
                try:
                    return act(state, call)
                except RefusedError as error:
                    return replace(self._refusal(error), effect=effect)
            case "late":
                seconds = float((call.own and call.own.argument) or _LATE)
                with later(state, seconds):
                    return replace(self.failure(504), effect=act(state, call).effect)
            case _ if kind in SPOILT.get(call.operation, ()):
                answer = act(state, call)
                return replace(answer, body=spoilt(kind, answer.body))
            case _:
                return act(state, call)

    def _neighbour(self, call: Call) -> None:
        """Let another build record a run. It does so whether ours comes to be or not."""
        if not self._state.scenario.neighbours or call.operation != "create-run":
            return
        try:
            asked = asks.run_of(body_of(call.body), knobs_of(self._state.scenario))
        except RefusedError:
            return
        world.neighbour(self._state, call.numbers[0], asked)

    def _refusal(self, error: RefusedError) -> Answer:
        suffix = f" {hostile.EVERYTHING}" if self._state.scenario.hostile else ""
        value: dict[str, Any] = {"message": error.message + suffix}
        if error.errors is not None:
            value["errors"] = {name: [text + suffix for text in texts] for name, texts in error.errors.items()}
        return Answer(status=error.status, body=encoded(value))


def _known(call: Call) -> bool:
    sent = next((value for name, value in call.headers if name.lower() == "authorization"), "")
    scheme, _, token = sent.partition(" ")
    return scheme.lower() == "bearer" and token.strip() not in {"", "wrong"} and "invalid" not in token


def _halved(raw: bytes) -> bytes:
    """Keep the first half of the tests of an append."""
    body = body_of(raw)
    tests = body.get("tests")
    return json.dumps({**body, "tests": tests[: len(tests) // 2] if isinstance(tests, list) else tests}).encode()
