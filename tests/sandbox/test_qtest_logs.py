"""qTest's test logs: one at a time, or many through the queue."""

import base64
import hashlib
from typing import Any

import pytest

from core.sandbox import Progression, Sandbox
from core.sandbox.qtest.repertoire import SCENARIOS
from core.sandbox.qtest.truth import truth_of
from tests.sandbox.qtest import CYCLE, LOG, SUITE, log, upload
from tests.sandbox.support import Client

STEP = {"order": 0, "description": "adds", "expected_result": "pass", "actual_result": "pass", "status": "PASSED"}
QUEUE = "/api/v3/projects/queue-processing/31007"


def attachment(content: bytes, **changes: Any) -> dict[str, Any]:
    data = base64.b64encode(content).decode()
    return {"name": "junit.xml", "content_type": "application/xml", "data": data, **changes}


def test_the_ledger_keeps_each_log_with_its_run(tester: Client, qtest: Sandbox) -> None:
    steps = [{**STEP, "order": 1, "status": "FAILED"}, STEP]
    for run, status in ((88_120, "FAILED"), (88_121, "SKIPPED"), (88_120, "PASSED")):
        changes = {"attachments": [attachment(b"<testsuite/>")], "test_step_logs": steps, "note": "n"}
        assert log(tester, run, status=status, **changes).status == 201
    truth = truth_of(qtest.ledger)
    assert [one.asked.status for one in truth.logs_of(88_120)] == ["FAILED", "PASSED"]
    assert truth.logged_twice == (88_120,)
    asked = truth.logs[0].asked
    assert (asked.content, asked.note, asked.ended - asked.started) == ("shop.CartTest#addsItem", "n", 2.0)
    assert asked.steps == ("PASSED", "FAILED"), "in the order of their numbers"
    assert (asked.attachments[0].size, asked.attachments[0].sha256) == (12, hashlib.sha256(b"<testsuite/>").hexdigest())


def test_run_0_makes_a_new_run_each_time(tester: Client, qtest: Sandbox) -> None:
    assert [log(tester, 0).status, log(tester, 0).status] == [201, 201]
    assert [one.test_run for one in truth_of(qtest.ledger).logs] == [95_001, 95_002]
    assert log(tester, 95_002).status == 201, "and it can be logged to"
    assert tester.get("/api/v3/projects/77/test-runs/95002/test-logs/last-run").json["test_run_id"] == 95_002


@pytest.mark.parametrize("run", [1, 88_119, 91_120, 95_001])
def test_an_unknown_run_takes_no_logs_and_has_none(tester: Client, run: int) -> None:
    assert log(tester, run).status == 404
    assert tester.get(f"/api/v3/projects/77/test-runs/{run}/test-logs/last-run").status == 404


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"name": None}, 400),
        ({"automation_content": ""}, 400),
        ({"status": "passed"}, 400),
        ({"status": "PASS"}, 400),
        ({"status": None}, 400),
        ({"exe_start_date": None}, 400),
        ({"exe_end_date": "2026-03-02T10:00:11"}, 400),
        ({"exe_end_date": "2026-03-02T10:00:11 0000"}, 400),
        ({"exe_end_date": "2026-13-02T10:00:11Z"}, 400),
        ({"note": 5}, 400),
        ({"test_case_version_id": "52011"}, 400),
        ({"attachments": {}}, 400),
        ({"attachments": [attachment(b"x", data="***")]}, 400),
        ({"attachments": [attachment(b"x", name="")]}, 400),
        ({"attachments": [attachment(b"x", content_type=None)]}, 400),
        ({"test_step_logs": [{**STEP, "order": 1}]}, 400),
        ({"test_step_logs": [STEP, {**STEP, "order": 2}]}, 400),
        ({"test_step_logs": [STEP, STEP]}, 400),
        ({"test_step_logs": [{**STEP, "order": True}]}, 400),
        ({"test_step_logs": [{**STEP, "description": None}]}, 400),
        ({"test_step_logs": [{**STEP, "status": "ok"}]}, 400),
        ({"test_step_logs": "adds"}, 400),
        ({"module_names": "shop"}, 400),
        ({"exe_start_date": "2026-03-02T10:00:09.250Z"}, 201),
        ({"exe_start_date": "2026-03-02T02:00:09-0800"}, 201),
        ({"note": "", "attachments": [], "test_step_logs": []}, 201),
    ],
)
def test_a_log_is_checked(tester: Client, qtest: Sandbox, change: dict[str, Any], status: int) -> None:
    assert log(tester, 88_120, **change).status == status
    assert len(truth_of(qtest.ledger).logs) == (status == 201)


def test_a_word_that_is_not_mapped_names_the_settings(tester: Client, qtest: Sandbox) -> None:
    assert "Automation Settings" in log(tester, 88_120, status="PASS").json["message"]
    qtest.reset(scenario=SCENARIOS["old-words"])
    assert [log(tester, 88_120, status=word).status for word in ("PASS", "FAIL", "SKIP", "PASSED")] == [
        201,
        201,
        201,
        400,
    ]
    assert tester.get("/api/v3/projects/77/test-runs/88120/test-logs/last-run").json["status"]["name"] == "Skipped"


def test_an_attachment_that_is_too_large_is_413(tester: Client, qtest: Sandbox) -> None:
    qtest.reset(scenario=SCENARIOS["small-attachments"])
    sizes = {size: log(tester, 88_120, attachments=[attachment(b"x" * size)]).status for size in (1000, 1001)}
    assert sizes == {1000: 201, 1001: 413}


@pytest.mark.parametrize(
    ("path", "change", "status"),
    [
        (SUITE.replace("type=automation", "type=manual"), {}, 400),
        (SUITE.replace("type=automation&", ""), {}, 400),
        (SUITE.replace("test-runs/0", "test-runs/88120"), {}, 400),
        (SUITE, {"test_suite": None}, 400),
        (SUITE, {"test_suite": ""}, 400),
        (SUITE, {"test_logs": []}, 400),
        (SUITE, {"test_logs": [5]}, 400),
        (SUITE, {"test_logs": [{**LOG, "status": "ok"}]}, 400),
        (SUITE, {"execution_date": "yesterday"}, 400),
        (SUITE, {"execution_date": 5}, 400),
        (SUITE, {"execution_date": "2026-02-30"}, 400),
        (SUITE, {"execution_date": "2026-03-02T10:00:00Z", "test_suite": 9}, 201),
        (CYCLE, {"test_cycle": "CL-4"}, 400),
        (CYCLE, {"test_cycle": "CL-4", "test_logs": [{**LOG, "module_names": []}]}, 400),
        (CYCLE, {"test_logs": [{**LOG, "module_names": ["shop"]}]}, 400),
        (CYCLE, {"test_cycle": 4, "test_logs": [{**LOG, "module_names": ["shop", "cart"]}]}, 201),
    ],
)
def test_an_upload_is_checked(tester: Client, qtest: Sandbox, path: str, change: dict[str, Any], status: int) -> None:
    assert upload(tester, path=path, **change) == status
    assert len(qtest.ledger) == (status == 201)


def test_uploads_need_the_automation_settings(tester: Client, qtest: Sandbox) -> None:
    qtest.reset(scenario=SCENARIOS["automation-off"])
    assert upload(tester) == 400
    assert log(tester, 88_120).status == 201


def states(client: Client, looks: int = 5) -> list[str]:
    answers = [client.get(QUEUE) for _ in range(looks)]
    return [answer.json["state"] if answer.status == 200 else str(answer.status) for answer in answers]


PATH = ["IN_WAITING", "PENDING", "IN_PROCESSING", "IN_PROCESSING"]


@pytest.mark.parametrize(
    ("name", "seen", "passed"),
    [
        ("passing", [*PATH, "SUCCESS"], True),
        ("internal-error", [*PATH, "FAILED"], False),
        ("canceled", [*PATH, "FAILED"], False),
        ("never-ends", ["IN_WAITING"] * 5, False),
        ("never-ends-running", [*PATH, "IN_PROCESSING"], False),
        ("unknown-status", [*PATH, "partially_passed"], False),
        ("unknown-then-passed", [*PATH, "healing"], True),
        ("vanishing", ["IN_WAITING", "PENDING", "IN_PROCESSING", "404", "404"], False),
        ("eventual", ["404"] * 5, True),
    ],
)
def test_an_upload_goes_its_way(tester: Client, qtest: Sandbox, name: str, seen: list[str], *, passed: bool) -> None:
    qtest.reset(scenario=SCENARIOS[name], progression=Progression.after(5))
    assert upload(tester, 2) == 201
    assert states(tester) == seen
    run = qtest.ledger[0]
    assert (run.id, run.operation, run.passed, run.cases) == (31_007, "submit-suite-logs", passed, ("PASSED",) * 2)


def test_an_upload_that_flaps_comes_to_its_end(tester: Client, qtest: Sandbox) -> None:
    qtest.reset(scenario=SCENARIOS["flapping"], progression=Progression.immediate())
    upload(tester)
    assert states(tester, 4) == ["SUCCESS", "IN_PROCESSING", "SUCCESS", "SUCCESS"]


def test_logs_are_in_when_the_upload_is_a_success_and_only_once(tester: Client, qtest: Sandbox) -> None:
    qtest.reset(scenario=SCENARIOS["passing"], progression=Progression.after(3))
    upload(tester, 3)
    for count in (0, 0, 3, 3):
        states(tester, 1)
        assert len(truth_of(qtest.ledger).logs) == count


def test_a_failed_upload_says_why_and_leaves_no_logs(tester: Client, qtest: Sandbox) -> None:
    qtest.reset(scenario=SCENARIOS["internal-error"], progression=Progression.immediate())
    upload(tester)
    assert "could not be processed" in tester.get(QUEUE).json["content"]
    assert truth_of(qtest.ledger).logs == ()


def test_an_upload_of_failures_is_processed_but_not_passed(tester: Client, qtest: Sandbox) -> None:
    upload(tester, test_logs=[LOG, {**LOG, "status": "FAILED"}])
    assert states(tester, 1) == ["SUCCESS"]
    assert (qtest.ledger[0].passed, qtest.ledger[0].verdict) == (False, "SUCCESS")


def test_an_unknown_upload_is_not_found(tester: Client) -> None:
    assert tester.get("/api/v3/projects/queue-processing/1").status == 404
