"""qTest: schedules, and the jobs that come of them."""

from typing import Any

from core.sandbox.box import Call
from core.sandbox.course import Glance, glance, gone, look
from core.sandbox.progression import Phase
from core.sandbox.qtest import asks, wire
from core.sandbox.qtest.access import caller_of, check_project
from core.sandbox.qtest.hosts import NOTHING, host_at
from core.sandbox.qtest.logs import known_test_run
from core.sandbox.qtest.records import Agent, Host, Job
from core.sandbox.qtest.scheduling import add, order, ordered
from core.sandbox.qtest.state import PERSON, RefusedError, State, set_status
from core.sandbox.qtest.statuses import OPEN, JobStatus, may_follow

_ENDINGS = frozenset(("passed", "failed", "error", "canceled", "skipped"))  # those that say nothing of a job's word


def retrieve_jobs(state: State, call: Call) -> Any:
    """List the host's jobs that wait, of all its agents and their projects."""
    host = host_at(state, call.numbers[0])
    asks.window_of(state, call.query)
    now = state.clock.now()
    for job in state.jobs.values():
        if job.host == host.id:
            job.lost = job.lost or gone(job, now)
            look(job, now)
    late = state.scenario.stale_by if state.rng.random() < state.scenario.stale_reads else 0.0
    return listed(state, call, late=late)


def listed(state: State, call: Call, *, late: float = 0.0, steps: int = 0) -> list[dict[str, Any]]:
    """Return the jobs as they were `late` seconds, or so many `steps` of each, ago."""
    host = host_at(state, call.numbers[0])
    first, last = asks.window_of(state, call.query)
    shown = []
    for job in state.jobs.values():
        word = _word(state, job, late, steps)
        date = float(int(state.clock.date(job.start)))
        due = (first is None or first <= date) and date < last
        if job.host == host.id and word and due and _handed_out(state, host, job):
            shown.append(wire.job(state, job, word))
    return shown


def update_job_status(state: State, call: Call) -> Any:
    project, number = call.numbers
    job = state.jobs.get(number)
    if job is None or job.project != project or gone(job, state.clock.now()):
        raise RefusedError(404, "Job does not exist")
    status = asks.status_of(call.body)
    if not may_follow(state.knobs.profile, job.status, status):
        raise RefusedError(400, "Invalid job status transition")
    set_status(state, job, status, caller_of(call))
    if status is JobStatus.RUNNING and state.scenario.ending == "canceled":
        set_status(state, job, JobStatus.CANCELLED, PERSON)
    return NOTHING


def create_schedule(state: State, call: Call) -> Any:
    asked = asks.schedule_of(call.body)
    check_project(asked.project)
    agent = _agent_for(state, asked)
    if not all(known_test_run(state, asked.project, run) for run in asked.test_runs):
        raise RefusedError(404, "Test run does not exist")
    if not agent.active:
        raise RefusedError(400, "The agent is not active")
    schedule = order(state, agent, name=asked.name, by=caller_of(call))
    clock = state.clock
    start = None if asked.start is None else clock.started + asked.start - clock.date(clock.started)
    for runs in [[run] for run in asked.test_runs] if state.knobs.split_orders else [asked.test_runs]:
        add(state, schedule, ordered(state, runs), start=start)
    return schedule.id


def _agent_for(state: State, asked: asks.ScheduleAsked) -> Agent:
    agent = state.agents.get(asked.agent)
    if agent is None or agent.project != asked.project:
        raise RefusedError(404, "Agent does not exist")
    return agent


def _handed_out(state: State, host: Host, job: Job) -> bool:
    agent = state.agents.get(job.agent)
    if agent is None or not (agent.active or state.knobs.inactive_listed):
        return False
    return host.online or state.knobs.offline_listed


def _word(state: State, job: Job, late: float, steps: int) -> str:
    """Return the status that a look sees. Empty: it does not see the job."""
    now = state.clock.now()
    created = job.history[0].at
    if job.lost or (job.ours and now < created + state.scenario.eventual):
        return ""
    past = [step.status for step in job.history if step.at <= now - late]
    status = past[max(0, len(past) - 1 - steps)] if past else None
    seen = glance(job, now, late=late)
    if status not in OPEN or not _seen(job, seen):
        return ""
    if seen.detour is not None:
        return seen.detour
    if state.knobs.ordered_word and state.schedules[job.schedule].by != PERSON:
        return state.knobs.ordered_word
    return str(status) if state.scenario.ending in _ENDINGS else state.scenario.ending


def _seen(job: Job, seen: Glance) -> bool:
    """Whether a job has come so far that it is listed: by the clock it is so at once, with the date when it is due."""
    if job.scenario.stuck is Phase.QUEUED:
        return False
    return job.timeline.by_looks is None or seen.phase is Phase.OVER or job.scenario.vanishes
