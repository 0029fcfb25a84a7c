"""Autify for mobile through the real program: its own token, every operation of `api`, a run with an upload."""

import json
from collections.abc import Iterator
from xml.etree import ElementTree as ET  # our own output, written a moment ago

import pytest

from core.commands.api import help_text
from core.vendors.autify.mobile.operations import OPERATIONS
from tests.contract.jobs import APP
from tests.e2e.support import Step, Vendor, vendor

TOKENS = {"AUTIFY_WEB_ACCESS_TOKEN": "t0ken-of-the-web", "AUTIFY_MOBILE_ACCESS_TOKEN": "t0ken-of-mobile"}
P = ("--project-id", "4yyABC")
UPLOAD = ("upload-build", *P, "--app-file", APP)
RUN = ("run-test-plan", "--test-plan-id", "tPl001", "--json", '{"build_id":"bLd900"}')
RESULTS = "/projects/4yyABC/results"
CALLS = {  # by operation: the words, then method, path, query and status on the wire
    "upload-build": (UPLOAD, "POST", "/projects/4yyABC/builds", "", 201),
    "run-test-plan": (RUN, "POST", "/test_plans/tPl001/test_plan_results", "", 201),
    "list-test-results": (("list-test-results", *P, "--page", "1"), "GET", RESULTS, "page=1", 200),
    "describe-test-result": (
        ("describe-test-result", *P, "--result-id", "rEs880001"),
        "GET",
        f"{RESULTS}/rEs880001",
        "",
        200,
    ),
}


@pytest.fixture
def server() -> Iterator[Vendor]:
    with vendor(box="autify-mobile") as one:
        yield one


@pytest.fixture
def bare(terminal: Step, server: Vendor) -> Step:
    """A terminal where nothing is set but the tokens of both products."""
    terminal.defaults = False
    terminal.extra = {**TOKENS, "TEST_RUNNER_BASE_URL": server.url}
    return terminal


def test_each_operation_is_tried_here() -> None:
    assert set(CALLS) == set(OPERATIONS)


@pytest.mark.parametrize("name", CALLS)
def test_an_operation_goes_over_the_wire_with_the_token_of_mobile(name: str, bare: Step, server: Vendor) -> None:
    words, method, path, query, status = CALLS[name]
    if name == "describe-test-result":
        assert bare.run("api", "autify", *RUN).status == 0
    ended = bare.run("api", "autify", *words)
    exchange = server.journal[-1]
    assert ended.status == 0, ended.log
    assert (exchange.operation, exchange.method, exchange.status) == (name, method, status)
    assert (exchange.path, exchange.query) == (f"/api/v1{path}", query)
    assert exchange.header("authorization") == "Bearer t0ken-of-mobile"
    json.loads(ended.log)


def test_the_id_of_an_uploaded_build_is_what_a_run_takes(bare: Step, server: Vendor) -> None:
    build = json.loads(bare.run("api", "autify", *UPLOAD).log)["id"]
    assert bare.run("api", "autify", *RUN[:-1], json.dumps({"build_id": build})).status == 0
    assert server.ledger.ours[0].build == build


@pytest.mark.parametrize("given", [(), ("--app-file", "no-such.apk")])
def test_an_upload_without_a_file_is_bad_input(given: tuple[str, ...], bare: Step, server: Vendor) -> None:
    ended = bare.run("api", "autify", "upload-build", *P, *given)
    assert (ended.status, server.journal) == (2, [])
    assert "`app-file`" in ended.log
    assert "--app-file PATH" in help_text(["autify", "upload-build"])


def test_a_lost_answer_to_an_upload_says_that_it_may_have_arrived(terminal: Step) -> None:
    with vendor("passing", "reset-after@upload-build", box="autify-mobile") as server:
        terminal.defaults = False
        terminal.extra = {**TOKENS, "TEST_RUNNER_BASE_URL": server.url}
        ended = terminal.run("api", "autify", *UPLOAD)
        assert len(server.calls("upload-build")) == 1
    assert ended.status == 7
    assert "may have had its effect" in ended.log


def test_a_run_uploads_starts_and_reports(step: Step) -> None:
    with vendor("one-failure", box="autify-mobile") as server:
        step.url = server.url
        inputs = {"product": "mobile", "project_id": "4yyABC", "test_plan": "tPl001", "app_file": APP}
        ended = step.run(**inputs, log_level="debug")
        (run,) = server.ledger.ours
    assert ended.verdict == (1, "failed", "tests-failed")
    assert ended.outputs["run-id"] == run.id
    assert ended.outputs["run-url"].endswith(f"{RESULTS}/{run.id}")
    root = ET.fromstring(ended.file("junit.xml"))  # noqa: S314 -- our own file
    failed = [case for case in root.iter("testcase") if case.find("failure") is not None]
    assert [case.get("classname") for case in failed] == ["Autify.Pixel 5, android 12.0"]
    ids = {item.get("name"): item.get("value") for item in failed[0].iter("property")}
    assert ids["build-id"] == run.build
    assert f"Uploaded as build {run.build}." in ended.log


def test_cleanup_after_a_killed_step_names_the_run_that_goes_on(step: Step) -> None:
    inputs = {"product": "mobile", "project_id": "4yyABC", "test_plan": "tPl001", "build_id": "bLd900"}
    with vendor("never-ends", "hang@describe-test-result", box="autify-mobile") as server:
        step.url = server.url
        process = step.start(**inputs)
        server.await_stall()
        step.kill(process)
        ended = step.run("cleanup", **inputs)
        (run,) = server.ledger.ours
    assert ended.status == 0
    assert f"Run {run.id} may go on: the vendor's API can't cancel it." in ended.log
