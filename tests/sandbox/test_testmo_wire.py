"""Testmo's wire: what the samples say, written by hand from the vendor's documents, is what the box sends."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.sandbox import Sandbox
from core.sandbox.testmo import recorded
from tests.sandbox.support import Client, Time, client_of
from tests.sandbox.testmo import FAILED, PASSED, RUNS, append, complete, create, look, ours, record, thread

WIRE = Path(__file__).parents[1] / "wire" / "testmo"


def sample(name: str) -> Any:
    return json.loads((WIRE / f"{name}.json").read_text("utf-8"))


def post(client: Client, path: str, name: str) -> int:
    return client.call("POST", path, sample(f"{name}-request")).status


def test_a_run_is_recorded_step_by_step(scribe: Client, testmo: Sandbox, now: Time) -> None:
    made = scribe.call("POST", RUNS, sample("create-run-request"))
    assert (made.status, made.json) == (201, sample("create-run"))
    assert scribe.get("/automation/runs/880001").json == sample("get-run-new")
    made = scribe.call("POST", "/automation/runs/880001/threads", sample("create-thread-request"))
    assert (made.status, made.json) == (201, sample("create-thread"))
    assert post(scribe, "/automation/runs/880001/append", "append-run") == 204
    now.reading += 60
    assert post(scribe, "/automation/runs/threads/9001/append", "append-tests") == 204
    assert scribe.get("/automation/runs/880001").json == sample("get-run-running")
    now.reading += 3
    assert scribe.call("POST", "/automation/runs/880001/complete", {"measure_elapsed": True}).status == 204
    assert scribe.get("/automation/runs/880001").json == sample("get-run-completed")
    query = "?status=3&per_page=25&expands=automation_sources,users"
    assert scribe.get(RUNS + query).json == sample("list-runs")
    assert scribe.get("/automation/runs/880001/tests?thread_id=9001&per_page=1000").json == sample("list-tests")
    every = "automation_sources,configs,milestones,statuses,users"
    assert scribe.get(f"/automation/runs/880001?expands={every}").json["expands"] == sample("expands")
    assert [exchange.effect for exchange in testmo.journal] == [
        exchange.method == "POST" for exchange in testmo.journal
    ]


def test_the_ledger_tells_what_was_recorded(scribe: Client, testmo: Sandbox) -> None:
    scribe.call("POST", RUNS, sample("create-run-request"))
    scribe.call("POST", "/automation/runs/880001/threads", sample("create-thread-request"))
    post(scribe, "/automation/runs/threads/9001/append", "append-tests")
    (run,) = recorded(testmo.ledger)
    assert (run.id, run.project, run.ours, run.name, run.source) == (880001, 1, True, "ci #512", "frontend")
    assert (run.config, run.milestone, run.tags) == ("Linux, Chrome", "1.4", ("pr",))
    request = sample("create-run-request")
    assert (list(run.artifacts), list(run.fields), list(run.links)) == (
        request["artifacts"],
        request["fields"],
        request["links"],
    )
    (only,) = run.threads
    assert (only.id, len(only), only.observed, only.computed) == (9001, 2, 61_000_000, 60_000_000)
    adds, smoke = run.tests
    assert (adds.id, adds.name, adds.status, adds.elapsed, adds.file, adds.line, adds.assertions) == (
        500001,
        "adds item",
        "passed",
        60_000,
        "cart_test.py",
        12,
        2,
    )
    assert (smoke.folder, smoke.status, smoke.elapsed) == ("Unnamed folder", "failure", None)
    assert smoke.key == "04d588cb41b8022d1233924f0fe8280d9e2bb92cdc81658eb102ef9c42fc9452"
    assert list(smoke.fields) == sample("append-tests-request")["tests"][1]["fields"]
    assert (run.completed, only.completed, run.state) == (False, False, "running")
    assert complete(scribe, 880001) == 204
    (run,) = recorded(testmo.ledger)
    assert (run.completed, run.completed_by_us, run.threads[0].completed, run.state) == (True, True, True, "failure")
    (entry,) = testmo.ledger
    assert (entry.verdict, entry.passed, entry.finished, entry.cases) == ("failure", False, True, ("passed", "failure"))


def test_only_a_completed_run_with_tests_may_be_green(scribe: Client, testmo: Sandbox) -> None:
    record(scribe)
    record(scribe, PASSED)
    append(scribe, thread(scribe, create(scribe)), PASSED)
    assert [entry.passed for entry in testmo.ledger] == [False, True, False]


def test_the_ledger_of_another_vendor_holds_no_records(sandbox: Sandbox) -> None:
    with pytest.raises(TypeError):
        recorded(sandbox.ledger)


def test_no_content_has_neither_a_body_nor_a_length(scribe: Client) -> None:
    answer = scribe.call("POST", f"/automation/runs/{create(scribe)}/complete", {})
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers.keys() == {"date"}
    assert scribe.get(RUNS).status == 200, "the connection goes on"


@pytest.mark.parametrize(
    ("word", "slot", "state"),
    [
        ("passed", "status1_count", 2),
        ("failure", "status2_count", 3),
        ("error", "status2_count", 3),
        ("failed", "status2_count", 3),
        ("skipped", "status5_count", 1),
        ("untested", "untested_count", 1),
        ("never heard of", "untested_count", 1),
    ],
)
def test_a_status_is_counted_in_its_slot(scribe: Client, word: str, slot: str, state: int) -> None:
    run = record(scribe, {**PASSED, "status": word})
    shown = look(scribe, run)
    counts = {name for name, count in shown.items() if name.endswith("_count") and count and "thread" not in name}
    outcome = {2: {"success_count"}, 3: {"failure_count"}, 1: set()}[state]
    done = set() if slot == "untested_count" else {"completed_count"}
    assert counts == {slot, "total_count"} | outcome | done
    assert shown["status"] == (3 if state == 3 else 2)
    (row,) = scribe.get(f"/automation/runs/{run}/tests").json["result"]
    assert row["status"] == state


def test_threads_are_counted_apart_and_together(scribe: Client) -> None:
    run = create(scribe)
    first, second = thread(scribe, run), thread(scribe, run)
    append(scribe, first, PASSED, FAILED)
    append(scribe, second, PASSED)
    append(scribe, second, PASSED)
    assert scribe.call("POST", f"/automation/runs/threads/{second}/complete", {}).status == 204
    shown = look(scribe, run)
    assert [(one["id"], one["index"], one["total_count"], one["status"]) for one in shown["threads"]] == [
        (first, 1, 2, 4),
        (second, 2, 2, 2),
    ]
    assert (shown["total_count"], shown["failure_count"], shown["status"]) == (4, 1, 4)
    assert (shown["thread_count"], shown["thread_active_count"], shown["thread_completed_count"]) == (2, 1, 1)
    complete(scribe, run)
    assert [one["is_completed"] for one in look(scribe, run)["threads"]] == [True, True]


def test_elapsed_times_are_added_to_those_of_the_thread(scribe: Client, testmo: Sandbox) -> None:
    run = create(scribe)
    one = scribe.call("POST", f"/automation/runs/{run}/threads", {"elapsed_computed": 5}).json["id"]
    for part in ("append", "append", "complete"):
        scribe.call("POST", f"/automation/runs/threads/{one}/{part}", {"elapsed_computed": 10, "elapsed_observed": 2})
    (only,) = ours(testmo)[0].threads
    assert (only.computed, only.observed) == (35, 6)
    shown = look(scribe, run)
    assert shown["elapsed"] == shown["threads"][0]["elapsed"] == 6


def test_what_is_appended_is_added(scribe: Client, testmo: Sandbox) -> None:
    run = create(scribe, {"fields": [{"name": "a", "type": 1, "value": "1"}]})
    one = thread(scribe, run)
    more = {"fields": [{"name": "b", "type": 5, "value": "https://x.example"}]}
    scribe.call("POST", f"/automation/runs/{run}/append", more)
    artifacts = {"artifacts": [{"name": "log", "url": "https://x.example/log"}]}
    scribe.call("POST", f"/automation/runs/threads/{one}/append", more | artifacts)
    (kept,) = ours(testmo)
    assert [item["name"] for item in kept.fields] == ["a", "b"]
    assert [item["name"] for item in kept.threads[0].fields] == ["b"]
    assert kept.threads[0].artifacts == tuple(artifacts["artifacts"])
    assert look(scribe, run)["threads"][0]["artifacts"] == artifacts["artifacts"]


@pytest.mark.parametrize(
    ("asked", "config", "milestone"),
    [
        ({}, None, None),
        ({"config": "Windows, Firefox"}, 4, None),
        ({"config": "Windows, Firefox", "config_id": 3}, 3, None),
        ({"milestone": "1.5"}, None, 6),
        ({"milestone": "1.5", "milestone_id": 5}, None, 5),
        ({"tags": ["nightly", "release-1.5"]}, None, 6),
        ({"tags": ["release-1.5"], "milestone": "1.4"}, None, 5),
    ],
)
def test_configs_and_milestones_are_found(
    scribe: Client, asked: dict[str, Any], config: int | None, milestone: int | None
) -> None:
    shown = look(scribe, create(scribe, asked))
    assert (shown["config_id"], shown["milestone_id"]) == (config, milestone)


def test_an_unknown_source_is_made(scribe: Client) -> None:
    runs = [create(scribe, {"source": name}) for name in ("new", "backend", "newer", "new")]
    assert [look(scribe, run)["source_id"] for run in runs] == [9, 8, 10, 9]


def test_every_text_survives(scribe: Client, testmo: Sandbox) -> None:
    name = '스모크 😀 \x00 \u2028 half \ud83d \\" </x>'
    run = create(scribe, {"name": name})
    append(scribe, thread(scribe, run), {**PASSED, "name": name})
    assert look(scribe, run)["name"] == name
    assert scribe.get(f"/automation/runs/{run}/tests").json["result"][0]["name"] == name
    assert ours(testmo)[0].tests[0].name == name


def test_a_run_has_a_page(scribe: Client, testmo: Sandbox) -> None:
    run = create(scribe)
    with client_of(testmo.origin) as browser:
        shown = browser.get(f"/automation/runs/view/{run}")
        assert (shown.status, shown.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert b"Run 880001" in shown.body
        assert browser.get(f"/automation/runs/view/{run + 1}").status == 404
        assert browser.get("/").status == 200


def test_runs_of_two_selections_are_apart(scribe: Client, testmo: Sandbox) -> None:
    create(scribe)
    with client_of(testmo.url_of("passing+~other")) as other:
        assert create(other) == 980001
        assert other.get("/automation/runs/880001").status == 404
    assert len(testmo.ledger) == len(testmo.space("passing+~other").ledger) == 1
