"""Faults at Testmo: what the answer says, and what the ledger knows."""

import http.client
import json
from typing import Any

import pytest

from core.sandbox import BOXES, FAULTS, Fault, Sandbox
from core.sandbox.repertoire import faults_of
from core.sandbox.testmo.repertoire import FAULTS as OWN
from core.sandbox.testmo.repertoire import SCENARIOS
from tests.sandbox.support import AUTHORIZATION, Client, Time, client_of
from tests.sandbox.testmo import FAILED, NEW, PASSED, RUNS, append, complete, create, look, ours, record, thread

EVERY = sorted(faults_of(BOXES["testmo"]))
NO_STATUS = ("reset-before", "reset-after", "reset-mid-upload", "hang", "hang-after", "hang-mid-upload")
WRITES = ("create-run", "append-run", "create-thread", "append-tests", "complete-thread", "complete-run")


def plant(sandbox: Sandbox, *texts: str, scenario: str = "passing") -> None:
    sandbox.reset(scenario=SCENARIOS[scenario], faults=[Fault.parse(text) for text in texts])


def lost(sandbox: Sandbox, path: str, body: Any) -> None:
    """Make a call whose answer does not come."""
    with client_of(sandbox.url, timeout=0.1) as client, pytest.raises((http.client.HTTPException, OSError)):
        client.call("POST", path, body)


def test_own_faults_are_explained_and_no_common_ones() -> None:
    assert not OWN.keys() & FAULTS.keys()
    assert all(fault.text for fault in OWN.values())
    assert set(EVERY) > FAULTS.keys() | OWN.keys() | {"413", "slow-upload"}


@pytest.mark.parametrize("kind", ["reset-after", "hang-after"])
def test_what_was_done_without_an_answer_is_done(scribe: Client, testmo: Sandbox, kind: str) -> None:
    plant(testmo, *(f"{kind}@{name}" for name in WRITES))
    lost(testmo, RUNS, NEW)
    run = ours(testmo)[0].id
    lost(testmo, f"/automation/runs/{run}/append", {"links": [{"name": "x", "url": "https://x.example"}]})
    lost(testmo, f"/automation/runs/{run}/threads", {})
    one = ours(testmo)[0].threads[0].id
    lost(testmo, f"/automation/runs/threads/{one}/append", {"tests": [PASSED, FAILED]})
    assert not ours(testmo)[0].threads[0].completed
    lost(testmo, f"/automation/runs/threads/{one}/complete", {})
    assert (ours(testmo)[0].threads[0].completed, ours(testmo)[0].completed) == (True, False)
    lost(testmo, f"/automation/runs/{run}/complete", {})
    (kept,) = ours(testmo)
    assert (len(kept.links), [len(each.tests) for each in kept.threads], kept.completed) == (1, [2], True)
    assert look(scribe, run)["threads"][0]["total_count"] == 2
    assert [(one.status, one.effect) for one in testmo.journal[:6]] == [(None, True)] * 6


@pytest.mark.parametrize("kind", ["reset-before", "hang"])
def test_what_was_lost_on_its_way_is_not_done(testmo: Sandbox, scribe: Client, kind: str) -> None:
    run = create(scribe)
    one = thread(scribe, run)
    plant(testmo, f"{kind}@any*forever")
    for path, body in ((RUNS, NEW), (f"/automation/runs/threads/{one}/append", {"tests": [PASSED]})):
        lost(testmo, path, body)
    assert [exchange.effect for exchange in testmo.journal] == [False, False]
    assert len(testmo.ledger) == 0


def test_the_second_append_alone_may_fail(scribe: Client, testmo: Sandbox) -> None:
    plant(testmo, "503@append-tests#2", "429=7@append-tests#4", "500-after@append-tests#5")
    one = thread(scribe, create(scribe))
    tests = [{**PASSED, "name": str(index)} for index in range(6)]
    assert [append(scribe, one, test) for test in tests] == [204, 503, 204, 429, 500, 204]
    assert [test.name for test in ours(testmo)[0].tests] == ["0", "2", "4", "5"]
    assert [exchange.effect for exchange in testmo.journal[2:]] == [True, False, True, False, True, True]


def test_a_limit_tells_when_to_come_back_or_does_not(scribe: Client, testmo: Sandbox) -> None:
    plant(testmo, "429=60@create-run", "429=date:7@create-run#2", "429@create-run#3")
    answers = [scribe.call("POST", RUNS, NEW) for _ in range(4)]
    assert [answer.status for answer in answers] == [429, 429, 429, 201]
    assert [answer.headers.get("retry-after") for answer in answers] == [
        "60",
        "Mon, 02 Mar 2026 10:00:07 GMT",
        None,
        None,
    ]
    assert answers[0].json == {"message": "Too Many Attempts."}


def test_a_completion_that_failed_after_all_is_refused_the_second_time(scribe: Client, testmo: Sandbox) -> None:
    plant(testmo, "500-after@complete-run")
    run = create(scribe)
    assert [complete(scribe, run) for _ in range(2)] == [500, 422], "as was reported of the real vendor"
    assert (look(scribe, run)["is_completed"], ours(testmo)[0].completed_by_us) == (True, True)


@pytest.mark.parametrize("kind", ["empty-body", "null-body", "list-body", "duplicate-keys", "nan", "cut", "deep-json"])
def test_an_answer_without_a_body_cannot_be_spoilt(scribe: Client, testmo: Sandbox, kind: str) -> None:
    plant(testmo, f"{kind}@append-tests", f"{kind}@complete-run")
    run = create(scribe)
    assert append(scribe, thread(scribe, run), PASSED) == 204
    assert complete(scribe, run) == 204
    assert testmo.journal[2].fault == f"{kind}@append-tests"


def test_half_of_an_append_may_be_kept(scribe: Client, testmo: Sandbox) -> None:
    plant(testmo, "half@append-tests")
    run = create(scribe)
    answer = append(scribe, thread(scribe, run), *({**PASSED, "name": str(index)} for index in range(5)))
    assert (answer, testmo.journal[2].effect) == (500, True)
    assert [test.name for test in ours(testmo)[0].tests] == ["0", "1"]
    assert look(scribe, run)["total_count"] == 2


def test_a_call_may_be_repeated_on_its_way(scribe: Client, testmo: Sandbox) -> None:
    plant(testmo, "twice@create-run", "twice@create-thread", "twice@append-tests", "twice@complete-run")
    run = create(scribe)
    one = thread(scribe, run)
    assert append(scribe, one, PASSED) == 204
    assert complete(scribe, run) == 422
    assert testmo.journal[-1].effect
    first, second = ours(testmo)
    assert ((first.completed, len(first.threads)), (run, second.completed)) == ((False, 0), (second.id, True))
    assert [(each.id, len(each.tests)) for each in second.threads] == [(one - 1, 0), (one, 2)]


def test_an_effect_may_come_late(scribe: Client, testmo: Sandbox, now: Time) -> None:
    plant(testmo, "late@create-run", "late=20@append-tests", "late@complete-run")
    assert scribe.call("POST", RUNS, NEW).status == 504
    assert scribe.get(RUNS).json["total"] == 0
    now.reading += 5
    (row,) = scribe.get(RUNS).json["result"]
    one = thread(scribe, row["id"])
    assert append(scribe, one, PASSED) == 504
    now.reading += 19
    assert look(scribe, row["id"])["total_count"] == 0
    assert scribe.get(f"/automation/runs/{row['id']}/tests?thread_id={one}").json["total"] == 0
    assert len(ours(testmo)[0].tests) == 1, "the ledger knows already"
    now.reading += 1
    assert look(scribe, row["id"])["total_count"] == 1
    assert complete(scribe, row["id"]) == 504
    assert not look(scribe, row["id"])["is_completed"]
    now.reading += 5
    assert look(scribe, row["id"])["is_completed"]
    assert [exchange.effect for exchange in testmo.journal if exchange.status == 504] == [True] * 3


@pytest.mark.parametrize("call", WRITES[1:])
def test_somebody_may_seem_to_have_completed_it(scribe: Client, testmo: Sandbox, call: str) -> None:
    plant(testmo, f"closed@{call}")
    run = create(scribe)
    path = {
        "append-run": f"{run}/append",
        "create-thread": f"{run}/threads",
        "append-tests": "threads/9001/append",
        "complete-thread": "threads/9001/complete",
        "complete-run": f"{run}/complete",
    }[call]
    if "threads/" in path:
        thread(scribe, run)
    answers = [scribe.call("POST", f"/automation/runs/{path}", {}) for _ in range(2)]
    assert answers[0].json == {"message": "The automation run is already completed."}
    assert [answer.status for answer in answers] == [422, 201 if call == "create-thread" else 204]
    assert [exchange.effect for exchange in testmo.journal[-2:]] == [False, True]


def spoilt(client: Client, sandbox: Sandbox, kind: str) -> Any:
    """The answer about a completed run of a passed and a failed test, with a fault."""
    plant(sandbox, f"{kind}@get-run")
    run = record(client, PASSED, FAILED)
    return client.get(f"/automation/runs/{run}").json["result"]


@pytest.mark.parametrize(("kind", "total"), [("lost-test", 1), ("extra-test", 3)])
def test_a_run_may_count_wrongly(scribe: Client, testmo: Sandbox, kind: str, total: int) -> None:
    run = spoilt(scribe, testmo, kind)
    assert [one["total_count"] for one in (run, *run["threads"])] == [total, total]
    assert look(scribe, run["id"])["total_count"] == 2


def test_a_run_may_count_everything_as_passed(scribe: Client, testmo: Sandbox) -> None:
    run = spoilt(scribe, testmo, "green-counts")
    assert [(one["status"], one["failure_count"], one["success_count"]) for one in (run, *run["threads"])] == [
        (2, 0, 2)
    ] * 2


@pytest.mark.parametrize(
    ("kind", "counts"),
    [
        ("many-counted", {"success_count": 50_000, "total_count": 2}),
        ("none-counted", {"success_count": 1, "total_count": 0}),
        ("none-ended", {"untested_count": 5, "completed_count": 0, "total_count": 2}),
    ],
)
def test_a_run_may_contradict_its_threads(scribe: Client, testmo: Sandbox, kind: str, counts: dict[str, int]) -> None:
    run = spoilt(scribe, testmo, kind)
    assert {name: run[name] for name in counts} == counts
    assert [each["total_count"] for each in run["threads"]] == [2]


def test_a_list_may_show_each_run_twice(scribe: Client, testmo: Sandbox) -> None:
    plant(testmo, "shifted@list-runs")
    run = record(scribe, PASSED)
    shown = scribe.get("/projects/1/automation/runs").json["result"]
    assert [row["id"] for row in shown] == [run, run]


def test_a_run_may_seem_open_or_be_of_an_unknown_status(scribe: Client, testmo: Sandbox) -> None:
    run = spoilt(scribe, testmo, "still-open")
    assert (run["is_completed"], run["status"], run["completed_at"], run["total_count"]) == (False, 4, None, 2)
    assert spoilt(scribe, testmo, "unknown-state")["status"] == 9
    run = spoilt(scribe, testmo, "no-threads")
    assert "threads" not in run
    assert run["thread_count"] == 1


def test_an_answer_may_be_about_another_run(scribe: Client, testmo: Sandbox) -> None:
    old = spoilt(scribe, testmo, "stale")
    assert (old["id"], old["status"], old["total_count"], old["failure_count"]) == (879001, 2, 2, 0)
    assert old["created_at"] < "2026-03-02T10:00:00.000Z"
    assert spoilt(scribe, testmo, "wrong-id")["id"] == 880002
    assert spoilt(scribe, testmo, "wrong-project")["project_id"] == 2


def test_a_start_may_answer_with_an_older_or_another_run(scribe: Client, testmo: Sandbox) -> None:
    plant(testmo, "stale@create-run", "wrong-id@create-run#2", "wrong-id@create-thread")
    old, other = create(scribe), create(scribe)
    assert (old, other) == (879001, 880003)
    assert look(scribe, old)["is_completed"]
    assert scribe.get(f"/automation/runs/{other}").status == 404
    assert append(scribe, thread(scribe, 880002), PASSED) == 404
    assert [run.id for run in ours(testmo)] == [880001, 880002]


def test_a_list_may_not_have_our_run_yet_or_name_others(scribe: Client, testmo: Sandbox) -> None:
    plant(testmo, "stale@list-runs", "wrong-id@list-runs#2", "wrong-project@list-runs#3", scenario="foreign-run")
    run = create(scribe)
    answers = [scribe.get(RUNS).json for _ in range(3)]
    assert [row["id"] for row in answers[0]["result"]] == [run + 1, run - 1]
    assert answers[0]["total"] == 2
    assert [row["id"] for row in answers[1]["result"]] == [run + 2, run + 1, run]
    assert {row["project_id"] for row in answers[2]["result"]} == {2}


def test_the_count_of_failures_is_doubled_or_left_out(scribe: Client, testmo: Sandbox) -> None:
    plant(testmo, "duplicate-keys@get-run", "missing-status@get-run#2", "missing-status@create-run#2")
    run = record(scribe, FAILED)
    pairs: list[list[tuple[str, Any]]] = []
    json.loads(scribe.get(f"/automation/runs/{run}").body, object_pairs_hook=pairs.append)
    result = next(some for some in pairs if ("project_id", 1) in some)
    assert [value for name, value in result if name == "failure_count"] == [1, 0]
    assert "failure_count" not in look(scribe, run)
    assert scribe.call("POST", RUNS, NEW).json == {}


@pytest.mark.parametrize("text", ["late=x@create-run", "half=2@append-tests", "nonsense@create-run", "503@append"])
def test_faults_that_cannot_be_are_refused(testmo: Sandbox, text: str) -> None:
    with pytest.raises(ValueError, match=r"choose from|takes no argument"):
        plant(testmo, text)


def attempt(sandbox: Sandbox, method: str, path: str, body: Any = None) -> None:
    """Make a call; whatever comes of it, or nothing."""
    with client_of(sandbox.url, timeout=0.1) as client:
        try:
            sent = None if body is None else json.dumps(body)
            client.connection.request(method, client.base + path, sent, AUTHORIZATION)
            client.connection.getresponse()  # its body may have no end
        except (http.client.HTTPException, OSError):
            assert sandbox.journal[-1].fault is not None


@pytest.mark.parametrize("kind", EVERY)
@pytest.mark.parametrize("call", ["create-run", "append-tests", "complete-run"])
def test_something_is_recorded_exactly_if_the_journal_says_so(testmo: Sandbox, kind: str, call: str) -> None:
    plant(testmo, f"{kind}@{call}")
    if call != "create-run":
        with client_of(testmo.url) as client:
            thread(client, create(client))
    path, body = {
        "create-run": (RUNS, NEW),
        "append-tests": ("/automation/runs/threads/9001/append", {"tests": [PASSED, FAILED]}),
        "complete-run": ("/automation/runs/880001/complete", {}),
    }[call]
    attempt(testmo, "POST", path, body)
    exchange = testmo.journal[-1]
    runs = ours(testmo)
    done = {
        "create-run": len(runs) > 0,
        "append-tests": any(run.tests for run in runs),
        "complete-run": any(run.completed for run in runs),
    }[call]
    assert exchange.fault == f"{kind}@{call}"
    assert exchange.effect == done
    assert (exchange.status is None) == (kind in NO_STATUS)


@pytest.mark.parametrize("kind", EVERY)
@pytest.mark.parametrize("call", ["get-run", "list-runs", "list-tests"])
def test_a_read_changes_nothing_whatever_hits_it(testmo: Sandbox, kind: str, call: str) -> None:
    plant(testmo, f"{kind}@{call}")
    with client_of(testmo.url) as client:
        run = record(client, PASSED)
    before = ours(testmo)
    path = {"get-run": f"/automation/runs/{run}", "list-runs": RUNS, "list-tests": f"/automation/runs/{run}/tests"}[
        call
    ]
    attempt(testmo, "GET", path)
    assert testmo.journal[-1].fault == f"{kind}@{call}"
    assert not testmo.journal[-1].effect
    assert ours(testmo) == before
