"""qTest: schedules, and the jobs that come of them."""

from collections.abc import Sequence
from dataclasses import replace

from core.sandbox.course import timeline_of
from core.sandbox.progression import Phase
from core.sandbox.qtest import materials
from core.sandbox.qtest.dates import STYLE
from core.sandbox.qtest.records import Agent, Job, Material, Schedule, Step
from core.sandbox.qtest.state import SERVER, State, new_id
from core.sandbox.qtest.statuses import JobStatus


def order(state: State, agent: Agent, *, name: str, by: str) -> Schedule:
    schedule = Schedule(
        id=new_id(state, "schedule"),
        agent=agent.id,
        project=agent.project,
        name=name,
        created=state.clock.now(),
        by=by,
    )
    state.schedules[schedule.id] = schedule
    return schedule


def add(
    state: State,
    schedule: Schedule,
    some: tuple[Material, ...],
    *,
    start: float | None = None,
    style: str = STYLE,
    status: JobStatus = JobStatus.PLANNED,
) -> Job:
    """Add a job to a schedule. Without a `start` it is due when the scenario's progression says so."""
    agent, now = state.agents[schedule.agent], state.clock.now()
    timeline = timeline_of(state.scenario, now, state.rng)
    due = now + (sum(timeline.spans) if timeline.by_looks is None else 0.0)
    job = Job(
        id=new_id(state, "job"),
        schedule=schedule.id,
        agent=agent.id,
        project=agent.project,
        host=agent.host,
        start=due if start is None else start,
        materials=some,
        history=[Step(at=now, status=status, by=SERVER)],
        style=style,
        scenario=replace(state.scenario, stuck=state.scenario.stuck if state.scenario.stuck is Phase.QUEUED else None),
        timeline=timeline,
        ours=agent.ours,
    )
    state.jobs[job.id] = job
    return job


def ordered(state: State, test_runs: Sequence[int]) -> tuple[Material, ...]:
    """Return the materials for test runs that somebody has named."""
    return () if state.scenario.empty else materials.materials_of(state.scenario, test_runs)
