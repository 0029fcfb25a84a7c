"""Testmo: everything that the emulated instance remembers.

Nothing is ever changed but by adding with a time to it, so that a read can be answered as of an earlier moment.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Final

from core.sandbox.clock import Clock
from core.sandbox.scenario import Scenario
from core.sandbox.testmo.batches import Batch
from core.sandbox.testmo.workspace import SOURCES

FIRST_THREAD, FIRST_TEST = 9_001, 500_001
Item = Mapping[str, Any]  # an artifact, a field or a link, as it was sent


class RefusedError(Exception):
    """The vendor says no: a status, a message, and for bad input what is wrong with each field."""

    def __init__(self, status: int, message: str, errors: Mapping[str, list[str]] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors


@dataclass(slots=True, kw_only=True)
class Attached:
    """What hangs on a run or a thread."""

    artifacts: list[Item] = field(default_factory=list)
    fields: list[Item] = field(default_factory=list)
    links: list[Item] = field(default_factory=list)  # of runs alone

    def add(self, more: "Attached") -> None:
        self.artifacts += more.artifacts
        self.fields += more.fields
        self.links += more.links


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """When something was completed, and by whom."""

    at: float
    by: int


@dataclass(slots=True, kw_only=True)
class Thread:
    """One job's part of a run. Elapsed times are microseconds, added up over the appends."""

    id: int
    run: int
    index: int
    created: float
    by: int
    attached: Attached
    observed: int = 0
    computed: int = 0
    batches: list[Batch] = field(default_factory=list)
    closed: Closed | None = None


@dataclass(slots=True, kw_only=True)
class Run:
    """One run. Times are readings of `now`."""

    id: int
    project: int
    source: str
    source_id: int
    name: str
    created: float
    by: int
    ours: bool
    config: int | None = None
    milestone: int | None = None
    tags: tuple[str, ...] = ()
    attached: Attached = field(default_factory=Attached)
    threads: list[Thread] = field(default_factory=list)
    closed: Closed | None = None
    measured: bool = False  # the run's time is that between creation and completion
    deleted: float | None = None


@dataclass(slots=True, kw_only=True)
class State:
    """All of it."""

    scenario: Scenario
    clock: Clock
    rng: Random
    next_run: int
    next_thread: int = FIRST_THREAD
    next_test: int = FIRST_TEST
    sources: dict[str, int] = field(default_factory=lambda: dict(SOURCES))
    runs: dict[int, Run] = field(default_factory=dict)
    threads: dict[int, Thread] = field(default_factory=dict)


NOT_FOUND: Final = "The requested resource was not found."


def source_id(state: State, name: str) -> int:
    """Return the id of a source, which comes into being by being named."""
    return state.sources.setdefault(name, max(state.sources.values()) + 1)


@contextmanager
def later(state: State, seconds: float) -> Iterator[None]:
    """Let everything inside happen so much later."""
    clock = state.clock
    state.clock = replace(clock, now=lambda: clock.now() + seconds)
    try:
        yield
    finally:
        state.clock = clock
