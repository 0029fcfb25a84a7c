"""A plain client for the apptest.ai box."""

import base64
from typing import Any

from tests.sandbox import multipart
from tests.sandbox.support import Client, Reply

USER, KEY = "dana@example.com", "acc:ess:k3y"


def basic(user: str = USER, key: str = KEY) -> str:
    return "Basic " + base64.b64encode(f"{user}:{key}".encode()).decode()


def send(client: Client, body: bytes, **headers: str) -> Reply:
    return client.call("POST", "/testset", body, **{"Content-Type": multipart.CONTENT_TYPE, **headers})


def start(client: Client, change: dict[str, Any] | None = None, *, filename: str = "app.apk") -> int:
    answer = send(client, multipart.start(change, filename=filename))
    assert answer.json["result_code"] == 0, answer.body
    return int(answer.json["data"]["testset_id"])


def status(client: Client, testset: int) -> Any:
    return client.get(f"/testset/{testset}").json["data"]


def word_and_counts(client: Client, testset: int) -> tuple[str, dict[str, int]]:
    """What one look sees: the word, and those counts that are not zero, without the total."""
    data = status(client, testset)
    counted = data["testset_status_detail"].items()
    return data["testset_status"], {name[:-4]: count for name, count in counted if count and name != "total_test_cnt"}


def result(client: Client, testset: int, query: str = "") -> Any:
    return client.get(f"/testset/{testset}/result{query}").json


def code_of(answer: Reply) -> int:
    return int(answer.json["result_code"])
