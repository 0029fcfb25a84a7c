"""Single fields of Testmo's answers, and a run as they show it: what was promised, or a TypeError or ValueError."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.guarded import promised

SUCCESS, FAILURE, RUNNING = 2, 3, 4  # a run's `status`
RECORDING, CUT_SHORT = "Recording", "Cut short"  # the field that says that a run is not whole, and how its value begins


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """One job's part of a run. What only a warning is made of is None where it is not told."""

    id: int
    total: int
    completed: bool
    success: int | None = None
    failure: int | None = None
    untested: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One reading of a run. `marks` are the values of its text fields, among them the one that we know it by.

    `cut_short` is what was left on it by a step whose recording did not come to its end, empty where there is none.
    """

    id: int
    project: int
    name: str
    status: int
    completed: bool
    total: int
    success: int
    failure: int
    untested: int
    ended: int
    marks: frozenset[str]
    cut_short: str
    threads: Mapping[int, Thread]

    @property
    def contradiction(self) -> str:
        """Which of its counts can't both be true, empty where they agree."""
        held = sum(each.total for each in self.threads.values())
        if held != self.total:
            return f"{self.total} tests, and {held} in its threads"
        if self.ended + self.untested != self.total:
            return f"{self.total} tests, {self.ended} of them completed and {self.untested} untested"
        if self.success + self.failure > self.ended:
            return f"{self.ended} completed tests, {self.success} successes and {self.failure} failures"
        return ""


def whole(of: Any, name: str) -> int:
    """An id or a count."""
    value = of[name]
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise TypeError(f"`{name}` is no id or count")
    return value


def flag(of: Any, name: str) -> bool:
    value = of[name]
    if not isinstance(value, bool):
        raise TypeError(f"`{name}` is neither true nor false")
    return value


def run(value: Any) -> Run:
    """A run as `get-run` answers it, in `result`. A run says that it is completed twice: the two must agree."""
    found = Run(
        id=whole(value, "id"),
        project=whole(value, "project_id"),
        name=promised.text(value["name"], "name"),
        status=whole(value, "status"),
        completed=flag(value, "is_completed"),
        total=whole(value, "total_count"),
        success=whole(value, "success_count"),
        failure=whole(value, "failure_count"),
        untested=whole(value, "untested_count"),
        ended=whole(value, "completed_count"),
        marks=marks(value["fields"]),
        cut_short=_cut_short(value["fields"]),
        threads={each.id: each for each in map(_thread, promised.sequence(value["threads"], "threads"))},
    )
    if found.completed and found.status == RUNNING:
        raise ValueError("it is completed and running")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """As much of a run as tells whose it is, and whether it is open: its counts may be wrong without harm."""

    id: int
    completed: bool
    marks: frozenset[str]


def badge(value: Any) -> Badge:
    return Badge(id=whole(value, "id"), completed=flag(value, "is_completed"), marks=marks(value["fields"]))


def marks(value: Any) -> frozenset[str]:
    """The values of all fields of a run that are texts."""
    return frozenset(item["value"] for item in promised.sequence(value, "fields") if isinstance(item.get("value"), str))


def _cut_short(value: Any) -> str:
    own = (item.get("value") for item in promised.sequence(value, "fields") if item.get("name") == RECORDING)
    return next((each for each in own if isinstance(each, str) and each.startswith(CUT_SHORT)), "")


def _thread(value: Any) -> Thread:
    return Thread(
        id=whole(value, "id"),
        total=whole(value, "total_count"),
        completed=flag(value, "is_completed"),
        success=_whole_or_none(value, "success_count"),
        failure=_whole_or_none(value, "failure_count"),
        untested=_whole_or_none(value, "untested_count"),
    )


def _whole_or_none(of: Any, name: str) -> int | None:
    return None if of.get(name) is None else whole(of, name)
