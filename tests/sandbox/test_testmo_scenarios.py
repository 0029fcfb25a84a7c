"""Each scenario at Testmo: what builds see that are not alone, or that read a copy."""

import http.client

import pytest

from core.sandbox import BOXES, SCENARIOS, Sandbox, green
from core.sandbox.hostile import EVERYTHING
from core.sandbox.repertoire import scenarios_of
from core.sandbox.testmo import recorded
from core.sandbox.testmo.repertoire import WITHOUT
from tests.sandbox.support import Client, Time
from tests.sandbox.testmo import NEW, PASSED, RUNS, append, complete, create, look, ours, record, thread

ALL = scenarios_of(BOXES["testmo"])
MEDDLED = {"vanishing", "closed-early"}


def test_scenarios_are_those_that_make_sense_at_a_vendor_that_records() -> None:
    assert SCENARIOS.keys() >= WITHOUT
    assert not WITHOUT & ALL.keys()
    assert SCENARIOS.keys() - WITHOUT <= ALL.keys()
    assert all(scenario.description for scenario in ALL.values())
    assert {name for name, scenario in ALL.items() if not green(scenario)} == MEDDLED


@pytest.mark.parametrize("name", sorted(ALL.keys() - MEDDLED))
def test_whatever_is_sent_is_recorded(scribe: Client, testmo: Sandbox, now: Time, name: str) -> None:
    testmo.reset(scenario=ALL[name])
    run = record(scribe, PASSED, PASSED)
    now.reading += 15
    answers = [scribe.get(f"/automation/runs/{run}") for _ in range(9)]
    assert {(one.status, one.json["result"]["total_count"], one.json["result"]["is_completed"]) for one in answers} == {
        (200, 2, True)
    }
    (kept,) = ours(testmo)
    assert (kept.id, kept.completed_by_us, len(kept.tests)) == (run, True, 2)
    assert [entry.passed for entry in testmo.ledger.ours] == [True]


def test_a_person_may_complete_the_run(scribe: Client, testmo: Sandbox) -> None:
    testmo.reset(scenario=ALL["closed-early"])
    run = create(scribe)
    one = thread(scribe, run)
    assert [append(scribe, one, PASSED) for _ in range(2)] == [204, 422]
    assert complete(scribe, run) == 422
    shown = look(scribe, run)
    assert (shown["is_completed"], shown["completed_by"], shown["total_count"]) == (True, 3, 1)
    (kept,) = ours(testmo)
    assert (kept.completed, kept.completed_by_us) == (True, False)


def test_a_person_may_delete_the_run(scribe: Client, testmo: Sandbox) -> None:
    testmo.reset(scenario=ALL["vanishing"])
    run = create(scribe)
    one = thread(scribe, run)
    look(scribe, run)
    assert [append(scribe, one, PASSED) for _ in range(2)] == [204, 404]
    assert scribe.get(f"/automation/runs/{run}").status == 404
    assert scribe.call("POST", f"/automation/runs/{run}/complete", {}).status == 404
    assert scribe.get(RUNS).json["total"] == 0
    (kept,) = ours(testmo)
    assert (kept.deleted, kept.completed, len(kept.tests)) == (True, False, 1)


@pytest.mark.parametrize(("name", "theirs"), [("foreign-run", "another build"), ("same-name", "ci #512")])
def test_other_builds_record_runs_beside_ours(scribe: Client, testmo: Sandbox, name: str, theirs: str) -> None:
    testmo.reset(scenario=ALL[name])
    assert create(scribe) == 880002
    runs = recorded(testmo.ledger)
    assert [(run.ours, run.name, run.source, run.completed) for run in runs] == [
        (False, theirs, "frontend", True),
        (True, "ci #512", "frontend", False),
        (False, theirs, "frontend", True),
    ]
    rows = scribe.get(f"{RUNS}?source_id=7").json["result"]
    assert [(row["name"], row["created_by"]) for row in rows] == [(theirs, 3), ("ci #512", 2), (theirs, 3)]
    scribe.call("POST", RUNS, {})
    assert len(testmo.ledger) == 3, "others do not copy what is refused"


def test_earlier_builds_took_five_minutes_and_some_failed(scribe: Client, testmo: Sandbox) -> None:
    testmo.reset(scenario=ALL["earlier-runs"])
    rows = scribe.get(RUNS).json["result"]
    assert [row["status"] for row in rows] == [3, 2, 2, 2] * 3
    assert {(row["elapsed"], row["is_completed"], row["total_count"]) for row in rows} == {(300_000_000, True, 3)}
    assert rows[0]["created_at"] == "2026-03-02T09:54:00.000Z"
    assert rows[0]["completed_at"] == rows[0]["threads"][0]["completed_at"] == "2026-03-02T09:59:00.000Z"
    assert not testmo.ledger.ours
    assert scribe.get(f"{RUNS}?created_after=2026-03-02T10:00:00Z").json["total"] == 0


def test_a_new_run_may_take_its_time_to_come_through(scribe: Client, testmo: Sandbox, now: Time) -> None:
    testmo.reset(scenario=ALL["eventual"])
    run = create(scribe)
    assert append(scribe, thread(scribe, run), PASSED) == 204, "what is written is written at once"
    now.reading += 9
    assert scribe.get(f"/automation/runs/{run}").status == 404
    assert scribe.get(f"/automation/runs/{run}/tests").status == 404
    assert scribe.get(RUNS).json["total"] == 0
    now.reading += 1
    assert look(scribe, run)["total_count"] == 1


def test_every_read_may_be_late(scribe: Client, testmo: Sandbox, now: Time) -> None:
    testmo.reset(scenario=ALL["lagging-reads"])
    run = create(scribe)
    now.reading += 10
    one = thread(scribe, run)
    now.reading += 5
    append(scribe, one, PASSED)
    complete(scribe, run)
    assert (look(scribe, run)["threads"], look(scribe, run)["status"]) == ([], 4)
    now.reading += 9
    shown = look(scribe, run)
    assert (shown["thread_active_count"], shown["total_count"], shown["is_completed"]) == (1, 0, False)
    assert scribe.get(f"{RUNS}?status=2").json["total"] == 0
    assert scribe.get(f"/automation/runs/{run}/tests").json["total"] == 0
    now.reading += 1
    shown = look(scribe, run)
    assert (shown["thread_completed_count"], shown["total_count"], shown["status"]) == (1, 1, 2)
    assert scribe.get(f"/automation/runs/{run}/tests").json["total"] == 1


def test_stale_reads_forget_an_append_by_the_seed(scribe: Client, testmo: Sandbox, now: Time) -> None:
    testmo.reset(scenario=ALL["stale-reads"], seed=3)
    run = create(scribe)
    one = thread(scribe, run)
    now.reading += 10
    append(scribe, one, PASSED)
    seen = [look(scribe, run)["total_count"] for _ in range(40)]
    assert 4 <= seen.count(0) <= 20
    assert seen.count(0) + seen.count(1) == 40
    now.reading += 3
    assert {look(scribe, run)["total_count"] for _ in range(40)} == {1}


def test_a_hostile_vendor_attacks_in_every_text_of_others(scribe: Client, testmo: Sandbox) -> None:
    testmo.reset(scenario=ALL["hostile"])
    run = record(scribe, PASSED)
    query = "?expands=automation_sources,statuses,users"
    answer = scribe.get(RUNS + query).json
    assert [row["name"] for row in answer["result"]] == [NEW["name"], *[EVERYTHING] * 5]
    assert all(item["name"] == EVERYTHING for items in answer["expands"].values() for item in items)
    assert look(scribe, run)["name"] == NEW["name"], "or it could not be found again"


def test_a_scenario_that_makes_no_sense_cannot_be_selected(testmo: Sandbox) -> None:
    connection = http.client.HTTPConnection(testmo.origin.removeprefix("http://"), timeout=5)
    connection.request("GET", "/s/one-failure/api/v1/projects/1/automation/runs")
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    assert answer.status == 404
    assert text.startswith("unknown scenario 'one-failure': choose from ")
    assert "closed-early" in text
