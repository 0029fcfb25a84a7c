"""The faults of qTest alone, and the neutral ones where its wire differs: no body, a bare number, a list."""

import http.client
import json
from collections.abc import Callable
from typing import Any

import pytest

from core.sandbox import BOXES, FAULTS, Fault, Progression, Sandbox
from core.sandbox.faults import BEFORE, UPLOAD_FAULTS
from core.sandbox.qtest.knobs import with_knobs
from core.sandbox.qtest.repertoire import FAULTS as OWN
from core.sandbox.qtest.repertoire import SCENARIOS
from core.sandbox.qtest.routes import OPERATIONS, READS
from core.sandbox.qtest.statuses import Profile
from core.sandbox.qtest.truth import truth_of
from core.sandbox.repertoire import faults_of
from tests.sandbox.qtest import (
    AGENT,
    CYCLE,
    GUID,
    HOST,
    LOG,
    PROJECT,
    SUITE,
    WINDOW,
    activate,
    agents,
    at_work,
    create_agent,
    jobs,
    log,
    ping,
    put_status,
    register,
    schedule,
    send,
    token,
    upload,
)
from tests.sandbox.support import Client, Reply, client_of

JOB = 880_001
TREE = {**LOG, "module_names": ["shop"]}
STALLING = frozenset(("hang", "hang-after", "hang-mid-upload", "slow-loris", "endless", "gzip-bomb"))
CALLS: dict[str, tuple[str, str, Any]] = {
    "register-host": ("POST", "/api/v3/automation/host", HOST),
    "update-host": ("PUT", "/api/v3/automation/hosts/512", HOST),
    "ping-host": ("POST", "/api/v3/automation/hosts/512/ping", {"host_guid": GUID}),
    "create-agent": ("POST", agents(512), AGENT),
    "update-agent": ("PUT", f"{agents(512)}/903", AGENT),
    "activate-agent": ("POST", f"{agents(512)}/903/activate", b""),
    "deactivate-agent": ("POST", f"{agents(512)}/903/deactivate", b""),
    "retrieve-jobs": ("GET", f"/api/v3/automation/hosts/512/jobs?{WINDOW}", b""),
    "update-job-status": ("PUT", f"/api/v3/projects/77/automation/jobs/{JOB}/status", {"status": "RUNNING"}),
    "search-agents": ("POST", "/api/v3/automation/automation-agents", {"query": ""}),
    "create-schedule": ("POST", "/api/v3/automation/jobs/schedule/create", {"agentId": 903, "projectId": 77}),
    "submit-test-log": ("POST", "/api/v3/projects/77/test-runs/88120/auto-test-logs", LOG),
    "submit-suite-logs": ("POST", SUITE, {"test_suite": "TS-9", "test_logs": [LOG]}),
    "submit-cycle-logs": ("POST", CYCLE, {"test_cycle": "CL-4", "test_logs": [TREE]}),
    "get-queue-state": ("GET", "/api/v3/projects/queue-processing/31007", b""),
    "get-last-run": ("GET", "/api/v3/projects/77/test-runs/88122/test-logs/last-run", b""),
    "list-execution-statuses": ("GET", "/api/v3/projects/77/test-runs/execution-statuses", b""),
    "get-token-status": ("GET", "/oauth/status", b""),
    "get-version": ("GET", "/version", b""),
    "delete-agent": ("DELETE", f"{agents(512)}/903", b""),
}


def prepared(sandbox: Sandbox, client: Client, *texts: str) -> None:
    """Bring all things into being that `CALLS` are about, then the faults."""
    sandbox.reset(scenario=SCENARIOS["passing"], faults=[Fault.parse(text) for text in texts])
    at_work(client)
    log(client, 88_122)
    assert upload(client) == 201


def make(client: Client, operation: str) -> Reply:
    method, path, body = CALLS[operation]
    return send(client, method, path, body)


def test_every_operation_is_tried() -> None:
    assert CALLS.keys() | {"create-token"} == OPERATIONS.keys()


@pytest.mark.parametrize("operation", CALLS)
def test_every_operation_is_a_target(tester: Client, qtest: Sandbox, operation: str) -> None:
    prepared(qtest, tester)
    good = make(tester, operation)
    assert 200 <= good.status < 300, good.body
    exchange = qtest.journal[-1]
    assert (exchange.operation, exchange.fault) == (operation, None)
    changes = CALLS[operation][0] != "GET" and operation not in READS
    assert exchange.effect is changes
    prepared(qtest, tester)
    before = sum(one.operation == operation for one in qtest.journal)
    prepared(qtest, tester, f"503=7@{operation}#{before + 1}")
    refused = make(tester, operation)
    assert (refused.status, refused.headers["retry-after"], qtest.journal[-1].effect) == (503, "7", False)


def test_a_token_is_a_target_too(tester: Client, qtest: Sandbox) -> None:
    qtest.reset(faults=[Fault.parse("500@create-token")])
    assert [token(tester, "x:", grant_type="refresh_token", refresh_token="r").status for _ in range(2)] == [500, 200]


@pytest.mark.parametrize(
    "operation", ["activate-agent", "create-schedule", "retrieve-jobs", "submit-test-log", "register-host"]
)
@pytest.mark.parametrize("kind", sorted({*FAULTS, *UPLOAD_FAULTS} - STALLING))
def test_any_fault_can_hit_answers_of_any_shape(tester: Client, qtest: Sandbox, kind: str, operation: str) -> None:
    prepared(qtest, tester)
    before = sum(one.operation == operation for one in qtest.journal)
    prepared(qtest, tester, f"{kind}@{operation}#{before + 1}")
    with client_of(qtest.url) as one:
        try:
            answer: Reply | None = make(one, operation)
        except (ConnectionError, http.client.HTTPException):
            answer = None
    exchange = qtest.journal[-1]
    assert (exchange.operation, exchange.fault) == (
        operation,
        f"{kind}@{operation}" + (f"#{before + 1}" if before else ""),
    )
    assert exchange.effect == (kind not in BEFORE and operation != "retrieve-jobs")
    assert answer is None or exchange.status == answer.status
    again = make(tester, operation)
    assert again.status < 300, "the next call is as good as ever"


def body_of(sandbox: Sandbox, client: Client, text: str, operation: str) -> bytes:
    """The body of a spoilt answer, of which all things were there before."""
    sandbox.reset(scenario=SCENARIOS["passing"], faults=[Fault.parse(text)])
    at_work(client)
    log(client, 88_122, status="FAILED")
    upload(client)
    return make(client, operation).body


@pytest.mark.parametrize("kind", ["duplicate-keys", "missing-status", "nan", "stale", "cut"])
def test_where_the_vendor_says_nothing_there_is_nothing_to_spoil(tester: Client, qtest: Sandbox, kind: str) -> None:
    prepared(qtest, tester, f"{kind}@activate-agent#2")
    answer = make(tester, "activate-agent")
    assert (answer.status, answer.body, qtest.journal[-1].effect) == (200, b"", True)


@pytest.mark.parametrize(
    ("operation", "kind", "look", "seen"),
    [
        ("retrieve-jobs", "wrong-id", lambda value: value[0]["job_id"], JOB + 1),
        ("retrieve-jobs", "wrong-id", lambda value: value[0]["agent_server_id"], 904),
        ("retrieve-jobs", "wrong-project", lambda value: value[0]["project_id"], PROJECT + 1),
        ("create-schedule", "wrong-id", lambda value: value, 6122),
        ("create-schedule", "stale", lambda value: value, 5121),
        ("get-last-run", "stale", lambda value: value["status"]["name"], "Passed"),
        ("get-last-run", "wrong-id", lambda value: value["test_run_id"], 88_123),
        ("get-queue-state", "stale", lambda value: (value["id"], value["state"]), (30_007, "SUCCESS")),
        ("search-agents", "stale", lambda value: (value["total"], value["items"]), (0, [])),
        ("search-agents", "wrong-project", lambda value: value["items"][0]["project_id"], PROJECT + 1),
        ("register-host", "wrong-id", lambda value: value["host_server_id"], 513),
        ("get-version", "stale", lambda value: value["name"], "test-conductor"),
    ],
)
def test_answers_can_be_about_something_else(
    tester: Client, qtest: Sandbox, operation: str, kind: str, look: Callable[[Any], Any], seen: Any
) -> None:
    nth = 2 if operation == "register-host" else 1
    body = body_of(qtest, tester, f"{kind}@{operation}#{nth}", operation)
    assert look(json.loads(body)) == seen


def test_a_stale_list_has_the_job_that_was_just_claimed(tester: Client, qtest: Sandbox) -> None:
    qtest.reset(faults=[Fault.parse("stale@retrieve-jobs#2")])
    host, _ = at_work(tester)
    before = jobs(tester, host)
    put_status(tester, JOB, "RUNNING")
    assert jobs(tester, host) == before
    assert jobs(tester, host) == []


def check_400(sandbox: Sandbox, client: Client) -> None:
    sandbox.reset(faults=[Fault.parse("400@activate-agent")])
    host = register(client)
    agent = create_agent(client, host)
    assert [activate(client, host, agent).status for _ in range(2)] == [400, 200]
    assert [exchange.effect for exchange in sandbox.journal[-2:]] == [False, True]


def check_claimed(sandbox: Sandbox, client: Client) -> None:
    sandbox.reset(scenario=SCENARIOS["passing"], faults=[Fault.parse("claimed@update-job-status*2")])
    at_work(client)
    assert [put_status(client, JOB, "RUNNING").status for _ in range(2)] == [400, 400]
    assert len(truth_of(sandbox.ledger).jobs[0].claims) == 1, "what runs is not claimed again"
    for profile, second in ((Profile.STRICT, 400), (Profile.LENIENT, 200)):
        scenario = with_knobs(SCENARIOS["passing"], profile=profile)
        sandbox.reset(scenario=scenario, faults=[Fault.parse("claimed@update-job-status")])
        at_work(client)
        assert put_status(client, JOB, "RUNNING").status == second
        truth = truth_of(sandbox.ledger)
        assert [step.by for step in truth.jobs[0].claims] == ["another runner", "t0ken"][: 1 + (second == 200)]
        assert sandbox.ledger.ours == (), "the run is of whoever came first"
        assert len(truth.running) == (second == 200)


def check_cancelled(sandbox: Sandbox, client: Client) -> None:
    sandbox.reset(scenario=SCENARIOS["passing"], faults=[Fault.parse("cancelled@update-job-status#3")])
    at_work(client)
    assert [put_status(client, JOB, word).status for word in ("RUNNING", "COMPLETED", "FAILED")] == [200, 200, 400]
    assert truth_of(sandbox.ledger).jobs[0].status == "COMPLETED", "what is over cannot be cancelled"
    sandbox.reset(scenario=SCENARIOS["passing"], faults=[Fault.parse("cancelled@submit-test-log")])
    at_work(client)
    put_status(client, JOB, "RUNNING")
    assert log(client, 88_120).status == 201
    assert put_status(client, JOB, "COMPLETED").status == 400
    assert truth_of(sandbox.ledger).jobs[0].words == ("PLANNED", "RUNNING", "CANCELLED")


def check_agent_deleted(sandbox: Sandbox, client: Client) -> None:
    sandbox.reset(scenario=SCENARIOS["passing"], faults=[Fault.parse("agent-deleted@retrieve-jobs")])
    host, agent = at_work(client)
    assert jobs(client, host) == []
    assert activate(client, host, agent).status == 404
    assert create_agent(client, host) == agent + 1


def check_host_deleted(sandbox: Sandbox, client: Client) -> None:
    sandbox.reset(scenario=SCENARIOS["passing"], faults=[Fault.parse("host-deleted@ping-host#2")])
    host, _ = at_work(client)
    assert ping(client, host).status == 404
    assert client.get(f"/api/v3/automation/hosts/{host}/jobs?{WINDOW}").status == 404
    assert register(client) == host + 1


def check_queue_failed(sandbox: Sandbox, client: Client) -> None:
    sandbox.reset(scenario=SCENARIOS["passing"], faults=[Fault.parse("queue-failed@submit-suite-logs")])
    upload(client)
    answer = make(client, "get-queue-state").json
    assert (answer["state"], answer["content"][:9]) == ("FAILED", "Test logs")
    assert (sandbox.ledger[0].verdict, sandbox.ledger[0].finished) == ("FAILED", True)


def check_queue_stuck(sandbox: Sandbox, client: Client) -> None:
    sandbox.reset(scenario=SCENARIOS["passing"], faults=[Fault.parse("queue-stuck@submit-suite-logs")])
    upload(client)
    assert {make(client, "get-queue-state").json["state"] for _ in range(9)} == {"IN_PROCESSING"}
    assert (sandbox.ledger[0].verdict, sandbox.ledger[0].finished) == ("IN_PROCESSING", False)


def check_unknown_fields(sandbox: Sandbox, client: Client) -> None:
    sandbox.reset(scenario=SCENARIOS["passing"], faults=[Fault.parse("unknown-fields@any*forever")])
    host, _ = at_work(client)
    (job,) = jobs(client, host)
    assert {"links", "flux_capacity", "job_id"} < job.keys()
    assert {"links", "automation_content"} < job["automation_materials"][0].keys()
    assert send(client, "PUT", "/api/v3/automation/hosts/512", HOST).body == b""


def check_text_ids(sandbox: Sandbox, client: Client) -> None:
    sandbox.reset(scenario=SCENARIOS["passing"], faults=[Fault.parse("text-ids@retrieve-jobs")])
    host, _ = at_work(client)
    (job,) = jobs(client, host)
    assert (job["job_id"], job["agent_server_id"], job["project_id"]) == ("880001", "903", "77")
    assert job["automation_materials"][0]["test_run_id"] == "88120"


def check_odd_entries(sandbox: Sandbox, client: Client) -> None:
    sandbox.reset(scenario=SCENARIOS["passing"], faults=[Fault.parse("odd-entries@any*forever")])
    host, _ = at_work(client)
    *odd, good = jobs(client, host)
    assert (good["job_id"], good["status"], len(odd)) == (JOB, "PLANNED", 10)
    assert JOB not in [entry["job_id"] for entry in odd if isinstance(entry, dict)]


def check_fewer_logs(sandbox: Sandbox, client: Client) -> None:
    sandbox.reset(scenario=SCENARIOS["passing"], faults=[Fault.parse("fewer-logs@get-queue-state*forever")])
    upload(client, 2)
    content = [make(client, "get-queue-state").json["content"] for _ in range(9)][-1]
    assert (json.loads(content)["totalTestLogs"], len(truth_of(sandbox.ledger).logs)) == (0, 2)


def check_minute(sandbox: Sandbox, client: Client) -> None:
    sandbox.reset(faults=[Fault.parse("minute-left=4@get-version"), Fault.parse("minute-left@get-token-status")])
    assert make(client, "get-version").headers["x-ratelimit-remaining-minute"] == "4"
    assert make(client, "get-token-status").headers["x-ratelimit-remaining-minute"] == "0"
    assert "x-ratelimit-remaining-minute" not in make(client, "get-version").headers


def check_month(sandbox: Sandbox, client: Client) -> None:
    sandbox.reset(faults=[Fault.parse("month-left=0@get-version")])
    answer = make(client, "get-version")
    assert (answer.status, answer.headers["x-ratelimit-remaining-month"]) == (200, "0")


CHECKS: dict[str, Callable[[Sandbox, Client], None]] = {
    "400": check_400,
    "claimed": check_claimed,
    "cancelled": check_cancelled,
    "agent-deleted": check_agent_deleted,
    "host-deleted": check_host_deleted,
    "queue-failed": check_queue_failed,
    "queue-stuck": check_queue_stuck,
    "unknown-fields": check_unknown_fields,
    "text-ids": check_text_ids,
    "odd-entries": check_odd_entries,
    "fewer-logs": check_fewer_logs,
    "minute-left": check_minute,
    "month-left": check_month,
}


def test_every_fault_of_its_own_is_tried() -> None:
    assert CHECKS.keys() == OWN.keys()
    assert faults_of(BOXES["qtest"]).keys() == {*FAULTS, *UPLOAD_FAULTS, *OWN}


@pytest.mark.parametrize("kind", CHECKS)
def test_a_fault_of_its_own_does_what_it_says(tester: Client, qtest: Sandbox, kind: str) -> None:
    CHECKS[kind](qtest, tester)


@pytest.mark.parametrize("text", ["minute-left=x@any", "month-left=-1@any", "claimed=1@any", "401@claim", "odd@any"])
def test_a_fault_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"takes no argument|no such call|unknown fault"):
        Sandbox(vendor="qtest", faults=[Fault.parse(text)])


def test_start_is_the_order_of_a_schedule_or_the_claim_of_a_job(tester: Client, qtest: Sandbox) -> None:
    qtest.reset(scenario=SCENARIOS["passing"], faults=[Fault.parse("429@start"), Fault.parse("reset-after@start#2")])
    _, agent = at_work(tester)
    assert schedule(tester, agent, 88_120).status == 429
    with pytest.raises(ConnectionResetError):
        put_status(tester, JOB, "RUNNING")
    assert len(truth_of(qtest.ledger).running) == 1


def test_a_token_can_be_revoked_while_a_job_runs(tester: Client, qtest: Sandbox) -> None:
    qtest.reset(scenario=SCENARIOS["passing"], faults=[Fault.parse("401@any#6*forever")])
    at_work(tester)
    assert put_status(tester, JOB, "RUNNING").status == 200
    answers = [log(tester, 88_120), put_status(tester, JOB, "FAILED")]
    assert [(answer.status, answer.json["error"]) for answer in answers] == [(401, "invalid_token")] * 2


def test_a_secret_that_is_repeated_is_the_token(tester: Client, qtest: Sandbox) -> None:
    qtest.reset(faults=[Fault.parse("echo-secret=403@get-version")], progression=Progression.immediate())
    answer = make(tester, "get-version")
    assert (answer.status, b"Bearer t0ken" in answer.body) == (403, True)
