"""Testmo: what was really recorded, for the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.sandbox.ledger import Ledger
from core.sandbox.ledger import Run as Entry
from core.sandbox.testmo.batches import Batch
from core.sandbox.testmo.state import Item, Run, State, Thread
from core.sandbox.testmo.wire import elapsed_of, state_of, tally_of
from core.sandbox.testmo.workspace import CONFIGS, FAILURE, MILESTONES, RUNNING, SUCCESS, US

_WORDS = {SUCCESS: "success", FAILURE: "failure", RUNNING: "running"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedTest:
    """One test, as it was sent. `elapsed` is in microseconds."""

    id: int
    key: str
    name: str
    folder: str
    status: str
    elapsed: int | None
    file: str | None
    line: int | None
    assertions: int | None
    artifacts: tuple[Item, ...]
    fields: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedThread:
    """One thread. Elapsed times are microseconds; `created_at` is a reading of `now`."""

    id: int
    created_at: float
    completed: bool
    observed: int
    computed: int
    artifacts: tuple[Item, ...]
    fields: tuple[Item, ...]
    batches: tuple[Batch, ...]

    @property
    def tests(self) -> tuple[RecordedTest, ...]:
        """All tests, in the order in which they were appended; unpacked anew at each call."""
        return tuple(_test(number, sent) for batch in self.batches for number, sent in batch.tests())

    def __len__(self) -> int:
        """Count the tests."""
        return sum(len(batch.words) for batch in self.batches)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRun:
    """One run, with config and milestone by name. `elapsed` is in microseconds."""

    id: int
    project: int
    ours: bool
    name: str
    source: str
    config: str | None
    milestone: str | None
    tags: tuple[str, ...]
    artifacts: tuple[Item, ...]
    fields: tuple[Item, ...]
    links: tuple[Item, ...]
    threads: tuple[RecordedThread, ...]
    created_at: float
    completed: bool
    completed_by_us: bool
    deleted: bool
    measured: bool
    elapsed: int
    state: str  # running, success, failure; of an empty run whatever the scenario says

    @property
    def tests(self) -> tuple[RecordedTest, ...]:
        return tuple(test for thread in self.threads for test in thread.tests)


def recorded(ledger: Ledger) -> tuple[RecordedRun, ...]:
    """Return the runs that a Testmo ledger holds, oldest first."""
    if not isinstance(ledger.own, tuple):
        raise TypeError("this is no ledger of Testmo")
    return ledger.own


def ledger_of(state: State) -> Ledger:
    runs = sorted(state.runs.values(), key=lambda run: (run.created, run.id))
    return Ledger(runs=tuple(_entry(state, run) for run in runs), own=tuple(_run(state, run) for run in runs))


def _entry(state: State, run: Run) -> Entry:
    """Return a run as every vendor's ledger shows it: its verdict is that of the tests that were sent."""
    word = _word(state, run)
    return Entry(
        id=run.id,
        operation="create-run",
        ours=run.ours,
        verdict=word,
        passed=run.closed is not None and word == _WORDS[SUCCESS] and any(thread.batches for thread in run.threads),
        started_at=run.created,
        finished=run.closed is not None,
        project=run.project,
        test_plan=None,
        name=run.name,
        cases=tuple(word for thread in run.threads for batch in thread.batches for word in batch.words),
    )


def _word(state: State, run: Run) -> str:
    tally = tally_of(batch for thread in run.threads for batch in thread.batches)
    number = state_of(state, tally, run.closed)
    return _WORDS.get(number, str(number))


def _run(state: State, run: Run) -> RecordedRun:
    return RecordedRun(
        id=run.id,
        project=run.project,
        ours=run.ours,
        name=run.name,
        source=run.source,
        config=None if run.config is None else CONFIGS[run.config],
        milestone=None if run.milestone is None else MILESTONES[run.milestone],
        tags=run.tags,
        artifacts=tuple(run.attached.artifacts),
        fields=tuple(run.attached.fields),
        links=tuple(run.attached.links),
        threads=tuple(_thread(thread) for thread in run.threads),
        created_at=run.created,
        completed=run.closed is not None,
        completed_by_us=run.closed is not None and run.closed.by == US,
        deleted=run.deleted is not None,
        measured=run.measured,
        elapsed=elapsed_of(run),
        state=_word(state, run),
    )


def _thread(thread: Thread) -> RecordedThread:
    return RecordedThread(
        id=thread.id,
        created_at=thread.created,
        completed=thread.closed is not None,
        observed=thread.observed,
        computed=thread.computed,
        artifacts=tuple(thread.attached.artifacts),
        fields=tuple(thread.attached.fields),
        batches=tuple(thread.batches),
    )


def _test(number: int, sent: Mapping[str, Any]) -> RecordedTest:
    return RecordedTest(
        id=number,
        key=sent["key"],
        name=sent["name"],
        folder=sent["folder"],
        status=sent["status"],
        elapsed=sent.get("elapsed"),
        file=sent.get("file"),
        line=sent.get("line"),
        assertions=sent.get("assertions"),
        artifacts=tuple(sent.get("artifacts") or ()),
        fields=tuple(sent.get("fields") or ()),
    )
