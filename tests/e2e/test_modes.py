"""run, start, wait; the run named while it goes on; timeouts, missing secrets, gates, lost replies."""

import time

import pytest

from core.sandbox import SCENARIOS, Scenario
from tests.e2e.support import PLAN, REPLACED, SCENARIO, TOKEN, Step, vendor


def test_start_only_starts(step: Step) -> None:
    with vendor("one-failure") as server:
        step.url = server.url
        ended = step.run(mode="start", **SCENARIO)
        (run,) = server.ledger.ours
        assert server.calls("describe-result") == []
    assert ended.verdict == (0, "started", "")
    assert ended.outputs["run-id"] == str(run.id)
    assert ended.report()["run"]["id"] == str(run.id)


@pytest.mark.parametrize("as_page", [False, True])
def test_wait_waits_for_a_run_that_another_step_started(as_page: bool, step: Step) -> None:
    with vendor("one-failure", progression="2 looks") as server:
        step.url = server.url
        started = step.run("start", **SCENARIO)
        run_id = started.outputs["run-url" if as_page else "run-id"]
        project = {"project_id": ""} if as_page else {}
        ended = step.run("wait", run_id=run_id, **project)
        assert len(server.ledger.ours) == 1
    assert ended.verdict == (1, "failed", "tests-failed")
    assert ended.outputs["run-url"] == started.outputs["run-url"]
    assert (ended.outputs["passed"], ended.outputs["failed"]) == ("1", "1")


def test_wait_for_a_run_that_is_not_there(step: Step) -> None:
    with vendor() as server:
        step.url = server.url
        ended = step.run("wait", run_id="123456")
    assert ended.verdict == (7, "error", "refused")
    assert ended.outputs["run-id"] == "123456"
    assert "The vendor shows no run 123456. Check `run-id`: " in ended.log
    assert "Trying again for up to 15s." in ended.log


def test_the_run_is_named_in_the_outputs_while_it_still_goes_on(step: Step) -> None:
    with vendor("never-ends", "hang@describe-result") as server:
        step.url = server.url
        process = step.start(**SCENARIO)
        server.await_stall()
        (run,) = server.ledger.ours
        outputs = step.outputs()
        assert outputs["run-id"] == str(run.id)
        assert outputs["run-url"].endswith(f"/projects/77/results/{run.id}")
        assert [entry["event"] for entry in step.journals()[0]] == ["begin", "starting", "started"]
        step.kill(process)
    assert step.outputs() == outputs


@pytest.mark.parametrize("scenario", ["never-ends", "never-ends-running"])
@pytest.mark.parametrize("on_timeout", ["leave", "cancel"])
def test_at_the_timeout_the_run_is_named_and_said_to_go_on(scenario: str, on_timeout: str, step: Step) -> None:
    with vendor(scenario) as server:
        step.url = server.url
        ended = step.run(timeout="1s", on_timeout=on_timeout, **SCENARIO)
    assert ended.verdict == (4, "timed-out", "timeout")
    assert ended.outputs["run-id"]
    said = "It goes on at the vendor" + (", whose API can't cancel it." if on_timeout == "cancel" else ".")
    assert said in ended.log


def test_a_build_without_its_secret_fails_or_is_skipped_as_asked(step: Step) -> None:
    with vendor() as server:
        step.url = server.url
        assert step.run(token="", **SCENARIO).verdict == (2, "error", "bad-input")
        skipped = step.run(token="", on_missing_secret="skip", **SCENARIO)
        assert skipped.verdict == (0, "skipped", "")
        assert "NOTHING WAS TESTED" in skipped.log
        assert server.journal == []
        assert step.run(on_missing_secret="skip", **SCENARIO).verdict == (0, "passed", "")
        wrong = step.run(token="", on_missing_secret="skip", timeout="5", **SCENARIO)
        assert wrong.verdict == (2, "error", "bad-input"), "a typing error is no missing secret"


GATES = [
    ("one-failure", {"fail_on": "never"}, (0, "failed", "tests-failed")),
    ("one-failure", {"fail_on": "error,timed-out"}, (0, "failed", "tests-failed")),
    ("one-failure", {"fail_on": "failed"}, (1, "failed", "tests-failed")),
    ("empty", {"allow_empty": "true"}, (0, "inconclusive", "empty")),
    ("empty", {"fail_on": "failed"}, (0, "inconclusive", "empty")),
    ("canceled", {"fail_on": "failed"}, (0, "cancelled", "cancelled-at-vendor")),
    ("internal-error", {"fail_on": "never"}, (7, "error", "vendor-error")),
    ("never-ends", {"fail_on": "failed", "timeout": "1s"}, (0, "timed-out", "timeout")),
    ("review-needed", {"fail_on": "failed warning"}, (1, "passed", "")),
    ("passing", {"fail_on": "warning"}, (0, "passed", "")),
]


@pytest.mark.parametrize(("scenario", "inputs", "verdict"), GATES)
def test_fail_on_changes_the_exit_code_and_never_the_conclusion(
    scenario: str, inputs: dict[str, str], verdict: tuple[int, str, str], step: Step
) -> None:
    with vendor(scenario) as server:
        step.url = server.url
        ended = step.run(**inputs, **SCENARIO)
    assert ended.verdict == verdict
    assert ended.outputs["exit-code"] == str(verdict[0])
    assert ended.report()["exit-code"] == verdict[0]


def test_a_refused_token_starts_nothing_and_is_never_shown(step: Step) -> None:
    with vendor() as server:
        step.url = server.url
        ended = step.run(token="an-invalid-one", fail_on="never", **SCENARIO)
        assert server.ledger.ours == ()
    assert ended.verdict == (3, "error", "auth")
    assert "`token`" in ended.log
    assert ended.log.count("an-invalid-one") == 1  # in its mask


def test_a_lost_reply_is_never_repeated_and_names_what_may_be_ours(step: Step) -> None:
    with vendor("passing", "reset-after@start") as server:
        step.url = server.url
        ended = step.run(**SCENARIO)
        (run,) = server.ledger.ours
        assert len(server.calls("execute-scenarios")) == 1
    assert ended.verdict == (7, "error", "may-exist")
    assert f"/projects/77/results/{run.id}" in ended.log


def test_adopt_takes_the_single_new_run(step: Step) -> None:
    with vendor("one-failure", "reset-after@start") as server:
        step.url = server.url
        ended = step.run(adopt="true", **SCENARIO)
        (run,) = server.ledger.ours
    assert ended.verdict == (1, "failed", "tests-failed")
    assert ended.outputs["run-id"] == str(run.id)


def test_adopt_takes_none_of_several(step: Step) -> None:
    with vendor("foreign-run", "reset-after@start") as server:
        step.url = server.url
        ended = step.run(adopt="true", **SCENARIO)
    assert ended.verdict == (7, "error", "may-exist")
    assert ended.outputs["run-id"] == ""


def test_replacements_are_on_the_plan_for_the_start_and_gone_after_it(step: Step) -> None:
    with vendor() as server:
        step.url = server.url
        ended = step.run(**REPLACED)
        (run,) = server.ledger.ours
        assert server.ledger.url_replacements == ()
    assert ended.verdict == (0, "passed", "")
    assert run.url_replacements == (("https://a.example.com", "https://b.example.net"),)


def test_replacements_are_gone_also_when_the_start_is_refused(step: Step) -> None:
    with vendor("passing", "422@start") as server:
        step.url = server.url
        assert step.run(**REPLACED).verdict == (3, "error", "refused")
        assert server.ledger.url_replacements == ()


def test_a_fixed_interval_is_kept(step: Step) -> None:
    with vendor(progression="2 looks") as server:
        step.url = server.url
        assert step.run(poll_interval="1s", **PLAN).status == 0
        first, second = (one.at for one in server.calls("describe-result"))
    assert 0.9 < second - first < 3


def test_an_outage_is_ridden_out(step: Step) -> None:
    with vendor("passing", "502@describe-result") as server:
        step.url = server.url
        ended = step.run(**SCENARIO)
    assert ended.verdict == (0, "passed", "")
    assert "Trying again" in ended.log


def test_a_terminal_is_told_the_same(terminal: Step) -> None:
    with vendor("one-failure") as server:
        terminal.url = server.url
        ended = terminal.run(**SCENARIO)
    assert ended.status == 1
    assert "::" not in ended.log.replace("::1", "")
    assert "failed: Tests failed: 1 of 2 cases did not pass." in ended.log
    assert TOKEN not in ended.log
    assert ended.report("test-results/test-runner/autify")["conclusion"] == "failed"


def test_no_process_of_ours_shows_the_secret(step: Step) -> None:
    with vendor("never-ends", "hang@list-results") as server:
        step.url = server.url
        process = step.start(**SCENARIO)
        server.await_stall()
        with open(f"/proc/{process.pid}/cmdline", "rb") as file:
            assert TOKEN.encode() not in file.read()
        step.kill(process)


def test_a_short_timeout_bounds_even_a_silent_vendor(step: Step) -> None:
    silent = Scenario(stuck=SCENARIOS["never-ends"].stuck)
    with vendor(silent, "hang@describe-result*forever") as server:
        step.url = server.url
        began = time.monotonic()
        ended = step.run(timeout="2s", **SCENARIO)
        took = time.monotonic() - began
    assert ended.verdict == (7, "error", "unavailable")
    assert took < 2 + 5
