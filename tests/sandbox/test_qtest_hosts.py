"""qTest's hosts and agents: who is known already, who is silent, who is found again."""

from typing import Any

import pytest

from core.sandbox import Sandbox
from core.sandbox.qtest.knobs import KnownGuid, with_knobs
from core.sandbox.qtest.repertoire import SCENARIOS
from core.sandbox.qtest.truth import truth_of
from tests.sandbox.qtest import (
    AGENT,
    GUID,
    HOST,
    WINDOW,
    activate,
    agents,
    at_work,
    create_agent,
    jobs,
    ping,
    put_status,
    register,
    send,
)
from tests.sandbox.support import Client, Time

HALF_HOUR = 1800.0
LATER = "end_date=2026-03-03T00%3A00%3A00%2B0000"


@pytest.mark.parametrize(
    ("known", "status", "number", "hosts"),
    [(KnownGuid.UPSERT, 200, 512, 1), (KnownGuid.DUPLICATE, 200, 513, 2), (KnownGuid.CONFLICT, 409, None, 1)],
)
def test_a_known_guid_again_is_one_of_three_things(
    tester: Client, qtest: Sandbox, known: KnownGuid, status: int, number: int | None, hosts: int
) -> None:
    qtest.reset(scenario=with_knobs(SCENARIOS["passing"], known_guid=known))
    register(tester)
    again = send(tester, "POST", "/api/v3/automation/host", {**HOST, "host_name": "renamed"})
    assert (again.status, again.json.get("host_server_id")) == (status, number)
    found = truth_of(qtest.ledger).hosts
    assert len(found) == hosts
    assert found[-1].asked.host_name == ("ci-shop-web" if known is KnownGuid.CONFLICT else "renamed")


def test_another_guid_is_another_host(tester: Client) -> None:
    assert [register(tester), register(tester, host_guid="other")] == [512, 513]


def test_the_scenarios_have_the_names_of_what_they_do(tester: Client) -> None:
    seen = []
    for name in ("passing", "duplicate-hosts", "conflicting-hosts"):
        tester.base = f"/s/{name}"
        register(tester)
        seen.append(send(tester, "POST", "/api/v3/automation/host", HOST).status)
    assert seen == [200, 200, 409]


def test_a_host_is_offline_until_it_pings_and_gets_no_jobs(tester: Client, qtest: Sandbox) -> None:
    host = register(tester)
    activate(tester, host, create_agent(tester, host))
    assert (jobs(tester, host), truth_of(qtest.ledger).hosts[0].online) == ([], False)
    ping(tester, host)
    assert (len(jobs(tester, host)), truth_of(qtest.ledger).hosts[0].online) == (1, True)


def test_a_silent_host_dies_at_a_tick_and_its_jobs_are_not_run(tester: Client, qtest: Sandbox, now: Time) -> None:
    now.reading += 60
    host, _ = at_work(tester)
    now.reading = 1000 + 2 * HALF_HOUR - 1
    assert truth_of(qtest.ledger).hosts[0].online, "its last ping was less than half an hour before the first tick"
    assert truth_of(qtest.ledger).jobs[0].words == ("PLANNED",)
    now.reading += 1
    truth = truth_of(qtest.ledger)
    assert (truth.hosts[0].online, truth.hosts[0].offline_at) == (False, (1000 + 2 * HALF_HOUR,))
    assert truth.jobs[0].words == ("PLANNED", "NOT_RUN")
    assert jobs(tester, host, LATER) == []
    ping(tester, host)
    assert [job["status"] for job in jobs(tester, host, LATER)] == ["NOT_RUN"]


def test_only_what_was_due_is_not_run(tester: Client, qtest: Sandbox, now: Time) -> None:
    qtest.reset(scenario=SCENARIOS["recurring"])
    at_work(tester)
    now.reading += HALF_HOUR
    assert [job.status for job in truth_of(qtest.ledger).jobs] == ["NOT_RUN", "PLANNED", "PLANNED"]


def test_a_host_that_pings_every_twenty_five_minutes_stays(tester: Client, qtest: Sandbox, now: Time) -> None:
    host, _ = at_work(tester)
    (job,) = jobs(tester, host)
    put_status(tester, job["job_id"], "RUNNING")
    for _ in range(6):
        now.reading += 1500
        ping(tester, host)
    truth = truth_of(qtest.ledger)
    assert (truth.hosts[0].offline_at, len(truth.hosts[0].pings)) == ((), 7)
    assert put_status(tester, job["job_id"], "COMPLETED").status == 200


@pytest.mark.parametrize(
    ("name", "words"), [("passing", ("PLANNED", "RUNNING")), ("jobs-returned", ("PLANNED", "RUNNING", "NOT_RUN"))]
)
def test_what_a_dead_host_runs_stays_or_is_given_back(
    tester: Client, qtest: Sandbox, now: Time, name: str, words: tuple[str, ...]
) -> None:
    qtest.reset(scenario=SCENARIOS[name])
    host, _ = at_work(tester)
    (job,) = jobs(tester, host)
    put_status(tester, job["job_id"], "RUNNING")
    now.reading += HALF_HOUR
    truth = truth_of(qtest.ledger)
    assert truth.jobs[0].words == words
    assert len(truth.running) == (1 if name == "passing" else 0)
    ping(tester, host)
    assert len(jobs(tester, host, LATER)) == len(words) - 2


def test_whether_an_offline_host_gets_jobs_can_be_switched(tester: Client, qtest: Sandbox) -> None:
    qtest.reset(scenario=SCENARIOS["offline-listed"])
    host = register(tester)
    activate(tester, host, create_agent(tester, host))
    assert len(jobs(tester, host)) == 1


@pytest.mark.parametrize(("name", "count"), [("passing", 0), ("inactive-listed", 1)])
def test_jobs_of_an_inactive_agent_wait_unlisted_unless_that_is_switched(
    tester: Client, qtest: Sandbox, name: str, count: int
) -> None:
    qtest.reset(scenario=SCENARIOS[name])
    host, agent = at_work(tester)
    activate(tester, host, agent, "deactivate")
    assert len(jobs(tester, host)) == count
    assert truth_of(qtest.ledger).jobs[0].words == ("PLANNED",)
    activate(tester, host, agent)
    assert [job["job_id"] for job in jobs(tester, host)] == [880_001]


def test_an_agent_gets_one_job_however_often_it_is_told_to_be_active(tester: Client, qtest: Sandbox) -> None:
    host, agent = at_work(tester)
    activate(tester, host, agent)
    put_status(tester, 880_001, "RUNNING")
    activate(tester, host, agent)
    assert len(truth_of(qtest.ledger).jobs) == 1
    put_status(tester, 880_001, "COMPLETED")
    activate(tester, host, agent)
    assert [job["job_id"] for job in jobs(tester, host)] == [880_002], "the next build finds the next job"


@pytest.mark.parametrize("way", ["created", "updated"])
def test_an_agent_is_active_as_soon_as_it_is_said_to_be(tester: Client, way: str) -> None:
    host = register(tester)
    ping(tester, host)
    agent = create_agent(tester, host, active=way == "created")
    if way == "updated":
        send(tester, "PUT", f"{agents(host)}/{agent}", {**AGENT, "active": True})
    assert len(jobs(tester, host)) == 1


def search(client: Client, query: str, paging: str = "", **more: Any) -> Any:
    body = {"fields": ["*"], "query": query, **more}
    answer = send(client, "POST", f"/api/v3/automation/automation-agents{paging}", body)
    return answer.json["items"] if answer.status == 200 else answer.status


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [903, 904, 905]),
        ("'name' = 'Shop and cart'", [904]),
        ("'name' ~ 'shop'", [903, 904]),
        ("'name' !~ 'shop'", [905]),
        ("'name' <> 'api' AND 'project_id' = '78'", [904]),
        ("'project_id' >= '78'", [904, 905]),
        ("'project_id' > '78'", []),
        ("'project_id' < '78'", [903]),
        ("'id' <= '904'", [903, 904]),
        ("'id' <> '904'", [903, 905]),
        ("'framework' is empty", []),
        ("'framework' is not empty and 'host_id' = '512'", [903, 904, 905]),
        ("'active' = 'active'", [905]),
        ("'active' = 'inactive'", [903, 904]),
        ("'host_name' = 'ci-shop-web' and 'name' = 'api'", [905]),
        ("'host_name' !~ 'ci'", []),
    ],
)
def test_the_search_compares_as_it_is_asked(tester: Client, query: str, found: list[int]) -> None:
    host = register(tester)
    create_agent(tester, host)
    create_agent(tester, host, 78, name="Shop and cart")
    create_agent(tester, host, 78, name="api", active=True)
    assert [item["agent_server_id"] for item in search(tester, query)] == found


@pytest.mark.parametrize(
    "query",
    [
        "name = 'x'",
        "'name' = x",
        "'name' > 'x'",
        "'colour' = 'red'",
        "'id' = 'x'",
        "'active' = 'true'",
        "'name' = 'it''s'",
        "'name' = 'x' or 'name' = 'y'",
        "'name' = 'x' and ",
        "'name' = 'x' and",
    ],
)
def test_a_query_that_is_none_is_refused(tester: Client, query: str) -> None:
    assert search(tester, query) == 400


def test_the_search_has_pages_and_chooses_fields(tester: Client) -> None:
    host = register(tester)
    for name in "abc":
        create_agent(tester, host, name=name)
    assert [item["name"] for item in search(tester, "", "?page=2&pageSize=2")] == ["c"]
    assert search(tester, "", "?page=1&pageSize=1", fields=["name"]) == [{"id": 903, "name": "a"}]
    assert [search(tester, "", paging) for paging in ("?page=0", "?pageSize=1000", "?pageSize=x")] == [400, 400, 400]
    assert search(tester, "", fields="*") == 400


def test_a_search_changes_nothing(tester: Client, qtest: Sandbox) -> None:
    search(tester, "")
    assert [exchange.effect for exchange in qtest.journal] == [False]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/api/v3/automation/hosts/1", HOST),
        ("POST", "/api/v3/automation/hosts/1/ping", {"host_guid": GUID}),
        ("POST", agents(1), AGENT),
        ("PUT", agents(512) + "/1", AGENT),
        ("POST", agents(512) + "/1/activate", b""),
        ("POST", agents(512, 78) + "/903/activate", b""),
        ("POST", agents(513) + "/903/deactivate", b""),
        ("DELETE", agents(513) + "/903", b""),
        ("GET", f"/api/v3/automation/hosts/1/jobs?{WINDOW}", b""),
    ],
)
def test_what_does_not_belong_together_is_not_found(tester: Client, method: str, path: str, body: Any) -> None:
    register(tester, host_guid=GUID)
    register(tester, host_guid="another")
    create_agent(tester, 512)
    answer = send(tester, method, path, body)
    assert (answer.status, answer.json["message"]) in {(404, "Host does not exist"), (404, "Agent does not exist")}


def test_a_ping_with_another_guid_is_refused(tester: Client, qtest: Sandbox) -> None:
    host = register(tester)
    assert ping(tester, host, "another").status == 400
    assert truth_of(qtest.ledger).hosts[0].pings == ()
