"""Jobs at Mendix ATS made up from seeds: faults at all calls, reruns, deadlines, signals; the truth or no word."""

from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest

from core.sandbox import BOXES
from core.sandbox.faults import FAULTS
from core.sandbox.repertoire import scenarios_of
from tests.chaos.seeded import Case, problems
from tests.contract.promises import breaches
from tests.harness import Ended

SEEDS = 400
CHUNK = 50
_ends: Counter[int] = Counter()
BOX = BOXES["mendix-ats"]
SCENARIOS = scenarios_of(BOX)
ENDLESS = ("never-ends", "never-ends-running", "unknown-status")
NAMES = [name for name in SCENARIOS if name not in (*ENDLESS, "many")]
LOUD = ("endless", "gzip-bomb")  # these cost real time
LIES = ("wrong-id",)  # no answer names its job: at the start nobody can see through it
KINDS = [kind for kind in (*FAULTS, *BOX.faults) if kind not in (*BOX.without, *LOUD, *LIES)]
CALLS = ("run-job", "get-test-run", "rerun-not-passed")
FATAL = ("401", "403", "404", "422", "501")  # end a step at once: not too often


def make(seed: int) -> Case:
    """The case of a seed, always the same one."""
    rng = Random(seed)
    inputs = {"timeout": rng.choice(("2m", "15m", "60m"))}
    if rng.random() < 0.4:
        inputs["rerun_failed"] = rng.choice("12")
    if rng.random() < 0.3:
        inputs["outage_window"] = rng.choice(("1m", "5m"))
    faults = [_fault(rng, call) for call in CALLS for _ in range(rng.choice((0, 0, 1, 1 + (call != CALLS[0]))))]
    return Case(
        scenario=rng.choice(ENDLESS) if rng.random() < 0.1 else rng.choice(NAMES),
        faults=tuple(faults),
        inputs=inputs,
        stop_at=rng.uniform(0, 90) if rng.random() < 0.15 else None,
        looks=rng.randint(1, 12),
    )


def _fault(rng: Random, call: str) -> str:
    kind = rng.choice([kind for kind in KINDS if call == CALLS[0] or kind not in FATAL or rng.random() < 0.3])
    times = rng.choice(("", "", "", "*2", "*6", "*forever"))
    return f"{kind}@{call}#{rng.randint(1, 6) if call == 'get-test-run' else 1}{times}"


def broken(case: Case, ended: Ended) -> list[str]:
    """Each breach is a sentence."""
    found = breaches(ended, green=False, unseen=True)  # all but the verdict, which is judged here
    if "a run may exist" in ended.log or "may have been started" in ended.log:
        found = [each for each in found if "is not named" not in each]
    firsts = [run for run in ended.ledger.ours if run.operation == "run-job"]
    reruns = [run for run in ended.ledger.ours if run.operation == "rerun-not-passed"]
    if len(firsts) > 1 or len(reruns) > int(case.inputs.get("rerun_failed", "0")):
        found.append(f"{len(firsts)} jobs and {len(reruns)} reruns were started")
    found = [each for each in found if "runs were started" not in each]
    if ended.status == 143 and case.stop_at is None:
        found.append("stopped without a signal")
    return [*found, *_untrue(ended)]


def _untrue(ended: Ended) -> Iterator[str]:
    """The exit code against what really was: of the last job of ours, and whether one passed."""
    ours = ended.ledger.ours
    passed = [run for run in ours if run.passed and run.finished]
    match ended.status:
        case 0 if not passed:
            yield "green, though no job of ours has passed"
        case 1 if not any(run.finished and not run.passed for run in ours):
            yield "failed tests, though no job of ours has failed"
        case 3 if ours:
            yield "nothing was started, but a job was"
        case 4 if ours and all(run.finished for run in ours):
            yield "timed out, though the job was over"
        case 0 | 1 | 3 | 4 | 5 | 7 | 143:
            pass
        case _:
            yield f"exit {ended.status}"


def _broken(case: Case, ended: Ended) -> list[str]:
    _ends[ended.status] += 1
    return broken(case, ended)


@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_every_invariant_holds_after_every_run(first: int) -> None:
    found = problems("mendix-ats", range(first, first + CHUNK), make, _broken)
    assert not found, found


def test_the_seeds_end_in_every_way() -> None:
    """A campaign that only ever ends in one way would show nothing."""
    if _ends.total() < SEEDS:
        pytest.skip("only after the whole campaign")
    assert {0, 1, 3, 7, 143} <= set(_ends)
