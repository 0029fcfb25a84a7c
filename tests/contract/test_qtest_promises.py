"""qTest's jobs under every fault at every call: what the contract suite asks of vendors that run tests by themselves.

The suite's own tests do not fit: here a run is a job that qTest hands out, whose result is ours to know.

Kinds that transport and decoding make one and the same fault of (tests/transport holds them to that) are alike for
every call behind them. So at each call there is one of them, and each of them is at a call that only asks, at one with
an effect that may not be repeated, and at one whose answer is read.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.sandbox import BOXES
from core.sandbox.faults import FAULTS
from core.sandbox.qtest.truth import truth_of
from tests.contract.promises import breaches
from tests.contract.test_qtest import SCENES, USUAL
from tests.harness import Bench, Ended

KINDS = [kind for kind in FAULTS if kind not in getattr(BOXES["qtest"], "without", ())]
ALIKE = {  # to the one that is tried at each call
    "403": "401", "502": "500", "503": "500", "504": "500", "502-after": "500-after", "503-after": "500-after",
    "504-after": "500-after", "html": "html-after", "redirect": "redirect307", "redirect301": "redirect307",
    "redirect303": "redirect307", "redirect308": "redirect307", "hang": "hang-after", "slow-loris": "hang-after",
    "endless": "cut", "gzip-bomb": "cut", "short": "reset-after", "no-length-cut": "cut", "empty-body": "null-body",
    "list-body": "null-body", "wrong-type": "null-body", "deep-json": "cut", "huge-number": "cut", "nan": "cut",
}  # fmt: skip
KEPT = [kind for kind in KINDS if kind not in ALIKE]
ONCE = ("stale", "wrong-project", "duplicate-keys", "echo-secret", "null-body")  # without an end they show no more
HOST = ("get-token-status", "search-agents", "register-host", "create-agent", "activate-agent", "ping-host",
        "retrieve-jobs", "update-job-status", "update-job-status#2", "submit-test-log")  # fmt: skip
TRIGGER = (*HOST, "create-schedule", "deactivate-agent")
LOUD = ("endless", "gzip-bomb")  # each try costs real time: a shorter wait shows as much
ORDER = {"qtest_mode": "trigger", "test_run_ids": "88120,88121"}


def play(folder: Path, fault: str, scenario: str, **inputs: str) -> Ended:
    timeout = "2m" if fault.startswith(LOUD) and fault.endswith("forever") else "60m"
    with Bench(folder, scenario=SCENES[scenario], faults=(fault,), vendor="qtest") as bench:
        return bench.run(**{**USUAL, "timeout": timeout, **inputs})


def broken(ended: Ended, *, green: bool) -> Iterator[str]:
    """The promises that are not kept, as sentences."""
    truth = truth_of(ended.ledger)
    idle = ended.status == 5 and not ended.ledger.ours  # no job came: the vendor says so, wrongly or not
    yield from breaches(ended, green=green, unseen=idle)
    if truth.logged_twice:
        yield f"logged twice: {truth.logged_twice}"
    if truth.claimed_twice:
        yield "claimed twice"
    if len([exchange for exchange in ended.calls("create-schedule") if exchange.effect]) > 1:
        yield "ordered twice"
    for job in truth.running:
        if str(job.id) not in ended.log:
            yield f"the job {job.id} is left RUNNING and not named"
    if ended.status == 0 and {log.asked.status for log in truth.logs} != {"PASSED"}:
        yield "green, and the logs are not"


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        *((call, kind) for call in TRIGGER for kind in KEPT),
        *((call, kind) for call in ("retrieve-jobs", "update-job-status", "submit-test-log") for kind in ALIKE),
    ],
)
def test_a_fault_at_a_call_about_tests_that_fail(call: str, kind: str, tmp_path: Path) -> None:
    ended = play(tmp_path, f"{kind}@{call}", "one-failure", **ORDER)
    assert list(broken(ended, green=False)) == [], ended.log


def test_each_kind_is_tried_itself_or_by_one_that_is_alike() -> None:
    assert {*ALIKE} | {*KEPT} == {*KINDS}
    assert {*ALIKE.values()} <= {*KEPT}


@pytest.mark.parametrize("kind", [kind for kind in KEPT if kind not in ONCE])
@pytest.mark.parametrize("call", HOST)
def test_a_fault_that_never_ends_about_tests_that_pass(call: str, kind: str, tmp_path: Path) -> None:
    ended = play(tmp_path, f"{kind}@{call.partition('#')[0]}{'#2' if '#' in call else ''}*forever", "passing")
    assert list(broken(ended, green=True)) == [], ended.log
