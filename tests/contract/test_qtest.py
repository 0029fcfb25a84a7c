"""qTest as a host: every job claimed once, logged once and ended, whatever happens on the way."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from core.sandbox import BOXES
from core.sandbox.qtest.knobs import with_knobs
from core.sandbox.qtest.truth import Truth, truth_of
from core.sandbox.repertoire import scenarios_of
from core.text.secret import encoded_forms
from tests.harness import TOKEN, Bench, Ended

SCENES = scenarios_of(BOXES["qtest"])
COMMAND = f"{sys.executable} {Path(__file__).parents[1] / 'files' / 'qtest_command.py'} {{junit}}"
USUAL = {"vendor": "qtest", "project_id": "77", "command": COMMAND, "idle_timeout": "30s"}
PROFILES = ("passing", "lenient", "no-cancel-from-running", "self-transition-ok")
DONE = ("PLANNED", "RUNNING", "COMPLETED")
GIVEN_UP = ("PLANNED", "RUNNING", "FAILED")
CLAIM, FINISH = "update-job-status", "update-job-status#2"
LOST = ("500-after", "reset-after", "hang-after", "html-after")
NOT_DONE = ("500", "503", "reset-before", "hang", "html")


def play(
    folder: Path,
    *faults: str,
    scenario: str = "passing",
    stop_in: int = 0,
    knobs: Mapping[str, Any] = MappingProxyType({}),
    **inputs: str,
) -> tuple[Ended, Truth]:
    scene = with_knobs(SCENES[scenario], **knobs) if knobs else SCENES[scenario]
    with Bench(folder, scenario=scene, faults=faults, vendor="qtest") as bench:
        bench.clock.most_spins = 4_000  # `many` has 2,000 tests, and a call for each takes no time here
        if stop_in:
            bench.stop_in_call(stop_in)
        ended = bench.run(**{**USUAL, **inputs})
    return ended, truth_of(ended.ledger)


def paths(truth: Truth) -> list[tuple[str, ...]]:
    return [job.words for job in truth.jobs if job.ours]


def sent(ended: Ended, operation: str) -> list[dict[str, object]]:
    return [json.loads(exchange.body) for exchange in ended.calls(operation) if exchange.body]


PASSED, FAILED, EMPTY = (0, "passed", ""), (1, "failed", "tests-failed"), (5, "inconclusive", "empty")
ENDINGS = {
    "passing": PASSED,
    "one-failure": FAILED,
    "canceled": (7, "error", "refused"),
    "never-ends": EMPTY,
    "unknown-status": (7, "error", "protocol"),
    "unknown-then-passed": PASSED,
    "empty": EMPTY,
    "slow-settle": PASSED,
    "foreign-run": FAILED,
    "hostile": FAILED,
    "many": PASSED,
    "matrix": PASSED,
    "long-job": PASSED,
    "eventual": PASSED,
    "stale-reads": PASSED,
    "duplicate-hosts": PASSED,
    "conflicting-hosts": PASSED,
    "recurring": PASSED,
    "overdue": PASSED,
    "spaced-status": PASSED,
    "odd-materials": FAILED,
    "other-zones": PASSED,
    "ten-minutes-off": PASSED,
    "old-words": (7, "error", "refused"),
    "big-ids": PASSED,
    "rate-limited": PASSED,
    "small-attachments": PASSED,
}


@pytest.mark.parametrize("scenario", ENDINGS)
def test_each_scenario_ends_as_it_should_and_leaves_nothing_running(scenario: str, tmp_path: Path) -> None:
    ended, truth = play(tmp_path, scenario=scenario)
    assert (ended.status, ended.conclusion, ended.reason) == ENDINGS[scenario], ended.log
    assert (truth.running, truth.claimed_twice) == ((), ())


@pytest.mark.parametrize("profile", PROFILES)
def test_a_job_is_claimed_run_logged_and_completed_under_each_table_of_statuses(profile: str, tmp_path: Path) -> None:
    ended, truth = play(tmp_path, scenario=profile)
    assert ended.status == 0, ended.log
    assert paths(truth) == [DONE]
    assert [log.asked.status for log in truth.logs] == ["PASSED"] * 3
    order = [exchange.operation for exchange in ended.journal if exchange.effect]
    logs = [at for at, name in enumerate(order) if name == "submit-test-log"]
    ends = [at for at, name in enumerate(order) if name == "update-job-status"]
    assert ends[0] < min(logs)
    assert max(logs) < ends[1], "a completed job always has its logs"
    assert ended.outputs["log-ids"].count(",") == 2
    assert (ended.outputs["jobs"], ended.outputs["jobs-failed"], ended.outputs["command-exit-code"]) == ("1", "0", "0")


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("kind", [*NOT_DONE, *LOST])
def test_a_claim_without_an_answer_runs_nothing_and_is_named(kind: str, profile: str, tmp_path: Path) -> None:
    ended, truth = play(tmp_path, f"{kind}@{CLAIM}", scenario=profile)
    assert (ended.status, ended.reason) == (7, "may-exist")
    assert "running 3 tests" not in ended.log
    assert str(truth.jobs[0].id) in ended.log
    assert len(ended.calls("update-job-status")) == 1
    assert paths(truth) == [("PLANNED", "RUNNING") if kind in LOST else ("PLANNED",)]


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("kind", [*NOT_DONE, *LOST])
def test_such_a_job_is_run_on_the_users_word(kind: str, profile: str, tmp_path: Path) -> None:
    ended, truth = play(tmp_path, f"{kind}@{CLAIM}", scenario=profile, on_ambiguous_claim="run")
    assert ended.status == 0, ended.log
    assert truth.jobs[0].status == "COMPLETED"
    assert (truth.running, truth.logged_twice) == ((), ())


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("kind", [*NOT_DONE, *LOST, "429=7", "401"])
def test_the_end_of_a_job_is_told_until_it_is_heard(kind: str, profile: str, tmp_path: Path) -> None:
    ended, truth = play(tmp_path, f"{kind}@{FINISH}", scenario=profile)
    assert ended.status == 0, ended.log
    assert set(paths(truth)[0][2:]) == {"COMPLETED"}
    assert truth.logged_twice == ()


@pytest.mark.parametrize("kind", ["400", "404"])
def test_a_job_whose_end_is_refused_is_not_green_and_not_left_running(kind: str, tmp_path: Path) -> None:
    ended, truth = play(tmp_path, f"{kind}@{FINISH}")
    assert (ended.status, ended.reason) == (7, "refused")
    assert paths(truth) == [GIVEN_UP]


def test_a_job_that_another_host_got_is_not_run(tmp_path: Path) -> None:
    ended, truth = play(tmp_path, f"claimed@{CLAIM}")
    assert (ended.status, ended.reason) == (5, "empty")
    assert (truth.logs, truth.running) == ((), ())


@pytest.mark.parametrize("scenario", ["passing", "one-failure"])
@pytest.mark.parametrize("kind", [*NOT_DONE, *LOST, "400", "401", "413", "429=7", "cut", "empty-body"])
def test_no_log_comes_twice_and_a_lost_one_is_never_green(kind: str, scenario: str, tmp_path: Path) -> None:
    ended, truth = play(tmp_path, f"{kind}@submit-test-log", scenario=scenario)
    assert truth.logged_twice == ()
    assert truth.running == ()
    complete = len(truth.logs) == 3
    if scenario == "one-failure":
        assert (ended.status, ended.reason) == (1, "tests-failed")
    else:
        assert ended.status == (0 if complete else 7), ended.log
    assert paths(truth) == [DONE if complete else GIVEN_UP]


def test_a_log_that_may_be_missing_is_only_a_warning_where_the_user_says_so(tmp_path: Path) -> None:
    ended, truth = play(tmp_path, "400@submit-test-log", report_required="false")
    assert ended.status == 0
    assert paths(truth) == [DONE]
    assert len(truth.logs) == 2


def test_without_report_nothing_is_logged(tmp_path: Path) -> None:
    ended, truth = play(tmp_path, report="false")
    assert (ended.status, truth.logs, paths(truth)) == (0, (), [DONE])


def test_a_failed_test_is_logged_with_its_message_and_its_file(tmp_path: Path) -> None:
    ended, truth = play(tmp_path, scenario="one-failure")
    assert [log.asked.status for log in truth.logs] == ["PASSED", "PASSED", "FAILED"]
    last = sent(ended, "submit-test-log")[-1]
    assert last["note"] == "expected 1, got 0"
    assert [each["name"] for each in last["attachments"]] == ["junit.xml"]  # type: ignore[attr-defined]


def test_a_file_that_is_too_large_is_left_out(tmp_path: Path) -> None:
    ended, truth = play(tmp_path, "413@submit-test-log#3", scenario="one-failure")
    assert (ended.status, len(truth.logs)) == (1, 3)
    assert "attachments" not in sent(ended, "submit-test-log")[-1]


@pytest.mark.parametrize(("words", "status", "path", "logs"), [
    ("exit=3", (1, "tests-failed"), DONE, 3),
    ("skip", (5, "empty"), DONE, 3),
    ("silent", (1, "tests-failed"), GIVEN_UP, 0),
    ("silent exit=1", (1, "tests-failed"), GIVEN_UP, 0),
    ("other", (1, "tests-failed"), DONE, 0),
])  # fmt: skip
def test_the_verdict_comes_from_the_files_and_the_command(
    words: str, status: tuple[int, str], path: tuple[str, ...], logs: int, tmp_path: Path
) -> None:
    ended, truth = play(tmp_path, command=f"{COMMAND} {words}")
    assert (ended.status, ended.reason) == status, ended.log
    assert paths(truth) == [path]
    assert len(truth.logs) == logs


@pytest.mark.parametrize("results", ["", "*.xml"])
def test_all_reports_read_the_commands_files_and_no_copy_stays_behind(results: str, tmp_path: Path) -> None:
    command = COMMAND.replace("{junit}", "mine.xml") if results else COMMAND
    ended, _ = play(tmp_path, scenario="one-failure", command=command, results=results)
    assert (ended.status, ended.outputs["tests"]) == (1, "3")
    assert ended.junit.count("<testcase ") == len(ended.report["suites"][0]["cases"]) == 3
    assert "expected 1, got 0" in ended.summary
    left = {path.suffix or path.name for path in tmp_path.glob(".test-runner/*")}
    assert left == {".jsonl", ".gitignore"}, "only the journal stays"


def test_tests_that_are_not_found_fail_the_job_on_the_users_word(tmp_path: Path) -> None:
    ended, truth = play(tmp_path, command=f"{COMMAND} other", unmatched="fail")
    assert (ended.status, ended.outputs["unmatched"], paths(truth)) == (1, "3", [GIVEN_UP])


def test_yesterdays_files_are_not_todays_results(tmp_path: Path) -> None:
    old = '<testsuite><testcase classname="shop.CartTest" name="addsItem"/></testsuite>'
    (tmp_path / "old.xml").write_text(old)
    ended, truth = play(tmp_path, command=f"{sys.executable} -V", results="*.xml")
    assert (ended.status, ended.outputs["passed"]) == (1, "0")
    assert paths(truth) == [GIVEN_UP]


def test_a_missing_program_is_told_before_anything_is_asked_of_qtest(tmp_path: Path) -> None:
    ended, _ = play(tmp_path, command="no-such-program {junit}")
    assert (ended.status, ended.reason, list(ended.journal)) == (2, "bad-input", [])
    assert "FROM ours" in ended.log


def test_each_test_can_have_a_command_of_its_own(tmp_path: Path) -> None:
    ended, truth = play(tmp_path, per="material", command=COMMAND + " {automation_content}")
    assert (ended.status, ended.log.count("running 1 tests"), len(truth.logs)) == (0, 3, 3)


def test_at_most_so_many_jobs_are_run(tmp_path: Path) -> None:
    ended, truth = play(tmp_path, scenario="overdue", max_jobs="2")
    assert ended.status == 0
    assert [words for words in paths(truth) if len(words) > 1] == [("NOT_RUN", "RUNNING", "COMPLETED")] * 2


def test_a_dry_run_has_no_effect(tmp_path: Path) -> None:
    ended, truth = play(tmp_path, dry_run="true", allow_empty="true")
    assert ended.status == 0
    assert not any(exchange.effect for exchange in ended.journal)
    assert truth.hosts == ()


@pytest.mark.parametrize("call", range(1, 21))
@pytest.mark.parametrize("profile", ["passing", "no-cancel-from-running"])
def test_a_signal_in_any_call_leaves_nothing_running(profile: str, call: int, tmp_path: Path) -> None:
    ended, truth = play(tmp_path, scenario=profile, stop_in=call)
    assert (ended.status, ended.reason) == (143, "signal")
    assert truth.running == ()
    assert ended.seconds < 60


@pytest.mark.parametrize("scenario", ["passing", "one-failure", "foreign-run", "eventual"])
def test_what_is_triggered_is_run_and_nothing_else(scenario: str, tmp_path: Path) -> None:
    ended, truth = play(tmp_path, scenario=scenario, qtest_mode="trigger", test_run_ids="88120,88121", idle_timeout="")
    ours = [job for job in truth.jobs if str(job.schedule) == ended.outputs["schedule-id"]]
    assert [(job.words, job.test_runs) for job in ours] == [(DONE, (88120, 88121))]
    assert all(len(job.words) == 1 for job in truth.jobs if job not in ours)
    assert ended.status == any(log.asked.status == "FAILED" for log in truth.logs)
    assert [agent.active for agent in truth.agents if agent.ours] == [False], "deactivated, since we activated it"


@pytest.mark.parametrize(("fault", "status", "reason"), [
    ("500-after", 7, "may-exist"), ("reset-before", 7, "may-exist"), ("401", 3, "auth"), ("400", 3, "refused"),
    ("429=3", 0, ""),
])  # fmt: skip
def test_nothing_is_scheduled_twice(fault: str, status: int, reason: str, tmp_path: Path) -> None:
    ended, truth = play(tmp_path, f"{fault}@create-schedule", qtest_mode="trigger", test_run_ids="88120")
    assert (ended.status, ended.reason) == (status, reason)
    assert len([one for one in truth.jobs if one.test_runs == (88120,)]) == (fault in ("500-after", "429=3"))


def test_a_schedule_that_gives_no_job_is_named(tmp_path: Path) -> None:
    ended, _ = play(tmp_path, scenario="never-ends", qtest_mode="trigger", test_run_ids="88120", idle_timeout="")
    assert (ended.status, ended.reason) == (7, "may-exist")
    assert ended.outputs["schedule-id"] in ended.log
    assert 600 <= ended.seconds < 640


@pytest.mark.parametrize("kind", ["401", "503", "reset-after", "html", "cut", "429=7"])
@pytest.mark.parametrize("call", ["search-agents", "activate-agent", "ping-host", "retrieve-jobs", "get-token-status"])
def test_calls_that_may_be_repeated_are_ridden_out(call: str, kind: str, tmp_path: Path) -> None:
    ended, truth = play(tmp_path, f"{kind}@{call}")
    if (call, kind) == ("get-token-status", "401"):
        assert (ended.status, ended.reason, truth.hosts) == (3, "auth", ())
    else:
        assert ended.status == 0, ended.log


@pytest.mark.parametrize("kind", LOST)
def test_a_host_is_registered_once_and_a_lost_agent_is_found_again(kind: str, tmp_path: Path) -> None:
    ended, truth = play(tmp_path, f"{kind}@register-host")
    assert (ended.status, ended.reason, len(truth.hosts)) == (7, "may-exist", 1)
    ended, truth = play(tmp_path, f"{kind}@create-agent")
    assert (ended.status, len(truth.agents)) == (0, 1)


def test_the_identity_is_the_same_in_each_build(tmp_path: Path) -> None:
    with Bench(tmp_path, scenario=SCENES["passing"], vendor="qtest") as bench:
        first = bench.run(**USUAL)
        second = bench.run(**USUAL)
    truth = truth_of(second.ledger)
    assert (len(truth.hosts), len([agent for agent in truth.agents if agent.ours])) == (1, 1)
    assert first.outputs["agent-id"] == second.outputs["agent-id"]


@pytest.mark.parametrize("fault", ["agent-deleted@retrieve-jobs#3", "host-deleted@retrieve-jobs#3"])
def test_what_was_deleted_at_qtest_never_turns_green(fault: str, tmp_path: Path) -> None:
    ended, truth = play(tmp_path, fault)
    assert ended.status in (3, 5, 7) or paths(truth)[-1] == DONE
    assert truth.running == ()


@pytest.mark.parametrize("deactivate", ["true", "false"])
def test_an_agent_that_is_registered_once_more_is_deactivated_like_the_first(deactivate: str, tmp_path: Path) -> None:
    ended, truth = play(tmp_path, "host-deleted@retrieve-jobs", deactivate=deactivate)
    assert ended.status == 0, ended.log
    assert [agent.active for agent in truth.agents if agent.ours] == [deactivate == "false"]


@pytest.mark.parametrize("kind", ["404", "422"])
def test_an_agent_whose_deactivation_is_refused_is_named(kind: str, tmp_path: Path) -> None:
    ended, truth = play(tmp_path, f"{kind}@deactivate-agent*forever", deactivate="true")
    assert (ended.status, [agent.active for agent in truth.agents]) == (0, [True])
    assert "still active" in ended.report["problems"][0]


def test_an_agent_that_is_gone_needs_no_deactivation(tmp_path: Path) -> None:
    ended, truth = play(tmp_path, "agent-deleted@deactivate-agent", deactivate="true")
    assert (ended.status, truth.agents, ended.report["problems"]) == (0, (), [])


def test_the_time_limit_ends_the_wait_for_more_jobs_with_the_verdict_of_those_that_were_run(tmp_path: Path) -> None:
    ended, truth = play(tmp_path, timeout="2m", idle_timeout="10m")
    assert (ended.status, paths(truth)) == (0, [DONE]), ended.log
    ended, _ = play(tmp_path, scenario="never-ends", timeout="2m", idle_timeout="10m")
    assert (ended.status, ended.reason) == (5, "empty")


@pytest.mark.parametrize(("faults", "said"), [
    ((), "is FAILED at qTest"), ((f"404@{FINISH}",), "it is not FAILED there"),
])  # fmt: skip
def test_what_became_of_a_job_whose_time_was_over_is_told(faults: tuple[str, ...], said: str, tmp_path: Path) -> None:
    with Bench(tmp_path, scenario=SCENES["passing"], faults=faults, vendor="qtest") as bench:
        bench.clock.command_seconds = 3600.0
        ended = bench.run(**{**USUAL, "command": f"{COMMAND} sleep=600", "job_timeout": "1m"})
    (job,) = truth_of(ended.ledger).jobs
    assert (ended.status, ended.reason, job.words) == (4, "timeout", GIVEN_UP)
    lines = [line for line in ended.log.splitlines() if str(job.id) in line and "FAILED" in line]
    assert [line for line in lines if said in line] == lines


def test_a_job_that_is_gone_when_its_end_is_told_again_is_not_taken_for_completed(tmp_path: Path) -> None:
    ended, truth = play(tmp_path, f"500@{FINISH}", "404@update-job-status#3")
    assert (ended.status, ended.reason) == (7, "refused")
    assert paths(truth) == [DONE], "told once more at the end: qTest may have heard it the first time"


def test_after_a_claim_without_an_answer_nobody_says_that_nothing_was_started(tmp_path: Path) -> None:
    ended, truth = play(tmp_path, f"reset-after@{CLAIM}", "403@retrieve-jobs[7.5-]")
    assert (ended.status, ended.reason) == (7, "may-exist")
    (line,) = [line for line in ended.log.splitlines() if line.startswith("::error")]
    assert f"The claim of the job {truth.jobs[0].id} got no answer" in line


def test_a_claim_without_an_answer_is_still_named_by_the_cleanup_after_a_kill(tmp_path: Path) -> None:
    with Bench(tmp_path, scenario=SCENES["passing"], faults=[f"reset-after@{CLAIM}"], vendor="qtest") as bench:
        bench.kill_at(10.0)
        killed = bench.run(**USUAL)
        bench.another_process()
        ended = bench.run(**USUAL, mode="cleanup")
    assert (killed.status, ended.status) == (-9, 7)
    assert str(truth_of(ended.ledger).running[0].id) in ended.log
    assert "Undone at the vendor" not in ended.log


def test_a_job_that_qtest_may_have_completed_is_never_made_failed(tmp_path: Path) -> None:
    ended, truth = play(tmp_path, f"500-after@{FINISH}*6", scenario="lenient", timeout="1m", idle_timeout="5s")
    assert (ended.status, ended.reason) == (7, "unavailable"), ended.log
    assert set(paths(truth)[0][2:]) == {"COMPLETED"}


@pytest.mark.parametrize("end", ["killed", "stopped"])
def test_a_job_whose_end_was_on_its_way_is_completed_once_more(end: str, tmp_path: Path) -> None:
    for name in ("usual", "cut"):
        (tmp_path / name).mkdir()
    usual, _ = play(tmp_path / "usual", scenario="lenient")
    finish = usual.journal.index(usual.calls("update-job-status")[1]) + 1
    faults = [f"hang-after@{FINISH}"]
    with Bench(tmp_path / "cut", scenario=SCENES["lenient"], faults=faults, vendor="qtest") as bench:
        if end == "killed":
            bench.kill_in_call(finish)
            assert bench.run(**USUAL).status == -9
            bench.another_process()
            ended = bench.run(**USUAL, mode="cleanup")
        else:
            bench.stop_in_call(finish)
            ended = bench.run(**USUAL)
    assert ended.status == (0 if end == "killed" else 143), ended.log
    assert paths(truth_of(ended.ledger)) == [("PLANNED", "RUNNING", "COMPLETED", "COMPLETED")]


def test_a_host_whose_command_takes_hours_stays_online(tmp_path: Path) -> None:
    with Bench(tmp_path, scenario=SCENES["jobs-returned"], vendor="qtest") as bench:
        bench.clock.command_seconds = 3 * 3600.0
        ended = bench.run(**USUAL, timeout="4h")
    truth = truth_of(ended.ledger)
    assert (ended.status, paths(truth), truth.hosts[0].offline_at) == (0, [DONE], ())
    assert 18 <= len(ended.calls("ping-host")) <= 20


def seen_by(texts: Sequence[str]) -> bool:
    return any(form in text for form in encoded_forms(TOKEN) for text in texts)


def test_the_command_never_sees_the_token(tmp_path: Path) -> None:
    program = tmp_path / "show.py"
    program.write_text(
        "import os, sys\nprint(sorted(os.environ))\n"
        "open('seen', 'w').write(repr(dict(os.environ)) + open('/proc/self/cmdline').read())\n"
    )
    ended, _ = play(tmp_path, command=f"{sys.executable} {program} {{junit}}")
    assert not seen_by([(tmp_path / "seen").read_text()])
    assert "INPUT_" not in (tmp_path / "seen").read_text()
    masks = [line for line in ended.log.splitlines() if line.startswith("::add-mask::")]
    assert not seen_by([line for line in ended.log.splitlines() if line not in masks])


def test_texts_of_test_cases_never_become_words_of_the_command(tmp_path: Path) -> None:
    program = tmp_path / "record.py"
    program.write_text(
        "import json, os, sys\n"
        "found = json.load(open(os.environ['QTEST_MATERIALS_FILE']))\n"
        "wanted = [each['automation_content'] for each in found['materials']]\n"
        "assert sys.argv[2:] == wanted, (sys.argv, wanted)\n"
        "open('argv', 'a').write(json.dumps(sys.argv[2:]) + '\\n')\n"
    )
    command = f"{sys.executable} {program} {{junit}} {{automation_contents}}"
    ended, truth = play(tmp_path, scenario="hostile", command=command)
    lines = (tmp_path / "argv").read_text().splitlines()
    assert ended.status == 1
    assert lines
    assert all(len(json.loads(line)) == 1 for line in lines)
    assert not any(json.loads(line)[0].startswith("-") for line in lines)
    assert not any(character < " " for line in lines for character in json.loads(line)[0])
    assert truth.running == ()


@pytest.mark.parametrize(
    ("more", "said"), [(" && false", "holds '&&', and no shell reads it"), ("\nfalse\n", "holds several lines")]
)
def test_a_command_that_only_a_shell_would_obey_is_refused_before_any_request(
    more: str, said: str, tmp_path: Path
) -> None:
    with Bench(tmp_path, scenario=SCENES["passing"], vendor="qtest") as bench:
        ended = bench.run(**{**USUAL, "command": f"{COMMAND}{more}"})
    assert (ended.status, ended.reason, ended.journal) == (2, "bad-input", [])
    assert said in ended.log
