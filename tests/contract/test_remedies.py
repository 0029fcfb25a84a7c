"""What the last message tells a person to do: nothing that buys a second run, and no cause that can't be the cause."""

from pathlib import Path

import pytest

from core.errors import CallFailedError, Fault
from core.http.translate import ended_by_failure
from core.model import RemoteRun
from core.sandbox import SCENARIOS
from tests.contract.jobs import JOBS
from tests.harness import Bench, Ended

PAID = [("autify-scenarios", fault) for fault in ("503", "html", "401", "429", "501", "422", "reset-before")]
PAID += [(name, "503") for name in ("autify-mobile-app", "apptest-ai", "mendix-ats")]
TWO_PASSED = '<testsuite name="s"><testcase classname="c" name="a"/><testcase classname="c" name="b"/></testsuite>'


def ended(name: str, tmp_path: Path, *faults: str, scenario: str = "passing", **inputs: str) -> Ended:
    job = JOBS[name]
    scene, own = job.scene(scenario, tmp_path)
    with Bench(tmp_path, scenario=scene, faults=faults, vendor=job.box) as bench:
        return bench.run(vendor=job.vendor, **{**own, **inputs})


@pytest.mark.parametrize(("name", "fault"), PAID)
def test_a_started_run_is_to_be_collected_and_not_bought_again(name: str, fault: str, tmp_path: Path) -> None:
    end = ended(name, tmp_path, f"{fault}@{JOBS[name].poll}#2*forever", outage_window="6s")
    run = end.outputs["run-id"]
    assert end.status == 7, end.log
    assert f"Collect it with `mode: wait` and `run-id: {run}`; do not start another before." in end.log
    assert "job again" not in end.log
    assert "Check `base-url`" not in end.log
    assert "forks" not in end.log


def test_maintenance_in_mid_run_is_no_reason_to_run_again(tmp_path: Path) -> None:
    end = ended("apptest-ai", tmp_path, "code=8000@any#2*forever", outage_window="6s")
    assert (end.status, end.reason) == (7, "maintenance"), end.log
    assert "apptest.ai is in maintenance. Collect it with `mode: wait`" in end.log
    assert "job again" not in end.log


def test_maintenance_before_the_start_is_one(tmp_path: Path) -> None:
    end = ended("apptest-ai", tmp_path, "code=8000@any*forever", outage_window="6s")
    assert (end.status, end.reason) == (3, "maintenance"), end.log
    assert "apptest.ai is in maintenance. Run the job again later." in end.log


def test_an_unknown_word_at_the_deadline_is_to_be_collected_too(tmp_path: Path) -> None:
    end = ended("autify-scenarios", tmp_path, scenario="unknown-status", timeout="30s")
    assert (end.status, end.reason) == (7, "protocol"), end.log
    assert f"Collect it with `mode: wait` and `run-id: {end.outputs['run-id']}`" in end.log


def test_where_nothing_can_be_waited_for_later_the_page_is_to_be_looked_at() -> None:
    run = RemoteRun(vendor="qtest", id="7-8", url="https://x.example/p", collectable=False)
    error = ended_by_failure(CallFailedError(Fault.SERVER, "GET /jobs answered 503."), run, seen=True, known=False)
    assert error.remedy == (
        "The vendor had a bad time: look at its status page. Look at the run's page before starting another. "
        "Its page: https://x.example/p"
    )


def test_an_upload_that_nobody_can_wait_for_later_is_not_to_be_waited_for(tmp_path: Path) -> None:
    end = ended("qtest-upload", tmp_path, "queue-stuck@submit-suite-logs", timeout="2m")
    assert (end.status, end.reason) == (4, "timeout"), end.log
    assert "`mode: wait`" not in end.log


def test_a_token_that_is_refused_in_mid_run_was_good_until_then(tmp_path: Path) -> None:
    end = ended("autify-scenarios", tmp_path, "401@describe-result#2*forever")
    assert (end.status, end.reason) == (7, "auth"), end.log
    assert "answered 401: Bad credentials. Trying once more." in end.log
    assert "`token` was good until now: has it expired, or been revoked or replaced?" in end.log


@pytest.mark.parametrize("fault", ["lost-test@any*forever", "401@append-tests*forever"])
def test_what_the_tests_came_to_is_told_though_the_recording_failed(fault: str, tmp_path: Path) -> None:
    (tmp_path / "two.xml").write_text(TWO_PASSED)
    end = ended("testmo", tmp_path, fault, results="two.xml", timeout="2m")
    assert end.status == 7, end.log
    assert "The tests: 2 of 2 passed." in end.log
    assert "result is unknown" not in end.log
    assert "Check `base-url`" not in end.log
    assert "no whole number" not in end.log


def test_a_run_that_vanishes_while_it_is_recorded_goes_on_nowhere(tmp_path: Path) -> None:
    (tmp_path / "two.xml").write_text(TWO_PASSED)
    with Bench(tmp_path, scenario=SCENARIOS["vanishing"], vendor="testmo") as bench:
        end = bench.run(vendor="testmo", **{**JOBS["testmo"].inputs, "results": "two.xml"})
    assert end.status == 7, end.log
    assert "The tests: 2 of 2 passed. The recording may not be whole: " in end.log
