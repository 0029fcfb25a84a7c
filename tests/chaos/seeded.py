"""What campaigns of made-up runs have in common: a case, how it is played, and how its breaches are told."""

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from core.sandbox import BOXES, Progression
from core.sandbox.repertoire import scenarios_of
from tests.contract.jobs import JOBS
from tests.harness import Bench, Ended

Made = TypeVar("Made")
Played = TypeVar("Played")


@dataclass(frozen=True, kw_only=True)
class Case:
    """One run to play; `stop_at` is when a signal comes, in virtual seconds."""

    scenario: str
    faults: tuple[str, ...]
    inputs: dict[str, str] = field(default_factory=dict)
    stop_at: float | None = None
    looks: int = 3


def play(job: str, case: Case, folder: str) -> Ended:
    """Play it as that job of the contract suite."""
    mine = JOBS[job]
    with Bench(
        folder,
        scenario=scenarios_of(BOXES[mine.box])[case.scenario],
        faults=case.faults,
        progression=Progression(looks=case.looks),
        vendor=mine.box,
    ) as bench:
        if case.stop_at is not None:
            bench.stop_at(case.stop_at)
        return bench.run(**{"vendor": mine.vendor, **mine.inputs, **case.inputs})


def problems(
    job: str, seeds: Iterable[int], make: Callable[[int], Case], broken: Callable[[Case, Ended], list[str]]
) -> str:
    """Every breach of these seeds, with what to play again; empty where there is none."""
    return breaches(seeds, make, partial(play, job), broken)


def breaches(
    seeds: Iterable[int],
    make: Callable[[int], Made],
    play: Callable[[Made, str], Played],
    broken: Callable[[Made, Played], list[str]],
) -> str:
    """The same for cases of any kind, however they are played."""
    found = []
    for seed in seeds:
        case = make(seed)
        with tempfile.TemporaryDirectory() as folder:
            played = play(case, folder)
        found += [f"seed {seed}: {problem}\n  {case}\n  {played}" for problem in broken(case, played)]
    return "\n".join(found)
