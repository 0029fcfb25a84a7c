"""qTest's wire: what the samples say, written by hand from the vendor's documents, is what the box sends."""

import re
from typing import Any

import pytest

from core.sandbox import Sandbox
from core.sandbox.qtest.truth import truth_of
from tests.sandbox.qtest import (
    AGENT,
    CYCLE,
    FORM,
    GUID,
    HOST,
    LOG,
    SUITE,
    activate,
    agents,
    at_work,
    jobs,
    ping,
    register,
    sample,
    schedule,
    send,
    token,
)
from tests.sandbox.support import Client, Time

UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def test_a_host_registers_and_answers_to_its_number(tester: Client, qtest: Sandbox) -> None:
    answer = send(tester, "POST", "/api/v3/automation/host", HOST)
    assert (answer.status, answer.json) == (200, sample("register-host"))
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    changed = send(tester, "PUT", "/api/v3/automation/hosts/512", {**HOST, "ip_address": " 10.0.0.9 "})
    assert (changed.status, changed.body) == (200, b"")
    assert truth_of(qtest.ledger).hosts[0].asked.ip_address == "10.0.0.9", "the document's own sample has a blank"


def test_a_ping_tells_the_servers_time_and_true_as_a_text(tester: Client) -> None:
    answer = ping(tester, register(tester))
    assert (answer.status, answer.json) == (200, sample("ping-host"))


def test_an_agent_is_created_changed_switched_and_deleted(tester: Client, qtest: Sandbox) -> None:
    host = register(tester)
    created = send(tester, "POST", agents(host), AGENT)
    assert (created.status, created.json) == (200, sample("create-agent"))
    path = f"{agents(host)}/903"
    changed = send(tester, "PUT", path, {**AGENT, "name": "renamed"})
    assert (changed.status, changed.json) == (200, sample("create-agent") | {"name": "renamed"})
    for verb, active in (("activate", True), ("activate", True), ("deactivate", False), ("deactivate", False)):
        answer = activate(tester, host, 903, verb)
        assert (answer.status, answer.body) == (200, b"")
        assert truth_of(qtest.ledger).agents[0].active is active
    gone = tester.call("DELETE", path)
    assert (gone.status, gone.body, truth_of(qtest.ledger).agents) == (200, b"", ())
    assert activate(tester, host, 903).status == 404


@pytest.mark.parametrize(
    "number",
    [{"agent_client_id": "29"}, {"agent_client_id": 29}, {"agent_id": 29}, {"agent_client_id": "29", "agent_id": 29}],
)
def test_an_agents_own_number_comes_in_either_field(tester: Client, number: dict[str, Any]) -> None:
    body = {name: value for name, value in AGENT.items() if not name.endswith("_id") or name == "framework_id"}
    answer = send(tester, "POST", agents(register(tester)), {**body, **number})
    assert answer.json["agent_id"] == 29


def test_agents_are_found_again(tester: Client) -> None:
    at_work(tester)
    query = {"fields": ["*"], "query": "'name' = 'shop-web-junit' and 'project_id' = '77'"}
    answer = send(tester, "POST", "/api/v3/automation/automation-agents?page=1&pageSize=100", query)
    assert (answer.status, answer.json) == (200, sample("search-agents"))


def test_jobs_are_listed_with_their_materials(tester: Client) -> None:
    host, _ = at_work(tester)
    assert jobs(tester, host) == sample("retrieve-jobs")


def test_a_refused_status_says_so(tester: Client) -> None:
    at_work(tester)
    answer = send(tester, "PUT", "/api/v3/projects/77/automation/jobs/880001/status", {"status": "COMPLETED"})
    assert (answer.status, answer.json) == (400, sample("invalid-transition"))


def test_an_ordered_schedule_is_a_bare_number(tester: Client, qtest: Sandbox) -> None:
    _, agent = at_work(tester)
    answer = schedule(tester, agent, 88_120, 88_121)
    assert (answer.status, answer.body) == (201, b"6121"), "people had scheduled 6120"
    job = truth_of(qtest.ledger).jobs[-1]
    assert (job.schedule, job.test_runs, job.words) == (6121, (88_120, 88_121), ("PLANNED",))


def test_a_log_goes_to_its_run_and_is_the_last_one_there(tester: Client) -> None:
    body = {
        **LOG,
        "status": "FAILED",
        "test_case_version_id": 52_011,
        "note": "expected 1, got 0",
        "build_number": "412",
        "build_url": "https://ci.example/412",
        "attachments": [{"name": "junit.xml", "content_type": "application/xml", "data": "PHRlc3RzdWl0ZS8+"}],
        "test_step_logs": [
            {
                "order": 0,
                "description": "addsItem",
                "expected_result": "pass",
                "actual_result": "expected 1, got 0",
                "status": "FAILED",
            }
        ],
    }
    path = "/api/v3/projects/77/test-runs/88120"
    answer = send(tester, "POST", f"{path}/auto-test-logs?encodeNote=true", body)
    assert (answer.status, answer.json) == (201, sample("submit-test-log"))
    last = tester.get(f"{path}/test-logs/last-run")
    assert (last.status, last.json) == (200, sample("get-last-run"))


@pytest.mark.parametrize(
    ("path", "more", "log"),
    [
        (SUITE, {"test_suite": "TS-9", "execution_date": "2026-03-02"}, {}),
        (CYCLE, {"test_cycle": "TS-9"}, {"module_names": ["shop", "cart"]}),
    ],
)
def test_an_upload_goes_through_the_queue(tester: Client, path: str, more: dict[str, Any], log: dict[str, Any]) -> None:
    answer = send(tester, "POST", path, {**more, "test_logs": [{**LOG, **log}]})
    assert (answer.status, answer.json) == (201, sample("submit-suite-logs"))
    state = tester.get("/api/v3/projects/queue-processing/31007")
    assert (state.status, state.json) == (200, sample("get-queue-state"))


def test_the_projects_statuses_are_listed(tester: Client) -> None:
    answer = tester.get("/api/v3/projects/77/test-runs/execution-statuses")
    assert answer.json[0] == sample("execution-status")
    assert [one["name"] for one in answer.json] == ["Passed", "Failed", "Skipped"]


def test_the_version_needs_no_token_and_the_tokens_status_does(tester: Client) -> None:
    assert tester.get("/oauth/status").json == sample("token-status")
    tester.headers = {}
    assert tester.get("/version").json == sample("version")
    assert tester.get("/oauth/status").status == 401


def test_a_token_is_given_for_a_password_or_a_refresh_token(tester: Client) -> None:
    first = token(tester, "nephele:", grant_type="password", username="dana", password="p")
    second = token(tester, "qtest-api:", grant_type="refresh_token", refresh_token=first.json["refresh_token"])
    for answer in (first, second):
        assert answer.status == 200
        assert re.fullmatch(UUID, answer.json.pop("access_token"))
        assert re.fullmatch(UUID, answer.json["refresh_token"])
    fixed = {"token_type": "bearer", "scope": "read write", "agent": "", "expires_in": 300}
    assert {name: value for name, value in second.json.items() if not name.endswith("_token")} == fixed
    tester.headers = {"Authorization": f"bearer {second.json['access_token']}"}
    assert tester.get("/oauth/status").status == 200


@pytest.mark.parametrize(
    ("site", "form", "status", "error"),
    [
        ("nephele", {"grant_type": "password", "username": "dana", "password": "p"}, 401, "unauthorized"),
        ("", {}, 401, "unauthorized"),
        ("nephele:", {}, 400, "unsupported_grant_type"),
        ("nephele:", {"grant_type": "password", "username": "dana"}, 400, "invalid_grant"),
        ("nephele:", {"grant_type": "password", "username": "dana", "password": "wrong"}, 400, "invalid_grant"),
        ("nephele:", {"grant_type": "refresh_token", "refresh_token": "an-invalid-one"}, 400, "invalid_grant"),
    ],
)
def test_a_token_is_refused(tester: Client, site: str, form: dict[str, str], status: int, error: str) -> None:
    answer = token(tester, site, **form)
    assert (answer.status, answer.json["error"]) == (status, error)


@pytest.mark.parametrize("scheme", ["bearer", "Bearer", "BEARER"])
def test_the_scheme_is_written_in_any_case(tester: Client, scheme: str) -> None:
    tester.headers = {"Authorization": f"{scheme} 7d8b-44"}
    assert tester.get("/oauth/status").status == 200


def test_a_basic_header_that_is_none_gets_no_token(tester: Client) -> None:
    answer = tester.call("POST", "/oauth/token", b"", **{"Authorization": "Basic !!", "Content-Type": FORM})
    assert (answer.status, answer.json["error"]) == (401, "unauthorized")


def test_old_installations_have_it_all_below_tc(tester: Client, qtest: Sandbox) -> None:
    tester.base = "/tc"
    host, _ = at_work(tester)
    assert [job["job_id"] for job in jobs(tester, host)] == [880_001]
    assert {exchange.operation for exchange in qtest.journal} >= {"register-host", "create-agent", "retrieve-jobs"}


def test_times_on_the_wire_are_the_servers(tester: Client, qtest: Sandbox, now: Time) -> None:
    scenario = qtest.space("ten-minutes-off").clock.skew
    assert abs(scenario) == 600
    tester.base = "/s/ten-minutes-off"
    now.reading += 5.9
    answer = send(tester, "POST", f"/api/v3/automation/hosts/{register(tester)}/ping", {"host_guid": GUID})
    assert (
        answer.json["received_time"]
        == {600.0: "2026-03-02T10:10:05+00:00", -600.0: "2026-03-02T09:50:05+00:00"}[scenario]
    )
