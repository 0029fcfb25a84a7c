"""qTest: the truth about it, for assertions: who claimed what, what was left running, which logs came twice."""

from collections import Counter
from dataclasses import dataclass

from core.sandbox.course import finished
from core.sandbox.ledger import Ledger, Run
from core.sandbox.qtest.logs import final_state
from core.sandbox.qtest.records import Agent, Host, HostAsked, Job, Log, QueueItem, Schedule, Step
from core.sandbox.qtest.state import OTHERS, State
from core.sandbox.qtest.statuses import OVER, JobStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class HostTruth:
    """A host. Times are readings of the sandbox's `now`."""

    id: int
    asked: HostAsked
    pings: tuple[float, ...]
    online: bool
    offline_at: tuple[float, ...]  # when it was found to be silent


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentTruth:
    """An agent, and what became of it."""

    id: int
    project: int
    host: int
    name: str
    agent_id: int
    active: bool
    ours: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTruth:
    """A job and its life."""

    id: int
    schedule: int
    agent: int
    project: int
    ours: bool
    start: float
    test_runs: tuple[int, ...]
    history: tuple[Step, ...]

    @property
    def status(self) -> JobStatus:
        return self.history[-1].status

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(str(step.status) for step in self.history)

    @property
    def claims(self) -> tuple[Step, ...]:
        """Every time that somebody made it RUNNING; more than one is two runners at one job."""
        return tuple(step for step in self.history if step.status is JobStatus.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """It is a ledger's `own`."""

    hosts: tuple[HostTruth, ...]
    agents: tuple[AgentTruth, ...]
    schedules: tuple[Schedule, ...]
    jobs: tuple[JobTruth, ...]
    logs: tuple[Log, ...]

    @property
    def running(self) -> tuple[JobTruth, ...]:
        """The jobs that a client has left RUNNING."""
        return tuple(job for job in self.jobs if job.status is JobStatus.RUNNING and job.history[-1].by not in OTHERS)

    @property
    def claimed_twice(self) -> tuple[JobTruth, ...]:
        return tuple(job for job in self.jobs if len(job.claims) > 1)

    @property
    def logged_twice(self) -> tuple[int, ...]:
        """The test runs with more than one log."""
        counted = Counter(log.test_run for log in self.logs)
        return tuple(run for run, count in counted.items() if count > 1)

    def logs_of(self, test_run: int) -> tuple[Log, ...]:
        """Return the logs of a test run, oldest first."""
        return tuple(log for log in self.logs if log.test_run == test_run)


def truth_of(ledger: Ledger) -> Truth:
    """Return what the ledger of a qTest knows more than others. Raises TypeError for any other vendor's."""
    if not isinstance(ledger.own, Truth):
        raise TypeError("this is no ledger of qTest")
    return ledger.own


def ledger_of(state: State) -> Ledger:
    """Tell it all. A claimed job, and an upload, is a run."""
    now = state.clock.now()
    claimed = [_job_run(state, job) for job in state.jobs.values() if _claims(job)]
    uploads = [_upload_run(state, item, now) for item in state.queue.values()]
    own = Truth(
        hosts=tuple(_host(one) for one in state.hosts.values()),
        agents=tuple(_agent(one) for one in state.agents.values()),
        schedules=tuple(state.schedules.values()),
        jobs=tuple(_job(one) for one in state.jobs.values()),
        logs=tuple(state.logs),
    )
    return Ledger(runs=tuple(sorted([*claimed, *uploads], key=lambda run: run.started_at)), own=own)


def _host(one: Host) -> HostTruth:
    return HostTruth(
        id=one.id, asked=one.asked, pings=tuple(one.pings), online=one.online, offline_at=tuple(one.offline_at)
    )


def _agent(one: Agent) -> AgentTruth:
    return AgentTruth(
        id=one.id,
        project=one.project,
        host=one.host,
        name=one.asked.name,
        agent_id=one.asked.agent_id,
        active=one.active,
        ours=one.ours,
    )


def _job(one: Job) -> JobTruth:
    return JobTruth(
        id=one.id,
        schedule=one.schedule,
        agent=one.agent,
        project=one.project,
        ours=one.ours,
        start=one.start,
        test_runs=tuple(material.test_run for material in one.materials),
        history=tuple(one.history),
    )


def _claims(job: Job) -> list[Step]:
    return [step for step in job.history if step.status is JobStatus.RUNNING]


def _job_run(state: State, job: Job) -> Run:
    """Return a job that was claimed. It passed if it is COMPLETED and every test of it was logged as passed since."""
    first = _claims(job)[0]
    words = {log.test_run: log.asked.status for log in state.logs if log.at >= first.at}
    cases = tuple(words.get(material.test_run, "") for material in job.materials)
    passed = bool(cases) and all(word == state.knobs.words[0] for word in cases)
    return Run(
        id=job.id,
        operation="update-job-status",
        ours=first.by not in OTHERS,
        verdict=str(job.status),
        passed=passed and job.status is JobStatus.COMPLETED,
        started_at=first.at,
        finished=job.status in OVER,
        project=job.project,
        test_plan=None,
        name=state.schedules[job.schedule].name,
        scenarios=tuple(material.test_run for material in job.materials),
        cases=cases,
        looks=len(job.timeline.looks),
    )


def _upload_run(state: State, item: QueueItem, now: float) -> Run:
    words = tuple(asked.status for asked in item.logs)
    verdict = "vanished" if item.scenario.vanishes else final_state(item)
    return Run(
        id=item.id,
        operation=item.operation,
        ours=True,
        verdict=verdict,
        passed=verdict == "SUCCESS" and all(word == state.knobs.words[0] for word in words),
        started_at=item.timeline.created,
        finished=not item.stuck and finished(item, now),
        project=item.project,
        test_plan=item.container,
        cases=words,
        looks=len(item.timeline.looks),
    )
