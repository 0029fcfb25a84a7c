"""A plain client for the Testmo box."""

from typing import Any

from core.sandbox import Sandbox
from core.sandbox.testmo import RecordedRun, recorded
from tests.sandbox.support import Client

RUNS = "/projects/1/automation/runs"
NEW = {"name": "ci #512", "source": "frontend"}
PASSED = {"key": "a1", "name": "adds item", "folder": "shop", "status": "passed"}
FAILED = {"key": "b2", "name": "smoke", "folder": "shop", "status": "failed"}


def create(client: Client, change: dict[str, Any] | None = None, *, project: int = 1) -> int:
    answer = client.call("POST", f"/projects/{project}/automation/runs", NEW | (change or {}))
    assert answer.status == 201, answer.body
    return int(answer.json["id"])


def thread(client: Client, run: int) -> int:
    answer = client.call("POST", f"/automation/runs/{run}/threads", {})
    assert answer.status == 201, answer.body
    return int(answer.json["id"])


def append(client: Client, number: int, *tests: dict[str, Any]) -> int:
    """Append tests to a thread. Returns the status."""
    return client.call("POST", f"/automation/runs/threads/{number}/append", {"tests": tests}).status


def complete(client: Client, run: int) -> int:
    return client.call("POST", f"/automation/runs/{run}/complete", {"measure_elapsed": False}).status


def record(client: Client, *tests: dict[str, Any]) -> int:
    """Record a whole run of one thread. Returns its id."""
    run = create(client)
    assert append(client, thread(client, run), *tests) == 204
    assert complete(client, run) == 204
    return run


def look(client: Client, run: int) -> Any:
    answer = client.get(f"/automation/runs/{run}")
    assert answer.status == 200, answer.body
    return answer.json["result"]


def ours(sandbox: Sandbox) -> list[RecordedRun]:
    return [run for run in recorded(sandbox.ledger) if run.ours]
