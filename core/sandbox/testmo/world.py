"""Testmo: what other people do there: earlier builds, builds beside ours, and a person who meddles with our run."""

from collections import Counter
from dataclasses import replace
from typing import Final

from core.sandbox import hostile
from core.sandbox.testmo.asks import NewRun, Piece
from core.sandbox.testmo.operations import add_run, add_thread, append, close
from core.sandbox.testmo.repertoire import knobs_of
from core.sandbox.testmo.state import Attached, Closed, Run, State
from core.sandbox.testmo.workspace import PROJECT, SOMEBODY, SOURCES

_PACE, _LENGTH = 360.0, 300.0  # seconds from one earlier build to the next, and that each took
_TWIN_AGE: Final = 86_400.0  # seconds
_TWIN_DISTANCE: Final = 1_000  # numbers of runs in between
_SLOT_PASSED: Final = 1


def remember(state: State) -> None:
    """Record the builds before us, in one project. Every fourth had a failure."""
    count = state.scenario.history
    for index in range(count):
        asked = _asked(f"build {index + 1}", list(SOURCES)[index % 2])
        created = state.clock.started - _PACE * (count - index)
        run = _record(state, PROJECT, asked, last="failed" if index % 4 == 3 else "passed")
        run.created = created
        run.closed = Closed(at=created + _LENGTH, by=SOMEBODY)
        for thread in run.threads:
            thread.created, thread.closed = created, run.closed
            thread.batches = [replace(batch, at=created) for batch in thread.batches]


def neighbour(state: State, project: int, ours: NewRun) -> None:
    """Let another build record a green run of the same source."""
    name = ours.name if knobs_of(state.scenario).same_name else "another build"
    _record(state, project, replace(_asked(name, ours.source), attached=Attached()), last="passed")


def meddle(state: State, run: Run) -> None:
    """Let a person complete or delete our run once it has tests."""
    begun = run.ours and any(thread.batches for thread in run.threads)
    if begun and state.scenario.vanishes and run.deleted is None:
        run.deleted = state.clock.now()
    if begun and knobs_of(state.scenario).closed_early and run.closed is None:
        close(state, run, by=SOMEBODY, measured=False)


def green_twin(state: State, run: Run) -> Run:
    """Make up an older run of the same name and size that passed; the vendor does not know it."""
    age = run.created - _TWIN_AGE
    closed = Closed(at=age + _LENGTH, by=run.by)
    threads = [
        replace(
            thread,
            id=thread.id - _TWIN_DISTANCE,
            created=age,
            closed=closed,
            batches=[
                replace(batch, at=age, tally=Counter({_SLOT_PASSED: len(batch.words)})) for batch in thread.batches
            ],
        )
        for thread in run.threads
    ]
    return replace(
        run,
        id=min(state.runs) - _TWIN_DISTANCE,
        ours=False,
        created=age,
        threads=threads,
        closed=closed,
    )


def _asked(name: str, source: str) -> NewRun:
    return NewRun(name=name, source=source, config=None, milestone=None, tags=(), attached=Attached())


def _record(state: State, project: int, asked: NewRun, *, last: str) -> Run:
    """Record a whole run of three tests at once."""
    if state.scenario.hostile:
        asked = replace(asked, name=hostile.EVERYTHING)
    words = ("passed", "passed", last)
    tests = [
        {"key": f"{index}", "name": f"test {index}", "folder": "shop", "status": word, "elapsed": 60_000}
        for index, word in enumerate(words)
    ]
    piece = Piece(observed=round(_LENGTH * 1_000_000), computed=0, attached=Attached(), tests=tests)
    run = add_run(state, project, asked, by=SOMEBODY, ours=False)
    append(state, add_thread(state, run, replace(piece, tests=[]), by=SOMEBODY), replace(piece, observed=0))
    close(state, run, by=SOMEBODY, measured=False)
    return run
