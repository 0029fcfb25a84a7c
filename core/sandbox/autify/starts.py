"""Autify: how runs come to be: ours, other builds', and those that were there before."""

from dataclasses import dataclass, replace
from random import Random

from core.sandbox.autify import workspace
from core.sandbox.autify.capabilities import CAPABILITIES, Capability
from core.sandbox.autify.runs import RunState, final_words
from core.sandbox.autify.state import RESIDENT, AccessPoint, State, new_key
from core.sandbox.clock import Clock
from core.sandbox.course import timeline_of
from core.sandbox.progression import Progression
from core.sandbox.scenario import Scenario, green

_TWIN_AGE, _TWIN_DISTANCE = 86_400.0, 1_000  # seconds, and numbers of runs in between


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A start that the vendor has accepted."""

    operation: str
    project: int | None = None
    plan: int | None = None
    scenarios: tuple[int, ...] = ()
    capabilities: tuple[Capability, ...] = ()
    name: str | None = None
    execution_type: str = "parallel"
    replacements: tuple[tuple[str, str], ...] = ()
    access_point: str | None = None


def opened(*, scenario: Scenario, clock: Clock, rng: Random, first_id: int) -> State:
    """Make the state of a vendor that has run nothing for us yet."""
    state = State(scenario=scenario, clock=clock, rng=rng, next_run=first_id)
    state.access_points[RESIDENT] = AccessPoint(name=RESIDENT, key=new_key(rng), created=clock.started - 86_400)
    for age in range(scenario.history, 0, -1):
        for plan in (*workspace.PLANS, None):
            _remember(state, plan, clock.started - 3600 * age)
    return state


def start_run(state: State, start: Start, *, ours: bool, created: float | None = None) -> RunState:
    """Start a run. Other builds' runs come to the opposite of ours."""
    scenario = state.scenario if ours else _opposite(state.scenario)
    return _start(state, start, scenario, ours=ours, created=state.clock.now() if created is None else created)


def green_twin(state: State, run: RunState) -> RunState:
    """Make up an older run of the same that passed; the vendor does not know it."""
    scenario = Scenario(progression=Progression.immediate(), shape=state.scenario.shape)
    created = state.clock.started - _TWIN_AGE
    return replace(
        run,
        id=run.id - _TWIN_DISTANCE,
        ours=False,
        scenario=scenario,
        timeline=timeline_of(scenario, created, state.rng),
        words=("passed",) * len(run.words),
    )


def remember_green(state: State, run: RunState) -> RunState:
    """Make up such a run, and let the vendor know it."""
    twin = green_twin(state, run)
    state.runs[twin.id] = twin
    return twin


def _start(state: State, start: Start, scenario: Scenario, *, ours: bool, created: float) -> RunState:
    scenarios, capabilities = _matrix(start, scenario)
    count = len(scenarios) * len(capabilities)
    run = RunState(
        id=state.next_run,
        operation=start.operation,
        ours=ours,
        scenario=scenario,
        timeline=timeline_of(scenario, created, state.rng),
        project=start.project,
        plan=start.plan,
        scenarios=scenarios,
        capabilities=capabilities,
        first_case=state.next_case,
        first_capability=state.next_capability,
        name=start.name,
        execution_type=start.execution_type,
        replacements=start.replacements,
        access_point=start.access_point,
        shuffle=state.rng.random(),
        words=final_words(scenario, count),
    )
    state.runs[run.id] = run
    state.next_run += 1
    state.next_case += count
    state.next_capability += len(capabilities)
    return run


def _matrix(start: Start, scenario: Scenario) -> tuple[tuple[int, ...], tuple[Capability, ...]]:
    """Scenarios and capabilities to run on: what was asked for, then others until the scenario's matrix is full."""
    if scenario.empty:
        return (), ()
    if scenario.matrix is None:
        return start.scenarios, start.capabilities
    rows, columns = scenario.matrix
    every = range(workspace.FIRST_SCENARIO, workspace.FIRST_SCENARIO + workspace.SCENARIO_COUNT)
    scenarios = tuple(dict.fromkeys((*start.scenarios, *every)))[: max(rows, len(start.scenarios))]
    capabilities = tuple(dict.fromkeys((*start.capabilities, *CAPABILITIES)))[: max(columns, len(start.capabilities))]
    return scenarios, capabilities


def _opposite(scenario: Scenario) -> Scenario:
    ending, failing = ("failed", 1) if green(scenario) else ("passed", 0)
    return Scenario(
        ending=ending,
        failing=failing,
        progression=scenario.progression,
        matrix=scenario.matrix,
        shape=scenario.shape,
        hostile=scenario.hostile,
    )


def _remember(state: State, plan: int | None, created: float) -> None:
    """Add a finished run of about five minutes; most of them passed."""
    ending = state.rng.choice(("passed", "passed", "passed", "failed", "canceled"))
    part = state.rng.uniform(0.2, 0.6) if ending == "canceled" else state.rng.uniform(0.93, 1.07)
    progression = Progression.seconds(queue=2.0, wait=3.0, run=300.0 * part - 7.5, settle=2.5)
    scenario = replace(
        Scenario(),
        ending=ending,
        failing=int(ending == "failed"),
        progression=progression,
        shape=state.scenario.shape,
    )
    start = Start(
        operation="execute-scenarios" if plan is None else "execute-schedule",
        project=workspace.PROJECT if plan is None else None,
        plan=plan,
        scenarios=workspace.plan_scenarios(plan or 3001),
        capabilities=CAPABILITIES[:1],
    )
    _start(state, start, scenario, ours=False, created=created)
