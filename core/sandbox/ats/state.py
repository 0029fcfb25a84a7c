"""Mendix ATS: everything that the emulated vendor remembers, and how jobs come to be in it."""

from dataclasses import dataclass, field, replace
from random import Random
from typing import Final

from core.sandbox.ats.endings import (
    REJECTED,
    Case,
    Ending,
    cases_again,
    ending_again,
    planned_cases,
    planned_ending,
    rejected_cases,
)
from core.sandbox.ats.habits import Habits, habits_of
from core.sandbox.ats.jobs import Job, over
from core.sandbox.clock import Clock
from core.sandbox.course import gone, timeline_of
from core.sandbox.progression import Progression
from core.sandbox.scenario import Scenario, green

LIMIT: Final = 5  # jobs that may queue or run at once


class RefusedError(Exception):
    """The vendor says no, in an answer like any other: with an ErrorMessage."""


@dataclass(slots=True, kw_only=True)
class State:
    """All of it. Readings of `now` throughout."""

    scenario: Scenario
    clock: Clock
    rng: Random
    next_number: int
    jobs: dict[str, Job] = field(default_factory=dict)

    @property
    def habits(self) -> Habits:
        return habits_of(self.scenario)


def start_first(state: State, operation: str, app: str, template: str, *, ours: bool) -> Job:
    """Start a template. Other builds' jobs come to the opposite of ours, and take no place of ours."""
    if ours and full(state):
        return _reject(state, operation, app, template, planned=rejected_cases(state.scenario))
    scenario = state.scenario if ours else _opposite(state.scenario)
    ending, cases = planned_ending(scenario), planned_cases(scenario)
    return _add(state, operation, scenario, (app, template), (ending, cases), ours=ours)


def start_again(state: State, operation: str, before: Job) -> Job:
    """Start a job with what did not pass in an earlier one."""
    cases = cases_again(before.cases, before.habits.heals)
    if full(state):
        return _reject(state, operation, before.app, before.template, planned=cases, rerun_of=before.id)
    ending = ending_again(before.ending, cases)
    identity = (before.app, before.template)
    return _add(state, operation, before.scenario, identity, (ending, cases), ours=True, rerun_of=before.id)


def full(state: State) -> bool:
    """Whether as many jobs queue or run as may."""
    now = state.clock.now()
    active = sum(job.ours and not over(job, now) and not gone(job, now) for job in state.jobs.values())
    return active + state.habits.busy >= LIMIT


def new_id(state: State) -> str:
    """Make up a UUID of version 4; it ends in the job's number, so that spaces of one seed differ."""
    state.next_number += 1
    text = f"{state.rng.getrandbits(80):020x}{state.next_number - 1:012x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


def _reject(
    state: State, operation: str, app: str, template: str, *, planned: tuple[Case, ...], rerun_of: str | None = None
) -> Job:
    """Add a job that is over as soon as it is there."""
    scenario = Scenario(progression=Progression(total=0.0), own=state.scenario.own)
    return _add(state, operation, scenario, (app, template), (REJECTED, planned), ours=True, rerun_of=rerun_of)


def _add(
    state: State,
    operation: str,
    scenario: Scenario,
    identity: tuple[str, str],
    plan: tuple[Ending, tuple[Case, ...]],
    *,
    ours: bool,
    rerun_of: str | None = None,
) -> Job:
    job = Job(
        id=new_id(state),
        operation=operation,
        ours=ours,
        scenario=scenario,
        timeline=timeline_of(scenario, state.clock.now(), state.rng),
        app=identity[0],
        template=identity[1],
        ending=plan[0],
        cases=plan[1],
        rerun_of=rerun_of,
    )
    state.jobs[job.id] = job
    return job


def _opposite(scenario: Scenario) -> Scenario:
    ending, failing = ("failed", 1) if green(scenario) else ("passed", 0)
    return replace(Scenario(), ending=ending, failing=failing, progression=scenario.progression)
