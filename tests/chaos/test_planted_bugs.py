"""Sabotage: bugs that others have shipped, planted one at a time, must be caught by the invariants.

This is the one place where our own functions are replaced; a bug that survives is a hole in the invariants.
"""

import contextlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
import requests

import core.commands.running
import core.engine
import core.http.decoding
import core.http.failures
import core.http.transport
from core.ci.stream import Stream
from core.commands.publishing import Publisher
from core.errors import CallFailedError, StoppedError
from core.guarded import json as guarded_json
from core.http.calls import ApiCalls
from core.model import Conclusion, ExitCode, Reason, Result, TestReport, Verdict
from core.text.sanitize import sanitize
from core.vendors.autify import words
from core.vendors.autify.web import listing
from core.vendors.autify.web.client import Autify
from core.vendors.autify.web.replacements import PlanReplacements
from core.waiting.patience import Patience
from tests.chaos.campaign import play_seed
from tests.chaos.invariants import broken

Plant = Callable[[pytest.MonkeyPatch], None]
SEEDS = 1_000


def repeats_the_start(patch: pytest.MonkeyPatch) -> None:
    def start(self: ApiCalls, operation: str, **asked: Any) -> Any:
        return self.read(operation, **asked)

    patch.setattr(ApiCalls, "start", start)


def takes_unknown_words_for_passed(patch: pytest.MonkeyPatch) -> None:
    class Lenient(dict[str, Verdict]):
        def get(self, word: str, default: Any = None) -> Any:
            return super().get(word, default if word in words.PHASES else Verdict.PASSED)

    patch.setattr(words, "VERDICTS", Lenient(words.VERDICTS))


def ignores_retry_after(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(core.http.failures, "retry_after", lambda value, date: None)


def measures_the_deadline_on_the_wall(patch: pytest.MonkeyPatch) -> None:
    def begins(self: Patience, **given: Any) -> None:
        built(self, **given)
        self._wall = self.clock.wall() + given["timeout"]  # type: ignore[attr-defined]

    built = Patience.__init__
    patch.setattr(Patience, "__init__", begins)
    patch.setattr(Patience, "left", property(lambda self: max(self._wall - self.clock.wall(), 0.0)))


def swallows_an_unknown_result(patch: pytest.MonkeyPatch) -> None:
    def execute(*given: Any, **named: Any) -> tuple[TestReport, Result]:
        report, result = sound(*given, **named)
        if result.exit_code is ExitCode.RESULT_UNKNOWN:
            result = replace(result, conclusion=Conclusion.PASSED, reason=Reason.NONE, exit_code=ExitCode.PASSED)
        return report, result

    sound = core.engine.execute
    patch.setattr(core.commands.running, "execute", execute)


def mends_cut_json(patch: pytest.MonkeyPatch) -> None:
    def loads(text: bytes) -> Any:
        with contextlib.suppress(ValueError):
            return sound(text)
        for end in range(len(text), max(len(text) - 400, 0), -1):
            for closing in (b"}]}]}", b"]}]}", b"]}", b"}", b"]"):
                with contextlib.suppress(ValueError):
                    return sound(text[:end] + closing)
        raise ValueError("beyond repair")

    sound = guarded_json.loads
    patch.setattr(core.http.decoding, "loads", loads)


def follows_redirects(patch: pytest.MonkeyPatch) -> None:
    class Follower(requests.Session):
        def send(self, request: requests.PreparedRequest, **named: Any) -> requests.Response:
            return super().send(request, **{**named, "allow_redirects": True})

        def rebuild_auth(self, *_: Any) -> None: ...

    def session() -> requests.Session:
        made = Follower()
        made.trust_env = False
        return made

    patch.setattr(core.http.transport, "_session", session)


def lets_the_last_key_win(patch: pytest.MonkeyPatch) -> None:
    def loads(text: bytes) -> Any:
        try:
            return json.loads(text)
        except RecursionError:
            raise ValueError("deep") from None

    patch.setattr(core.http.decoding, "loads", loads)


def keeps_the_run_id_to_itself(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Publisher, "started", lambda self, run: None)


def leaves_a_replacement_behind(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(PlanReplacements, "remove", lambda self, debt, **_: None)


def prints_without_redaction(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Stream, "clean", lambda self, text, defuse=sanitize: defuse(text))


def adopts_the_newest_run(patch: pytest.MonkeyPatch) -> None:
    sound = listing.new_since
    patch.setattr(listing, "new_since", lambda *given: sound(*given)[-1:])


def believes_any_run(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Autify, "_ours", lambda self, result, run: result)


def gives_up_at_the_first_failure(patch: pytest.MonkeyPatch) -> None:
    """And says that somebody stopped it."""

    def read(self: ApiCalls, operation: str, **asked: Any) -> Any:
        try:
            return sound(self, operation, **asked)
        except CallFailedError as failure:
            if operation == "describe-result":
                raise StoppedError(2) from failure
            raise

    sound = ApiCalls.read
    patch.setattr(ApiCalls, "read", read)


def believes_the_first_contradiction(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(words, "_consistent", lambda verdict, cases: True)


def forgets_the_deadline_in_a_call(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Patience, "limit", lambda self, seconds: seconds)


# Each bug with a seed that catches it: tried first, so that this is quick. When the campaign changes, all are searched.
PLANTS: Mapping[Plant, int] = {
    repeats_the_start: 19,
    takes_unknown_words_for_passed: 29,
    ignores_retry_after: 11,
    measures_the_deadline_on_the_wall: 38,
    swallows_an_unknown_result: 5,
    mends_cut_json: 26,
    follows_redirects: 4,
    lets_the_last_key_win: 50,
    keeps_the_run_id_to_itself: 4,
    leaves_a_replacement_behind: 5,
    prints_without_redaction: 11,
    adopts_the_newest_run: 23,
    believes_any_run: 39,
    gives_up_at_the_first_failure: 20,
    believes_the_first_contradiction: 187,
    forgets_the_deadline_in_a_call: 409,
}


@pytest.mark.parametrize(("plant", "first"), PLANTS.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_a_planted_bug_is_caught(plant: Plant, first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    caught = next((seed for seed in (first, *range(SEEDS)) if play_seed(seed, broken)[1]), None)
    assert caught is not None, f"{plant.__name__} survived {SEEDS} runs: the invariants have a hole"
