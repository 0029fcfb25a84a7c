"""Mendix ATS: one job on its way, and what a look at it shows at a moment."""

from dataclasses import dataclass
from typing import Final

from core.sandbox.ats.endings import DONE, FAILED, NOT_EXECUTED, PASSED, Case, Ending
from core.sandbox.ats.habits import BREAKDOWN, DETAILS, Habits, habits_of
from core.sandbox.course import finished, glance
from core.sandbox.ledger import Run
from core.sandbox.progression import Phase
from core.sandbox.scenario import Scenario
from core.sandbox.timeline import Timeline, phase_of, position

QUEUED, RUNNING = "Queued", "Running"
_SEEN: Final = {"passed": (DONE, PASSED), "failed": (DONE, FAILED), "running": (RUNNING, "")}  # words of a detour


@dataclass(slots=True, kw_only=True)
class Job:
    """One job at the vendor, a first run or a rerun."""

    id: str
    operation: str
    ours: bool
    scenario: Scenario
    timeline: Timeline
    app: str
    template: str
    cases: tuple[Case, ...]
    ending: Ending
    rerun_of: str | None = None
    ended_looks: int = 0  # looks at the finished job

    @property
    def habits(self) -> Habits:
        return habits_of(self.scenario)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What a look sees. An empty result is none."""

    status: str
    result: str = ""
    over: bool = False
    cases: tuple[Case, ...] = ()  # those that have finished


def moment_of(job: Job, now: float, *, late: float = 0.0) -> Moment:
    """What is to be seen now, or `late` seconds ago."""
    seen = glance(job, now, late=late)
    if seen.phase < Phase.RUNNING:
        return Moment(status=QUEUED)
    if seen.phase is not Phase.OVER or job.habits.token_replaced:
        return Moment(status=RUNNING, cases=_finished_cases(job, seen.fraction if seen.phase is Phase.RUNNING else 1.0))
    if seen.detour is not None:
        status, result = _SEEN.get(seen.detour, (seen.detour, ""))
        return Moment(status=status, result=result, over=status == DONE, cases=job.cases)
    return Moment(status=job.ending.status, result=job.ending.result, over=True, cases=job.cases)


def over(job: Job, now: float) -> bool:
    """Whether the job has run to its end, seen or not."""
    return job.scenario.stuck is None and phase_of(job.timeline, position(job.timeline, now))[0] is Phase.OVER


def truth(job: Job, now: float) -> Run:
    """Return the job's entry in the ledger."""
    return Run(
        id=job.id,
        operation=job.operation,
        ours=job.ours,
        verdict=_verdict(job),
        passed=may_be_green(job),
        started_at=job.timeline.created,
        finished=finished(job, now),
        project=job.app,
        test_plan=job.template,
        cases=tuple(case.result for case in job.cases),
        looks=len(job.timeline.looks),
        rerun_of=job.rerun_of,
    )


def may_be_green(job: Job) -> bool:
    """Whether this job may turn a build green: it passed, and what this ATS shows of it proves that."""
    results = {case.result for case in job.cases}
    habits = job.habits
    passes = (job.ending.status, job.ending.result, job.ending.canceled) == (DONE, PASSED, False)
    proven = PASSED in results and results <= {PASSED, NOT_EXECUTED} and not habits.miscounted
    shown = bool({BREAKDOWN, DETAILS} & set(habits.blocks)) and not habits.old and not habits.token_replaced
    return passes and proven and shown and job.scenario.stuck is None and not job.scenario.vanishes


def _verdict(job: Job) -> str:
    if job.scenario.stuck is not None:
        return RUNNING if job.scenario.stuck >= Phase.RUNNING else QUEUED
    return "vanished" if job.scenario.vanishes else job.ending.result or job.ending.status


def _finished_cases(job: Job, fraction: float) -> tuple[Case, ...]:
    """Cases finish one by one; what is not executed is known only at the end."""
    count = len(job.cases)
    done = [case for index, case in enumerate(job.cases) if fraction >= 0.98 * (index + 1) / count]
    return tuple(case for case in done if case.result != NOT_EXECUTED)
