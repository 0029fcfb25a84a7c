"""qTest: what people schedule, in qTest itself, for an agent that goes to work."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from core.sandbox.qtest import materials
from core.sandbox.qtest.dates import STYLES
from core.sandbox.qtest.knobs import Agenda
from core.sandbox.qtest.records import Agent, AgentAsked, Material, Step
from core.sandbox.qtest.scheduling import add, order
from core.sandbox.qtest.state import ANOTHER_RUNNER, PERSON, State, new_id
from core.sandbox.qtest.statuses import OPEN, JobStatus

_HOUR, _WEEK = 3600.0, 7 * 86_400.0
_RECURRENCES, _OVERDUE = 3, 50
_NAME: Final = "nightly"
_NEIGHBOUR: Final = AgentAsked(
    name="another build", framework="junit", framework_id="junit-plugin", agent_id=17, active=True
)


def go_to_work(state: State, agent: Agent) -> None:
    """Schedule the scenario's jobs for an agent that has nothing to do: being told twice to be active makes no more."""
    mine = [job.status for job in state.jobs.values() if job.agent == agent.id]
    busy = any(status in OPEN or status is JobStatus.RUNNING for status in mine)
    if busy or state.scenario.empty:
        return
    _earlier(state, agent)
    if state.scenario.hostile:
        _attacks(state, agent)
    elif state.scenario.neighbours:
        _between_others(state, agent)
    else:
        _AGENDAS[state.knobs.agenda](state, agent)


def _usual(state: State, agent: Agent) -> None:
    """Schedule a job for each column of the scenario's matrix, with a test for each of its rows."""
    rows, columns = state.scenario.matrix or (materials.COUNT, 1)
    sizes = [len(contents) for contents in state.knobs.contents] or [rows] * columns
    schedule, runs = order(state, agent, name=_NAME, by=PERSON), iter(_test_runs(state, sum(sizes)))
    for size in sizes:
        add(state, schedule, materials.materials_of(state.scenario, list(islice(runs, size))))


def _recurring(state: State, agent: Agent) -> None:
    _repeated(state, agent, [turn * _WEEK for turn in range(_RECURRENCES)], JobStatus.PLANNED)


def _overdue(state: State, agent: Agent) -> None:
    _repeated(state, agent, [-turn * _HOUR for turn in range(_OVERDUE, 0, -1)], JobStatus.NOT_RUN)


def _repeated(state: State, agent: Agent, offsets: Sequence[float], status: JobStatus) -> None:
    schedule, now = order(state, agent, name=_NAME, by=PERSON), state.clock.now()
    for offset in offsets:
        add(state, schedule, _materials(state), start=now + offset, status=status)


def _odd(state: State, agent: Agent) -> None:
    schedule = order(state, agent, name=_NAME, by=PERSON)
    for some in materials.odd(_test_runs(state, 2)):
        add(state, schedule, some)


def _zones(state: State, agent: Agent) -> None:
    schedule = order(state, agent, name=_NAME, by=PERSON)
    for style in STYLES:
        add(state, schedule, _materials(state), style=style)


def _attacks(state: State, agent: Agent) -> None:
    """Schedule a job for each attack, so that one refusal hides no other."""
    schedule = order(state, agent, name=_NAME, by=PERSON)
    for index, run in enumerate(_test_runs(state, len(materials.HOSTILE))):
        add(state, schedule, materials.attack(run, index))


def _between_others(state: State, agent: Agent) -> None:
    """Let there be jobs of another agent of the host, here and in another project, before ours and after it."""
    others = [_other_agent(state, agent, agent.project), _other_agent(state, agent, agent.project + 1)]
    for other in others:
        add(state, order(state, other, name="theirs", by=PERSON), _materials(state))
    _usual(state, agent)
    for other in others:
        add(state, order(state, other, name="theirs", by=PERSON), _materials(state))


def _other_agent(state: State, agent: Agent, project: int) -> Agent:
    other = Agent(
        id=new_id(state, "agent"), project=project, host=agent.host, asked=_NEIGHBOUR, active=True, ours=False
    )
    state.agents[other.id] = other
    return other


def _earlier(state: State, agent: Agent) -> None:
    """Remember the jobs of earlier days, which are over."""
    if not state.scenario.history or state.jobs:
        return
    schedule = order(state, agent, name="earlier", by=PERSON)
    for turn in range(state.scenario.history, 0, -1):
        job = add(state, schedule, _materials(state), start=state.clock.now() - turn * _HOUR)
        job.ours = False
        job.history = [replace(job.history[0], at=job.start)]
        for status in (JobStatus.RUNNING, JobStatus.COMPLETED):
            job.history.append(Step(at=job.start, status=status, by=ANOTHER_RUNNER))


def _materials(state: State) -> tuple[Material, ...]:
    return materials.materials_of(state.scenario, _test_runs(state, materials.COUNT))


def _test_runs(state: State, count: int) -> list[int]:
    first = materials.FIRST_TEST_RUN + state.knobs.first_number
    return list(range(first, first + count))


_AGENDAS: Final[dict[Agenda, Callable[[State, Agent], None]]] = {
    Agenda.USUAL: _usual,
    Agenda.RECURRING: _recurring,
    Agenda.OVERDUE: _overdue,
    Agenda.ODD: _odd,
    Agenda.ZONES: _zones,
}
