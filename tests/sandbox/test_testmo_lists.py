"""Testmo's lists: filters, order, pages and what they refer to."""

import pytest

from core.sandbox import BOXES, Sandbox, Scenario
from tests.sandbox.support import Client, Time
from tests.sandbox.testmo import FAILED, PASSED, RUNS, append, complete, create, record, thread

SCENARIOS = BOXES["testmo"].scenarios


def listed(client: Client, query: str = "") -> list[int]:
    answer = client.get(RUNS + query)
    assert answer.status == 200, answer.body
    return [row["id"] for row in answer.json["result"]]


@pytest.fixture
def three(scribe: Client, now: Time) -> list[int]:
    """Three runs, a minute apart: failed, passed, running."""
    failed = record(scribe, FAILED)
    now.reading += 60
    passed = create(scribe, {"source": "backend", "tags": ["pr", "x"], "config_id": 3, "milestone_id": 5})
    append(scribe, thread(scribe, passed), PASSED)
    complete(scribe, passed)
    now.reading += 60
    return [failed, passed, create(scribe, {"tags": ["nightly"], "config_id": 4, "milestone_id": 6})]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [2, 1, 0]),
        ("?order=asc", [0, 1, 2]),
        ("?sort=automation_runs:created_at&order=desc", [2, 1, 0]),
        ("?status=2", [1]),
        ("?status=3,4", [2, 0]),
        ("?state=3", [2, 1, 0]),
        ("?source_id=8", [1]),
        ("?source_id=7,8", [2, 1, 0]),
        ("?source_id=99", []),
        ("?config_id=3", [1]),
        ("?config_id=3,4", [2, 1]),
        ("?milestone_id=6", [2]),
        ("?created_by=2", [2, 1, 0]),
        ("?created_by=3", []),
        ("?tags=x", [1]),
        ("?tags=nightly,pr", [2, 1]),
        ("?tags=night", []),
        ("?created_after=2026-03-02T10:01:00.000Z", [2, 1]),
        ("?created_after=2026-03-02T10:01:00.001Z", [2]),
        ("?created_after=2026-03-02T11:01:00%2B01:00", [2, 1]),
        ("?created_after=2026-03-02T10:01:00", [2, 1]),
        ("?created_before=2026-03-02T10:01:00Z", [1, 0]),
        ("?created_after=2026-03-02T10:00:30Z&created_before=2026-03-02T10:01:30Z", [1]),
        ("?status=&tags=", [2, 1, 0]),
        ("?status=2&source_id=7", []),
    ],
)
def test_runs_are_filtered(scribe: Client, three: list[int], query: str, expected: list[int]) -> None:
    assert listed(scribe, query) == [three[index] for index in expected]


@pytest.mark.parametrize(
    "query",
    [
        "per_page=10",
        "per_page=x",
        "page=0",
        "page=-1",
        "order=up",
        "sort=name",
        "status=1",
        "status=x",
        "source_id=1,x",
        "created_after=yesterday",
        "expands=users,nobody",
    ],
)
def test_a_bad_query_is_refused(scribe: Client, query: str) -> None:
    answer = scribe.get(f"{RUNS}?{query}")
    name = query.partition("=")[0]
    assert (answer.status, answer.json["errors"]) == (422, {name: [f"The selected {name} is invalid."]})


def test_runs_of_another_project_are_not_listed(scribe: Client) -> None:
    other = create(scribe, project=5)
    assert listed(scribe) == []
    assert [row["id"] for row in scribe.get("/projects/5/automation/runs").json["result"]] == [other]


def test_pages_cover_everything_once(scribe: Client, testmo: Sandbox) -> None:
    testmo.reset(scenario=SCENARIOS["many"])
    ours = record(scribe, PASSED)
    seen: list[int] = []
    page, pages = 1, 0
    while page:
        answer = scribe.get(f"{RUNS}?page={page}").json
        assert (answer["page"], answer["prev_page"], answer["per_page"]) == (page, page - 1 or None, 100)
        assert (answer["total"], answer["last_page"]) == (2001, 21)
        seen += [row["id"] for row in answer["result"]]
        page, pages = answer["next_page"], pages + 1
    assert (len(seen), len(set(seen)), pages, seen[0]) == (2001, 2001, 21, ours)
    beyond = scribe.get(f"{RUNS}?page=22&per_page=100").json
    assert (beyond["result"], beyond["next_page"]) == ([], None)


@pytest.mark.parametrize(("size", "last"), [(15, 134), (25, 81), (50, 41), (100, 21)])
def test_a_page_has_one_of_four_sizes(scribe: Client, testmo: Sandbox, size: int, last: int) -> None:
    testmo.reset(scenario=SCENARIOS["many"])
    record(scribe, PASSED)
    answer = scribe.get(f"{RUNS}?per_page={size}").json
    assert (len(answer["result"]), answer["last_page"], answer["per_page"]) == (size, last, size)


def test_only_what_is_referred_to_is_expanded(scribe: Client, three: list[int]) -> None:
    query = "?expands=automation_sources,configs,milestones,users&status=2,4"
    assert scribe.get(RUNS + query).json["expands"] == {
        "automation_sources": [{"id": 7, "name": "frontend"}, {"id": 8, "name": "backend"}],
        "configs": [{"id": 3, "name": "Linux, Chrome"}, {"id": 4, "name": "Windows, Firefox"}],
        "milestones": [{"id": 5, "name": "1.4"}, {"id": 6, "name": "1.5"}],
        "users": [{"id": 2, "name": "Dana"}],
    }
    assert scribe.get(f"/automation/runs/{three[0]}?expands=configs").json["expands"] == {"configs": []}
    assert scribe.get(f"/automation/runs/{three[0]}?expands=nobody").status == 422


def test_threads_may_be_left_out_of_the_list(scribe: Client, testmo: Sandbox) -> None:
    for name, there in (("passing", True), ("threads-unlisted", False)):
        testmo.reset(scenario=SCENARIOS[name])
        run = record(scribe, PASSED)
        assert ("threads" in scribe.get(RUNS).json["result"][0]) == there
        assert "threads" in scribe.get(f"/automation/runs/{run}").json["result"]


@pytest.fixture
def recorded_run(scribe: Client, now: Time) -> int:
    """A run of two threads: 9001 with three tests, and a minute later 9002 with two."""
    run = create(scribe)
    first, second = thread(scribe, run), thread(scribe, run)
    append(scribe, first, {**PASSED, "name": "c", "elapsed": 5}, {**FAILED, "name": "a"}, {**PASSED, "name": "b"})
    now.reading += 60
    append(scribe, second, {**PASSED, "name": "e", "status": "skipped"}, {**PASSED, "name": "d", "elapsed": 2})
    return run


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", "debac"),
        ("?order=asc", "cabed"),
        ("?sort=automation_run_tests:name", "edcba"),
        ("?sort=automation_run_tests:name&order=asc", "abcde"),
        ("?sort=automation_run_tests:elapsed", "cdeba"),
        ("?sort=automation_run_tests:status&order=asc", "ecbda"),
        ("?sort=automation_run_tests:created_at&order=asc", "cabed"),
        ("?sort=automation_run_tests:id", "debac"),
        ("?thread_id=9001", "bac"),
        ("?thread_id=9001,9002", "debac"),
        ("?thread_id=1", ""),
        ("?status_id=3", "a"),
        ("?status_id=1,3", "ea"),
        ("?status_id=4", ""),
        ("?thread_id=9002&status_id=2", "d"),
    ],
)
def test_tests_are_filtered_and_sorted(scribe: Client, recorded_run: int, query: str, names: str) -> None:
    answer = scribe.get(f"/automation/runs/{recorded_run}/tests{query}").json
    assert "".join(row["name"] for row in answer["result"]) == names
    assert answer["total"] == len(names)


@pytest.mark.parametrize("query", ["per_page=99", "per_page=1001", "sort=name", "status_id=5", "thread_id=x"])
def test_a_bad_query_for_tests_is_refused(scribe: Client, recorded_run: int, query: str) -> None:
    assert scribe.get(f"/automation/runs/{recorded_run}/tests?{query}").status == 422


def test_tests_come_in_pages_of_a_hundred_to_a_thousand(scribe: Client) -> None:
    run = record(scribe, *[PASSED] * 1001)
    answer = scribe.get(f"/automation/runs/{run}/tests?page=2&per_page=1000").json
    assert (answer["last_page"], answer["prev_page"], len(answer["result"])) == (2, 1, 1)
    assert scribe.get(f"/automation/runs/{run}/tests").json["last_page"] == 11


def test_dates_are_of_the_server_that_may_be_off(scribe: Client, testmo: Sandbox) -> None:
    testmo.reset(scenario=Scenario(skew=5.0), seed=1)
    run = create(scribe)
    answer = scribe.get(f"/automation/runs/{run}")
    assert answer.json["result"]["created_at"] == "2026-03-02T10:00:05.000Z"
    assert answer.headers["date"] == "Mon, 02 Mar 2026 10:00:05 GMT"
    assert listed(scribe, "?created_after=2026-03-02T10:00:05Z") == [run]
    assert listed(scribe, "?created_before=2026-03-02T10:00:04Z") == []
