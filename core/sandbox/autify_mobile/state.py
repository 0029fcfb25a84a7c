"""Autify for mobile: everything that the emulated vendor remembers, and how runs come to be."""

from dataclasses import dataclass, field, replace
from random import Random
from typing import Final

from core.sandbox.autify_mobile import workspace
from core.sandbox.autify_mobile.repertoire import knobs_of
from core.sandbox.autify_mobile.runs import Build, RunState, final_words
from core.sandbox.autify_mobile.workspace import Device
from core.sandbox.clock import Clock
from core.sandbox.course import timeline_of
from core.sandbox.forms import Part
from core.sandbox.progression import Progression
from core.sandbox.scenario import Order, Scenario, green

_DAY: Final = 86_400.0
_TWIN_DISTANCE: Final = 1_000  # numbers of runs in between


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A start that the vendor has accepted."""

    plan: str
    build: Build
    devices: tuple[Device, ...]


@dataclass(slots=True, kw_only=True)
class State:
    """All of it. Readings of `now` throughout; dates are made on the wire only."""

    scenario: Scenario
    clock: Clock
    rng: Random
    next_run: int
    runs: dict[str, RunState] = field(default_factory=dict)
    builds: dict[str, Build] = field(default_factory=dict)
    next_build: int = 1
    next_case: int = 1


def opened(*, scenario: Scenario, clock: Clock, rng: Random, first_run: int) -> State:
    """Make the state of a vendor that has run nothing for us yet."""
    state = State(scenario=scenario, clock=clock, rng=rng, next_run=first_run)
    resident = Build(id=workspace.RESIDENT_BUILD, file=None, created=clock.started - 40 * _DAY)
    state.builds[resident.id] = resident
    for age in range(scenario.history, 0, -1):
        for plan in workspace.PLANS:
            start = Start(plan=plan, build=resident, devices=(workspace.device_of(plan),))
            _begin(state, start, _earlier(rng), ours=False, created=clock.started - 3600 * age)
    return state


def keep(state: State, file: Part) -> Build:
    """Keep an uploaded app."""
    build = Build(id=f"bLd{state.next_build:03}", file=file, created=state.clock.now())
    state.builds[build.id] = build
    state.next_build += 1
    return build


def start_run(state: State, start: Start, *, ours: bool) -> RunState:
    """Start a run. Other builds' runs come to the opposite of ours."""
    scenario = state.scenario if ours else _opposite(state.scenario)
    return _begin(state, start, scenario, ours=ours, created=state.clock.now())


def green_twin(state: State, run: RunState) -> RunState:
    """Make up an older run of the same that passed; the vendor does not know it."""
    scenario = Scenario(progression=Progression.immediate(), own=run.scenario.own)
    return replace(
        run,
        number=run.number - _TWIN_DISTANCE,
        ours=False,
        scenario=scenario,
        timeline=timeline_of(scenario, state.clock.started - _DAY, state.rng),
        words=("passed",) * len(run.words),
        build=state.builds[workspace.RESIDENT_BUILD],
    )


def listed(state: State, runs: list[RunState]) -> list[RunState]:
    """Put runs into the order in which this vendor lists them."""
    match state.scenario.order:
        case Order.SHUFFLED:
            return sorted(runs, key=lambda run: run.shuffle)
        case Order.NEWEST:
            return sorted(runs, key=lambda run: -run.number)
        case Order.OLDEST:
            return sorted(runs, key=lambda run: run.number)


def _begin(state: State, start: Start, scenario: Scenario, *, ours: bool, created: float) -> RunState:
    cases, devices = _matrix(start, scenario)
    count = len(cases) * len(devices)
    run = RunState(
        number=state.next_run,
        ours=ours,
        scenario=scenario,
        timeline=timeline_of(scenario, created, state.rng),
        plan=start.plan,
        build=start.build,
        cases=cases,
        devices=devices,
        words=final_words(scenario, count),
        first_case=state.next_case,
        shuffle=state.rng.random(),
    )
    state.runs[run.id] = run
    state.next_run += 1
    state.next_case += count
    return run


def _matrix(start: Start, scenario: Scenario) -> tuple[tuple[str, ...], tuple[Device, ...]]:
    """Cases and devices to run on: the plan's and what was asked for, then others until the matrix is full."""
    if scenario.empty:
        return (), ()
    rows, columns = scenario.matrix or (0, 0)
    devices = tuple(dict.fromkeys((*start.devices, *workspace.DEVICES)))
    return workspace.case_ids(start.plan, rows), devices[: max(columns, len(start.devices))]


def _opposite(scenario: Scenario) -> Scenario:
    ending, failing = ("failed", 1) if green(scenario) else ("passed", 0)
    return Scenario(
        ending=ending,
        failing=failing,
        progression=scenario.progression,
        matrix=scenario.matrix,
        hostile=scenario.hostile,
        own=replace(knobs_of(scenario), rest_skipped=False),
    )


def _earlier(rng: Random) -> Scenario:
    """Make up a run of about five minutes that is long over; most of them passed."""
    ending = rng.choice(("passed", "passed", "passed", "failed"))
    progression = Progression.seconds(queue=2.0, wait=30.0, run=260.0 * rng.uniform(0.93, 1.07), settle=2.5)
    return Scenario(ending=ending, failing=int(ending == "failed"), progression=progression)
