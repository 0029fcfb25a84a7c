"""Recordings at Testmo made up from seeds: faults at all calls, signals, ends without a word; nothing twice or lost."""

import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

import core.engine
from core.errors import CallFailedError
from core.model import RemoteRun, TestReport, Totals, Verdict
from core.vendors.testmo import bodies, fields
from core.vendors.testmo.client import Testmo
from core.vendors.testmo.recorder import Recorder
from core.vendors.testmo.starting import Starter
from core.vendors.testmo.upload import Upload
from tests.chaos.recorded import broken
from tests.chaos.recording import Case, Played, make, play
from tests.chaos.seeded import breaches

SEEDS = 600
CHUNK = 50
Plant = Callable[[pytest.MonkeyPatch], None]


_ends: Counter[tuple[str, int | None]] = Counter()  # None: killed


def _played(seed: int) -> Played:
    with tempfile.TemporaryDirectory() as folder:
        return play(make(seed), folder)


def _broken(case: Case, played: Played) -> list[str]:
    _ends[case.way, played.ended.status if played.ended else None] += 1
    return broken(case, played)


@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_every_invariant_holds_after_every_recording(first: int) -> None:
    found = breaches(range(first, first + CHUNK), make, play, _broken)
    assert not found, found


def test_the_seeds_end_in_every_way() -> None:
    """A campaign that only ever ends in one way would show nothing."""
    if _ends.total() < SEEDS:
        pytest.skip("only after the whole campaign")
    assert {("run", status) for status in (0, 1, 3, 7, 130, 143, None)} <= set(_ends)
    assert {("thread", status) for status in (0, 1, 3, 7, 143, None)} <= set(_ends)
    assert {*(("wait", status) for status in (0, 1, 7, 143, None)), ("start", 0), ("start", 7)} <= set(_ends)


def repeats_an_append_blindly(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Recorder, "_have_arrived", lambda *_: False)


def takes_a_lost_append_for_done(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Recorder, "_have_arrived", lambda *_: True)
    ignores_the_counts(patch)


def ignores_the_counts(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Upload, "_verify", lambda *_, **__: None)


def completes_a_shared_run(patch: pytest.MonkeyPatch) -> None:
    sound = Upload.__init__
    patch.setattr(Upload, "__init__", lambda self, *given, **named: sound(self, *given, **{**named, "shared": False}))


def ends_a_shared_run_on_a_signal(patch: pytest.MonkeyPatch) -> None:
    sound = Testmo._run
    patch.setattr(Testmo, "_run", lambda self, number: replace(sound(self, number), shared=False))


def leaves_a_run_open(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Testmo, "undo", lambda self, debt: None)


def writes_no_debt_down(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Testmo, "_owe", lambda self, debt: setattr(self, "_debt", debt))


def looks_for_what_is_left_only_once(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Starter, "left_open", lambda self: list(self.ours()))


def lets_trouble_hide_failed_tests(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(core.engine, "despite", lambda result, known: result)


def waits_for_nothing_but_the_end(patch: pytest.MonkeyPatch) -> None:
    def report(seen: fields.Run | None, run: RemoteRun) -> TestReport:
        found = sound(seen, run)
        return replace(found, totals=Totals(passed=found.totals.tests), verdict=found.verdict and Verdict.PASSED)

    sound = bodies.report
    patch.setattr(bodies, "report", report)


def gives_up_in_silence(patch: pytest.MonkeyPatch) -> None:
    """What can't be sent is left out."""

    def append(self: Recorder, *given: Any) -> None:
        try:
            sound(self, *given)
        except CallFailedError:
            return

    sound = Recorder.append
    patch.setattr(Recorder, "append", append)
    ignores_the_counts(patch)


# Each bug with a seed that catches it: tried first, so that this is quick. When the campaign changes, all are searched.
PLANTS: Mapping[Plant, int] = {
    repeats_an_append_blindly: 100,
    takes_a_lost_append_for_done: 13,
    ignores_the_counts: 380,
    completes_a_shared_run: 204,
    ends_a_shared_run_on_a_signal: 63,
    leaves_a_run_open: 2,
    writes_no_debt_down: 2,
    looks_for_what_is_left_only_once: 32,
    lets_trouble_hide_failed_tests: 43,
    waits_for_nothing_but_the_end: 10,
    gives_up_in_silence: 380,
}


@pytest.mark.parametrize(("plant", "first"), PLANTS.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_a_planted_bug_is_caught(plant: Plant, first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    caught = next((seed for seed in (first, *range(SEEDS)) if broken(make(seed), _played(seed))), None)
    assert caught is not None, f"{plant.__name__} survived {SEEDS} recordings: the invariants have a hole"
