"""Autify (web): the emulated vendor behind its wire."""

import json
import re
from dataclasses import replace
from typing import Any, Final

from core.sandbox.autify import asks, wire, workspace
from core.sandbox.autify.operations import home_of, started
from core.sandbox.autify.pages import html_page
from core.sandbox.autify.refusals import MESSAGES, identified, refusal
from core.sandbox.autify.routes import BASE, OPERATIONS, find
from core.sandbox.autify.runs import moment_of, truth
from core.sandbox.autify.starts import Start, green_twin, opened, remember_green, start_run
from core.sandbox.autify.state import RefusedError, State, left_behind
from core.sandbox.box import Answer, Call, Setting, encoded
from core.sandbox.ledger import Ledger

_STARTS: Final = {"execute-schedule": asks.schedule_start, "execute-scenarios": asks.scenarios_start}
_RESULT_PAGE: Final = re.compile(r"/+projects/+(\d{1,15})/+results/+(\d{1,15})(?:/.*)?", re.ASCII)


class AutifyBox:
    """Box of Autify: the state, and the way in."""

    operations = tuple(OPERATIONS)
    starts = frozenset(_STARTS)
    forms = frozenset[str]()
    base = BASE
    verdict = ("status", "passed")

    def __init__(self, setting: Setting) -> None:
        self._state: State = opened(
            scenario=setting.scenario, clock=setting.clock, rng=setting.rng, first_id=setting.first_id
        )

    def route(self, method: str, path: str) -> tuple[str, tuple[str, ...]] | None:
        return find(method, path)

    def arrive(self, call: Call) -> None:
        self._neighbour(call)

    def leave(self, call: Call) -> None:
        self._neighbour(call)

    def answer(self, call: Call) -> Answer:
        try:
            _admit(call)
            value: Any = OPERATIONS[call.operation](self._state, call)
        except RefusedError as error:
            return self._refusal(error)
        return Answer(body=encoded(value), effect=call.method != "GET")

    def page(self, method: str, path: str) -> Answer:
        match = _RESULT_PAGE.fullmatch(path)
        run = self._state.runs.get(int(match[2])) if match else None
        if method not in {"GET", "HEAD"} or (match and run is None):
            return html_page(404, "Not found", "There is no such page.")
        if match is None or run is None:
            return html_page(200, "Sign in", "This is the web application. Its API is below /api/v1.")
        moment = moment_of(run, self._state.clock.now())
        return html_page(200, f"Result {run.id}: {moment.word}", f"Project {match[1]}, {len(run.words)} cases.")

    def failure(self, status: int, message: str | None = None) -> Answer:
        text = message or MESSAGES.get(status, "Something went wrong")
        return self._refusal(RefusedError(status, text, code=self._state.rng.random() < 0.5))  # both were seen

    def twist(self, kind: str, call: Call, answer: Answer) -> Answer:
        if answer.status != 200:
            return answer
        if call.operation == "describe-result":
            return replace(answer, body=self._about_another(kind, call, answer.body))
        value: Any = json.loads(answer.body)
        if kind != "wrong-project" and call.operation in self.starts:
            number = int(value["data"]["id"] if "data" in value else value["result_id"])
            other = remember_green(self._state, self._state.runs[number]).id if kind == "stale" else number + 1
            return replace(answer, body=encoded(started(call.operation, other)))
        if kind == "stale" and call.operation == "list-results":
            return replace(answer, body=encoded([item for item in value if item["status"] == "passed"]))
        return answer

    def ledger(self) -> Ledger:
        now = self._state.clock.now()
        runs = sorted(self._state.runs.values(), key=lambda run: run.timeline.created)
        return replace(left_behind(self._state), runs=tuple(truth(run, now) for run in runs))

    def _neighbour(self, call: Call) -> None:
        """Let another build start the same. It does so whether our own start succeeds or not."""
        if not self._state.scenario.neighbours or call.operation not in _STARTS:
            return
        try:
            start: Start = _STARTS[call.operation](self._state, call.numbers[0], call.body)
        except RefusedError:
            return
        start_run(self._state, replace(start, name="another build"), ours=False)

    def _refusal(self, error: RefusedError) -> Answer:
        return refusal(error, under_attack=self._state.scenario.hostile)

    def _about_another(self, kind: str, call: Call, body: bytes) -> bytes:
        """Make an answer about something else out of one about our run."""
        project, number = call.numbers
        if kind == "wrong-project":
            return body.replace(b"/projects/%d/" % project, b"/projects/%d/" % (project + 1))
        if kind == "wrong-id":
            return encoded({**json.loads(body), "id": number + 1})
        run = green_twin(self._state, self._state.runs[number])
        return encoded(wire.result(self._state, run, moment_of(run, 0.0), home_of(call, project)))


def _admit(call: Call) -> None:
    """Refuse strangers, foreign workspaces and paths that are none."""
    identified(call)
    if call.operation not in OPERATIONS or workspace.FOREIGN_PROJECT in call.numbers[:1]:
        raise RefusedError(404, asks.NOT_FOUND)
