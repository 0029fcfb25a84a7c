"""Mendix ATS: everything that the emulated vendor remembers, and how jobs come to be in it."""

from dataclasses import dataclass, field
from random import Random
from typing import Final

from core.sandbox.ats.endings import (
    REJECTED,
    Case,
    Ending,
    cases_again,
    ending_again,
    not_executed,
    planned_cases,
    planned_ending,
)
from core.sandbox.ats.habits import Habits, habits_of
from core.sandbox.ats.jobs import Job, over
from core.sandbox.clock import Clock
from core.sandbox.course import gone, timeline_of
from core.sandbox.progression import Phase, Progression
from core.sandbox.scenario import Scenario, green

LIMIT: Final = 5  # jobs that may queue or run at once


class RefusedError(Exception):
    """The vendor says no, in an answer like any other: with an ErrorMessage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A start that the vendor has accepted."""

    operation: str
    app: str
    template: str
    ours: bool = True
    rerun_of: str | None = None


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


def opened(*, scenario: Scenario, clock: Clock, rng: Random, first_id: int) -> State:
    """Make the state of a vendor that has run nothing for us yet, though it may be busy for others."""
    state = State(scenario=scenario, clock=clock, rng=rng, next_number=first_id)
    busy = Scenario(stuck=Phase.RUNNING)
    for _ in range(state.habits.busy):
        start = Start(operation="run-job", app=new_id(state), template=new_id(state), ours=False)
        _add(state, start, busy, planned_cases(busy), planned_ending(busy))
    return state


def start_first(state: State, start: Start) -> Job:
    """Start a template. Other builds' jobs come to the opposite of ours."""
    scenario = state.scenario if start.ours else _opposite(state.scenario)
    return _start(state, start, scenario, planned_cases(scenario), planned_ending(scenario))


def start_again(state: State, before: Job) -> Job:
    """Start a job with what did not pass in an earlier one."""
    start = Start(operation="rerun-not-passed", app=before.app, template=before.template, rerun_of=before.id)
    if before.ending is REJECTED:
        names = {case.name for case in before.cases}
        cases = tuple(case for case in planned_cases(state.scenario) if case.name in names)
        return _start(state, start, state.scenario, cases, planned_ending(state.scenario))
    cases = cases_again(before.cases, before.habits.heals)
    return _start(state, start, before.scenario, cases, ending_again(before.ending, cases))


def full(state: State) -> bool:
    """Whether as many jobs queue or run as may."""
    now = state.clock.now()
    return sum(not over(job, now) and not gone(job, now) for job in state.jobs.values()) >= LIMIT


def new_id(state: State) -> str:
    """Make up a UUID of version 4; it ends in a number that differs between spaces of one seed."""
    text = f"{state.rng.getrandbits(80):020x}{state.next_number:012x}"
    state.next_number += 1
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


def _start(state: State, start: Start, scenario: Scenario, cases: tuple[Case, ...], ending: Ending) -> Job:
    """Start a job; one too many is over as soon as it is there."""
    if not full(state):
        return _add(state, start, scenario, cases, ending)
    at_once = Scenario(progression=Progression(total=0.0), own=scenario.own)
    return _add(state, start, at_once, not_executed(cases), REJECTED)


def _add(state: State, start: Start, scenario: Scenario, cases: tuple[Case, ...], ending: Ending) -> Job:
    job = Job(
        id=new_id(state),
        operation=start.operation,
        ours=start.ours,
        scenario=scenario,
        timeline=timeline_of(scenario, state.clock.now(), state.rng),
        app=start.app,
        template=start.template,
        cases=cases,
        ending=ending,
        rerun_of=start.rerun_of,
    )
    state.jobs[job.id] = job
    return job


def _opposite(scenario: Scenario) -> Scenario:
    ending, failing = ("failed", 1) if green(scenario) else ("passed", 0)
    return Scenario(ending=ending, failing=failing, progression=scenario.progression)
