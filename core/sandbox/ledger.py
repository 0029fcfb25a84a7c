"""The truth about an emulated vendor: what really ran, and what is left behind."""

from collections.abc import Iterator
from dataclasses import dataclass

from core.sandbox.forms import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run as it really is, whatever the wire said about it. Times are readings of the sandbox's `now`."""

    id: int | str
    operation: str
    ours: bool  # False: another build started it
    rerun_of: int | str | None = None  # the run whose failures this one runs again
    verdict: str  # the vendor's final word; a run that never ends has the word that it stays at
    passed: bool  # whether this run may turn a build green
    started_at: float
    finished: bool  # by now
    project: int | str | None  # None: the start does not name one
    test_plan: int | str | None
    name: str | None = None
    execution_type: str | None = None
    scenarios: tuple[int | str, ...] = ()
    capabilities: int = 0
    cases: tuple[str, ...] = ()  # the final word of each case
    url_replacements: tuple[tuple[str, str], ...] = ()  # in force at the start: pattern, replacement
    autify_connect: str | None = None
    looks: int = 0
    file: Part | None = None  # the app that was sent for it: name, size, hash
    build: str | None = None  # where an app is sent for itself: the id that it got


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """A URL replacement that is on a test plan now."""

    id: int
    test_plan: int
    pattern_url: str
    replacement_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """All runs, oldest first, and what a careless client leaves behind; boxes leave empty what they do not have."""

    runs: tuple[Run, ...] = ()
    url_replacements: tuple[Replacement, ...] = ()
    access_points: tuple[str, ...] = ()
    own: object | None = None  # what one vendor alone keeps, in that box's own type

    @property
    def ours(self) -> tuple[Run, ...]:
        """The runs that the client under test started."""
        return tuple(run for run in self.runs if run.ours)

    def __iter__(self) -> Iterator[Run]:
        return iter(self.runs)

    def __len__(self) -> int:
        return len(self.runs)

    def __getitem__(self, index: int) -> Run:
        return self.runs[index]
