"""The real program with two vendors over real sockets: stopped and killed while it records, cleaned up after."""

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.sandbox.testmo import RecordedRun, recorded
from core.text.secret import encoded_forms
from tests.e2e.support import PLAN, Ended, Step, Vendor, vendor

CANARY = 'rEc0rder/+"7<&>-token'
CASES = 3
PROGRAM = Path(__file__).parents[1] / "files" / "qtest_command.py"


def ours(server: Vendor) -> list[RecordedRun]:
    return [run for run in recorded(server.ledger) if run.ours]


@contextmanager
def recording(step: Step, *faults: str, box: str = "autify") -> Iterator[tuple[Vendor, dict[str, str]]]:
    """Testmo, and the inputs of a step that records there."""
    with vendor(box=box) as first, vendor("passing", *faults, box="testmo") as testmo:
        step.url = first.url
        inputs = {"record_to": "testmo", "testmo_base_url": testmo.url, "testmo_token": CANARY}
        yield testmo, {**PLAN, **inputs, "testmo_project_id": "1", "testmo_source": "e2e"}


def leaks(ended: Ended, folder: Path) -> list[str]:
    lines = ended.log.splitlines()
    texts = ["\n".join(line for line in lines if not line.startswith("::add-mask::")), ended.errors]
    texts += [path.read_text("utf-8", "replace") for path in folder.rglob("*") if path.is_file()]
    return [form for form in encoded_forms(CANARY) for text in texts if form in text]


def test_a_report_is_recorded_in_the_same_step(step: Step, tmp_path: Path) -> None:
    with recording(step) as (testmo, inputs):
        ended = step.run(**inputs, log_level="debug")
        (run,) = ours(testmo)
    assert ended.verdict == (0, "passed", ""), ended.log
    assert (len(run.tests), run.completed) == (CASES, True)
    assert ended.outputs["recorded-run-url"].endswith(f"/automation/runs/view/{run.id}")
    assert ended.log.startswith("::add-mask::")
    assert leaks(ended, tmp_path) == []


def test_an_app_is_tested_and_its_report_recorded(step: Step) -> None:
    app = str(Path(__file__).parents[1] / "files" / "app.apk")
    with recording(step, box="apptest-ai") as (testmo, inputs):
        inputs |= {"vendor": "apptest-ai", "token": "dana@example.com:k3y-of-dana", "project_id": "509"}
        ended = step.run(**inputs | {"app_file": app, "test_plan": ""})
        (run,) = ours(testmo)
    assert ended.status == 0, ended.log
    assert len(run.tests) == int(ended.outputs["tests"]) > 0


def test_the_token_is_read_from_the_usual_variable_and_no_command_line(step: Step) -> None:
    with recording(step) as (testmo, inputs):
        step.extra = {"TESTMO_TOKEN": CANARY}
        ended = step.run(**inputs | {"testmo_token": ""})
        assert ended.status == 0, ended.log
        assert len(ours(testmo)) == 1
        refused = step.run("run", "--testmo-token", CANARY, **inputs)
    assert refused.status == 2
    assert "must not stand on the command line" in refused.log
    assert leaks(refused, step.folder) == []


def test_testmo_that_cannot_be_reached_reddens_a_green_step_and_says_what_to_do(step: Step, unused: str) -> None:
    with recording(step) as (_, inputs):
        ended = step.run(**inputs | {"testmo_base_url": unused}, outage_window="1s")
    assert (ended.status, ended.outputs["conclusion"], ended.outputs["reason"]) == (6, "passed", "output")
    (problem,) = ended.report()["problems"]
    assert "`testmo-base-url`" in problem
    assert ended.log.count("not recorded at Testmo") == 1
    assert ended.outputs["exit-code"] == "6"


@pytest.fixture
def unused() -> str:
    """An address that nobody listens at."""
    with vendor(box="testmo") as gone:
        return gone.url


@pytest.mark.parametrize(
    "fault", ["hang@create-run", "hang-after@create-run", "hang@append-tests", "hang@complete-run"]
)
def test_a_signal_while_recording_completes_the_run_and_exits_as_stopped(fault: str, step: Step) -> None:
    with recording(step, fault) as (testmo, inputs):
        process = step.start(**inputs)
        testmo.await_stall()
        process.send_signal(signal.SIGTERM)
        ended = step.finish(process)
        runs = ours(testmo)
    assert ended.verdict == (143, "cancelled", "signal"), ended.log
    assert [run.completed for run in runs] == [True] * (fault != "hang@create-run")
    assert "had ended as passed" in ended.report()["fact"]
    assert ended.outputs["tests"] == str(CASES)


@pytest.mark.parametrize("fault", ["hang-after@create-run", "hang@append-tests", "hang@complete-run"])
def test_cleanup_completes_what_a_step_killed_while_recording_left_open_and_once(fault: str, step: Step) -> None:
    with recording(step, fault) as (testmo, inputs):
        process = step.start(**inputs)
        testmo.await_stall()
        assert step.outputs()["conclusion"] == "passed", "the verdict is there before anything is recorded"
        step.kill(process)
        assert [run.completed for run in ours(testmo)] == [False]
        ended = step.run("cleanup", **inputs, run_id="4711") if fault == "hang@append-tests" else None
        ended = step.run("cleanup", **inputs) if ended is None else ended
        assert [run.completed for run in ours(testmo)] == [True], ended.log
        before = len(testmo.journal)
        assert step.run("cleanup", **inputs).status == 0
        assert len(testmo.journal) == before


def test_cleanup_tells_a_shared_run_of_a_step_that_was_killed_before_its_report(step: Step) -> None:
    with vendor("never-ends-running", box="autify") as first, vendor("passing", box="testmo") as testmo:
        step.url = testmo.url
        shared = {"vendor": "testmo", "mode": "start", "project_id": "1", "source": "e2e"}
        run = step.run(**shared).outputs["run-id"]
        step.url = first.url
        recorder = {"record_to": "testmo", "testmo_base_url": testmo.url, "testmo_token": CANARY}
        inputs = {**PLAN, **recorder, "testmo_thread_of": run}
        process = step.start(**inputs)
        first.await_call("describe-result")
        step.kill(process)
        assert [field["name"] for field in ours(testmo)[0].fields] == ["Recorded as"]
        ended = step.run("cleanup", **inputs)
        assert ended.status == 0, ended.log
        assert [field["name"] for field in ours(testmo)[0].fields] == ["Recorded as", "Recording"]
        assert not ours(testmo)[0].completed
        before = len(testmo.journal)
        assert step.run("cleanup", **inputs).status == 0
        assert len(testmo.journal) == before


def test_cleanup_names_what_was_left_at_another_address(step: Step, unused: str) -> None:
    with recording(step, "hang@append-tests") as (testmo, inputs):
        process = step.start(**inputs)
        testmo.await_stall()
        step.kill(process)
        ended = step.run("cleanup", **inputs | {"testmo_base_url": unused})
    assert ended.status == 7
    assert f"`testmo-base-url` is {unused}" in ended.log


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({"testmo_project_id": "x", "testmo_source": ""}, ["testmo-project-id", "testmo-source"]),
        ({"testmo_links": "{name: a}", "timeout": "30"}, ["testmo-links", "timeout"]),
        ({"testmo_token": "a b", "testmo_base_url": "http://testmo.example"}, ["testmo-token", "testmo-base-url"]),
        ({"testmo_token": ""}, ["testmo-token"]),
        ({"testmo_thread_of": "7", "testmo_tags": "x"}, ["testmo-tags"]),
        ({"testmo_sauce": "x"}, ["testmo-sauce"]),
        ({"testmo_results": "x.xml"}, ["testmo-results"]),
        ({"record_to": ""}, ["testmo-base-url", "testmo-token", "testmo-project-id", "testmo-source"]),
        ({"record_to": "testrail"}, ["record-to"]),
        ({"mode": "start"}, ["record-to"]),
        ({"token": "", "on_missing_secret": "skip", "testmo_source": ""}, ["token", "testmo-source"]),
        ({"testmo_token": "", "on_missing_secret": "skip"}, ["testmo-token"]),
    ],
)  # fmt: skip
def test_every_bad_input_is_told_at_once_and_before_any_request(
    given: dict[str, str], names: list[str], step: Step
) -> None:
    with recording(step) as (testmo, inputs):
        ended = step.run(**inputs | given)
        assert testmo.journal == []
    assert ended.verdict == (2, "error", "bad-input"), ended.log
    for name in names:
        assert f"`{name}`: " in ended.report()["fact"]


def test_the_users_command_does_not_see_the_recorders_token(step: Step) -> None:
    probe = step.workspace / "probe.py"
    probe.write_text(
        "import json, os, runpy, sys\n"
        "open('environment.json', 'w').write(json.dumps(dict(os.environ)))\n"
        f"sys.argv[0] = {str(PROGRAM)!r}\n"
        f"runpy.run_path({str(PROGRAM)!r}, run_name='__main__')\n"
    )
    step.extra = {"TESTMO_TOKEN": CANARY, "HARMLESS": "yes"}
    with recording(step, box="qtest") as (testmo, inputs):
        host = {"vendor": "qtest", "idle_timeout": "20s", "poll_interval": "1s", "test_plan": "", "testmo_token": ""}
        ended = step.run(**inputs | host, command=f"{sys.executable} {probe} {{junit}}")
        (run,) = ours(testmo)
    seen = json.loads((step.workspace / "environment.json").read_text())
    assert seen["HARMLESS"] == "yes"
    assert "TESTMO_TOKEN" not in seen
    assert len(run.tests) == int(ended.outputs["tests"]) > 0, ended.log


def test_a_build_without_any_secret_may_be_skipped(step: Step) -> None:
    with recording(step) as (testmo, inputs):
        ended = step.run(**inputs | {"token": "", "testmo_token": "", "on_missing_secret": "skip"})
        assert testmo.journal == []
    assert (ended.status, ended.outputs["conclusion"]) == (0, "skipped")


def test_the_recorder_is_no_vendor_of_its_own_report(step: Step) -> None:
    with recording(step) as (testmo, inputs):
        ended = step.run(**inputs | {"vendor": "testmo", "test_plan": "", "source": "s", "results": "*.xml"})
        assert testmo.journal == []
    assert ended.status == 2
    assert "`vendor: testmo` records by itself" in ended.log
