"""The real program recording at Testmo over real sockets: killed steps, flat memory, and what a CI reads."""

import re
import signal
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from core.sandbox.testmo import RecordedRun, recorded
from core.vendors import load
from tests.e2e.support import SCENARIO, Ended, Step, Vendor, vendor

INPUTS = {"vendor": "testmo", "project_id": "1", "source": "frontend", "results": "*.xml"}
MANY = 200_000
LONGEST_STOP = 5.0  # seconds
PEAK = 64  # MiB; a report of 200,000 cases as a tree takes ten times as much


def write(step: Step, cases: int = 600) -> None:
    with (step.workspace / "results.xml").open("w", encoding="utf-8") as file:
        file.write('<testsuites><testsuite name="s">')
        for number in range(cases):
            file.write(f'<testcase classname="shop.Cart{number % 97}" name="case {number}" time="0.01"/>\n')
        file.write("</testsuite></testsuites>")


def ours(server: Vendor) -> list[RecordedRun]:
    return [run for run in recorded(server.ledger) if run.ours]


def killed(step: Step, server: Vendor) -> None:
    step.url = server.url
    write(step)
    process = step.start(**INPUTS)
    server.await_stall()
    step.kill(process)


def cleaned(step: Step, **inputs: str) -> Ended:
    return step.run("cleanup", **{**INPUTS, **inputs})


@pytest.mark.parametrize(
    "fault",
    [
        *("hang@create-run", "hang-after@create-run", "hang@create-thread", "hang-after@create-thread"),
        *("hang@append-tests#2", "hang-after@append-tests#2", "hang@complete-thread", "hang@complete-run"),
        *("hang-after@complete-run", "hang@get-run"),
    ],
)
def test_cleanup_completes_what_a_killed_step_left_open_and_once(fault: str, step: Step) -> None:
    with vendor("passing", fault, box="testmo") as server:
        killed(step, server)
        ended = cleaned(step)
        assert ended.status == 0, ended.log
        assert [run.completed for run in ours(server)] == [True] * (fault != "hang@create-run")
        before = len(server.journal)
        assert cleaned(step).status == 0
        assert len(server.journal) == before


def test_a_green_report_that_another_step_of_ours_left_is_never_recorded(step: Step) -> None:
    with vendor() as server:
        step.url = server.url
        assert step.run(results_dir="test-results/chrome", **SCENARIO).verdict == (0, "passed", "")
    with vendor(box="testmo") as server:
        step.url = server.url
        ended = step.run(**{**INPUTS, "results": "test-results/**/*.xml"})
        assert ended.verdict == (5, "inconclusive", "empty")
        assert (
            "matches only what this program wrote itself, in this step or another: test-results/chrome/ju" in ended.log
        )
        assert not ours(server)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_keeps_what_a_command_that_will_not_end_has_written(
    number: signal.Signals, status: int, step: Step
) -> None:
    """Within the time that a CI gives, and with nothing sent."""
    write(step, 5_000)
    (step.workspace / "results.xml").rename(step.workspace / "made.txt")
    stubborn = "sh -c 'trap \"\" INT TERM; cp made.txt results.xml; touch written; while :; do sleep 1; done'"
    with vendor(box="testmo") as server:
        step.url = server.url
        process = step.start(**INPUTS, command=stubborn)
        while not (step.workspace / "written").exists():
            assert process.poll() is None
            time.sleep(0.02)
        began = time.monotonic()
        process.send_signal(number)
        ended = step.finish(process)
        assert time.monotonic() - began < LONGEST_STOP
        assert [each.operation for each in server.journal] == ["list-runs"], "before the command, and nothing after it"
    assert (ended.status, ended.outputs["tests"], ended.outputs["conclusion"]) == (status, "5000", "cancelled")
    assert ended.outputs["command-exit-code"] == "137"
    assert "these are the results that it had written by then" in ended.log


def test_a_command_that_uses_up_the_time_leaves_enough_to_record_what_it_has_written(step: Step) -> None:
    write(step, 30)
    (step.workspace / "results.xml").rename(step.workspace / "made.txt")
    with vendor(box="testmo") as server:
        step.url = server.url
        ended = step.run(**INPUTS, timeout="4s", command="sh -c 'cp made.txt results.xml; exec sleep 30'")
        assert [(len(run.tests), run.completed) for run in ours(server)] == [(30, True)]
    assert (ended.verdict, ended.outputs["tests"]) == ((1, "failed", "tests-failed"), "30")
    assert "its time was over" in ended.log


def test_a_signal_ends_a_step_in_time_however_many_cases_there_are(step: Step) -> None:
    write(step, MANY)
    with vendor("passing", "hang@append-tests#2", box="testmo") as server:
        step.url = server.url
        process = step.start(**INPUTS)
        server.await_stall()
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        ended = step.finish(process)
        assert time.monotonic() - began < LONGEST_STOP
        assert [(len(run.tests), run.completed) for run in ours(server)] == [(250, True)]
    assert (ended.status, ended.outputs["tests"], ended.report()["suites"]) == (143, str(MANY), [])
    assert "only the counts are here" in ended.log


def test_cleanup_leaves_a_run_that_was_only_started(step: Step) -> None:
    with vendor(box="testmo") as server:
        step.url = server.url
        begun = step.run("start", vendor="testmo", project_id="1", source="frontend")
        assert (begun.status, cleaned(step).status) == (0, 0)
        assert [run.completed for run in ours(server)] == [False]
        named = cleaned(step, run_id=begun.outputs["run-id"])
        assert named.status == 0, named.log
        assert [run.completed for run in ours(server)] == [True]


def test_cleanup_leaves_a_shared_run_whatever_it_is_told(step: Step) -> None:
    with vendor("passing", "hang@append-tests", box="testmo") as server:
        step.url = server.url
        run = step.run("start", vendor="testmo", project_id="1", source="frontend").outputs["run-id"]
        write(step)
        process = step.start(vendor="testmo", thread_of=run, results="results.xml", project_id="")
        server.await_stall()
        step.kill(process)
        assert cleaned(step).status == 0, "also without `thread-of`"
        assert [each.completed for each in ours(server)] == [False]


def test_our_own_files_are_no_results(step: Step) -> None:
    with vendor(box="testmo") as server:
        step.url = server.url
        write(step, 3)
        for _ in range(2):
            ended = step.run(**{**INPUTS, "results": "**/*.xml"})
            assert (ended.status, ended.outputs["tests"]) == (0, "3"), ended.log


def test_many_cases_pass_in_flat_memory(step: Step, tmp_path: Path) -> None:
    step.wrapper = ("/usr/bin/env", "python3", str(_watcher(tmp_path)))
    write(step, MANY)
    with vendor(box="testmo") as server:
        step.url = server.url
        process = step.start(**INPUTS)
        log, errors = process.communicate(timeout=300)
        (run,) = ours(server)
        assert (process.returncode, len(run.tests), run.completed) == (0, MANY, True), log
    root = ET.parse(step.workspace / step.outputs()["junit"]).getroot()  # noqa: S314 -- our own file
    assert root.get("tests") == str(MANY)
    (peak,) = re.findall(r"peak (\d+)", errors)
    assert int(peak) < PEAK


def _watcher(folder: Path) -> Path:
    """A program that runs another one and tells how much memory that took at most, in MiB."""
    path = folder / "watcher.py"
    path.write_text(
        "import resource, subprocess, sys\n"
        "status = subprocess.run(sys.argv[1:]).returncode\n"
        "peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss\n"
        "print('peak', peak // 1024, file=sys.stderr)\n"
        "sys.exit(status)\n"
    )
    return path


CALLS = (
    ("create-run", "--project-id", "1", "--json", '{"name":"n","source":"s"}'),
    ("append-run", "--run-id", "880001", "--json", '{"fields":[{"name":"a","type":1,"value":"b"}]}'),
    ("create-thread", "--run-id", "880001", "--json", "{}"),
    ("append-tests", "--thread-id", "9001", "--json",
     '{"tests":[{"key":"a1","name":"n","folder":"f","status":"passed"}]}'),
    ("complete-thread", "--thread-id", "9001", "--json", "{}"),
    ("complete-run", "--run-id", "880001", "--json", '{"measure_elapsed":true}'),
    ("list-runs", "--project-id", "1", "--status", "2", "--per-page", "25"),
    ("get-run", "--run-id", "880001"),
    ("list-tests", "--run-id", "880001", "--per-page", "100"),
)  # fmt: skip


def test_every_operation_can_be_called_by_hand(terminal: Step) -> None:
    terminal.defaults = False
    with vendor(box="testmo") as server:
        base = server.url.removesuffix("/api/v1")
        terminal.extra = {"TESTMO_TOKEN": "t0ken", "TEST_RUNNER_BASE_URL": base}  # the instance's address will do
        for call in CALLS:
            ended = terminal.run("api", "testmo", *call)
            assert ended.status == 0, ended.log + ended.errors
        (run,) = recorded(server.ledger)
    assert ([test.name for test in run.tests], run.completed, run.measured) == (["n"], True, True)
    assert {exchange.operation for exchange in server.journal} == set(load("testmo").operations)


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ("https://shop.testmo.net", "https://shop.testmo.net/api/v1"),
        ("https://shop.testmo.net/api/v1", "https://shop.testmo.net/api/v1"),
        ("https://shop.testmo.net/automation/runs/view/41", "https://shop.testmo.net/api/v1"),
        ("https://gateway.example/testmo", "https://gateway.example/testmo/api/v1"),
        ("http://127.0.0.1:8080/api/v1", "http://127.0.0.1:8080/api/v1"),
    ],
)
def test_what_people_paste_becomes_the_address_of_the_api(given: str, base: str) -> None:
    address = load("testmo").address
    assert address is not None
    assert address(given) == base


def test_another_tokens_variable_reaches_neither_the_users_command_nor_the_log(step: Step) -> None:
    """Templates hand on every variable that a token may stand in; here the step's own came by another way."""
    other, qtest = "other-real-secret-9", "bearer of-a-vendor-that-is-not-asked"
    step.extra = {"TESTMO_TOKEN": other, "QTEST_TOKEN": qtest, "ATS_API_TOKEN": "$(ATS_API_TOKEN)", "MINE": "kept"}
    (step.workspace / "x.sh").write_text(
        f"cp ready.xml results.xml; env; echo {other} {qtest.rsplit(maxsplit=1)[-1]}; grep -c . results.xml\n"
    )
    write(step, 1)
    (step.workspace / "results.xml").rename(step.workspace / "ready.xml")
    with vendor(box="testmo") as server:
        step.url = server.url
        ended = step.run(**INPUTS, command="sh x.sh")
    assert ended.status == 0, ended.log
    shown = "".join(line for line in ended.log.splitlines(keepends=True) if not line.startswith("::add-mask::"))
    assert "MINE=kept" in shown
    assert "*** ***" in shown
    leaks = (other, qtest.rsplit(maxsplit=1)[-1], "TESTMO_TOKEN", "QTEST_TOKEN", "ATS_API_TOKEN")
    assert [text for text in leaks if text in shown] == []
    assert {f"::add-mask::{other}", f"::add-mask::{qtest}"} <= set(ended.log.splitlines())
