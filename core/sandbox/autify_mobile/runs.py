"""Autify for mobile: one run, what it will come to, and what a look at it shows at a moment."""

from dataclasses import dataclass
from typing import Final

from core.sandbox.autify_mobile.repertoire import knobs_of
from core.sandbox.autify_mobile.workspace import Device
from core.sandbox.course import finished, glance
from core.sandbox.forms import Part
from core.sandbox.ledger import Run
from core.sandbox.progression import Phase
from core.sandbox.scenario import Scenario, green
from core.sandbox.timeline import Timeline

WAIT_DEVICE: Final = "wait_device"
_WORDS: Final = {"error": "internal_error"}  # scenario's word -> Autify's, where they differ


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """An app that was uploaded."""

    id: str
    file: Part | None  # None: it was there before us
    created: float


@dataclass(slots=True, kw_only=True)
class RunState:
    """One run at the vendor. Cases are ordered by device, then by case."""

    number: int  # ids are texts made of it
    ours: bool
    scenario: Scenario
    timeline: Timeline
    plan: str
    build: Build
    cases: tuple[str, ...]
    devices: tuple[Device, ...]
    words: tuple[str, ...]  # final word of each case
    first_case: int
    shuffle: float  # place in a shuffled list
    ended_looks: int = 0

    @property
    def id(self) -> str:
        return f"rEs{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What a look sees."""

    phase: Phase
    fraction: float
    word: str  # the run's status
    detour: bool = False  # the run is over, but this look sees something else


def final_words(scenario: Scenario, count: int) -> tuple[str, ...]:
    """Return the final word of each case. A person can cancel a run only while it waits: no case has run then."""
    words = ["passed"] * count
    match scenario.ending:
        case "skipped" | "canceled":
            words = [scenario.ending] * count
        case "error":
            words[-1:] = ["internal_error"] * min(1, count)
        case _:
            failing = min(scenario.failing, count)
            words[count - failing :] = ["failed"] * failing
            if knobs_of(scenario).rest_skipped and "failed" in words:
                after = words.index("failed") + 1
                words[after:] = ["skipped"] * (count - after)
    if scenario.odd_case:
        words[-1:] = [scenario.odd_case] * min(1, count)
    return tuple(words)


def moment_of(run: RunState, now: float, *, late: float = 0.0) -> Moment:
    """What is to be seen now, or `late` seconds ago."""
    seen = glance(run, now, late=late)
    if seen.phase is not Phase.OVER:
        phase = Phase.QUEUED if run.scenario.ending == "canceled" else seen.phase
        return Moment(phase=phase, fraction=seen.fraction, word=_word(phase))
    if seen.detour is not None:
        return Moment(phase=seen.phase, fraction=1.0, word=seen.detour, detour=True)
    return Moment(phase=seen.phase, fraction=1.0, word=final_word(run))


def case_word(run: RunState, moment: Moment, index: int) -> str:
    """What a case shows: it waits for a device while the run already runs, and is done before the run is."""
    count, final = len(run.words), run.words[index]
    match moment.phase:
        case Phase.OVER:
            return "running" if moment.detour and index == count - 1 else final
        case Phase.QUEUED:
            return "waiting"
        case Phase.WAITING:
            return WAIT_DEVICE
    done = moment.phase is Phase.SETTLING or moment.fraction >= 0.98 * (index + 1) / count
    return final if done else "running"


def final_word(run: RunState) -> str:
    if run.scenario.stuck is not None:
        return _word(run.scenario.stuck)
    return "vanished" if run.scenario.vanishes else _WORDS.get(run.scenario.ending, run.scenario.ending)


def truth(run: RunState, now: float) -> Run:
    """Return the run's entry in the ledger."""
    return Run(
        id=run.id,
        operation="run-test-plan",
        ours=run.ours,
        verdict=final_word(run),
        passed=green(run.scenario),
        started_at=run.timeline.created,
        finished=finished(run, now),
        project=None,
        test_plan=run.plan,
        scenarios=run.cases,
        capabilities=len(run.devices),
        cases=run.words,
        looks=len(run.timeline.looks),
        file=run.build.file,
        build=run.build.id,
    )


def _word(phase: Phase) -> str:
    return "waiting" if phase is Phase.QUEUED else "running"
