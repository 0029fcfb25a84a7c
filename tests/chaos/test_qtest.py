"""Stays at qTest made up from seeds: no job is run twice, left RUNNING or green without proof, whatever happens."""

import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from core.errors import CallFailedError, ResultUnknownError
from core.vendors.qtest import undoing
from core.vendors.qtest.claims import Claim, Claims
from core.vendors.qtest.client import QTest
from core.vendors.qtest.jobs import Job
from core.vendors.qtest.logs import Logs
from core.vendors.qtest.queueing import Queue
from core.vendors.qtest.results import JobResult
from core.vendors.qtest.working import Worker
from tests.chaos.qtest import KINDS, Played, make, play
from tests.chaos.qtest_invariants import broken

SEEDS = 500
CHUNK = 50
CHUNKS = [range(at, at + CHUNK) for at in range(0, SEEDS, CHUNK)]
Plant = Callable[[pytest.MonkeyPatch], None]

_ways: set[tuple[str, int]] = set()
_hit: set[str] = set()
_played: set[int] = set()


def play_seed(seed: int) -> tuple[Played, list[str]]:
    with tempfile.TemporaryDirectory() as folder:
        played = play(make(seed), folder)
    return played, broken(played)


@pytest.mark.parametrize("seeds", CHUNKS, ids=lambda seeds: f"{seeds[0]}-{seeds[-1]}")
def test_every_invariant_holds_after_every_stay(seeds: range) -> None:
    found = []
    for seed in seeds:
        played, problems = play_seed(seed)
        _played.add(seed)
        _ways.add((played.case.mode, played.ended.status))
        _hit.update(re.split("[=@]", call.fault)[0] for call in played.last.journal if call.fault)
        found += [f"seed {seed}: {problem}\n  {played.case}" for problem in problems]
    assert not found, "\n".join(found)


def test_the_seeds_end_in_every_way_and_every_fault_hits() -> None:
    """A campaign that only ever ends in one way would show nothing."""
    if len(_played) < SEEDS:
        pytest.skip("only after the whole campaign")
    assert {status for mode, status in _ways if mode == "host"} == {-9, 0, 1, 3, 4, 5, 7, 143}
    assert {status for mode, status in _ways if mode == "trigger"} >= {-9, 0, 1, 3, 4, 7, 143}
    assert {status for mode, status in _ways if mode == "report-only"} >= {-9, 0, 1, 3, 7, 143}
    assert not {*KINDS} - _hit


def claims_twice(patch: pytest.MonkeyPatch) -> None:
    """After a lost answer, whatever the user wants."""

    def claim(self: Claims, job: Job) -> Claim:
        self._run_anyway = True
        return sound(self, job)

    sound = Claims.claim
    patch.setattr(Claims, "claim", claim)


def runs_what_was_refused(patch: pytest.MonkeyPatch) -> None:
    def claim(self: Claims, job: Job) -> Claim:
        found = sound(self, job)
        if found is Claim.REFUSED:
            self.current = job
            return Claim.OURS
        return found

    sound = Claims.claim
    patch.setattr(Claims, "claim", claim)


def repeats_a_log(patch: pytest.MonkeyPatch) -> None:
    def submit(self: Logs, entry: Any) -> None:
        try:
            sound(self, entry)
        except CallFailedError:
            sound(self, entry)

    sound = Logs.submit
    patch.setattr(Logs, "submit", submit)
    patch.setattr(Logs, "_find", lambda self, path, body: None)


def fails_a_job_that_another_has(patch: pytest.MonkeyPatch) -> None:
    def claim(self: Claims, job: Job) -> Claim:
        found = sound(self, job)
        if found is Claim.REFUSED:
            self.close(job.project, job.id)
        return found

    sound = Claims.claim
    patch.setattr(Claims, "claim", claim)


def fails_a_job_whose_claim_was_lost(patch: pytest.MonkeyPatch) -> None:
    def claim(self: Claims, job: Job) -> Claim:
        found = sound(self, job)
        if found is Claim.UNANSWERED:
            self.close(job.project, job.id)
            self.named()
            return Claim.REFUSED
        return found

    sound = Claims.claim
    patch.setattr(Claims, "claim", claim)


def completes_before_the_logs(patch: pytest.MonkeyPatch) -> None:
    def log_all(self: Worker, found: Any, result: JobResult) -> None:
        self._claims.finish(result.job, "COMPLETED")
        sound(self, found, result)

    sound = Worker._log_all
    patch.setattr(Worker, "_log_all", log_all)


def ignores_a_log_that_failed(patch: pytest.MonkeyPatch) -> None:
    def submit(self: Logs, entry: Any) -> None:
        try:
            sound(self, entry)
        except CallFailedError as failure:
            self._log.warning(failure.fact)

    sound = Logs.submit
    patch.setattr(Logs, "submit", submit)


def forgets_what_it_has_claimed(patch: pytest.MonkeyPatch) -> None:
    """In the journal, so that nobody can end it after a kill."""

    def claim(self: Claims, job: Job) -> Claim:
        found = sound(self, job)
        self._diary.settle(self._debt(job, "running"))
        return found

    sound = Claims.claim
    patch.setattr(Claims, "claim", claim)


def forgets_the_claims_that_got_no_answer(patch: pytest.MonkeyPatch) -> None:
    def claim(self: Claims, job: Job) -> Claim:
        found = sound(self, job)
        self.named()
        return Claim.REFUSED if found is Claim.UNANSWERED else found

    sound = Claims.claim
    patch.setattr(Claims, "claim", claim)


def leaves_the_job_after_a_signal(patch: pytest.MonkeyPatch) -> None:
    def abort(self: Claims) -> None:
        if self.current is not None:
            self.done(self.current)

    patch.setattr(Claims, "abort", abort)


def believes_that_an_end_was_heard(patch: pytest.MonkeyPatch) -> None:
    """Whatever came of it."""

    def finish(self: Claims, job: Job, status: str) -> None:
        try:
            self._put(job, status)
        except CallFailedError as failure:
            self._log.debug(failure.fact)
        self.done(job)

    patch.setattr(Claims, "finish", finish)


def takes_a_job_twice(patch: pytest.MonkeyPatch) -> None:
    def take(self: QTest, job: Job) -> None:
        sound(self, job)
        if self._results and self._worker is not None:
            self._worker._run(job, self._results[-1])

    sound = QTest._take
    patch.setattr(QTest, "_take", take)


def never_deactivates(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(undoing, "_deactivate", lambda debt, calls: None)


def uploads_again_after_a_lost_answer(patch: pytest.MonkeyPatch) -> None:
    def send(self: Queue, body: Mapping[str, Any]) -> None:
        try:
            sound(self, body)
        except ResultUnknownError:
            sound(self, body)

    sound = Queue.send
    patch.setattr(Queue, "send", send)


def takes_a_failed_upload_for_done(patch: pytest.MonkeyPatch) -> None:
    def look(self: Queue) -> None:
        try:
            sound(self)
        except ResultUnknownError:
            self.item, self._is_sure = replace(self.item, state="SUCCESS"), True

    sound = Queue.look
    patch.setattr(Queue, "look", look)


# Each bug with a seed that catches it: tried first, so that this is quick. When the campaign changes, all are searched.
PLANTS: Mapping[Plant, int] = {
    claims_twice: 38,
    runs_what_was_refused: 338,
    repeats_a_log: 0,
    fails_a_job_that_another_has: 433,
    fails_a_job_whose_claim_was_lost: 154,
    completes_before_the_logs: 0,
    ignores_a_log_that_failed: 140,
    forgets_what_it_has_claimed: 44,
    forgets_the_claims_that_got_no_answer: 154,
    leaves_the_job_after_a_signal: 73,
    believes_that_an_end_was_heard: 40,
    takes_a_job_twice: 0,
    never_deactivates: 0,
    uploads_again_after_a_lost_answer: 37,
    takes_a_failed_upload_for_done: 81,
}


@pytest.mark.parametrize(("plant", "first"), PLANTS.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_a_planted_bug_is_caught(plant: Plant, first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    caught = next((seed for seed in (first, *range(SEEDS)) if play_seed(seed)[1]), None)
    assert caught is not None, f"{plant.__name__} survived {SEEDS} stays: the invariants have a hole"
