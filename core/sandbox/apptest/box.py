"""apptest.ai: the emulated vendor behind its wire."""

import base64
import binascii
import json
from dataclasses import replace
from typing import Any, Final

from core.sandbox.apptest import asks, wire
from core.sandbox.apptest.codes import RefusedError, code_of
from core.sandbox.apptest.repertoire import knobs_of
from core.sandbox.apptest.routes import BASE, OPERATIONS, find
from core.sandbox.apptest.state import State, begin, green_twin, truth
from core.sandbox.box import HTML, Answer, Call, Setting, authorization, encoded
from core.sandbox.course import glance
from core.sandbox.ledger import Ledger

_OWN_CODES: Final = {"start-testset": 5001, "get-testset": 5002, "get-result": 5003, "list-scenarios": 5005}
_MESSAGES: Final = {401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 413: "Request Entity Too Large"}
_PAGE: Final = b"<!doctype html>\n<html><head><title>apptest.ai</title></head><body>Please sign in.</body></html>\n"


class ApptestBox:
    """Box of apptest.ai: the state, and the way in."""

    operations = tuple(OPERATIONS)
    starts = frozenset(("start-testset",))
    forms = frozenset(("start-testset",))
    base = BASE
    verdict = ("testset_status", "Complete")

    def __init__(self, setting: Setting) -> None:
        self._state = State(scenario=setting.scenario, clock=setting.clock, rng=setting.rng, next_id=setting.first_id)

    def route(self, method: str, path: str) -> tuple[str, tuple[str, ...]] | None:
        return find(method, path)

    def arrive(self, call: Call) -> None:
        self._neighbour(call)

    def leave(self, call: Call) -> None:
        self._neighbour(call)

    def answer(self, call: Call) -> Answer:
        if not _identified(call):
            return replace(self.failure(401), headers=(("WWW-Authenticate", 'Basic realm="apptest.ai"'),))
        if call.operation not in OPERATIONS:
            return self.failure(404)
        own = "" if call.own is None else call.own.kind
        try:
            if own == "code":
                raise _error(call)
            data: Any = OPERATIONS[call.operation](self._state, call)
        except RefusedError as error:
            return self._refusal(error)
        if own == "code-after":
            return replace(self._refusal(_error(call)), effect=call.method == "POST")
        value = wire.envelope(data) | ({"result_msg": 0} if own == "number-message" else {})
        return Answer(body=encoded(value), effect=call.method == "POST")

    def page(self, method: str, path: str) -> Answer:
        """All pages are one: the web application finds its way by what follows the `#`."""
        shown = method in {"GET", "HEAD"} and path == "/"
        return Answer(status=200 if shown else 404, body=_PAGE, content_type=HTML)

    def failure(self, status: int, message: str | None = None) -> Answer:
        """Make an error of the gateway in front of the vendor, which knows nothing of the vendor's codes."""
        return Answer(
            status=status, body=encoded({"message": message or _MESSAGES.get(status, "Internal Server Error")})
        )

    def twist(self, kind: str, call: Call, answer: Answer) -> Answer:
        value: Any = json.loads(answer.body)
        if answer.status != 200 or value.get("result_code") or call.operation == "list-scenarios":
            return answer
        return replace(answer, body=encoded(wire.envelope(self._about_another(kind, call, value["data"]))))

    def ledger(self) -> Ledger:
        now = self._state.clock.now()
        testsets = sorted(self._state.testsets.values(), key=lambda one: one.timeline.created)
        return Ledger(runs=tuple(truth(one, now) for one in testsets))

    def _about_another(self, kind: str, call: Call, data: dict[str, Any]) -> dict[str, Any]:
        """Make the data of an answer about something else. Neither status nor result says what it is about."""
        number = int(data["testset_id"] if call.operation == "start-testset" else call.values[0])
        testset = self._state.testsets[number]
        twin = green_twin(self._state, testset)
        if call.operation == "start-testset":
            if kind == "stale":
                self._state.testsets[twin.id] = twin
            return data | {"testset_id": {"stale": twin.id, "wrong-id": number + 1}.get(kind, number)}
        if call.operation == "get-testset":
            return wire.status(self._state, twin, glance(twin, 0.0), "")
        if kind == "stale":
            return wire.result(self._state, twin, call.origin, "all", "")
        name = wire.PROJECT_NAME if kind == "wrong-id" else "Another"
        other = replace(testset, first_test=testset.first_test + len(testset.words))
        return wire.result(self._state, other, call.origin, "all", "", project=name)

    def _neighbour(self, call: Call) -> None:
        """Let another build start the same. It does so whether our own start succeeds or not."""
        if not self._state.scenario.neighbours or call.form is None:
            return
        try:
            start = asks.start_of(call.form)
        except RefusedError:
            return
        begin(self._state, replace(start, name="another build", callback=None), ours=False)

    def _refusal(self, error: RefusedError) -> Answer:
        scenario = self._state.scenario
        status = code_of(error.code).status if knobs_of(scenario).statuses else 200
        return Answer(status=status, body=encoded(wire.refusal(error, under_attack=scenario.hostile)))


def _error(call: Call) -> RefusedError:
    """Make the error that a fault names, or the one that is usual at the call."""
    argument = None if call.own is None else call.own.argument
    return RefusedError(_OWN_CODES[call.operation] if argument is None else int(argument))


def _identified(call: Call) -> bool:
    """Whether the caller has shown an id and a key. The id may hold any letter, in UTF-8; the key may hold colons."""
    scheme, _, encoded_pair = authorization(call).partition(" ")
    try:
        pair = base64.b64decode(encoded_pair.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return False
    user, _, key = pair.partition(":")
    return scheme.lower() == "basic" and bool(user and key) and key != "wrong" and "invalid" not in key
