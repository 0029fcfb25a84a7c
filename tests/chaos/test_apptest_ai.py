"""Runs at apptest.ai made up from seeds: faults of all kinds at all calls, deadlines, signals; the truth or no word."""

from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest

from core.sandbox.boxes import BOXES
from core.sandbox.faults import FAULTS
from core.sandbox.repertoire import scenarios_of
from tests.chaos.seeded import Case, problems
from tests.contract.promises import breaches
from tests.harness import Ended

SEEDS = 400
CHUNK = 50
_ends: Counter[int] = Counter()
SCENARIOS = scenarios_of(BOXES["apptest-ai"])
NAMES = [name for name in SCENARIOS if name not in ("many", "never-ends", "never-ends-running", "unknown-status")]
LYING = ("contradiction", "unknown-status", "unknown-then-passed", "unknown-case")  # one half of their answers is false
ENDLESS = ("never-ends", "never-ends-running", "unknown-status")
LOUD = ("endless", "gzip-bomb")  # these cost real time
LIES = ("stale", "wrong-id", "wrong-project", "green-results", "zero-devices")  # of two that agree nobody can know
GENERAL = [kind for kind in FAULTS if kind not in (*LOUD, *LIES)]
OWN = {
    "start": ("413", "reset-mid-upload", "hang-mid-upload", "slow-upload", "number-message"),
    "get-testset": ("number-message", "lower-case", "running-count"),
    "get-result": (
        "result-late", "incomplete", "no-xml", "no-results", "lost-device", "broken-xml", "control-xml", "cut-xml",
        "early-line", "euc-kr", "two-suites", "dtd", "entity-bomb", "new-attributes", "single-object", "broken-json",
    ),
}  # fmt: skip
CODES = {
    "start": ("4000", "4032", "4081", "5001", "6001", "7777", "8000"),
    "get-testset": ("4053", "5002", "6003", "7777", "8000"),
    "get-result": ("5003", "6002", "6003", "7777", "8000"),
}


def make(seed: int) -> Case:
    """The case of a seed, always the same one."""
    rng = Random(seed)
    faults = [
        _fault(rng, call) for call in CODES for _ in range(rng.choice((0, 0, 1, 2) if call != "start" else (0, 0, 1)))
    ]
    if rng.random() < 0.15:
        faults.append(f"{rng.choice(LIES[:4])}@{rng.choice(('get-testset', 'get-result'))}#{rng.randint(1, 3)}")
    inputs = {"timeout": rng.choice(("2m", "15m", "60m"))}
    if rng.random() < 0.3:
        inputs["outage_window"] = rng.choice(("1m", "5m"))
    scenario = rng.choice(ENDLESS) if rng.random() < 0.1 else rng.choice(NAMES)
    if scenario in LYING:  # what bears out their other half must not be taken away
        faults = [fault for fault in faults if "get-result" not in fault and not fault.startswith(LIES)]
    return Case(
        scenario=scenario,
        faults=tuple(fault for fault in faults if not fault.startswith("green-results@get-testset")),
        inputs=inputs,
        stop_at=rng.uniform(0, 90) if rng.random() < 0.15 else None,
        looks=rng.randint(1, 12),
    )


def _fault(rng: Random, call: str) -> str:
    kinds = [*GENERAL, *OWN[call] * 3, *(f"code={code}" for code in CODES[call])]
    times = rng.choice(("", "", "", "*2", "*6", "*forever"))
    return f"{rng.choice(kinds)}@{call}#{1 if call == 'start' else rng.randint(1, 6)}{times}"


def broken(case: Case, ended: Ended) -> list[str]:
    """Each breach is a sentence."""
    found = breaches(ended, green=False, unseen=True)  # all but the verdict, which is judged here
    if case.stop_at is not None and "A start was on its way: a run may exist" in ended.log:
        found = [each for each in found if "is not named" not in each]
    if len(ended.ledger.ours) > 1:
        found.append(f"{len(ended.ledger.ours)} runs were started")
    if ended.status == 7 and not (ended.outputs["run-id"] or "before starting another" in ended.log):
        found.append("a run may exist, and nothing says where")
    if ended.status == 143 and case.stop_at is None:
        found.append("stopped without a signal")
    return [*found, *_untrue(ended)]


def _untrue(ended: Ended) -> Iterator[str]:
    """The exit code against what really was."""
    true = next(iter(ended.ledger.ours), None)
    match ended.status:
        case 0 if true is None or not (true.passed and true.finished):
            yield "green, though no run of ours has passed"
        case 1 if true is None or true.passed or not true.finished:
            yield "failed tests, though no run of ours has failed"
        case 3 if true is not None:
            yield "nothing was started, but a run was"
        case 4 if true is None or true.finished:
            yield "timed out, though the run was over"
        case 5 if true is None or true.cases:
            yield "empty, though there were devices"
        case 0 | 1 | 3 | 4 | 5 | 7 | 143:
            pass
        case _:
            yield f"exit {ended.status}"


def _broken(case: Case, ended: Ended) -> list[str]:
    _ends[ended.status] += 1
    return broken(case, ended)


@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_every_invariant_holds_after_every_run(first: int) -> None:
    found = problems("apptest-ai", range(first, first + CHUNK), make, _broken)
    assert not found, found


def test_the_seeds_end_in_every_way() -> None:
    """A campaign that only ever ends in one way would show nothing."""
    if _ends.total() < SEEDS:
        pytest.skip("only after the whole campaign")
    assert {0, 1, 3, 7, 143} <= set(_ends)
