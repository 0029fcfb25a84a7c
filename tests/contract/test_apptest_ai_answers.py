"""Answers of apptest.ai that contradict themselves, written by hand: what the whole program makes of each."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.sandbox.boxes import BOXES
from core.sandbox.repertoire import scenarios_of
from tests.contract.jobs import JOBS
from tests.harness import Bench, Ended
from tests.recorder import Reply, Seen, recorder

LINK = "https://app.apptest.ai/#/main/testLab/tResult/summary/0?tid=879851"
CASE = f'<testcase name="D1" time="3"><system-out>{LINK}</system-out></testcase>'
PASSED = {"name": "D1", "time": "3", "system-out": {"contents": [LINK]}}


def xml(case: str = CASE, suite: str = "", root: str = "", more: str = "") -> str:
    return f'<testsuites name="T"{root}><testsuite name="p"{suite}>{case}{more}</testsuite></testsuites>'


def as_json(*cases: Any, suite: Any = None, root: Any = None, around: Any = None) -> str:
    suites = [{"name": "p", "testcase": list(cases)} | (suite or {})]
    return json.dumps({"testsuites": {"testsuite": suites, "name": "T"} | (root or {})} | (around or {}))


Result = dict[str, str] | Callable[[str], dict[str, str]]


def play(folder: Path, result: Result | None = None, start: Reply | None = None) -> tuple[Ended, list[Seen]]:
    """A run of one device that the status calls passed."""
    counts = dict.fromkeys(("fail_cnt", "error_cnt", "stop_cnt", "running_cnt", "initializing_cnt"), 0)
    status = {
        "testset_status": "Complete",
        "testset_status_detail": {"total_test_cnt": 1, "pass_cnt": 1, **counts},
    }

    def answer(seen: Seen) -> Reply:
        if seen.method == "POST":
            return start or envelope({"testset_id": 7, "test_count": 1})
        if "/result" not in seen.path:
            return envelope(status)
        return envelope({"complete": True, **(result(seen.path) if callable(result) else result or {})})

    scenario = scenarios_of(BOXES["apptest-ai"])["passing"]
    with recorder(answer) as server, Bench(folder, scenario=scenario, vendor="apptest-ai") as bench:
        job = {"vendor": "apptest-ai", **JOBS["apptest-ai"].inputs}
        return bench.run(**job, base_url=f"{server.url}/openapi/v2"), server.seen


def envelope(data: Any, status: int = 200) -> Reply:
    return Reply(status, body=json.dumps({"data": data, "result_code": 0, "result_msg": "", "reason": ""}).encode())


@pytest.mark.parametrize(
    "result",
    [
        {"result_xml": xml()},
        {"result_xml": xml(), "result_bare_xml": f"<testsuite>{CASE}</testsuite>", "result_json": as_json(PASSED)},
        {"result_json": as_json(PASSED, suite={"errors": "0", "failures": 0, "skipped": "0", "status": "pass"})},
        {"result_xml": xml(suite=' failures="0" errors="0" skipped="0"', root=' failures="0" error=""')},
        {"result_xml": xml(CASE.replace("time", 'status="run" result="completed" time'))},
        {"result_json": as_json(PASSED | {"status": "PASS"}, root={"properties": {"x": []}})},
    ],
)
def test_forms_that_agree_and_tell_of_no_trouble_pass(result: dict[str, str], tmp_path: Path) -> None:
    ended, _ = play(tmp_path, result)
    assert (ended.status, ended.outputs["tests"]) == (0, "1"), ended.log


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ({"result_json": as_json({"name": "D1", "error": {"message": LINK}})}, (1, "tests-failed")),
        ({"result_bare_xml": '<testsuite><testcase name="D1"><error/></testcase></testsuite>'}, (1, "tests-failed")),
        ({"result_json": as_json(PASSED, PASSED)}, (7, "protocol")),
        ({"result_json": as_json()}, (7, "protocol")),
        ({"result_json": as_json({"name": "D1", "skipped": {}})}, (7, "protocol")),
    ],
)
def test_one_form_that_says_otherwise_is_never_green(
    result: dict[str, str], expected: tuple[int, str], tmp_path: Path
) -> None:
    ended, _ = play(tmp_path, {"result_xml": xml()} | result)
    assert (ended.status, ended.reason) == expected, ended.log
    assert "contradict each other" in ended.report["fact"] + "".join(ended.report["warnings"])


@pytest.mark.parametrize(
    "result",
    [
        {"result_json": as_json(PASSED, suite={"error": {"message": "crashed"}})},
        {"result_json": as_json(PASSED, suite={"error": "crashed"})},
        {"result_json": as_json(PASSED, suite={"failures": "2"})},
        {"result_json": as_json(PASSED, root={"error": {"message": "boom"}})},
        {"result_json": as_json(PASSED, root={"errors": 1})},
        {"result_json": as_json(PASSED, around={"error": [{"message": "boom"}]})},
        {"result_json": as_json(PASSED | {"status": "FAIL"})},
        {"result_xml": xml(suite=' failures="2" errors="1"')},
        {"result_xml": xml(suite=' errors="many"')},
        {"result_xml": xml(suite=' status="aborted"')},
        {"result_xml": xml(root=' failures="2"')},
        {"result_xml": xml(CASE.replace("time", 'status="FAIL" time'))},
        {"result_xml": xml(CASE.replace("time", 'result="stopped" time'))},
        {"result_xml": xml(more="<error/>")},
    ],
)
def test_trouble_beside_the_cases_is_trouble(result: dict[str, str], tmp_path: Path) -> None:
    ended, _ = play(tmp_path, result)
    assert (ended.status, ended.reason) == (1, "tests-failed"), ended.log
    assert "<error" in ended.junit, "it is shown to the CI"


@pytest.mark.parametrize("honoured", [True, False])
def test_a_large_answer_is_taken_only_where_html_is_asked_for(honoured: bool, tmp_path: Path) -> None:
    """The second vendor ignores what form is asked for: then all are asked for, with room for them."""
    page = {"result_html": "<p>" + "x" * (17 << 20)}
    ended, seen = play(tmp_path, lambda asked: {"result_xml": xml()} | ({} if honoured and "=xml" in asked else page))
    assert (ended.status, ended.outputs["tests"]) == (0, "1"), ended.log
    asked = [one.path.partition("?")[2] for one in seen if "/result" in one.path]
    assert asked[0] == "data_type=xml"
    assert asked[-1] == ("data_type=html" if honoured else "")
    assert ("answered more than" in ended.log) == (not honoured)


@pytest.mark.parametrize("status", [400, 401, 404, 409, 422, 429, 500, 501, 503])
def test_a_start_that_succeeded_by_its_envelope_alone_may_exist(status: int, tmp_path: Path) -> None:
    ended, seen = play(tmp_path, start=envelope({"testset_id": 8812, "test_count": 1}, status))
    assert (ended.status, ended.reason) == (7, "may-exist"), ended.log
    assert "testset 8812" in ended.report["fact"]
    assert "Nothing was started" not in ended.log
    assert [one.method for one in seen] == ["POST"]


@pytest.mark.parametrize(("status", "expected"), [(401, (3, "auth")), (413, (3, "refused")), (400, (7, "may-exist"))])
def test_a_success_without_a_testset_is_what_its_status_says_where_that_is_sure(
    status: int, expected: tuple[int, str], tmp_path: Path
) -> None:
    ended, _ = play(tmp_path, start=envelope(None, status))
    assert (ended.status, ended.reason) == expected, ended.log
