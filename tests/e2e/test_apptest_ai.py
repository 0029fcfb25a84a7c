"""An app, the real program and an emulated apptest.ai: what a CI reads afterwards, and signals while an app is sent."""

import os
import signal
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.sandbox import Fault, Progression
from core.sandbox.boxes import BOXES
from core.sandbox.repertoire import scenarios_of
from tests.e2e.support import RESULTS, Step, Vendor

SECRET = "dana@example.com:acc:ess:k3y"
LARGE = 64 << 20
LONGEST_STOP = 5.0


@contextmanager
def box(scenario: str = "passing", *faults: str) -> Iterator[Vendor]:
    with Vendor(
        vendor="apptest-ai",
        scenario=scenarios_of(BOXES["apptest-ai"])[scenario],
        faults=[Fault.parse(text) for text in faults],
        progression=Progression.immediate(),
    ) as one:
        yield one


@pytest.fixture
def app(step: Step) -> Path:
    path = step.workspace / "앱 이름.apk"
    with path.open("wb") as file:
        file.write(b"PK\x03\x04" + os.urandom(1000))
        file.truncate(LARGE)
    return path


def inputs(server: Vendor, app: Path) -> dict[str, str]:
    return {"vendor": "apptest-ai", "base_url": server.url, "project_id": "509", "app_file": app.name}


@pytest.mark.parametrize(
    ("scenario", "verdict"), [("passing", (0, "passed", "")), ("one-failure", (1, "failed", "tests-failed"))]
)
def test_a_run_leaves_what_a_ci_reads(scenario: str, verdict: tuple[int, str, str], step: Step, app: Path) -> None:
    step.defaults, step.extra = False, {"APPTEST_AI_ACCESS_KEY": SECRET}
    with box(scenario) as server:
        ended = step.run(**inputs(server, app))
        (run,) = server.ledger.ours
    assert ended.verdict == verdict, ended.log
    assert ended.errors == ""
    assert run.file is not None
    assert (run.file.filename, run.file.size) == (app.name, LARGE)
    root = ET.fromstring(ended.file("junit.xml"))  # noqa: S314 -- our own file
    assert (root.get("tests"), root.get("errors")) == ("3", str(verdict[0]))
    assert all(case.get("classname") and case.get("name") for case in root.iter("testcase"))
    assert sorted(os.listdir(ended.workspace / RESULTS)) == [
        "junit.xml",
        "report.json",
        "summary.md",
        "vendor-raw.xml.txt",
        "vendor-report.html",
    ]
    for part in (SECRET, *SECRET.split(":", 1)):
        assert f"::add-mask::{part}" in ended.log.splitlines()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_an_app_is_sent_ends_it_at_once(number: signal.Signals, step: Step, app: Path) -> None:
    step.defaults, step.extra = False, {"APPTEST_AI_ACCESS_KEY": SECRET}
    with box("passing", "hang-mid-upload@start") as server:
        process = step.start(**inputs(server, app))
        server.await_stall()
        began = time.monotonic()
        process.send_signal(number)
        ended = step.finish(process)
        took = time.monotonic() - began
        assert len(server.ledger.ours) == 0
    assert took < LONGEST_STOP
    assert ended.verdict == (128 + number, "cancelled", "signal"), ended.log
    assert ended.file("junit.xml").startswith("<?xml")


def test_a_signal_after_the_start_names_the_run_that_goes_on(step: Step, app: Path) -> None:
    step.defaults, step.extra = False, {"APPTEST_AI_ACCESS_KEY": SECRET}
    with box("never-ends") as server:
        process = step.start(**inputs(server, app))
        server.await_call("get-testset")
        process.send_signal(signal.SIGTERM)
        ended = step.finish(process)
        (run,) = server.ledger.ours
    assert ended.verdict == (143, "cancelled", "signal")
    assert f"Run {run.id} goes on at the vendor, whose API can't cancel it" in ended.log
    assert ended.outputs["run-id"] == str(run.id)


def test_bad_inputs_are_told_together_and_nothing_is_asked(step: Step) -> None:
    step.defaults, step.extra = False, {"APPTEST_AI_ACCESS_KEY": "no-colon"}
    with box() as server:
        given = {"vendor": "apptest-ai", "base_url": server.url, "app_file": "gone.apk", "time_limit": "31"}
        ended = step.run(**given, login_id="a", rerun_failed="1", adopt="true")
        assert server.journal == []
    assert ended.verdict == (2, "error", "bad-input")
    for name in ("token", "project-id", "app-file", "time-limit", "login-password", "rerun-failed", "adopt"):
        assert f"`{name}`" in ended.log, name


def test_the_api_starts_looks_and_reads(step: Step, app: Path) -> None:
    step.defaults, step.ci = False, "terminal"
    step.extra = {"APPTEST_AI_ACCESS_KEY": SECRET}
    with box("one-failure") as server:
        call = ("--base-url", server.url)
        data = '{"pid":509,"testset_name":"by hand"}'
        started = step.run("api", "apptest-ai", "start-testset", "--json", data, "--app-file", app.name, *call)
        (run,) = server.ledger.ours
        status = step.run("api", "apptest-ai", "get-testset", "--testset-id", str(run.id), *call)
        read = step.run("api", "apptest-ai", "get-result", "--testset-id", str(run.id), "--data-type", "xml", *call)
        listed = step.run("api", "apptest-ai", "list-scenarios", "--pid", "509", *call)
    assert [each.status for each in (started, status, read, listed)] == [0, 0, 0, 0]
    assert run.name == "by hand"
    assert f'"testset_id":{run.id}' in started.log
    assert '"testset_status":"Complete"' in status.log
    assert "<testsuites" in read.log
    assert '"scenarios":[' in listed.log
