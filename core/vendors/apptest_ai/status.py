"""Where a testset stands: the vendor's word and its counts of devices."""

from dataclasses import dataclass
from typing import Any

from core.model import Phase

COMPLETE = "complete"
MOST = 10_000  # devices: no project has so many
PHASES = {COMPLETE: Phase.FINISHED, "running": Phase.RUNNING}
"""By the word in lower case: the vendor's own script does not trust its case either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Devices by what came of them. `stopped`: by a user, in the web app."""

    total: int
    passed: int
    failed: int
    errored: int
    stopped: int
    running: int
    initializing: int

    @property
    def bad(self) -> int:
        """Devices that did not pass."""
        return self.failed + self.errored + self.stopped

    @property
    def settled(self) -> bool:
        """Whether they add up and no device is on its way: the vendor's own sample of a complete testset has one."""
        return self.total == self.passed + self.bad and not (self.running or self.initializing)

    def __str__(self) -> str:
        named = (
            (self.passed, "passed"),
            (self.failed, "failed"),
            (self.errored, "in error"),
            (self.stopped, "stopped by a user"),
            (self.running, "running"),
            (self.initializing, "initializing"),
        )
        return (", ".join(f"{count} {word}" for count, word in named if count) or "none") + f" of {self.total} devices"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """One look."""

    word: str
    counts: Counts

    @property
    def complete(self) -> bool:
        return self.word.lower() == COMPLETE

    @property
    def known(self) -> bool:
        return self.word.lower() in PHASES

    @property
    def phase(self) -> Phase:
        if self.word.lower() == "running" and self.counts.initializing == self.counts.total:
            return Phase.QUEUED
        return PHASES.get(self.word.lower(), Phase.RUNNING)


def read(value: Any) -> Status:
    """Promised: testset_status, testset_status_detail with seven counts. Raises LookupError, TypeError, ValueError."""
    word, detail = value["testset_status"], value["testset_status_detail"]
    if not isinstance(word, str):
        raise TypeError("the status is no text")
    counts = Counts(
        total=_count(detail["total_test_cnt"]),
        passed=_count(detail["pass_cnt"]),
        failed=_count(detail["fail_cnt"]),
        errored=_count(detail["error_cnt"]),
        stopped=_count(detail["stop_cnt"]),
        running=_count(detail["running_cnt"]),
        initializing=_count(detail["initializing_cnt"]),
    )
    return Status(word=word.strip(), counts=counts)


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("a count is no number")
    if not 0 <= value <= MOST:
        raise ValueError("a count is out of range")
    return value
