"""Every vendor x every fault x every call, in virtual time: the truth or a clear error, never a second start."""

from pathlib import Path

import pytest

from core.sandbox import Progression
from core.vendors import VENDORS
from tests.contract.jobs import JOBS, kinds, once, others
from tests.contract.promises import breaches
from tests.harness import Bench, Ended

LOOKS = Progression.parse("3 looks")
BEFORE = {"401", "403", "404", "422", "429", "500", "501", "502", "503", "504", "html", "echo-secret", "hang",
          "reset-before", "redirect", "redirect301", "redirect303", "redirect307", "redirect308"}  # fmt: skip
HARMLESS_START = {"429", "wrong-project"}  # the start goes through all the same
REFUSED_START = {"401": "auth", "403": "auth", "404": "refused", "422": "refused"}
MISLED_START = {"stale", "wrong-id"}  # the reply names a run that isn't ours: never believed, so never a verdict
FINAL_POLL = {"422": (7, "refused"), "501": (7, "unavailable")}


LOUD = ("endless", "gzip-bomb")  # each try costs real time: a shorter wait shows as much
A_WHOLE_HOUR = "autify-scenarios"  # the pace of hundreds of polls is the engine's, and the same whoever is asked


def play(folder: Path, job: str, scenario: str, fault: str, **more: str) -> Ended:
    mine = JOBS[job]
    scene, inputs = mine.scene(scenario, folder)
    with Bench(folder, scenario=scene, faults=(fault,), progression=LOOKS, vendor=mine.box) as bench:
        return bench.run(**{"vendor": mine.vendor, **inputs, **more})


def at(job: str, fault: str, folder: Path, scenario: str, *, minutes: int = 60) -> Ended:
    minutes = 2 if fault.startswith(LOUD) and fault.endswith("forever") else minutes
    ended = play(folder, job, scenario, fault, timeout=f"{minutes}m")
    kind, _, where = fault.partition("@")
    misled = kind in MISLED_START and where == "start"
    unseen = misled and kind in JOBS[job].unseen
    deadline = 60.0 * minutes
    broken = breaches(ended, green=scenario == "passing", misled=misled, unseen=unseen, deadline=deadline)
    assert broken == [], ended.log
    return ended


def starts(ended: Ended, job: str) -> int:
    return sum(len(ended.calls(operation)) for operation in JOBS[job].starts)


def is_beaten(job: str, scenario: str) -> bool:
    """Whether tests are known to have failed, whatever becomes of recording them."""
    return bool(JOBS[job].scenes) and scenario != "passing"


def test_every_vendor_is_in_the_suite() -> None:
    assert {job.vendor for job in JOBS.values()} == set(VENDORS)


@pytest.mark.parametrize("scenario", ["passing", "one-failure"])
@pytest.mark.parametrize(("job", "kind"), kinds())
def test_a_fault_at_the_start(job: str, kind: str, scenario: str, tmp_path: Path) -> None:
    ended = at(job, f"{kind}@start", tmp_path, scenario)
    again = kind == "429" or kind in JOBS[job].repeated
    assert len(ended.ledger.ours) == (kind not in BEFORE or kind in HARMLESS_START or again)
    assert starts(ended, job) == (2 if again else 1)
    if is_beaten(job, scenario):
        assert (ended.status, ended.reason) == (1, "tests-failed")
    elif kind in JOBS[job].at_start:
        assert (ended.status, ended.reason) == JOBS[job].at_start[kind]
    elif kind in HARMLESS_START | JOBS[job].harmless:
        assert ended.status == (scenario != "passing")
    elif kind in REFUSED_START:
        assert (ended.status, ended.reason) == (3, REFUSED_START[kind])
    elif kind in MISLED_START:
        assert kind in JOBS[job].unseen or (ended.status, ended.reason) == (7, "protocol")
    elif (JOBS[job].traceable and kind not in BEFORE) or kind in JOBS[job].repeated:
        assert ended.status == (scenario != "passing")
    else:
        assert (ended.status, ended.reason) == (7, "may-exist")


@pytest.mark.parametrize("scenario", ["passing", "one-failure"])
@pytest.mark.parametrize(("job", "kind"), once())
def test_a_fault_at_one_poll_is_ridden_out(job: str, kind: str, scenario: str, tmp_path: Path) -> None:
    ended = at(job, f"{kind}@{JOBS[job].poll}#2", tmp_path, scenario)
    final = {**FINAL_POLL, **JOBS[job].at_poll}.get(kind)
    if final and not is_beaten(job, scenario):
        assert (ended.status, ended.reason) == final
    else:
        assert ended.status == (scenario != "passing")


@pytest.mark.parametrize(("job", "kind"), once())
def test_a_fault_at_every_poll_ends_as_unknown(job: str, kind: str, tmp_path: Path) -> None:
    minutes = 60 if job == A_WHOLE_HOUR else 5
    ended = at(job, f"{kind}@{JOBS[job].poll}*forever", tmp_path, "passing", minutes=minutes)
    assert ended.status == 7 or kind in JOBS[job].unnamed  # there the result alone can give the truth
    assert len(ended.ledger.ours) == 1
    assert ended.outputs["run-id"] == str(ended.ledger.ours[0].id)


@pytest.mark.parametrize("times", ["", "*forever"], ids=["once", "forever"])
@pytest.mark.parametrize(("job", "call", "kind"), others())
def test_a_fault_at_any_other_call(job: str, call: str, kind: str, times: str, tmp_path: Path) -> None:
    ended = at(job, f"{kind}@{call}{times}", tmp_path, "one-failure")
    assert starts(ended, job) <= 1
    if call in JOBS[job].later:
        assert ended.status == 1, "what is nice to have, or comes after the start, changes no verdict"


@pytest.mark.parametrize("call", ["start", "describe-result", "list-results"])
@pytest.mark.parametrize("argument", ["7", "date:7"])
@pytest.mark.parametrize("status", ["429", "503"])
def test_retry_after_is_honoured_and_never_shortened(status: str, argument: str, call: str, tmp_path: Path) -> None:
    ended = at("autify-scenarios", f"{status}={argument}@{call}", tmp_path, "passing")
    if status == "503" and call == "start":
        assert (ended.status, ended.reason) == (7, "may-exist")
        return
    assert ended.status == 0
    hit = next(index for index, exchange in enumerate(ended.journal) if exchange.fault)
    same = [later for later in ended.journal[hit + 1 :] if later.operation == ended.journal[hit].operation]
    assert 7 <= same[0].at - ended.journal[hit].at <= 7.8


@pytest.mark.parametrize("adopt", ["true", "false"])
@pytest.mark.parametrize("scenario", ["passing", "foreign-run"])
def test_a_lost_reply_is_adopted_only_on_the_users_word_and_only_a_single_run(
    scenario: str, adopt: str, tmp_path: Path
) -> None:
    ended = play(tmp_path, "autify-plan", scenario, "reset-after@start", adopt=adopt)
    assert breaches(ended, green=scenario == "passing") == []
    assert ended.status == (0 if (scenario, adopt) == ("passing", "true") else 7)
    assert str(ended.ledger.ours[0].id) in ended.log


@pytest.mark.parametrize("kind", ["500", "reset-before", "html", "hang"])
def test_without_its_replacement_a_plan_is_not_started(kind: str, tmp_path: Path) -> None:
    ended = at("autify-plan", f"{kind}@create-url-replacement*forever", tmp_path, "passing")
    assert (ended.status, starts(ended, "autify-plan")) == (3, 0), "the tests would have run against another address"
