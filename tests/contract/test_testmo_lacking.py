"""Testmo: what a command that fails has left of its reports is recorded, and no shared run is green over the rest."""

from pathlib import Path

import pytest

from core.sandbox import BOXES, Fault
from core.sandbox.repertoire import scenarios_of
from tests.contract.test_testmo import USUAL, ours, write
from tests.harness import Bench, Ended

SCENES = scenarios_of(BOXES["testmo"])
START = {"vendor": "testmo", "mode": "start", "project_id": "1", "source": "frontend"}
BOTH = "reports/*.xml\nmore/*.xml"
LEGS = {  # what a job's script does, and how many of its three cases can be recorded
    "a pattern without a file": ("cp bad.xml reports/a.xml; exit 1", 3),
    "a cut file": ("cp bad.xml reports/a.xml; head -c 200 bad.xml > more/b.xml; kill -9 $$", 3),
    "an empty file": ("cp bad.xml reports/a.xml; : > more/b.xml; exit 1", 3),
    "no report": ("exit 1", 0),
    "nothing but a cut file": ("head -c 200 bad.xml > more/b.xml; exit 1", 0),
    "no case that failed": ("cp good.xml reports/a.xml; cp good.xml more/b.xml; exit 1", 6),
    "a claim of failures": ("cp claim.xml reports/a.xml; cp good.xml more/b.xml; exit 1", 4),
}


def bench_of(folder: Path) -> Bench:
    for name in ("reports", "more"):
        (folder / name).mkdir()
    write(folder, name="good.xml", cases=3)
    write(folder, name="bad.xml", cases=3, bad=1)
    (folder / "claim.xml").write_text('<testsuite name="s" failures="1"><testcase name="x"/></testsuite>')
    return Bench(folder, scenario=SCENES["passing"], vendor="testmo")


def job(bench: Bench, folder: Path, script: str, **inputs: str) -> Ended:
    (folder / "leg.sh").write_text(script)
    return bench.run(**{"vendor": "testmo", "command": "sh leg.sh", "results": BOTH, **inputs})


def started(bench: Bench) -> str:
    return bench.run(**START).outputs["run-id"]


def waited(bench: Bench, run: str) -> Ended:
    return bench.run(vendor="testmo", mode="wait", run_id=run)


@pytest.mark.parametrize("leg", LEGS)
def test_what_there_is_of_a_failed_command_is_recorded(leg: str, tmp_path: Path) -> None:
    script, cases = LEGS[leg]
    with bench_of(tmp_path) as bench:
        ended = job(bench, tmp_path, script, **{**USUAL, "command": "sh leg.sh", "results": BOTH})
    assert (ended.status, ended.reason) == (1, "tests-failed"), ended.log
    assert [len(run.tests) for run in ours(ended)] == ([cases] if cases else [])
    for run in ours(ended):
        assert (run.completed, run.fields[-1]["name"]) == (True, "Recording")
    if "bad.xml reports" in script:
        assert ended.outputs["failed"] == "1"
        assert any("more/" in text for text in ended.report["warnings"]), "the gap is told"


@pytest.mark.parametrize("leg", LEGS)
def test_no_shared_run_is_green_over_a_job_that_failed(leg: str, tmp_path: Path) -> None:
    script, cases = LEGS[leg]
    with bench_of(tmp_path) as bench:
        run = started(bench)
        assert bench.run(vendor="testmo", thread_of=run, results="good.xml").status == 0
        assert job(bench, tmp_path, script, thread_of=run).status == 1
        (recorded,) = ours(ended := waited(bench, run))
    failed = "bad.xml reports" in script
    assert (ended.status, ended.reason) == ((1, "tests-failed") if failed else (7, "protocol")), ended.log
    assert len(recorded.tests) == 3 + cases
    words = [each["value"] for each in recorded.fields if each["name"] == "Recording"]
    assert len(words) == 1, "it is left once"
    assert str(words[0]).startswith("Cut short: ")


@pytest.mark.parametrize(
    ("text", "status"), [("<testsuites><testsuite>", 2), ("<testsuites/>", 5), (None, 5), ("<html/>", 2)]
)
def test_nor_over_one_whose_files_are_no_results(text: str | None, status: int, tmp_path: Path) -> None:
    with bench_of(tmp_path) as bench:
        run = started(bench)
        assert bench.run(vendor="testmo", thread_of=run, results="good.xml").status == 0
        if text is not None:
            (tmp_path / "more" / "x.xml").write_text(text)
        assert bench.run(vendor="testmo", thread_of=run, results="more/*.xml").status == status
        assert waited(bench, run).status == 7


def test_what_may_be_empty_lacks_nothing(tmp_path: Path) -> None:
    with bench_of(tmp_path) as bench:
        run = started(bench)
        assert bench.run(vendor="testmo", thread_of=run, results="good.xml").status == 0
        assert bench.run(vendor="testmo", thread_of=run, results="more/*.xml", allow_empty="true").status == 0
        assert waited(bench, run).status == 0


@pytest.mark.parametrize("fault", ["403@create-thread*forever", "422@create-thread*forever"])
def test_nor_over_one_that_could_add_nothing(fault: str, tmp_path: Path) -> None:
    with bench_of(tmp_path) as bench:
        run = started(bench)
        assert bench.run(vendor="testmo", thread_of=run, results="good.xml").status == 0
        bench.sandbox.trouble(Fault.parse(fault))
        assert bench.run(vendor="testmo", thread_of=run, results="good.xml").status == 3
        bench.sandbox.trouble()
        assert waited(bench, run).status == 7


@pytest.mark.parametrize("how", ["signal", "kill"])
def test_nor_over_one_that_was_ended_before_it_had_a_thread(how: str, tmp_path: Path) -> None:
    """After a kill nobody is left to tell, but the clean-up of its job."""
    with bench_of(tmp_path) as bench:
        run = started(bench)
        assert bench.run(vendor="testmo", thread_of=run, results="good.xml").status == 0
        (bench.stop_in_call if how == "signal" else bench.kill_in_call)(1)
        ended = job(bench, tmp_path, "cp bad.xml reports/a.xml", thread_of=run)
        bench.another_process()
        if how == "kill":
            assert (ended.status, len(ours(ended)[0].threads)) == (-9, 1)
            cleaned = bench.run(vendor="testmo", mode="cleanup", thread_of=run)
            assert (cleaned.status, ours(cleaned)[0].completed) == (0, False), cleaned.log
        waiting = waited(bench, run)
    assert (waiting.status, "has not recorded all of its results" in waiting.log) == (7, True), waiting.log


def test_a_word_that_can_not_be_left_is_told_by_the_job(tmp_path: Path) -> None:
    with bench_of(tmp_path) as bench:
        run = started(bench)
        bench.sandbox.trouble(Fault.parse("422@append-run*forever"))
        ended = job(bench, tmp_path, "exit 1", thread_of=run)
    assert ended.status == 1
    assert f"Left at the vendor: run {run}, which does not say that results of this job are missing" in ended.log


def test_a_job_that_added_nothing_says_that_only_a_new_pipeline_mends_it(tmp_path: Path) -> None:
    """A job of the same name may be another one of a matrix: so nothing that comes later takes the word back."""
    with bench_of(tmp_path) as bench:
        run = started(bench)
        bench.sandbox.trouble(Fault.parse("422@create-thread"))
        ended = bench.run(vendor="testmo", thread_of=run, results="good.xml")
        bench.sandbox.trouble()
        again = bench.run(vendor="testmo", thread_of=run, results="good.xml")
        waiting = waited(bench, run)
    assert (ended.status, again.status, waiting.status) == (3, 0, 7)
    assert f"Run {run} now says that results of this job are missing in it" in ended.log
    for each in (ended, waiting):
        assert "epeat the whole pipeline" in each.log
