"""A plain client for the box of Autify for mobile."""

from typing import Any

from tests.sandbox import multipart
from tests.sandbox.support import Client, Reply

PROJECT = "/projects/4yyABC"
START = "/test_plans/tPl001/test_plan_results"


def upload(client: Client, body: bytes | None = None, **headers: str) -> Reply:
    sent = multipart.form(multipart.file("file", "app.apk")) if body is None else body
    return client.call("POST", f"{PROJECT}/builds", sent, **{"Content-Type": multipart.CONTENT_TYPE, **headers})


def start(client: Client, **more: Any) -> str:
    """Upload a build, run the first plan with it, and return the id of the run."""
    build = upload(client).json["id"]
    answer = client.call("POST", START, {"build_id": build, **more})
    assert answer.status == 201, answer.body
    return str(answer.json["id"])


def look(client: Client, run: str) -> Any:
    return client.get(f"{PROJECT}/results/{run}").json


def words(result: Any) -> list[str]:
    return [case["status"] for case in result["test_case_results"]]
