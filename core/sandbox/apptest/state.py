"""apptest.ai: everything that the emulated vendor remembers, and how testsets come to be."""

from dataclasses import dataclass, field, replace
from random import Random
from typing import Final

from core.sandbox.apptest.devices import final_words
from core.sandbox.apptest.repertoire import knobs_of
from core.sandbox.clock import Clock
from core.sandbox.course import finished, timeline_of
from core.sandbox.forms import Part
from core.sandbox.ledger import Run
from core.sandbox.progression import Progression
from core.sandbox.scenario import Scenario, green
from core.sandbox.timeline import Timeline

FIRST_TEST: Final = 879_851  # number of a device's test, in the link to it
_TWIN_AGE, _TWIN_DISTANCE = 86_400.0, 1_000  # seconds, and numbers of testsets in between


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A start that the vendor has accepted."""

    project: int
    name: str
    os_type: str
    callback: str | None = None
    scenario_id: int = 0  # 0: the automated test
    file: Part | None = None


@dataclass(slots=True, kw_only=True)
class Testset:
    """One testset, on its way through a scenario."""

    id: int
    ours: bool
    start: Start
    scenario: Scenario
    timeline: Timeline
    first_test: int
    words: tuple[str, ...]  # what each device comes to
    late: int  # so many calls for the result see none yet
    ended_looks: int = 0
    called_back: bool = False


@dataclass(slots=True, kw_only=True)
class State:
    """All of it. Readings of `now` throughout; dates are made on the wire only."""

    scenario: Scenario
    clock: Clock
    rng: Random
    next_id: int
    next_test: int = FIRST_TEST
    testsets: dict[int, Testset] = field(default_factory=dict)


def begin(state: State, start: Start, *, ours: bool, devices: int | None = None) -> Testset:
    """Start a testset. Other builds' testsets come to the opposite of ours. `devices` overrules the project."""
    scenario = state.scenario if ours else _opposite(state.scenario)
    count = _devices(scenario) if devices is None else devices
    scenario = scenario if count else replace(scenario, empty=True)
    testset = Testset(
        id=state.next_id,
        ours=ours,
        start=start,
        scenario=scenario,
        timeline=timeline_of(scenario, state.clock.now(), state.rng),
        first_test=state.next_test,
        words=final_words(scenario, count),
        late=knobs_of(scenario).late,
    )
    state.testsets[testset.id] = testset
    state.next_id += 1
    state.next_test += count
    return testset


def green_twin(state: State, testset: Testset) -> Testset:
    """Make up an older testset of the same that passed; the vendor does not know it."""
    scenario = Scenario(progression=Progression.immediate())
    return replace(
        testset,
        id=testset.id - _TWIN_DISTANCE,
        ours=False,
        scenario=scenario,
        timeline=timeline_of(scenario, state.clock.started - _TWIN_AGE, state.rng),
        first_test=testset.first_test - _TWIN_DISTANCE,
        words=final_words(scenario, len(testset.words)),
        late=0,
    )


def truth(testset: Testset, now: float) -> Run:
    """Return the testset's entry in the ledger."""
    start = testset.start
    return Run(
        id=testset.id,
        operation="start-testset",
        ours=testset.ours,
        verdict=final_word(testset),
        passed=green(testset.scenario),
        started_at=testset.timeline.created,
        finished=finished(testset, now),
        project=start.project,
        test_plan=None,
        name=start.name,
        scenarios=(start.scenario_id,) if start.scenario_id else (),
        capabilities=len(testset.words),
        cases=testset.words,
        looks=len(testset.timeline.looks),
        file=start.file,
    )


def final_word(testset: Testset) -> str:
    """Return the last word of the status. Whether it all passed is not in it, but in the counts and the results."""
    scenario = testset.scenario
    if scenario.vanishes:
        return "vanished"
    if scenario.stuck is not None:
        return "Running"
    known = scenario.ending in {"passed", "failed", "error", "canceled", "skipped"}
    return "Complete" if known else scenario.ending


def _devices(scenario: Scenario) -> int:
    if scenario.empty:
        return 0
    return knobs_of(scenario).devices if scenario.matrix is None else scenario.matrix[0] * scenario.matrix[1]


def _opposite(scenario: Scenario) -> Scenario:
    ending, failing = ("failed", 1) if green(scenario) else ("passed", 0)
    return Scenario(
        ending=ending,
        failing=failing,
        progression=scenario.progression,
        matrix=scenario.matrix,
        hostile=scenario.hostile,
        own=scenario.own,
    )
