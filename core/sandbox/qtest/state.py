"""qTest: everything that the emulated vendor remembers, and its idea of the past half hours."""

from dataclasses import dataclass, field
from random import Random
from typing import Final

from core.sandbox.clock import Clock
from core.sandbox.qtest.knobs import Knobs
from core.sandbox.qtest.records import Agent, Host, Job, Log, QueueItem, Schedule, Step
from core.sandbox.qtest.statuses import JobStatus
from core.sandbox.scenario import Scenario

FORBIDDEN_PROJECT: Final = 403403  # exists, but not for us
MISSING_PROJECT: Final = 404404  # every other number is a project of ours
TEST_RUNS: Final = 3_000
TICK: Final = 1800.0  # seconds: how often the server looks for silent hosts, and how long a silence it bears
SERVER, PERSON, ANOTHER_RUNNER = "the server", "a person", "another runner"  # who acts besides the clients
OTHERS: Final = frozenset((SERVER, PERSON, ANOTHER_RUNNER))
_FIRST: Final = {"host": 512, "agent": 903, "schedule": 6120, "log": 700_314, "queue": 31_007, "run": 95_001}


class RefusedError(Exception):
    """The vendor says no."""

    def __init__(self, status: int, message: str, *, oauth: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.oauth = oauth  # the error of that protocol, which has a shape of its own


@dataclass(slots=True, kw_only=True)
class State:
    """All of it. Readings of `now` throughout; dates are made on the wire only."""

    scenario: Scenario
    knobs: Knobs
    clock: Clock
    rng: Random
    next_ids: dict[str, int]
    ticked: float
    hosts: dict[int, Host] = field(default_factory=dict)
    agents: dict[int, Agent] = field(default_factory=dict)
    schedules: dict[int, Schedule] = field(default_factory=dict)
    jobs: dict[int, Job] = field(default_factory=dict)
    logs: list[Log] = field(default_factory=list)
    test_runs: dict[int, int] = field(default_factory=dict)  # those that logs have made, with their projects
    queue: dict[int, QueueItem] = field(default_factory=dict)
    minute: tuple[int, int] = (0, 0)  # the last minute with calls, and how many


def opened(scenario: Scenario, knobs: Knobs, clock: Clock, rng: Random, first_job: int) -> State:
    numbers = {**_FIRST, "job": first_job}
    return State(
        scenario=scenario,
        knobs=knobs,
        clock=clock,
        rng=rng,
        next_ids={kind: number + knobs.first_number for kind, number in numbers.items()},
        ticked=clock.started,
    )


def new_id(state: State, kind: str) -> int:
    number = state.next_ids[kind]
    state.next_ids[kind] += 1
    return number


def set_status(state: State, job: Job, status: JobStatus, by: str) -> None:
    job.history.append(Step(at=state.clock.now(), status=status, by=by))


def ping(state: State, host: Host) -> None:
    host.pings.append(state.clock.now())
    host.online = True


def pass_time(state: State) -> None:
    """Let the server look round at every half hour that has passed since the last call."""
    while state.ticked + TICK <= state.clock.now():
        state.ticked += TICK
        for host in state.hosts.values():
            if host.online and host.pings[-1] <= state.ticked - TICK:
                host.online = False
                host.offline_at.append(state.ticked)
            if not host.online:
                _overdue(state, host)


def _overdue(state: State, host: Host) -> None:
    """Mark the jobs that nobody has fetched in time, and those that nobody seems to run any more."""
    for job in state.jobs.values():
        waiting = job.status is JobStatus.PLANNED and job.start < state.ticked
        lost = job.status is JobStatus.RUNNING and state.knobs.returned
        if job.host == host.id and (waiting or lost):
            job.history.append(Step(at=state.ticked, status=JobStatus.NOT_RUN, by=SERVER))
