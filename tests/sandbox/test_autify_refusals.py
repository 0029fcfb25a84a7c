"""What Autify refuses, and what is not its API at all."""

from typing import Any

import pytest

from core.sandbox import SCENARIOS, Sandbox, Scenario
from tests.sandbox.support import ASKED, CAPABILITY, Client

START = "/projects/77/execute_scenarios"


@pytest.mark.parametrize("sent", ["", "Bearer ", "Basic dXNlcjpwYXNz", "Bearer wrong", "Bearer an-invalid-one"])
def test_bad_credentials_are_refused_everywhere(client: Client, sandbox: Sandbox, sent: str) -> None:
    client.headers = {"Authorization": sent} if sent else {}
    for method, path in [("POST", START), ("GET", "/projects/77/results"), ("GET", "/nowhere")]:
        answer = client.call(method, path)
        assert (answer.status, answer.json) == (401, {"errors": [{"message": "Bad credentials"}]})
    assert not any(exchange.effect for exchange in sandbox.journal)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/projects/404404/results"),
        ("POST", "/projects/404404/execute_scenarios"),
        ("GET", "/projects/77/results/1"),
        ("GET", "/projects/77/results/abc"),
        ("GET", "/projects/results"),
        ("PATCH", "/projects/77/results"),
        ("POST", "/schedules/9"),
        ("GET", "/"),
    ],
)
def test_what_is_not_there_is_not_found(client: Client, method: str, path: str) -> None:
    answer = client.call(method, path, ASKED)
    assert (answer.status, answer.json) == (404, {"errors": [{"message": "Not Found"}]})


def test_a_scenario_run_is_seen_in_its_own_project_only(client: Client) -> None:
    run = client.start(project=42)
    assert client.get(f"/projects/42/results/{run}").status == 200
    assert client.get(f"/projects/77/results/{run}").status == 404
    assert client.get("/projects/77/results").json == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"capabilities": None}, "capabilities is missing or empty"),
        ({"capabilities": []}, "capabilities is missing or empty"),
        ({"capabilities": [{}]}, "capabilities[0] is not supported"),
        ({"capabilities": [CAPABILITY, {"os": ["Linux"]}]}, "capabilities[1] is not supported"),
        ({"capabilities": [{**CAPABILITY, "browser_type": "lynx"}]}, "capabilities[0] is not supported"),
        ({"scenarios": 5}, "scenarios is missing or empty"),
        ({"scenarios": [{"id": "501"}]}, "scenarios[0].id is not a number"),
        ({"scenarios": [501]}, "scenarios[0].id is not a number"),
        ({"name": 5}, "name is not a text"),
        ({"execution_type": "random"}, "execution_type is neither parallel nor sequential"),
        ({"url_replacements": ["a b"]}, "url_replacements needs pattern_url and replacement_url in each item"),
        ({"autify_connect": {"name": 5}}, "autify_connect.name is not a text"),
        ({"autify_connect": "ap-1"}, "autify_connect.name is not a text"),
    ],
)
def test_a_malformed_start_is_refused(client: Client, sandbox: Sandbox, change: dict[str, Any], message: str) -> None:
    answer = client.call("POST", START, {**ASKED, **change})
    assert (answer.status, answer.json) == (400, {"errors": [{"message": message}]})
    assert len(sandbox.ledger) == 0


def test_all_that_is_wrong_with_a_start_is_told_at_once(client: Client) -> None:
    answer = client.call("POST", START, {"execution_type": "x"})
    assert len(answer.json["errors"]) == 3


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"[" * 100_000])
def test_a_start_that_is_no_json_object_is_refused(client: Client, body: bytes) -> None:
    assert client.call("POST", START, body).status == 400


def test_an_unknown_scenario_cannot_be_started(client: Client) -> None:
    assert client.call("POST", START, {**ASKED, "scenarios": [{"id": 501}, {"id": 1}]}).status == 404


@pytest.mark.parametrize("path", [START, "/schedules/3001"])
def test_an_access_point_must_be_there(client: Client, sandbox: Sandbox, path: str) -> None:
    missing = client.call("POST", path, {**ASKED, "autify_connect": {"name": "gone"}})
    assert missing.status == 404
    assert missing.json == {"errors": [{"code": 404, "message": "Access Point gone was not found."}]}
    assert client.call("POST", path, {**ASKED, "autify_connect": {"name": "ap-1"}}).status == 200
    assert client.call("POST", path, {**ASKED, "autify_connect": {"name": None}}).status == 200
    assert [run.autify_connect for run in sandbox.ledger] == ["ap-1", None]


@pytest.mark.parametrize(
    "capability",
    [
        {"os": "Linux", "browser": "Chrome"},
        {"os_type": "linux", "browser_type": "chrome", "os_version": "", "device": None},
        {"device_type": "desktop"},
    ],
)
def test_a_capability_may_be_stated_in_part(client: Client, capability: dict[str, Any]) -> None:
    assert client.call("POST", START, {**ASKED, "capabilities": [capability]}).status == 200


def test_whether_the_deprecated_pair_is_accepted_can_be_switched(client: Client, sandbox: Sandbox) -> None:
    sandbox.reset(scenario=Scenario(brief_capabilities=False))
    answer = client.call("POST", START, {**ASKED, "capabilities": [{"os": "Linux", "browser": "Chrome"}]})
    assert answer.status == 400


def test_a_doubled_slash_is_no_mistake(client: Client) -> None:
    assert client.call("POST", f"/{START}", ASKED).status == 200
    assert client.look(880001)["status"] == "passed"


def test_outside_the_api_there_are_web_pages(client: Client, sandbox: Sandbox) -> None:
    client.base = ""
    for method, path, status in [("GET", "/", 200), ("GET", "/projects/77", 200), ("POST", START, 404)]:
        answer = client.call(method, path)
        assert (answer.status, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
        assert answer.body.startswith(b"<!doctype html>")
    assert {exchange.operation for exchange in sandbox.journal} == {"page"}


def test_a_result_has_a_page_for_people(client: Client) -> None:
    run = client.start()
    client.base, client.headers = "", {}
    for path in (f"/projects/77/results/{run}", f"/projects/77/results/{run}/capabilities/9901/scenarios/7701"):
        assert b"<h1>Result 880001: passed</h1>" in client.get(path).body
    assert client.get("/projects/77/results/1").status == 404


def test_a_page_is_escaped_and_no_look_at_the_run(client: Client, sandbox: Sandbox) -> None:
    sandbox.reset(scenario=Scenario(ending="<b>&"))
    run = client.start()
    client.base = ""
    assert b"<h1>Result 880001: &lt;b&gt;&amp;</h1>" in client.get(f"/projects/77/results/{run}").body
    assert sandbox.ledger[0].looks == 0


def test_error_messages_of_a_hostile_vendor_are_attacks(client: Client, sandbox: Sandbox) -> None:
    sandbox.reset(scenario=SCENARIOS["hostile"])
    assert "##vso[task.complete" in client.get("/projects/77/results/1").json["errors"][0]["message"]
