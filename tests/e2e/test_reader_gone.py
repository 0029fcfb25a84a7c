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


@pytest.mark.parametrize("ci", ["github", "terminal"])
def test_a_full_disk_behind_the_log_is_told_wherever_it_can_be(ci: str, step: Step) -> None:
    step.ci = ci
    prefix = [sys.executable, ENTRYPOINT]
    with vendor("passing") as server:
        step.url = server.url
        inputs = {
            "vendor": "autify",
            "token": "t0ken",
            "project_id": "77",
            "base_url": server.url,
            "results_dir": "out",
        }
        with open("/dev/full", "wb") as full:
            done = subprocess.run(
                prefix, cwd=step.workspace, env=step.environment(inputs | SCENARIO), stdout=full, check=False
            )
    assert done.returncode == 6
    assert '"exit-code": 6' in (step.workspace / "out" / "report.json").read_text(encoding="utf-8")
    if ci == "github":
        assert step.outputs()["exit-code"] == "6"
        summary = (step.folder / "runner" / "summary").read_text(encoding="utf-8")
        assert "exit code 6" in summary
        assert "No space left on device" in summary


@pytest.mark.parametrize(
    "words", [("--help",), ("--version",), ("demo",), ("api", "autify", "--help"), ("api", "autify", "list-results")]
)
def test_no_command_ends_as_failed_tests_on_a_full_disk(words: tuple[str, ...], terminal: Step) -> None:
    with vendor("passing") as server, open("/dev/full", "wb") as full:
        command = [sys.executable, ENTRYPOINT, *words, *(("--project-id", "77") if words[-1] == "list-results" else ())]
        environment = terminal.environment({"token": "t0ken", "base_url": server.url})
        done = subprocess.run(
            command, cwd=terminal.workspace, env=environment, stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert (done.returncode, b"Traceback" in done.stderr) == (6, False)


def test_a_workspace_that_is_gone_is_bad_input(step: Step) -> None:
    command = f"cd {step.workspace}; rmdir {step.workspace}; exec {sys.executable} {ENTRYPOINT} run"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert "working directory" in done.stderr
