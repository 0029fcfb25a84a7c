"""A plain client for the sandbox, and a clock that only tests move."""

import contextlib
import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

TOKEN = "Bearer t0ken"
AUTHORIZATION = {"Authorization": TOKEN}
CAPABILITY = {
    "os": "Linux",
    "os_type": "linux",
    "os_version": None,
    "browser": "Chrome",
    "browser_type": "chrome",
    "browser_version": "136.0",
    "device": None,
    "device_type": "computer",
    "unsupported": False,
}
ASKED = {"name": "ci #512", "scenarios": [{"id": 501}, {"id": 502}], "capabilities": [CAPABILITY]}
EPOCH = 1_772_445_600.0  # 2026-03-02T10:00:00Z


@dataclass
class Time:
    """A clock for the sandbox's `now`."""

    reading: float = 1000.0

    def __call__(self) -> float:
        return self.reading


@dataclass
class Reply:
    status: int
    reason: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Client:
    """One keep-alive connection to a base URL."""

    connection: http.client.HTTPConnection
    base: str
    headers: dict[str, str] = field(default_factory=lambda: dict(AUTHORIZATION))

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        raw = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        self.connection.request(method, self.base + path, raw, {**self.headers, **headers})
        answer = self.connection.getresponse()
        named = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(status=answer.status, reason=answer.reason, headers=named, body=answer.read())

    def get(self, path: str) -> Reply:
        return self.call("GET", path)

    def start(self, body: Any = None, project: int = 77) -> int:
        answer = self.call("POST", f"/projects/{project}/execute_scenarios", body or ASKED)
        assert answer.status == 200, answer.body
        return int(answer.json["result_id"])

    def look(self, run: int, project: int = 77) -> Any:
        return self.get(f"/projects/{project}/results/{run}").json


@contextmanager
def client_of(url: str, timeout: float = 5.0) -> Iterator[Client]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=timeout)
    try:
        yield Client(connection=connection, base=parts.path)
    finally:
        connection.close()


def post(client: Client, path: str, body: bytes, headers: dict[str, str], stalled: threading.Event) -> None:
    """Post until there is an answer, a reset or a stall. The body of the answer stays unread: it may have no end."""
    waiting = threading.Thread(target=_end_when, args=(stalled, client.connection))
    waiting.start()
    with contextlib.suppress(http.client.HTTPException, OSError):
        client.connection.request("POST", client.base + path, body, headers)
        client.connection.getresponse()
    stalled.set()
    waiting.join()


def _end_when(stalled: threading.Event, connection: http.client.HTTPConnection) -> None:
    stalled.wait()
    if connection.sock is not None:
        with contextlib.suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)


def cases_of(result: Any) -> list[Any]:
    return [case for group in result["test_plan_capability_results"] for case in group["test_case_results"]]


def words_of(result: Any) -> list[str]:
    return [case["status"] for case in cases_of(result)]
