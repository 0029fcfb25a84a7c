"""Testmo: a run of ours that no answer has named is found and completed; one that is meant to stay open stays."""

from pathlib import Path

import pytest

from core.sandbox import BOXES
from core.sandbox.repertoire import scenarios_of
from tests.contract.test_testmo import CASES, USUAL, ours, write
from tests.harness import Bench, Ended

SCENES = scenarios_of(BOXES["testmo"])
START = {"vendor": "testmo", "mode": "start", "project_id": "1", "source": "frontend"}
LOOKS = 4  # at the list, before a run is created again


def bench_of(folder: Path, *faults: str, scenario: str = "passing") -> Bench:
    write(folder)
    return Bench(folder, scenario=SCENES[scenario], faults=faults, vendor="testmo")


def ids(ended: Ended) -> dict[str, bool]:
    """Our runs, and whether they are completed."""
    return {str(run.id): run.completed for run in ours(ended)}


@pytest.mark.parametrize("inputs", [START, USUAL], ids=["start", "run"])
def test_a_first_run_that_shows_up_late_is_completed(inputs: dict[str, str], tmp_path: Path) -> None:
    with bench_of(tmp_path, "reset-after@create-run", f"stale@list-runs*{LOOKS}") as bench:
        ended = bench.run(**inputs)
    kept = ended.outputs["run-id"]
    assert (ended.status, len(ids(ended))) == (0, 2), ended.log
    assert ids(ended) == {run: run != kept or inputs is USUAL for run in ids(ended)}
    assert "Left at the vendor" not in ended.log


@pytest.mark.parametrize("inputs", [START, USUAL], ids=["start", "run"])
def test_one_that_shows_up_later_still_is_completed_by_the_clean_up(inputs: dict[str, str], tmp_path: Path) -> None:
    with bench_of(tmp_path, "reset-after@create-run", "stale@list-runs*12") as bench:
        ended = bench.run(**inputs)
        kept = ended.outputs["run-id"]
        assert (ended.status, sorted(ids(ended).values())) == (0, [False, inputs is USUAL]), ended.log
        assert "Left at the vendor: perhaps another run" in ended.log
        cleaned = bench.run(**{**inputs, "mode": "cleanup"})
        again = bench.run(**{**inputs, "mode": "cleanup"})
    assert cleaned.status == 0, cleaned.log
    assert ids(cleaned) == {run: run != kept or inputs is USUAL for run in ids(ended)}
    assert "Nothing was left behind" in again.log


def test_a_run_that_a_list_shows_twice_is_one(tmp_path: Path) -> None:
    with bench_of(tmp_path, "reset-after@create-run", "shifted@list-runs*forever") as bench:
        ended = bench.run(**USUAL)
    assert (ended.status, list(ids(ended).values())) == (0, [True]), ended.log


def test_a_second_creation_that_is_refused_leaves_the_first_one_in_doubt(tmp_path: Path) -> None:
    with bench_of(tmp_path, "reset-before@create-run", "422@create-run*2") as bench:
        ended = bench.run(**USUAL)
    assert (ended.status, ended.reason) == (7, "may-exist")


@pytest.mark.parametrize("fault", ["hang-after@create-run", "hang@create-run"])
def test_a_start_that_a_signal_interrupts_is_not_forgotten_while_the_list_lags(fault: str, tmp_path: Path) -> None:
    with bench_of(tmp_path, fault, "stale@list-runs*3") as bench:
        bench.stop_at(2)
        ended = bench.run(**USUAL)
        assert (ended.status, set(ids(ended).values())) == (143, {False} if "after" in fault else set())
        assert "Left at the vendor" in ended.log
        bench.another_process()
        cleaned = bench.run(**USUAL, mode="cleanup")
        again = bench.run(**USUAL, mode="cleanup")
    assert (cleaned.status, set(ids(cleaned).values())) == (0, {True} if "after" in fault else set()), cleaned.log
    assert "no run of it is open" in cleaned.log
    assert "Look there" not in cleaned.log
    assert "Nothing was left behind" in again.log


def test_a_clean_up_that_can_not_tell_is_no_success(tmp_path: Path) -> None:
    with bench_of(tmp_path, "hang-after@create-run", "503@list-runs*forever") as bench:
        bench.stop_at(2)
        assert bench.run(**USUAL).status == 143
        bench.another_process()
        cleaned = bench.run(**USUAL, mode="cleanup", outage_window="10s")
        assert (cleaned.status, set(ids(cleaned).values())) == (7, {False})
        bench.sandbox.trouble()
        assert bench.run(**USUAL, mode="cleanup").status == 0
        assert set(ids(bench.run(**USUAL, mode="cleanup")).values()) == {True}


def test_a_clean_up_with_thread_of_leaves_the_shared_run_open_also_by_its_id(tmp_path: Path) -> None:
    with bench_of(tmp_path) as bench:
        run = bench.run(**START).outputs["run-id"]
        bench.run(vendor="testmo", thread_of=run, results="results.xml")
        kept = bench.run(vendor="testmo", mode="cleanup", thread_of=run, run_id=run)
        assert (kept.status, ids(kept)) == (0, {run: False})
        assert "stays open" in kept.log
        ended = bench.run(vendor="testmo", mode="wait", run_id=run)
    assert (ended.status, ended.outputs["passed"]) == (0, str(CASES))


@pytest.mark.parametrize(("mode", "name"), [("run", "thread-of"), ("wait", "run-id"), ("cleanup", "run-id")])
def test_a_page_of_another_instance_is_not_taken_for_one_of_ours(mode: str, name: str, tmp_path: Path) -> None:
    with bench_of(tmp_path) as bench:
        run = bench.run(**START).outputs["run-id"]
        before = len(bench.sandbox.journal)
        other = f"https://other.testmo.net/automation/runs/view/{run}"
        inputs = {"results": "results.xml"} if mode == "run" else {}
        named = {"run_id": run, name.replace("-", "_"): other} if mode == "cleanup" else {name.replace("-", "_"): other}
        ended = bench.run(vendor="testmo", mode=mode, **inputs, **named)
        assert (ended.status, len(ended.journal)) == (2, before), ended.log
        assert f"`{name}`: names a run at other.testmo.net" in ended.log
        assert ids(ended) == {run: False}


def test_a_page_of_this_instance_is(tmp_path: Path) -> None:
    with bench_of(tmp_path) as bench:
        url = bench.run(**START).outputs["run-url"]
        assert bench.run(vendor="testmo", thread_of=url, results="results.xml").status == 0
        assert bench.run(vendor="testmo", mode="wait", run_id=url).status == 0


def test_nothing_is_added_to_a_shared_run_that_is_completed(tmp_path: Path) -> None:
    with bench_of(tmp_path, scenario="never-closed") as bench:
        run = bench.run(**START).outputs["run-id"]
        bench.run(vendor="testmo", mode="wait", run_id=run)
        ended = bench.run(vendor="testmo", thread_of=run, results="results.xml")
        assert (ended.status, ended.reason, ended.calls("create-thread")) == (3, "refused", [])
        write(tmp_path, bad=1)
        assert bench.run(vendor="testmo", thread_of=run, results="results.xml").status == 1
