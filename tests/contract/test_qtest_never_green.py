"""qTest: what must never look better than it is, and results that are known and must not be lost."""

import sys
from pathlib import Path
from typing import Any

import pytest

from core.sandbox.qtest.truth import Truth, truth_of
from tests.contract.test_qtest import DONE, GIVEN_UP, SCENES, USUAL, paths, play, sent
from tests.harness import Bench, Ended
from tests.sandbox.qtest import create_agent, register
from tests.sandbox.support import client_of

HEAD = """
import json, os, sys
found = json.load(open(os.environ["QTEST_MATERIALS_FILE"]))
contents = [each["automation_content"] for each in found["materials"]]
out = open(os.environ["QTEST_JUNIT"], "w")
open("runs", "a").write("x")
count = os.path.getsize("runs") - 1
"""
ALL = """
out.write("<testsuite>")
for content in contents:
    classname, _, name = content.partition("#")
    out.write(f"<testcase classname='{classname}' name='{name}'/>")
out.write("</testsuite>")
"""


def program(folder: Path, body: str) -> str:
    """A command that runs this after HEAD: `out` is its JUnit file, `count` says how often it was run before."""
    path = folder / "tests.py"
    path.write_text(HEAD + body)
    return f"{sys.executable} {path} "


def of(*contents: str, **knobs: Any) -> dict[str, Any]:
    return {"contents": (contents,), **knobs}


def test_two_tests_of_one_test_run_are_two(tmp_path: Path) -> None:
    only = "out.write(\"<testsuite><testcase classname='A' name='a'/></testsuite>\")\n"
    ended, truth = play(
        tmp_path, command=program(tmp_path, only), results="none/*.xml", knobs=of("A#a", "A#missing", one_run=True)
    )
    assert (ended.status, ended.outputs["unmatched"]) == (1, "1")
    assert (paths(truth), [log.asked.content for log in truth.logs]) == ([DONE], ["A#a"])


def test_a_suite_that_lacks_failures_which_it_claims_is_not_green(tmp_path: Path) -> None:
    body = "out.write(\"<testsuite tests='5' failures='3'><testcase classname='A' name='a'/></testsuite>\")\n"
    ended, truth = play(tmp_path, command=program(tmp_path, body), results="none/*.xml", knobs=of("A#a"))
    assert (ended.status, ended.reason) == (1, "tests-failed")
    assert (paths(truth), truth.logs) == ([GIVEN_UP], ())
    assert "claims 3 failures" in ended.log


@pytest.mark.parametrize(
    ("claims", "inside"),
    [
        ("failures='1' errors='1'", "<failure message='boom'/>"),  # TestCafe: each counts as both
        ("failures='2' errors='0'", "<failure message='boom'/><failure message='bang'/>"),  # RuboCop, Catch2, pytest
        ("failures='2' errors='0'", "<failure message='boom'/>"),  # Newman with two iterations
    ],
)
def test_tests_are_logged_however_their_writer_counts_failures(claims: str, inside: str, tmp_path: Path) -> None:
    cases = f"<testcase classname='A' name='a'>{inside}</testcase><testcase classname='A' name='b'/>"
    body = f"out.write(\"<testsuite name='s' tests='2' {claims}>{cases}</testsuite>\")\nout.close()\nsys.exit(1)\n"
    ended, truth = play(tmp_path, command=program(tmp_path, body), results="none/*.xml", knobs=of("A#a", "A#b"))
    assert (ended.status, ended.outputs["failed"], ended.outputs["errored"]) == (1, "1", "0"), ended.log
    assert (paths(truth), [log.asked.content for log in truth.logs]) == ([DONE], ["A#a", "A#b"])


UPLOAD: dict[str, Any] = {
    "qtest_mode": "report-only",
    "command": "",
    "results": "*.xml",
    "test_suite": "TS-1",
    "idle_timeout": "",
}


def test_such_a_suite_is_not_uploaded(tmp_path: Path) -> None:
    (tmp_path / "r.xml").write_text("<testsuite tests='5' failures='3'><testcase classname='A' name='a'/></testsuite>")
    ended, _ = play(tmp_path, **UPLOAD)
    assert (ended.status, ended.reason, list(ended.journal)) == (2, "bad-input", [])
    assert "its writer counts what it writes as no case" in ended.log


def test_an_upload_of_which_qtest_took_in_less_is_not_green(tmp_path: Path) -> None:
    (tmp_path / "r.xml").write_text("<testsuite><testcase classname='A' name='a'/><testcase name='b'/></testsuite>")
    ended, _ = play(tmp_path, **UPLOAD)
    assert ended.status == 0, ended.log
    ended, _ = play(tmp_path, "fewer-logs@get-queue-state*forever", **UPLOAD)
    assert (ended.status, ended.reason) == (7, "protocol"), ended.log
    assert "0 logs of 2 results" in ended.log


def test_a_long_content_is_uploaded_whole(tmp_path: Path) -> None:
    (tmp_path / "r.xml").write_text(f"<testsuite><testcase classname='A' name='{'a' * 900}'/></testsuite>")
    ended, truth = play(tmp_path, **UPLOAD)
    assert (ended.status, [log.asked.content for log in truth.logs]) == (0, [f"A#{'a' * 900}"])


def test_a_job_whose_command_cannot_be_started_is_failed_and_the_next_one_is_run(tmp_path: Path) -> None:
    big = [f"A#{'a' * 4000}{at}" for at in range(600)]
    ended, truth = play(
        tmp_path,
        command=program(tmp_path, ALL) + "{automation_contents}",
        results="none/*.xml",
        knobs={"contents": (tuple(big), ("B#b",))},
    )
    assert (ended.status, ended.reason) == (1, "tests-failed")
    assert paths(truth) == [GIVEN_UP, DONE]
    assert [log.asked.content for log in truth.logs] == ["B#b"]
    assert "more arguments than the system can pass on" in ended.junit


def test_texts_that_no_variable_can_hold_fail_their_job_alone(tmp_path: Path) -> None:
    big = [f"A#{'a' * 4000}{at}" for at in range(40)]
    ended, truth = play(  # noqa: S604 -- an input of that name
        tmp_path,
        command=program(tmp_path, ALL),
        shell="env",
        results="none/*.xml",
        knobs={"contents": (tuple(big), ("B#b",))},
    )
    assert (ended.status, paths(truth)) == (1, [GIVEN_UP, DONE])


def test_a_folder_that_a_job_removes_fails_the_jobs_after_it(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    body = ALL + "import shutil; shutil.rmtree(os.getcwd())\n"
    ended, truth = play(
        tmp_path,
        command=program(tmp_path, body),
        working_directory="here",
        results="none/*.xml",
        scenario="matrix",
    )
    assert ended.status == 1, ended.log
    assert paths(truth) == [DONE, GIVEN_UP, GIVEN_UP, GIVEN_UP]


def test_a_pattern_that_leads_out_is_told_before_anything_is_claimed(tmp_path: Path) -> None:
    ended, _ = play(tmp_path, command=program(tmp_path, ALL), results="../*.xml")
    assert (ended.status, ended.reason, list(ended.journal)) == (2, "bad-input", [])


@pytest.mark.parametrize(("body", "inputs", "status", "logged"), [
    (ALL.replace("contents:", "contents[:2]:"), {"unmatched": "fail"}, 1, [0, 1]),
    ("if count != 1:" + ALL.replace("\n", "\n    "), {"per": "material"}, 1, [0, 2]),
])  # fmt: skip
def test_a_result_that_is_known_is_logged_whatever_the_job_comes_to(
    body: str, inputs: dict[str, Any], status: int, logged: list[int], tmp_path: Path
) -> None:
    contents = ("A#a", "A#b", "A#c")
    command = program(tmp_path, body)
    ended, truth = play(tmp_path, command=command, results="none/*.xml", knobs=of(*contents), **inputs)
    assert ended.status == status, ended.log
    assert [log.asked.content for log in truth.logs] == [contents[at] for at in logged]
    assert paths(truth) == [GIVEN_UP]


def test_a_folder_that_leads_out_of_the_workspace_is_refused(tmp_path: Path) -> None:
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "out").symlink_to(tmp_path)
    ended, _ = play(tmp_path / "w", working_directory="out")
    assert (ended.status, ended.reason, list(ended.journal)) == (2, "bad-input", [])
    assert "leads out of the workspace" in ended.log


@pytest.mark.parametrize("fault", ["401@submit-test-log", "403@update-job-status#3", "401@update-job-status#2"])
def test_one_refusal_of_a_token_that_was_good_is_not_believed(fault: str, tmp_path: Path) -> None:
    ended, truth = play(tmp_path, fault, scenario="matrix")
    assert (ended.status, paths(truth), len(truth.logs)) == (0, [DONE] * 4, 12), ended.log


def test_a_token_that_is_refused_for_good_is_the_thing_to_check(tmp_path: Path) -> None:
    ended, truth = play(tmp_path, "401@submit-test-log*forever")
    assert (ended.status, ended.reason, paths(truth)) == (7, "auth", [GIVEN_UP])
    assert "The `token` was good until now" in ended.log
    assert "status-map" not in ended.log
    assert len(ended.calls("submit-test-log")) == 2


ELSEWHERE = f"out.close()\nos.unlink(out.name)\nout = open('r1.xml', 'w')\n{ALL}"  # instead of QTEST_JUNIT


@pytest.mark.parametrize("bad", ["open('r2.xml', 'w').close()", "os.symlink('/etc/hostname', 'r2.xml')"])
def test_a_file_that_cannot_be_read_is_no_green(bad: str, tmp_path: Path) -> None:
    command = program(tmp_path, f"{bad}\n{ELSEWHERE}")
    ended, truth = play(tmp_path, command=command, results="r*.xml\nnothing/*.xml", knobs=of("A"))
    assert (ended.status, ended.reason, paths(truth), truth.logs) == (1, "tests-failed", [GIVEN_UP], ())
    assert "r2.xml" in ended.junit
    assert "'nothing/*.xml' matches no file" in ended.log


def test_a_bad_file_of_yesterday_is_not_todays(tmp_path: Path) -> None:
    (tmp_path / "r2.xml").touch()
    ended, truth = play(tmp_path, command=program(tmp_path, ELSEWHERE), results="r*.xml", knobs=of("A#a"))
    assert (ended.status, paths(truth)) == (0, [DONE]), ended.log


def test_a_command_that_cleans_up_takes_no_results_away(tmp_path: Path) -> None:
    body = ALL + "out.close()\nif count == 1:\n    import shutil\n    shutil.rmtree('.test-runner')\n"
    command = program(tmp_path, body)
    ended, truth = play(tmp_path, command=command, results="none/*.xml", scenario="matrix", max_jobs="2")
    assert (ended.status, ended.outputs["passed"]) == (1, "3"), "the second job's own file is gone"
    assert ended.junit.count("<testcase") == 4
    assert paths(truth)[:2] == [DONE, GIVEN_UP]


@pytest.mark.parametrize("call", ["retrieve-jobs", "search-agents"])
def test_odd_entries_of_a_list_do_not_hold_up_the_good_ones(call: str, tmp_path: Path) -> None:
    ended, truth = play(tmp_path, f"odd-entries@{call}*forever")
    assert (ended.status, paths(truth)) == (0, [DONE]), ended.log
    assert ended.seconds < 60
    if call == "retrieve-jobs":
        assert ended.log.count("that can't be run, since") == 5, "told once each; foreign ones are nobody's business"


TRIGGER: dict[str, Any] = {"qtest_mode": "trigger", "test_run_ids": "88120,88121", "idle_timeout": ""}


def test_what_was_scheduled_and_is_beyond_max_jobs_is_no_green(tmp_path: Path) -> None:
    ended, truth = play(tmp_path, **TRIGGER, max_jobs="1", knobs={"split_orders": True})
    assert (ended.status, ended.reason) == (7, "may-exist"), ended.log
    assert [job.words for job in truth.jobs if str(job.schedule) == ended.outputs["schedule-id"]] == [
        DONE,
        ("PLANNED", "CANCELLED"),
    ]


def test_what_was_scheduled_and_is_not_handed_out_is_no_green(tmp_path: Path) -> None:
    ended, truth = play(tmp_path, "claimed@update-job-status#3", **TRIGGER, knobs={"split_orders": True})
    assert (ended.status, ended.reason, len(truth.logs)) == (7, "may-exist", 1), ended.log
    ended, _ = play(tmp_path, "claimed@update-job-status*forever", **TRIGGER)
    assert (ended.status, ended.reason) == (7, "may-exist")


def test_what_was_scheduled_and_does_not_come_in_time_may_still_come(tmp_path: Path) -> None:
    ended, _ = play(tmp_path, scenario="never-ends", **TRIGGER, timeout="5m")
    assert (ended.status, ended.reason) == (7, "may-exist"), ended.log
    assert ended.outputs["schedule-id"] in ended.log


def test_after_a_claim_without_an_answer_nothing_is_called_safe_to_repeat(tmp_path: Path) -> None:
    faults = ("reset-after@update-job-status", "403@update-job-status#2*forever")
    ended, truth = play(tmp_path, *faults, scenario="matrix")
    assert (ended.status, ended.reason) == (7, "may-exist"), ended.log
    assert str(truth.jobs[0].id) in ended.log


def test_no_job_is_claimed_that_there_is_no_time_to_run(tmp_path: Path) -> None:
    ended, truth = play(tmp_path, scenario="earlier-runs", timeout="5m10s", idle_timeout="10m")
    assert (ended.status, ended.reason) == (4, "timeout"), ended.log
    assert {words for words in paths(truth) if "COMPLETED" not in words} == {("PLANNED",)}


def test_a_status_that_nobody_knows_is_waited_for_as_long_as_for_a_job(tmp_path: Path) -> None:
    ended, _ = play(tmp_path, scenario="unknown-status", idle_timeout="20s")
    assert (ended.status, ended.reason) == (7, "protocol")
    assert ended.seconds < 60


def test_a_dry_run_that_finds_jobs_is_neither_red_nor_passed(tmp_path: Path) -> None:
    with Bench(tmp_path, scenario=SCENES["overdue"], vendor="qtest") as bench:
        bench.run(**USUAL, max_jobs="1")
        ended = bench.run(**USUAL, dry_run="true")
    assert (ended.status, ended.conclusion, ended.reason) == (0, "skipped", ""), ended.log
    assert "NOTHING WAS TESTED" in ended.log


def test_a_claim_that_a_signal_cut_short_is_named_once_with_where_to_look(tmp_path: Path) -> None:
    with Bench(tmp_path, scenario=SCENES["passing"], faults=["hang-after@update-job-status"], vendor="qtest") as bench:
        bench.observers.append(
            lambda call: (
                bench.stop_at(bench.clock.time - bench.clock.start + 1)
                if call.operation == "update-job-status"
                else None
            )
        )
        ended = bench.run(**USUAL)
        assert (ended.status, ended.reason) == (143, "signal"), ended.log
        assert "was ended at the vendor" not in ended.log
        (job,) = truth_of(ended.ledger).running
        left = next(line for line in ended.log.splitlines() if "Left at the vendor" in line)
        assert (str(job.id) in left, "/p/77/portal/project" in left, "mode: cleanup" in left) == (True, True, False)
        again = bench.run(**USUAL, mode="cleanup")
        assert "Nothing was left behind" in again.log


def test_a_signal_while_nothing_runs_ends_nothing(tmp_path: Path) -> None:
    with Bench(tmp_path, scenario=SCENES["never-ends"], vendor="qtest") as bench:
        bench.stop_at(20)
        ended = bench.run(**USUAL)
    assert ended.status == 143
    assert "had nothing running at the vendor" in ended.log


def test_the_host_of_somebody_else_is_left_as_it_is(tmp_path: Path) -> None:
    with Bench(tmp_path, scenario=SCENES["passing"], vendor="qtest") as bench:
        with client_of(bench.sandbox.url) as client:
            host = register(client, host_guid="SOMEBODY-ELSE", host_name="theirs")
            create_agent(client, host, name="ci-web")
        ended = bench.run(**USUAL)
        assert (ended.status, ended.reason) == (3, "refused"), ended.log
        assert "`agent-name`" in ended.log
        (found,) = truth_of(ended.ledger).hosts
        assert (found.asked.host_name, found.asked.host_guid) == ("theirs", "SOMEBODY-ELSE")
        ended = bench.run(**USUAL, agent_name="ours")
        assert (ended.status, len(truth_of(ended.ledger).hosts)) == (0, 2), ended.log


ORDER: dict[str, Any] = {"qtest_mode": "trigger", "test_run_ids": "88120", "idle_timeout": ""}


@pytest.mark.parametrize(("inputs", "status", "reason"), [
    (ORDER, 7, "may-exist"),
    ({}, 5, "refused"),
])  # fmt: skip
def test_where_every_job_is_refused_allow_empty_makes_nothing_green(
    inputs: dict[str, Any], status: int, reason: str, tmp_path: Path
) -> None:
    ended, truth = play(tmp_path, "400@update-job-status*forever", allow_empty="true", **inputs)
    assert (ended.status, ended.reason) == (status, reason), ended.log
    assert "own `agent-name`" in ended.log
    assert truth.logs == ()


def after_a_kill(folder: Path, *faults: str, later: float = 0.0, **inputs: str) -> tuple[Ended, Truth]:
    """A claim that was sent and never reached qTest, the step killed, and the clean-up."""
    with Bench(folder, scenario=SCENES["passing"], faults=["hang@update-job-status", *faults], vendor="qtest") as bench:
        bench.kill_at(9.0)
        killed = bench.run(**USUAL, **inputs, on_ambiguous_claim="run")
        bench.another_process(later)
        ended = bench.run(**USUAL, **inputs, on_ambiguous_claim="run", mode="cleanup")
    assert killed.status == -9
    return ended, truth_of(ended.ledger)


def test_a_job_of_which_qtest_does_not_tell_whether_it_waits_is_not_failed(tmp_path: Path) -> None:
    ended, truth = after_a_kill(tmp_path, "503@retrieve-jobs[10-]", later=10.0)
    assert (ended.status, paths(truth)) == (7, [("PLANNED",)]), ended.log
    assert "does not say whether it still waits" in ended.log


def test_a_job_that_has_left_the_window_is_still_found_waiting(tmp_path: Path) -> None:
    ended, truth = after_a_kill(tmp_path, later=100.0, lookback="20s")
    assert (ended.status, paths(truth)) == (0, [("PLANNED",)]), ended.log


def test_a_schedule_whose_job_comes_after_a_signal_is_named_and_the_cleanup_cancels_the_job(tmp_path: Path) -> None:
    with Bench(tmp_path, scenario=SCENES["eventual"], vendor="qtest") as bench:
        bench.observers.append(lambda one: bench.stop_in_call(1) if one.operation == "create-schedule" else None)
        stopped = bench.run(**USUAL | ORDER, deactivate="false")
        bench.another_process(30.0)
        ended = bench.run(**USUAL | ORDER, mode="cleanup")
    (job,) = [one for one in truth_of(ended.ledger).jobs if str(one.schedule) == stopped.outputs["schedule-id"]]
    assert stopped.status == 143, stopped.log
    assert "one may still come" in stopped.log
    assert (ended.status, job.words) == (0, ("PLANNED", "CANCELLED")), ended.log


def test_a_schedule_that_never_gives_a_job_is_named_by_the_cleanup_once(tmp_path: Path) -> None:
    with Bench(tmp_path, scenario=SCENES["never-ends"], vendor="qtest") as bench:
        bench.observers.append(lambda one: bench.stop_in_call(1) if one.operation == "create-schedule" else None)
        stopped = bench.run(**USUAL | ORDER)
        bench.another_process(30.0)
        ended = [bench.run(**USUAL | ORDER, mode="cleanup") for _ in range(2)]
    assert [each.status for each in (stopped, *ended)] == [143, 7, 0], ended[0].log
    assert stopped.outputs["schedule-id"] in ended[0].log


def test_a_command_that_cleans_the_workspace_up_takes_no_result_away(tmp_path: Path) -> None:
    clean = "import shutil\nshutil.rmtree('.test-runner')\nos.makedirs(os.path.dirname(os.environ['QTEST_JUNIT']))\n"
    ended, truth = play(
        tmp_path,
        scenario="lenient",
        command=program(tmp_path, clean + "out = open(os.environ['QTEST_JUNIT'], 'w')\n" + ALL),
        results="none/*.xml",
        knobs={"contents": (("A#a",), ("B#b",))},
    )
    assert (ended.status, paths(truth)) == (0, [DONE, DONE]), ended.log
    assert len(truth.logs) == 2


def test_a_job_that_was_owed_twice_when_the_step_was_killed_is_ended_by_the_later_word(tmp_path: Path) -> None:
    with Bench(tmp_path, scenario=SCENES["lenient"], faults=["hang@update-job-status#2"], vendor="qtest") as bench:
        bench.kill_at(12.0)
        killed = bench.run(**USUAL)
        (path,) = (tmp_path / ".test-runner").glob("*.jsonl")
        lines = path.read_text("utf-8").splitlines(keepends=True)
        after = max(at for at, line in enumerate(lines) if '"COMPLETED"' in line and '"owe"' in line)
        path.write_text("".join(lines[: after + 1]), "utf-8")  # it dies before the earlier entry is settled
        bench.another_process()
        ended = bench.run(**USUAL, mode="cleanup")
    assert (killed.status, ended.status) == (-9, 0), ended.log
    assert paths(truth_of(ended.ledger)) == [DONE]


SAME_RUN = {"contents": (("A#a", "A#b"),), "one_run": True}


def test_a_log_that_was_never_made_is_not_taken_for_that_of_another_test_of_the_same_run(tmp_path: Path) -> None:
    command = program(tmp_path, ALL)
    ended, truth = play(
        tmp_path, "reset-before@submit-test-log#2", command=command, results="none/*.xml", knobs=SAME_RUN
    )
    assert (ended.status, paths(truth), len(truth.logs)) == (7, [GIVEN_UP], 1), ended.log


def test_the_file_of_a_job_is_attached_to_its_first_failed_test_alone(tmp_path: Path) -> None:
    failing = ALL.replace("/>", "><failure/></testcase>")
    knobs = {"contents": (("A#a", "A#b"), ("B#b",))}
    ended, _ = play(tmp_path, command=program(tmp_path, failing), results="none/*.xml", knobs=knobs)
    assert ended.status == 1
    assert ["attachments" in body for body in sent(ended, "submit-test-log")] == [True, False, True]


@pytest.mark.parametrize(("inputs", "operation"), [
    (UPLOAD, "get-token-status"),
    ({"dry_run": "true", "allow_empty": "true"}, "get-version"),
])  # fmt: skip
def test_an_older_server_does_not_know_the_first_question(
    inputs: dict[str, Any], operation: str, tmp_path: Path
) -> None:
    (tmp_path / "r.xml").write_text("<testsuite><testcase classname='A' name='a'/></testsuite>")
    with Bench(tmp_path, scenario=SCENES["passing"], faults=[f"404@{operation}*forever"], vendor="qtest") as bench:
        bench.run(**USUAL, max_jobs="1")
        ended = bench.run(**USUAL | inputs)
    assert ended.status == 0, ended.log


def test_an_upload_hears_how_many_calls_are_left(tmp_path: Path) -> None:
    (tmp_path / "r.xml").write_text("<testsuite><testcase classname='A' name='a'/></testsuite>")
    usual, _ = play(tmp_path, **UPLOAD)
    few, _ = play(tmp_path, "minute-left=0@submit-suite-logs", **UPLOAD)
    ended, _ = play(tmp_path, "month-left=3@submit-suite-logs", **UPLOAD)
    assert (usual.status, few.status, ended.status) == (0, 0, 0), few.log
    assert usual.seconds + 5 < few.seconds < usual.seconds + 65
    assert "Only 3 calls to qTest are left in this month" in ended.log


@pytest.mark.parametrize(("classname", "folders"), [
    ("shop.CartTest", ["shop", "CartTest"]),
    ("e2e/login.spec.ts", ["e2e", "login.spec.ts"]),
    ("login.spec.ts", ["login.spec.ts"]),
    ("./a/b.test.js", ["a", "b.test.js"]),
])  # fmt: skip
def test_the_folders_of_an_upload_are_those_of_the_tests(classname: str, folders: list[str], tmp_path: Path) -> None:
    (tmp_path / "r.xml").write_text(f"<testsuite><testcase classname='{classname}' name='a'/></testsuite>")
    ended, _ = play(tmp_path, **UPLOAD | {"test_suite": "", "test_cycle": "CL-4"})
    (body,) = sent(ended, "submit-cycle-logs")
    assert [log["module_names"] for log in body["test_logs"]] == [folders]  # type: ignore[attr-defined]
