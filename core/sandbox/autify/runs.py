"""Autify: one run, what it will come to, and what a look at it shows at a moment."""

from dataclasses import dataclass, field
from typing import Final

from core.sandbox.autify.capabilities import Capability
from core.sandbox.course import finished, glance
from core.sandbox.ledger import Run
from core.sandbox.progression import Phase
from core.sandbox.scenario import Scenario, green
from core.sandbox.timeline import Timeline

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
    seen = glance(run, now, late=late)
    if seen.phase is not Phase.OVER:
        return Moment(phase=seen.phase, fraction=seen.fraction, word=_STUCK.get(seen.phase, "running"))
    if seen.detour is not None:
        return Moment(phase=seen.phase, fraction=1.0, word=seen.detour, detour=True)
    return Moment(phase=seen.phase, fraction=1.0, word=final_word(run))


def final_word(run: RunState) -> str:
    if run.scenario.stuck is not None:
        return _STUCK.get(run.scenario.stuck, "running")
    return "vanished" if run.scenario.vanishes else WORDS.get(run.scenario.ending, run.scenario.ending)


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
