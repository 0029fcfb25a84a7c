"""qTest: the requests that our client is held to are ones that the box takes, in the order of a step."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from core.sandbox import Sandbox
from core.sandbox.qtest.truth import truth_of
from tests.sandbox.qtest import WIRE, sample
from tests.sandbox.support import Client, Reply

ORDER = (
    "get-version", "get-token-status", "create-token", "register-host", "create-agent", "search-agents",
    "activate-agent", "ping-host", "retrieve-jobs", "update-host", "update-agent", "update-job-status",
    "submit-test-log", "get-last-run", "create-schedule", "submit-suite-logs", "get-queue-state", "submit-cycle-logs",
    "list-execution-statuses", "deactivate-agent", "delete-agent",
)  # fmt: skip


def send(client: Client, asked: Any) -> Reply:
    query = f"?{urlencode(asked['query'])}" if "query" in asked else ""
    headers = {"Content-Type": asked["content_type"]} if "content_type" in asked else {}
    if asked["path"] == "/oauth/token":
        headers["Authorization"] = "Basic c2hvcDo="
    body = asked.get("body", "")
    data = body if isinstance(body, str) else json.dumps(body)
    return client.call(asked["method"], asked["path"] + query, data.encode(), **headers)


def test_the_box_takes_each_request_of_a_step(tester: Client, qtest: Sandbox) -> None:
    for operation in ORDER:
        answer = send(tester, sample(f"client-{operation}"))
        assert 200 <= answer.status < 300, (operation, answer.status, answer.body)
        assert qtest.journal[-1].operation == operation
    truth = truth_of(qtest.ledger)
    assert next(log.asked.status for log in truth.logs if log.test_run == 88_120) == "FAILED"
    assert ("PLANNED", "RUNNING") in [job.words[:2] for job in truth.jobs]


@pytest.mark.parametrize("name", sorted(path.stem for path in WIRE.glob("client-*.json")))
def test_each_request_is_tried(name: str) -> None:
    assert name.removeprefix("client-") in ORDER
