"""Autify for mobile: the emulated vendor behind its wire."""

import json
import re
from dataclasses import replace
from typing import Any, Final

from core.sandbox.autify.asks import NOT_FOUND
from core.sandbox.autify.pages import html_page
from core.sandbox.autify.refusals import MESSAGES, identified, refusal
from core.sandbox.autify.state import RefusedError
from core.sandbox.autify_mobile import asks, wire, workspace
from core.sandbox.autify_mobile.routes import BASE, OPERATIONS, find
from core.sandbox.autify_mobile.runs import moment_of, truth
from core.sandbox.autify_mobile.state import State, green_twin, opened, start_run
from core.sandbox.box import Answer, Call, Setting, encoded
from core.sandbox.ledger import Ledger

_STARTS: Final = frozenset(("run-test-plan",))
_RESULT_PAGE: Final = re.compile(r"/+projects/+([^/]+)/+results/+([^/]+)/*")


class AutifyMobileBox:
    """Box of Autify for mobile: the state, and the way in."""

    operations = tuple(OPERATIONS)
    starts = _STARTS
    forms = frozenset(("upload-build",))
    base = BASE
    verdict = ("status", "passed")

    def __init__(self, setting: Setting) -> None:
        self._state: State = opened(
            scenario=setting.scenario, clock=setting.clock, rng=setting.rng, first_run=setting.first_id
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
        made = call.method == "POST"
        return Answer(status=201 if made else 200, body=encoded(value), effect=made)

    def page(self, method: str, path: str) -> Answer:
        match = _RESULT_PAGE.fullmatch(path)
        run = self._state.runs.get(match[2]) if match else None
        if method not in {"GET", "HEAD"} or (match and run is None):
            return html_page(404, "Not found", "There is no such page.")
        if match is None or run is None:
            return html_page(200, "Sign in", "This is the web application. Its API is below /api/v1.")
        moment = moment_of(run, self._state.clock.now())
        return html_page(200, f"Result {run.id}: {moment.word}", f"Project {match[1]}, {len(run.words)} cases.")

    def failure(self, status: int, message: str | None = None) -> Answer:
        text = message or MESSAGES.get(status, "Something went wrong")
        return self._refusal(RefusedError(status, text, code=self._state.rng.random() < 0.5))  # as for the web

    def twist(self, kind: str, call: Call, answer: Answer) -> Answer:
        """Make an answer about something else. Nothing here says what project it is of."""
        if answer.status >= 300 or kind == "wrong-project" or call.operation == "upload-build":
            return answer
        value: Any = json.loads(answer.body)
        if call.operation == "list-test-results":
            passed = [item for item in value["data"] if item["status"] == "passed"]
            return answer if kind != "stale" else replace(answer, body=encoded({"total": len(passed), "data": passed}))
        run = self._state.runs[value["id"]]
        other = green_twin(self._state, run) if kind == "stale" else replace(run, number=run.number + 1)
        if call.operation == "describe-test-result" and kind == "stale":
            return replace(answer, body=encoded(wire.result(self._state, other, moment_of(other, 0.0), "")))
        if kind == "stale":
            self._state.runs[other.id] = other
        return replace(answer, body=encoded({**value, "id": other.id}))

    def ledger(self) -> Ledger:
        now = self._state.clock.now()
        runs = sorted(self._state.runs.values(), key=lambda run: run.timeline.created)
        return Ledger(runs=tuple(truth(run, now) for run in runs))

    def _neighbour(self, call: Call) -> None:
        """Let another build start the same, with an app of its own, whether our own start succeeds or not."""
        if not self._state.scenario.neighbours or call.operation not in _STARTS:
            return
        try:
            start = asks.start_of(self._state, call.values[0], call.body)
        except RefusedError:
            return
        start_run(self._state, replace(start, build=self._state.builds[workspace.RESIDENT_BUILD]), ours=False)

    def _refusal(self, error: RefusedError) -> Answer:
        return refusal(error, under_attack=self._state.scenario.hostile)


def _admit(call: Call) -> None:
    """Refuse strangers, foreign projects and paths that are none."""
    identified(call)
    if call.operation not in OPERATIONS or workspace.FOREIGN_PROJECT in call.values[:1]:
        raise RefusedError(404, NOT_FOUND)
