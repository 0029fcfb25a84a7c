"""Whoever reads our output may go away: no verdict, no file and no run is lost with them."""

import subprocess
import sys

import pytest

from tests.e2e.support import ENTRYPOINT, SCENARIO, Step, vendor


def _run_with_a_reader_who_goes(step: Step, **inputs: str) -> int:
    """`… | head -1`: one line is read, then the pipe is closed."""
    with step.start(**inputs) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
        return process.wait(30)


@pytest.mark.parametrize("ci", ["github", "terminal"])
@pytest.mark.parametrize(
    ("scenario", "status", "conclusion"),
    [("passing", 6, "passed"), ("one-failure", 1, "failed"), ("empty", 5, "inconclusive")],
)
def test_a_reader_who_goes_away_takes_neither_verdict_nor_files(
    ci: str, scenario: str, status: int, conclusion: str, step: Step
) -> None:
    step.ci = ci
    with vendor(scenario) as server:
        step.url = server.url
        assert _run_with_a_reader_who_goes(step, results_dir="out", **SCENARIO) == status
        assert [run.finished for run in server.ledger.ours] == [True]
    report = (step.workspace / "out" / "report.json").read_text(encoding="utf-8")
    assert f'"conclusion": "{conclusion}"' in report
    assert f'"exit-code": {status}' in report
    assert "The log can't be written: Broken pipe." in report
    assert (step.workspace / "out" / "junit.xml").exists()


def test_a_closed_standard_output_is_the_users_wish(terminal: Step) -> None:
    terminal.wrapper = ("sh", "-c", 'exec "$@" >&-', "sh")
    with vendor("passing") as server:
        terminal.url = server.url
        ended = terminal.run(results_dir="out", **SCENARIO)
    assert (ended.status, ended.log, ended.errors) == (0, "", "")
    assert ended.report("out")["conclusion"] == "passed"


@pytest.mark.parametrize("words", [("api", "autify", "list-results", "--project-id", "77"), ("demo",)])
def test_other_commands_do_not_end_as_failed_tests(words: tuple[str, ...], terminal: Step) -> None:
    with vendor("passing") as server:
        terminal.url = server.url
        with subprocess.Popen(
            [sys.executable, ENTRYPOINT, *words],
            cwd=terminal.workspace,
            env=terminal.environment({"token": "t", "base_url": server.url}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            assert process.wait(30) == 6
            assert process.stderr.read() == b""


def test_no_file_says_green_where_the_process_does_not(step: Step) -> None:
    step.extra = {"GITHUB_OUTPUT": str(step.folder / "missing" / "file")}
    with vendor("passing") as server:
        step.url = server.url
        ended = step.run(**SCENARIO)
    assert ended.status == 6
    assert ended.report()["exit-code"] == 6
    assert "can't be written" in ended.file("summary.md")
    assert "can't be written" in ended.summary
