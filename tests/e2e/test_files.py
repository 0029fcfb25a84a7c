"""Results, outputs and the journal: cleared before, written after, and never in the way of a verdict."""

import shutil

import pytest

from tests.e2e.support import RESULTS, SCENARIO, TOKEN, Step, vendor


def test_old_results_are_gone_before_the_first_request(step: Step) -> None:
    folder = step.workspace / RESULTS
    folder.mkdir(parents=True)
    for name in ("junit.xml", "report.json", "summary.md", "mine.txt"):
        (folder / name).write_text("yesterday's green", encoding="utf-8")
    with vendor("passing", "hang@list-results") as server:
        step.url = server.url
        process = step.start(**SCENARIO)
        server.await_stall()
        assert [path.name for path in folder.iterdir()] == ["mine.txt"]
        step.kill(process)


def test_old_results_are_gone_even_when_the_inputs_are_wrong(step: Step) -> None:
    with vendor() as server:
        step.url = server.url
        assert step.run(**SCENARIO).status == 0
        assert step.run(timeout="30", **SCENARIO).status == 2
    assert step.finish(step.start(timeout="30")).report()["conclusion"] == "error"


def test_results_go_where_the_user_wants_them(step: Step) -> None:
    with vendor() as server:
        step.url = server.url
        ended = step.run(results_dir="out/e2e/", **SCENARIO)
    assert ended.outputs["junit"] == "out/e2e/junit.xml"
    assert ended.report("out/e2e")["conclusion"] == "passed"
    assert not (step.workspace / "test-results").exists()


def test_a_folder_for_results_that_is_none_stops_the_step_before_any_request(step: Step) -> None:
    (step.workspace / "taken").write_text("a file where the folder should be", encoding="utf-8")
    with vendor() as server:
        step.url = server.url
        ended = step.run(results_dir="taken", **SCENARIO)
        assert server.journal == []
    assert ended.verdict == (6, "error", "output")


@pytest.mark.parametrize(
    ("scenario", "verdict"),
    [
        ("passing", (6, "passed", "output")),
        ("one-failure", (1, "failed", "tests-failed")),
        ("empty", (5, "inconclusive", "empty")),
    ],
)
def test_a_verdict_beats_a_report_that_cannot_be_written(
    scenario: str, verdict: tuple[int, str, str], step: Step
) -> None:
    def take_the_place() -> None:
        folder = step.workspace / RESULTS
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.write_text("a file where the folder should be", encoding="utf-8")

    with vendor(scenario) as server:
        server.when("describe-result", take_the_place)
        step.url = server.url
        ended = step.run(**SCENARIO)
    assert ended.verdict == verdict
    assert [ended.outputs[name] for name in ("junit", "json", "summary")] == ["", "", ""]
    assert f"{RESULTS}/junit.xml can't be written" in ended.log


@pytest.mark.parametrize("name", ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"])
@pytest.mark.parametrize(("scenario", "status"), [("passing", 6), ("one-failure", 1)])
def test_a_run_is_waited_for_although_the_runners_files_are_missing(
    name: str, scenario: str, status: int, step: Step
) -> None:
    step.extra = {name: str(step.folder / "missing" / "file")}
    with vendor(scenario) as server:
        step.url = server.url
        ended = step.run(**SCENARIO)
        (run,) = server.ledger.ours
    assert ended.status == status, ended.log
    assert "can't be written" in ended.log
    assert ended.report()["run"]["id"] == str(run.id)


@pytest.mark.parametrize(
    ("scenario", "verdict"), [("passing", (0, "passed", "")), ("one-failure", (1, "failed", "tests-failed"))]
)
def test_a_run_is_never_given_up_because_the_journal_is_gone(
    scenario: str, verdict: tuple[int, str, str], step: Step
) -> None:
    with vendor(scenario) as server:
        server.when("execute-scenarios", lambda: shutil.rmtree(step.workspace / ".test-runner"))
        step.url = server.url
        ended = step.run(**SCENARIO)
        (run,) = server.ledger.ours
    assert ended.verdict == verdict
    assert ended.outputs["run-id"] == str(run.id)
    (entries,) = step.journals()
    assert [entry["event"] for entry in entries] == ["begin", "started", "finished"]  # made again, with what was open


def test_without_a_journal_nothing_is_started(step: Step) -> None:
    (step.workspace / ".test-runner").write_text("a file where the folder should be", encoding="utf-8")
    with vendor() as server:
        step.url = server.url
        ended = step.run(**SCENARIO)
        assert server.journal == []
    assert ended.verdict == (6, "error", "output")


def test_a_secret_is_masked_before_anything_else_is_said(step: Step) -> None:
    with vendor() as server:
        step.url = server.url
        ended = step.run(log_level="debug", **SCENARIO)
    assert ended.log.startswith(f"::add-mask::{TOKEN}\n")
    assert ended.log.count(TOKEN) == 1
