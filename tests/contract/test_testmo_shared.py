"""Testmo: a run that many jobs fill, and what is asked before their tests run."""

import json
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from core.sandbox import BOXES, Fault
from core.sandbox.repertoire import scenarios_of
from tests.contract.test_testmo import USUAL, ours, write, writes
from tests.harness import TOKEN, Bench, Ended

SCENES = scenarios_of(BOXES["testmo"])
START = {"vendor": "testmo", "mode": "start", "project_id": "1", "source": "frontend"}
COMMAND = "cp made.xml results.xml"
LONG = "ы" * 16_384


def bench_of(folder: Path, *faults: str, bad: int = 0) -> Bench:
    write(folder, name="made.xml", cases=3, bad=bad)
    write(folder, cases=3, bad=bad)
    return Bench(folder, scenario=SCENES["passing"], faults=faults, vendor="testmo")


def job(bench: Bench, run: str, **inputs: str) -> Ended:
    return bench.run(vendor="testmo", thread_of=run, results="results.xml", **inputs)


def _job_of_the_vendor_s_client(bench: Bench, run: str) -> None:
    body = json.dumps({"fields": [{"name": "Output", "type": 4, "value": LONG}]}).encode()
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    place = urlsplit(bench.sandbox.url)
    with closing(HTTPConnection(place.netloc)) as connection:
        connection.request("POST", f"{place.path}/automation/runs/{run}/threads", body, headers)
        assert connection.getresponse().status == 201


def test_the_outputs_of_all_jobs_fit_into_one_look(tmp_path: Path) -> None:
    with bench_of(tmp_path) as bench:
        run = bench.run(**START).outputs["run-id"]
        for _ in range(40):
            _job_of_the_vendor_s_client(bench, run)
        assert job(bench, run).status == 0
        assert bench.run(vendor="testmo", mode="wait", run_id=run).status == 0


def test_the_output_of_one_of_many_jobs_is_short(tmp_path: Path) -> None:
    (tmp_path / "told.txt").write_text("".join(f"строка {n} {n} {n} {n}\n" for n in range(1, 401)))
    (tmp_path / "t.sh").write_text("cat told.txt\ncp made.xml results.xml\nsleep 0.2\n")  # to be read in virtual time
    with bench_of(tmp_path) as bench:
        run = bench.run(**START).outputs["run-id"]
        ended = job(bench, run, command="sh t.sh")
        alone = bench.run(**USUAL, command="sh t.sh")
    shared, own = ours(alone)
    assert (ended.status, alone.status) == (0, 0)
    output, whole = (str(each.threads[0].fields[-1]["value"]) for each in (shared, own))
    assert len(output) <= 2_000 < len(whole)
    assert (output[:20], "строка 400" in output) == (whole[:20], True)


def test_an_answer_that_is_too_large_is_not_asked_for_until_the_deadline(tmp_path: Path) -> None:
    with bench_of(tmp_path) as bench:
        run = bench.run(**START).outputs["run-id"]
        bench.sandbox.trouble(Fault.parse("endless@get-run*forever"))
        ended = bench.run(vendor="testmo", mode="wait", run_id=run)
        assert (ended.status, ended.reason, ended.seconds < 300) == (7, "protocol", True), ended.log
        assert "answered more than" in ended.log
        assert [call.operation for call in ended.journal].count("get-run") <= 9


def test_untested_cases_are_no_green_of_a_run(tmp_path: Path) -> None:
    with bench_of(tmp_path, bad=1) as bench:
        run = bench.run(**START).outputs["run-id"]
        bench.sandbox.trouble(Fault.parse("unknown-aliases@get-run*forever"))
        assert job(bench, run, fail_on="cancelled").status == 0
        ended = bench.run(vendor="testmo", mode="wait", run_id=run)
        assert (ended.status, ended.reason) == (7, "protocol"), ended.log
        assert "has 1 test of it as untested" in ended.log
        assert (ended.outputs["errored"], ended.outputs["skipped"]) == ("1", "0")
        bench.sandbox.trouble()
        assert bench.run(vendor="testmo", mode="wait", run_id=run).status == 1


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("fault", ["unknown-aliases", "green-counts"])
def test_what_testmo_counts_otherwise_is_told_by_the_job_itself(fault: str, *, shared: bool, tmp_path: Path) -> None:
    with bench_of(tmp_path, f"{fault}@get-run*forever", bad=1) as bench:
        run = bench.run(**START).outputs["run-id"]
        ended = job(bench, run) if shared else bench.run(**USUAL)
    assert ended.status == 1
    (text,) = [each for each in ended.report["warnings"] if "the aliases" in each]
    assert "the files hold 2 passed, 1 failed and 0 skipped" in text
    assert ("in thread" in text) == shared


@pytest.mark.parametrize(
    ("fault", "status"), [("404@get-run*forever", 3), ("401@get-run*forever", 3), ("403@get-run*forever", 3)]
)
def test_no_test_runs_whose_result_nobody_takes(fault: str, status: int, tmp_path: Path) -> None:
    with bench_of(tmp_path) as bench:
        run = bench.run(**START).outputs["run-id"]
        bench.sandbox.trouble(Fault.parse(fault))
        ended = job(bench, run, command="touch it-ran")
    assert (ended.status, (tmp_path / "it-ran").exists()) == (status, False), ended.log
    assert writes(ended) == ["create-run"]


@pytest.mark.parametrize("fault", ["404@list-runs", "401@list-runs", "403@list-runs"])
def test_nor_in_a_run_of_its_own(fault: str, tmp_path: Path) -> None:
    with bench_of(tmp_path, fault) as bench:
        ended = bench.run(**USUAL, command="touch it-ran")
    assert (ended.status, writes(ended), (tmp_path / "it-ran").exists()) == (3, [], False), ended.log


def test_a_job_that_is_run_again_after_the_end_is_told_before_its_tests(tmp_path: Path) -> None:
    with bench_of(tmp_path) as bench:
        run = bench.run(**START).outputs["run-id"]
        assert job(bench, run).status == 0
        assert bench.run(vendor="testmo", mode="wait", run_id=run).status == 0
        ended = job(bench, run, command="touch it-ran")
    assert (ended.status, (tmp_path / "it-ran").exists()) == (3, False)
    assert "run the whole pipeline again" in ended.log


@pytest.mark.parametrize("fault", ["500@list-runs*forever", "hang@list-runs*forever", "reset-before@list-runs"])
def test_an_outage_keeps_no_test_from_running(fault: str, tmp_path: Path) -> None:
    with bench_of(tmp_path, fault) as bench:
        ended = bench.run(**USUAL, command=COMMAND)
    assert (ended.status, ended.outputs["passed"]) == (0, "3"), ended.log
    assert "The tests run all the same" in ended.log


def test_a_run_that_is_not_found_at_once_is_looked_for_again(tmp_path: Path) -> None:
    with bench_of(tmp_path) as bench:
        run = bench.run(**START).outputs["run-id"]
        bench.sandbox.trouble(Fault.parse("404@get-run"))
        assert job(bench, run, command=COMMAND).status == 0


def test_a_variable_that_no_shell_fills_in_is_told(tmp_path: Path) -> None:
    with bench_of(tmp_path) as bench:
        ended = bench.run(**USUAL, command="cp made.xml results.xml $EXTRA")
    assert "`command` hands '$EXTRA' on as it is" in ended.log


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({**USUAL, "run_id": "41"}, "`run-id`: goes with"),
        ({**START, "run_id": "41"}, "`run-id`: goes with"),
        ({**START, "results": "results.xml"}, "`results`: goes with `mode: run` alone"),
        ({"vendor": "testmo", "mode": "wait", "run_id": "41", "results": "results.xml"}, "`results`: goes with"),
    ],
)
def test_no_input_is_passed_over_in_silence(inputs: dict[str, str], said: str, tmp_path: Path) -> None:
    with bench_of(tmp_path) as bench:
        ended = bench.run(**inputs)
    assert (ended.status, ended.journal) == (2, [])
    assert said in ended.log
