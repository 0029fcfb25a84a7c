"""Autify for mobile: what is sent, how each scenario ends, what lost replies and this box's own faults lead to."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from core.sandbox import BOXES, Progression, Scenario
from core.sandbox.repertoire import scenarios_of
from tests.contract.jobs import APP
from tests.harness import Bench, Ended

PLAN = {"vendor": "autify", "product": "mobile", "project_id": "4yyABC", "test_plan": "tPl001"}
FILE = {**PLAN, "app_file": APP}
BUILD = {**PLAN, "build_id": "bLd900"}
BOX = "autify-mobile"
PACE = Progression.after(5)
EVERY: Mapping[str, Scenario] = scenarios_of(BOXES[BOX])

PASSED = (0, "passed", "")
FAILED = (1, "failed", "tests-failed")
EMPTY = (5, "inconclusive", "empty")
TIMED_OUT = (4, "timed-out", "timeout")
LOST = (7, "error", "protocol")
MAY_EXIST = (7, "error", "may-exist")
ENDINGS = {
    "passing": PASSED,
    "one-failure": FAILED,
    "internal-error": (7, "error", "vendor-error"),
    "canceled": (7, "cancelled", "cancelled-at-vendor"),
    "skipped": EMPTY,
    "never-ends": TIMED_OUT,
    "never-ends-running": TIMED_OUT,
    "unknown-status": LOST,
    "unknown-then-passed": PASSED,
    "unknown-case": FAILED,
    "empty": EMPTY,
    "contradiction": FAILED,
    "slow-settle": PASSED,
    "flapping": FAILED,
    "foreign-run": FAILED,
    "earlier-runs": PASSED,
    "hostile": FAILED,
    "vanishing": LOST,
    "skewed-clock": PASSED,
    "many": PASSED,
    "matrix": PASSED,
    "eventual": PASSED,
    "stale-reads": PASSED,
    "no-device": TIMED_OUT,
    "rest-skipped": FAILED,
    "case-names": PASSED,
}
HARD_TO_FIND = ("passing", "foreign-run", "skewed-clock", "earlier-runs", "eventual", "stale-reads")


def play(folder: Path, scenario: str, faults: Sequence[str] = (), **inputs: str) -> Ended:
    return play_in(folder, scenario, faults, FILE | inputs)


def play_in(folder: Path, scenario: str, faults: Sequence[str], inputs: Mapping[str, str]) -> Ended:
    with Bench(folder, scenario=EVERY[scenario], faults=faults, progression=PACE, vendor=BOX) as bench:
        return bench.run(**inputs)


def verdict(ended: Ended) -> tuple[int, str, str]:
    return ended.status, ended.conclusion, ended.reason


def test_every_scenario_of_the_box_has_its_ending_here() -> None:
    assert set(ENDINGS) == set(EVERY)


@pytest.mark.parametrize("scenario", ENDINGS)
def test_every_scenario_ends_as_it_should(scenario: str, tmp_path: Path) -> None:
    ended = play(tmp_path, scenario, timeout="10m")
    assert verdict(ended) == ENDINGS[scenario], ended.log
    (run,) = ended.ledger.ours
    assert ended.outputs["run-id"] == run.id
    if run.finished and scenario not in ("vanishing", "unknown-status"):
        told = {name: int(ended.outputs[name]) for name in ("passed", "failed", "skipped")}
        assert told == {name: run.cases.count(name) for name in told}
        assert int(ended.outputs["tests"]) == len(run.cases)


def test_a_file_is_uploaded_whole_and_its_build_is_what_runs(tmp_path: Path) -> None:
    ended = play(tmp_path, "passing")
    assert [one.operation for one in ended.journal][:3] == ["list-test-results", "upload-build", "run-test-plan"]
    (upload,) = ended.calls("upload-build")
    assert (upload.method, upload.path) == ("POST", "/api/v1/projects/4yyABC/builds")
    assert upload.form is not None
    (part,) = upload.form.parts
    content = Path(APP).read_bytes()
    assert (part.name, part.filename, part.size) == ("file", "app.apk", len(content))
    assert part.sha256 == hashlib.sha256(content).hexdigest()
    (start,) = ended.calls("run-test-plan")
    assert (start.method, start.path) == ("POST", "/api/v1/test_plans/tPl001/test_plan_results")
    assert json.loads(start.body) == {"build_id": ended.ledger.ours[0].build}
    assert ended.outputs["run-url"].endswith(f"/projects/4yyABC/results/{ended.ledger.ours[0].id}")


def test_a_build_that_is_there_is_not_uploaded_again_and_devices_are_named(tmp_path: Path) -> None:
    ended = play_in(tmp_path, "passing", (), BUILD | {"device_ids": "dEv001, dEv002"})
    assert verdict(ended) == PASSED
    assert ended.calls("upload-build") == []
    (start,) = ended.calls("run-test-plan")
    assert json.loads(start.body) == {"build_id": "bLd900", "device_ids": ["dEv001", "dEv002"]}
    assert len({line for line in ended.junit.splitlines() if line.startswith("<testsuite ")}) == 2


def test_a_run_that_waits_for_a_device_is_shown_as_running_until_the_deadline(tmp_path: Path) -> None:
    ended = play(tmp_path, "no-device", timeout="3m")
    assert f"run {ended.outputs['run-id']} is still running" in ended.report["fact"]
    assert "wait_device on" in ended.junit
    assert "still wait for a device at Autify" in ended.summary


def test_cases_have_their_names_where_autify_gives_them(tmp_path: Path) -> None:
    assert 'name="Test case cAs' not in play(tmp_path, "case-names").junit


@pytest.mark.parametrize(
    "scenario", ["passing", "foreign-run", "skewed-clock", "earlier-runs", "eventual", "stale-reads"]
)
@pytest.mark.parametrize("kind", ["reset-after", "hang-after", "503-after", "cut", "html-after"])
def test_after_a_lost_reply_an_uploaded_build_tells_which_run_is_ours(kind: str, scenario: str, tmp_path: Path) -> None:
    ended = play(tmp_path, scenario, [f"{kind}@start"])
    assert verdict(ended) == ENDINGS[scenario]
    assert len(ended.calls("run-test-plan")) == 1
    assert ended.outputs["run-id"] == ended.ledger.ours[0].id


def test_a_run_that_shows_its_build_late_is_waited_for(tmp_path: Path) -> None:
    ended = play(tmp_path, "passing", ["reset-after@start", "no-test-case@describe-test-result*3"])
    assert verdict(ended) == PASSED


def test_a_start_that_never_was_is_not_made_up_for(tmp_path: Path) -> None:
    ended = play(tmp_path, "foreign-run", ["reset-before@start"], adopt="true")
    assert verdict(ended) == MAY_EXIST
    assert len(ended.calls("run-test-plan")) == 1
    assert ended.outputs["run-id"] == ""


def test_a_run_whose_cases_do_not_tell_their_build_is_not_taken_for_ours(tmp_path: Path) -> None:
    faults = ["reset-after@start", "no-test-case@describe-test-result*forever"]
    ended = play(tmp_path, "passing", faults)
    assert verdict(ended) == MAY_EXIST
    assert f"/results/{ended.ledger.ours[0].id}" in ended.log


@pytest.mark.parametrize(
    ("scenario", "adopt", "expected"),
    [
        ("passing", "", MAY_EXIST),
        ("passing", "true", PASSED),
        ("one-failure", "true", FAILED),
        ("foreign-run", "true", MAY_EXIST),  # two new runs, and the build is everybody's
    ],
)
def test_with_a_build_that_others_have_too_only_the_users_word_adopts(
    scenario: str, adopt: str, expected: tuple[int, str, str], tmp_path: Path
) -> None:
    ended = play_in(tmp_path, scenario, ["reset-after@start"], BUILD | {"adopt": adopt})
    assert verdict(ended) == expected
    assert f"/results/{ended.ledger.ours[0].id}" in ended.log
    assert len(ended.ledger.ours) == 1


def test_an_earlier_run_is_never_adopted(tmp_path: Path) -> None:
    ended = play_in(tmp_path, "earlier-runs", ["reset-before@start"], BUILD | {"adopt": "true"})
    assert verdict(ended) == MAY_EXIST
    assert ended.outputs["run-id"] == ""


@pytest.mark.parametrize("scenario", ["passing", "one-failure"])
def test_a_result_about_another_build_is_no_verdict(scenario: str, tmp_path: Path) -> None:
    ended = play(tmp_path, scenario, ["other-build@describe-test-result*forever"])
    assert verdict(ended) == LOST
    assert "another build" in ended.log


LOST_UPLOADS = ("reset-after", "500-after", "cut", "reset-mid-upload", "hang-mid-upload", "503", "hang")


@pytest.mark.parametrize("kind", LOST_UPLOADS)
def test_a_lost_answer_to_an_upload_just_means_uploading_again(kind: str, tmp_path: Path) -> None:
    ended = play(tmp_path, "passing", [f"{kind}@upload-build"])
    assert verdict(ended) == PASSED
    assert len(ended.calls("upload-build")) == 2
    assert len(ended.calls("run-test-plan")) == 1
    assert json.loads(ended.calls("run-test-plan")[0].body) == {"build_id": ended.ledger.ours[0].build}


@pytest.mark.parametrize("kind", ["422", "413"])
def test_a_refused_upload_is_about_the_app(kind: str, tmp_path: Path) -> None:
    ended = play(tmp_path, "passing", [f"{kind}@upload-build"])
    assert verdict(ended) == (3, "error", "app-rejected")
    assert "`app-file`" in ended.log
    assert ended.calls("run-test-plan") == []


@pytest.mark.parametrize("wrong", ["test_plan", "device_ids"])
def test_what_autify_does_not_know_is_refused_and_nothing_started(wrong: str, tmp_path: Path) -> None:
    ended = play(tmp_path, "passing", **{wrong: "nOpE01"})
    assert (ended.status, ended.reason) == (3, "refused")
    assert ended.ledger.ours == ()


@pytest.mark.parametrize("as_page", [False, True])
def test_a_started_run_is_collected_by_its_id_or_its_page(as_page: bool, tmp_path: Path) -> None:
    with Bench(tmp_path, scenario=EVERY["one-failure"], progression=PACE, vendor=BOX) as bench:
        started = bench.run(**FILE, mode="start")
        assert (started.status, started.conclusion) == (0, "started")
        assert started.calls("describe-test-result") == []
        run_id = started.outputs["run-url" if as_page else "run-id"]
        project = {} if as_page else {"project_id": "4yyABC"}
        ended = bench.run(vendor="autify", product="mobile", mode="wait", run_id=run_id, **project)
    assert verdict(ended) == FAILED
    assert ended.outputs["run-url"] == started.outputs["run-url"]
    assert len(ended.ledger.ours) == 1


def test_a_stopped_run_is_named_and_said_to_go_on(tmp_path: Path) -> None:
    with Bench(tmp_path, scenario=EVERY["never-ends"], progression=PACE, vendor=BOX) as bench:
        bench.stop_at(20)
        ended = bench.run(**FILE)
    assert (ended.status, ended.reason) == (143, "signal")
    assert f"Run {ended.ledger.ours[0].id} goes on at the vendor, whose API can't cancel it" in ended.log


def test_the_pace_is_learned_from_the_whole_time_of_earlier_runs(tmp_path: Path) -> None:
    """Their `duration` leaves out the wait for a device."""
    fresh, known = tmp_path / "fresh", tmp_path / "known"
    fresh.mkdir()
    known.mkdir()
    looks = []
    slow = replace(EVERY["passing"], progression=Progression(total=300.0))
    for folder, scenario in ((fresh, slow), (known, EVERY["earlier-runs"])):
        with Bench(folder, scenario=scenario, vendor=BOX) as bench:
            ended = bench.run(**FILE)
        assert verdict(ended) == PASSED
        looks.append(len(ended.calls("describe-test-result")))
    assert looks[1] < looks[0]
