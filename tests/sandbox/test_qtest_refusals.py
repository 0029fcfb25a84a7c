"""What qTest refuses: strangers, foreign projects, wrong methods, bodies that are wrong."""

from typing import Any

import pytest

from core.sandbox import SCENARIOS, Sandbox
from core.sandbox.qtest.routes import ROUTES
from tests.sandbox.qtest import (
    AGENT,
    CYCLE,
    HOST,
    LOG,
    SUITE,
    agents,
    at_work,
    log,
    put_status,
    register,
    sample,
    schedule,
    send,
)
from tests.sandbox.support import Client

HOSTS = "/api/v3/automation/host"


@pytest.mark.parametrize(
    "sent", ["", "bearer", "bearer ", "Basic eDp5", "t0ken", "bearer wrong", "bearer an-invalid-one"]
)
def test_strangers_are_refused_everywhere(tester: Client, qtest: Sandbox, sent: str) -> None:
    tester.headers = {"Authorization": sent} if sent else {}
    for answer in (
        send(tester, "POST", HOSTS, HOST),
        tester.get("/api/v3/automation/hosts/512/jobs"),
        tester.get("/oauth/status"),
        tester.get("/api/v3/nowhere"),
    ):
        assert (answer.status, answer.json["error"]) == (401, "invalid_token")
    assert not any(exchange.effect for exchange in qtest.journal)


def test_a_bad_token_is_told_as_oauth_does(tester: Client) -> None:
    tester.headers = {"Authorization": "bearer wrong"}
    assert tester.get("/oauth/status").json == sample("invalid-token")


@pytest.mark.parametrize(("project", "status"), [(403_403, 403), (404_404, 404)])
def test_projects_that_are_not_ours_are_closed(tester: Client, project: int, status: int) -> None:
    host, agent = at_work(tester)
    for answer in (
        send(tester, "POST", agents(host, project), AGENT),
        put_status(tester, 880_001, "RUNNING", project),
        send(tester, "POST", f"/api/v3/projects/{project}/test-runs/88120/auto-test-logs", LOG),
        tester.get(f"/api/v3/projects/{project}/test-runs/execution-statuses"),
        schedule(tester, agent, projectId=project),
    ):
        assert answer.status == status
    upload = send(tester, "POST", SUITE.replace("/77/", f"/{project}/"), {"test_suite": 1, "test_logs": [LOG]})
    assert upload.status == {403: 403, 404: 400}[status], "an upload says 400 where others say 404"


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded"])
def test_what_is_not_sent_as_json_is_refused(tester: Client, kind: str) -> None:
    host = register(tester)
    sent = {"Content-Type": kind} if kind else {}
    assert tester.call("POST", HOSTS, HOST, **sent).status == 415
    assert tester.call("POST", f"{agents(host)}/903/activate", b"", **sent).status == 415


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/api/v3/automation/hosts/512", 405),
        ("GET", HOSTS, 405),
        ("POST", "/api/v3/projects/77/automation/jobs/880001/status", 405),
        ("PUT", "/api/v3/automation/hosts", 404),
        ("POST", "/api/v3/automation/hosts", 404),
        ("GET", "//api/v3/automation/hosts/512/jobs", 404),
        ("POST", "/api/v3/projects/77//automation/hosts/512/agents", 404),
        ("GET", "/api/v3/automation/hosts/x/jobs", 404),
        ("GET", "/api/v3/automation/hosts/512/jobs/", 404),
        ("GET", "/api/v3", 404),
        ("GET", "/oauth", 404),
    ],
)
def test_wrong_paths_and_methods_are_told_apart(tester: Client, method: str, path: str, status: int) -> None:
    register(tester)
    assert send(tester, method, path, {}).status == status


def test_outside_the_api_there_is_a_web_page(tester: Client, qtest: Sandbox) -> None:
    found, missing = tester.get("/p/77/portal/project"), tester.call("POST", "/")
    assert (found.status, missing.status) == (200, 404)
    assert found.headers["content-type"] == "text/html; charset=utf-8"
    assert {exchange.operation for exchange in qtest.journal} == {"page"}


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b"[" * 100_000])
def test_a_body_that_is_no_object_is_refused_by_every_call_that_takes_one(tester: Client, raw: bytes) -> None:
    at_work(tester)
    for method, path in (
        ("POST", HOSTS),
        ("PUT", "/api/v3/automation/hosts/512"),
        ("POST", "/api/v3/automation/hosts/512/ping"),
        ("POST", agents(512)),
        ("PUT", f"{agents(512)}/903"),
        ("PUT", "/api/v3/projects/77/automation/jobs/880001/status"),
        ("POST", "/api/v3/automation/automation-agents"),
        ("POST", "/api/v3/automation/jobs/schedule/create"),
        ("POST", "/api/v3/projects/77/test-runs/88120/auto-test-logs"),
        ("POST", SUITE),
        ("POST", CYCLE),
    ):
        assert send(tester, method, path, raw).status == 400, path


@pytest.mark.parametrize("name", HOST)
@pytest.mark.parametrize("value", [None, "", "  ", 5])
def test_a_host_needs_all_of_its_texts(tester: Client, name: str, value: Any) -> None:
    answer = send(tester, "POST", HOSTS, {**HOST, name: value})
    assert (answer.status, name in answer.json["message"]) == (400, True)


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"framework": None},
        {"framework_id": 5},
        {"active": "true"},
        {"active": None},
        {"agent_client_id": None, "agent_id": None},
        {"agent_client_id": "x29"},
        {"agent_client_id": "", "agent_id": None},
        {"agent_client_id": "1" * 20, "agent_id": None},
        {"agent_client_id": "29", "agent_id": 30},
        {"agent_id": True, "agent_client_id": None},
    ],
)
def test_an_agent_that_is_wrong_is_refused(tester: Client, qtest: Sandbox, change: dict[str, Any]) -> None:
    host = register(tester)
    assert send(tester, "POST", agents(host), {**AGENT, **change}).status == 400
    assert not qtest.journal[-1].effect


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"agentId": None}, 400),
        ({"agentId": "903"}, 400),
        ({"agentId": 1}, 404),
        ({"projectId": None}, 400),
        ({"projectId": 78}, 404),
        ({"testRunIds": "88120"}, 400),
        ({"testRunIds": ["88120"]}, 400),
        ({"testRunIds": [1]}, 404),
        ({"name": 5}, 400),
        ({"dynamic": []}, 400),
        ({"startDate": "tomorrow"}, 400),
        ({"startDate": "2026-02-30T00:00:00+0000"}, 400),
    ],
)
def test_a_schedule_that_is_wrong_is_refused(tester: Client, change: dict[str, Any], status: int) -> None:
    _, agent = at_work(tester)
    assert schedule(tester, agent, 88_120, **change).status == status


def test_an_agent_that_is_not_active_takes_no_orders(tester: Client) -> None:
    host, agent = at_work(tester)
    send(tester, "POST", f"{agents(host)}/{agent}/deactivate")
    assert schedule(tester, agent, 88_120).status == 400


def test_error_messages_of_a_hostile_vendor_are_attacks(tester: Client, qtest: Sandbox) -> None:
    qtest.reset(scenario=SCENARIOS["hostile"])
    assert "##vso[task.complete" in log(tester, 1).json["message"]


def test_no_two_operations_share_a_path_and_a_method() -> None:
    assert len({(verb, path) for verb, path, _ in ROUTES}) == len(ROUTES) == 21
