"""How a run of a scenario goes, whatever the vendor: what a look sees, when it is over, when it is gone."""

from dataclasses import dataclass
from random import Random
from typing import Protocol

from core.sandbox.progression import Phase, spans_of
from core.sandbox.scenario import Scenario
from core.sandbox.timeline import Timeline, phase_of, position, start_of


class Course(Protocol):
    """What every vendor's run has."""

    scenario: Scenario
    timeline: Timeline
    ended_looks: int  # looks at the finished run


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """What a look sees, in no vendor's words."""

    phase: Phase
    fraction: float  # of the phase
    detour: str | None = None  # the run is over, but this look sees this word


def timeline_of(scenario: Scenario, created: float, rng: Random) -> Timeline:
    queue, wait, run, settle = spans_of(scenario.progression, scenario.shares)
    by_looks = scenario.progression.looks
    if by_looks is None and scenario.jitter:
        run *= 1 + scenario.jitter * rng.uniform(-1, 1)
    return Timeline(created=created, spans=(queue, wait, run, settle), by_looks=by_looks)


def glance(run: Course, now: float, *, late: float = 0.0) -> Glance:
    """What is to be seen now, or `late` seconds ago."""
    phase, fraction = phase_of(run.timeline, position(run.timeline, now, late=late))
    limit = Phase.RUNNING if run.scenario.vanishes else run.scenario.stuck
    if limit is not None and phase > limit:
        phase, fraction = limit, 0.9
    if phase is not Phase.OVER:
        return Glance(phase=phase, fraction=fraction)
    turn = max(run.ended_looks - 1, 0)
    detour = run.scenario.detour[turn] if turn < len(run.scenario.detour) else None
    return Glance(phase=phase, fraction=1.0, detour=detour)


def look(run: Course, now: float) -> None:
    """Count a look: some runs get on only by being looked at."""
    run.timeline.looks.append(now)
    if phase_of(run.timeline, position(run.timeline, now))[0] is Phase.OVER:
        run.ended_looks += 1


def finished(run: Course, now: float) -> bool:
    """Whether the vendor has said its last word, or would to whoever asks now."""
    if run.scenario.stuck is not None:
        return False
    if run.scenario.vanishes:
        return gone(run, now)
    over = phase_of(run.timeline, position(run.timeline, now))[0] is Phase.OVER
    return over and run.ended_looks >= len(run.scenario.detour)


def gone(run: Course, now: float) -> bool:
    """Whether the run has vanished: half-way."""
    return run.scenario.vanishes and half_way(run, now)


def half_way(run: Course, now: float) -> bool:
    """Whether the middle of the run has passed; never before its first look."""
    middle = start_of(run.timeline, Phase.RUNNING) + run.timeline.spans[Phase.RUNNING] / 2
    return len(run.timeline.looks) > 0 and position(run.timeline, now) >= middle
