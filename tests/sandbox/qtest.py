"""A plain client for the qTest box, and its clock."""

import base64
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from tests.sandbox.support import Client, Reply

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
WIRE = Path(__file__).parents[1] / "wire" / "qtest"
GUID = "B66F2F92-0B47-54D2-BD5D-860AB876BDE0"
HOST = {
    "host_name": "ci-shop-web",
    "ip_address": "172.18.0.4",
    "mac_address": "02:5A:7E:10:44:9C",
    "host_guid": GUID,
}
AGENT = {
    "name": "shop-web-junit",
    "framework": "junit",
    "framework_id": "junit-plugin",
    "agent_client_id": "4711",
    "agent_id": 4711,
    "active": False,
}
LOG = {
    "name": "Cart adds item",
    "automation_content": "shop.CartTest#addsItem",
    "status": "PASSED",
    "exe_start_date": "2026-03-02T10:00:09+0000",
    "exe_end_date": "2026-03-02T10:00:11+0000",
}
WINDOW = "end_date=" + quote("2026-03-02T10:00:01+0000", safe="")
SUITE = "/api/v3.1/projects/77/test-runs/0/auto-test-logs?type=automation&escapeXml=false"
CYCLE = "/api/v3/projects/77/auto-test-logs?type=automation&escapeXml=false"
PROJECT = 77


def send(client: Client, method: str, path: str, body: Any = b"") -> Reply:
    return client.call(method, path, body, **{"Content-Type": JSON})


def register(client: Client, **changes: Any) -> int:
    answer = send(client, "POST", "/api/v3/automation/host", {**HOST, **changes})
    assert answer.status == 200, answer.body
    return int(answer.json["host_server_id"])


def ping(client: Client, host: int, guid: str = GUID) -> Reply:
    return send(client, "POST", f"/api/v3/automation/hosts/{host}/ping", {"host_guid": guid})


def agents(host: int, project: int = PROJECT) -> str:
    return f"/api/v3/projects/{project}/automation/hosts/{host}/agents"


def create_agent(client: Client, host: int, project: int = PROJECT, **changes: Any) -> int:
    answer = send(client, "POST", agents(host, project), {**AGENT, **changes})
    assert answer.status == 200, answer.body
    return int(answer.json["agent_server_id"])


def activate(client: Client, host: int, agent: int, verb: str = "activate", project: int = PROJECT) -> Reply:
    return send(client, "POST", f"{agents(host, project)}/{agent}/{verb}")


def at_work(client: Client) -> tuple[int, int]:
    """Register a host, create its agent, activate it, ping: what every runner does first."""
    host = register(client)
    agent = create_agent(client, host)
    assert activate(client, host, agent).status == 200
    assert ping(client, host).status == 200
    return host, agent


def jobs(client: Client, host: int, query: str = WINDOW) -> Any:
    answer = client.get(f"/api/v3/automation/hosts/{host}/jobs?{query}")
    assert answer.status == 200, answer.body
    return answer.json


def put_status(client: Client, job: int, status: str, project: int = PROJECT) -> Reply:
    return send(client, "PUT", f"/api/v3/projects/{project}/automation/jobs/{job}/status", {"status": status})


def log(client: Client, run: int, **changes: Any) -> Reply:
    return send(client, "POST", f"/api/v3/projects/{PROJECT}/test-runs/{run}/auto-test-logs", {**LOG, **changes})


def schedule(client: Client, agent: int, *runs: int, **changes: Any) -> Reply:
    body = {"agentId": agent, "projectId": PROJECT, "testRunIds": list(runs), "name": "ci #412", "dynamic": {}}
    return send(client, "POST", "/api/v3/automation/jobs/schedule/create", {**body, **changes})


def token(client: Client, site: str, **form: str) -> Reply:
    basic = "Basic " + base64.b64encode(site.encode()).decode()
    headers = {"Authorization": basic, "Content-Type": FORM}
    return client.call("POST", "/oauth/token", urlencode(form).encode(), **headers)


def upload(client: Client, count: int = 1, path: str = SUITE, **changes: Any) -> int:
    return send(client, "POST", path, {"test_suite": "TS-9", "test_logs": [LOG] * count, **changes}).status


def sample(name: str) -> Any:
    return json.loads((WIRE / f"{name}.json").read_text("utf-8"))
