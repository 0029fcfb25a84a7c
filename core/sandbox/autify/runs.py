"""Autify: one run, what it will come to, and what a look at it shows at a moment."""

from dataclasses import dataclass, field
from random import Random
from typing import Final

from core.sandbox.autify.capabilities import Capability
from core.sandbox.ledger import Run
from core.sandbox.progression import Phase, spans_of
from core.sandbox.scenario import Scenario, green
from core.sandbox.timeline import Timeline, phase_of, position, start_of

WORDS: Final = {"error": "internal_error"}  # scenario's word -> Autify's, where they differ
_STUCK: Final = {Phase.QUEUED: "queuing", Phase.WAITING: "waiting"}
_EXECUTED: Final = 0.6  # so much of a run is done when a person cancels it


@dataclass(slots=True, kw_only=True)
class RunState:
    """One run at the vendor. Cases are ordered by capability, then by scenario."""

    id: int
    operation: str
    ours: bool
    scenario: Scenario
    timeline: Timeline
    project: int | None  # a start by plan names no project: the run shows in every workspace of ours
    plan: int | None
    scenarios: tuple[int, ...]
    capabilities: tuple[Capability, ...]
    first_case: int
    first_capability: int
    name: str | None
    execution_type: str
    replacements: tuple[tuple[str, str], ...]
    access_point: str | None
    shuffle: float  # place in a shuffled list
    ended_looks: int = 0  # looks at the finished run
    words: tuple[str, ...] = field(default=())  # final word of each case


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What a look sees."""

    phase: Phase
    fraction: float
    word: str  # the run's status
    detour: bool = False  # the run is over, but this look sees something else


def timeline_of(scenario: Scenario, created: float, rng: Random) -> Timeline:
    queue, wait, run, settle = spans_of(scenario.progression, scenario.shares)
    by_looks = scenario.progression.looks
    if by_looks is None and scenario.jitter:
        run *= 1 + scenario.jitter * rng.uniform(-1, 1)
    return Timeline(created=created, spans=(queue, wait, run, settle), by_looks=by_looks)


def final_words(scenario: Scenario, count: int) -> tuple[str, ...]:
    """Return the final word of each case."""
    words = ["passed"] * count
    match scenario.ending:
        case "skipped":
            words = ["skipped"] * count
        case "canceled":
            executed = int(count * _EXECUTED)
            words[executed:] = ["canceled"] * (count - executed)
        case "error":
            words[-1:] = ["internal_error"]
        case _:
            failing = min(scenario.failing, count)
            words[count - failing :] = ["failed"] * failing
    if scenario.odd_case:
        words[-1:] = [scenario.odd_case]
    return tuple(words)


def moment_of(run: RunState, now: float, *, late: float = 0.0) -> Moment:
    """What is to be seen now, or `late` seconds ago."""
    phase, fraction = phase_of(run.timeline, position(run.timeline, now, late=late))
    limit = Phase.RUNNING if run.scenario.vanishes else run.scenario.stuck
    if limit is not None and phase > limit:
        phase, fraction = limit, 0.9
    if phase is not Phase.OVER:
        return Moment(phase=phase, fraction=fraction, word=_STUCK.get(phase, "running"))
    turn = max(run.ended_looks - 1, 0)
    if turn < len(run.scenario.detour):
        return Moment(phase=phase, fraction=1.0, word=run.scenario.detour[turn], detour=True)
    return Moment(phase=phase, fraction=1.0, word=final_word(run))


def look(run: RunState, now: float) -> None:
    """Count a look: some runs get on only by being looked at."""
    run.timeline.looks.append(now)
    if phase_of(run.timeline, position(run.timeline, now))[0] is Phase.OVER:
        run.ended_looks += 1


def final_word(run: RunState) -> str:
    if run.scenario.stuck is not None:
        return _STUCK.get(run.scenario.stuck, "running")
    return "vanished" if run.scenario.vanishes else WORDS.get(run.scenario.ending, run.scenario.ending)


def finished(run: RunState, now: float) -> bool:
    """Whether the vendor has said its last word, or would to whoever asks now."""
    if run.scenario.stuck is not None:
        return False
    if run.scenario.vanishes:
        return gone(run, now)
    over = phase_of(run.timeline, position(run.timeline, now))[0] is Phase.OVER
    return over and run.ended_looks >= len(run.scenario.detour)


def gone(run: RunState, now: float) -> bool:
    """Whether the run has vanished: half-way, but never before its first look."""
    middle = start_of(run.timeline, Phase.RUNNING) + run.timeline.spans[Phase.RUNNING] / 2
    seen = len(run.timeline.looks) > 0
    return run.scenario.vanishes and seen and position(run.timeline, now) >= middle


def truth(run: RunState, now: float) -> Run:
    """Return the run's entry in the ledger."""
    return Run(
        id=run.id,
        operation=run.operation,
        ours=run.ours,
        verdict=final_word(run),
        passed=green(run.scenario),
        started_at=run.timeline.created,
        finished=finished(run, now),
        project=run.project,
        test_plan=run.plan,
        name=run.name,
        execution_type=run.execution_type,
        scenarios=run.scenarios,
        capabilities=len(run.capabilities),
        cases=run.words,
        url_replacements=run.replacements,
        autify_connect=run.access_point,
        looks=len(run.timeline.looks),
    )
