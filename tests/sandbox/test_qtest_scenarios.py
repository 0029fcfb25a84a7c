"""Each scenario of qTest: what a runner gets to see in it."""

from typing import Any

import pytest

from core.sandbox import BOXES, SCENARIOS, Progression, Sandbox, Scenario
from core.sandbox.hostile import EVERYTHING, WORD
from core.sandbox.qtest.knobs import with_knobs
from core.sandbox.qtest.materials import HOSTILE
from core.sandbox.qtest.repertoire import SCENARIOS as OWN
from core.sandbox.qtest.repertoire import SENSELESS
from core.sandbox.qtest.truth import truth_of
from core.sandbox.repertoire import scenarios_of
from tests.sandbox.qtest import activate, at_work, jobs, log, put_status, schedule, send
from tests.sandbox.support import Client, Time

JOB = 880_001
ALL = "end_date=2030-01-01T00%3A00%3A00Z"

# name: how many jobs, how many tests in all, and the statuses that the first look sees
EXPECTED: dict[str, tuple[int, int, set[str]]] = {
    "passing": (1, 3, {"PLANNED"}),
    "one-failure": (1, 3, {"PLANNED"}),
    "internal-error": (1, 3, {"PLANNED"}),
    "canceled": (1, 3, {"PLANNED"}),
    "never-ends": (0, 0, set()),
    "never-ends-running": (1, 3, {"PLANNED"}),
    "unknown-status": (1, 3, {"partially_passed"}),
    "unknown-then-passed": (1, 3, {"healing"}),
    "empty": (0, 0, set()),
    "slow-settle": (1, 3, {"PLANNED"}),
    "flapping": (1, 3, {"passed"}),
    "foreign-run": (5, 15, {"PLANNED"}),
    "earlier-runs": (1, 3, {"PLANNED"}),
    "hostile": (13, 13, {WORD}),
    "vanishing": (1, 3, {"PLANNED"}),
    "skewed-clock": (1, 3, {"PLANNED"}),
    "many": (20, 2000, {"PLANNED"}),
    "matrix": (4, 12, {"PLANNED"}),
    "eventual": (0, 0, set()),
    "stale-reads": (1, 3, {"PLANNED"}),
    "lenient": (1, 3, {"PLANNED"}),
    "no-cancel-from-running": (1, 3, {"PLANNED"}),
    "self-transition-ok": (1, 3, {"PLANNED"}),
    "duplicate-hosts": (1, 3, {"PLANNED"}),
    "conflicting-hosts": (1, 3, {"PLANNED"}),
    "recurring": (3, 9, {"PLANNED"}),
    "overdue": (50, 150, {"NOT_RUN"}),
    "odd-materials": (5, 5, {"PLANNED"}),
    "other-zones": (9, 27, {"PLANNED"}),
    "long-job": (1, 500, {"PLANNED"}),
    "ten-minutes-off": (1, 3, {"PLANNED"}),
    "old-words": (1, 3, {"PLANNED"}),
    "automation-off": (1, 3, {"PLANNED"}),
    "inactive-listed": (1, 3, {"PLANNED"}),
    "offline-listed": (1, 3, {"PLANNED"}),
    "jobs-returned": (1, 3, {"PLANNED"}),
    "spaced-status": (50, 150, {"NOT RUN"}),
    "big-ids": (1, 3, {"PLANNED"}),
    "rate-limited": (1, 3, {"PLANNED"}),
    "small-attachments": (1, 3, {"PLANNED"}),
}


def play(sandbox: Sandbox, name: str) -> Scenario:
    scenario = scenarios_of(BOXES["qtest"])[name]
    sandbox.reset(scenario=scenario, progression=Progression.immediate())
    return scenario


def contents(found: Any) -> list[Any]:
    return [material.get("automation_content") for job in found for material in job["automation_materials"]]


def test_every_scenario_is_tried() -> None:
    assert EXPECTED.keys() == scenarios_of(BOXES["qtest"]).keys()
    assert EXPECTED.keys() == (SCENARIOS.keys() | OWN.keys()) - SENSELESS
    assert all(scenario.description for scenario in scenarios_of(BOXES["qtest"]).values())


@pytest.mark.parametrize("name", sorted(SENSELESS))
def test_what_makes_no_sense_cannot_be_selected(tester: Client, name: str) -> None:
    tester.base = f"/s/{name}"
    answer = tester.get("/version")
    assert (answer.status, name in SCENARIOS) == (404, True)
    assert b"choose from passing" in answer.body


@pytest.mark.parametrize("name", EXPECTED)
def test_a_runner_sees_the_jobs_of_the_scenario(tester: Client, qtest: Sandbox, name: str) -> None:
    play(qtest, name)
    host, _ = at_work(tester)
    found = jobs(tester, host, ALL)
    assert (len(found), len(contents(found)), {job["status"] for job in found}) == EXPECTED[name]
    assert len({job["job_id"] for job in found}) == len(found)


def test_the_last_test_is_there_to_fail(tester: Client, qtest: Sandbox) -> None:
    play(qtest, "one-failure")
    host, agent = at_work(tester)
    first = ["shop.CartTest#addsItem", "shop.CartTest#removesItem"]
    assert contents(jobs(tester, host)) == [*first, "shop.FailingTest#case2"]
    schedule(tester, agent, 88_200, 88_201)
    assert contents(jobs(tester, host)[1:]) == ["shop.Suite1Test#case80", "shop.FailingTest#case81"]


def test_a_test_run_is_about_the_same_whoever_asks_for_it(tester: Client) -> None:
    host, agent = at_work(tester)
    schedule(tester, agent, 88_122, 88_121)
    mine, ordered = (job["automation_materials"] for job in jobs(tester, host))
    assert ordered == [mine[2], mine[1]]


def test_contents_can_be_given(tester: Client, qtest: Sandbox) -> None:
    given = (("a.T#x", "a.T#y"), (), ("tests/test_b.py::test_z[1,2]",))
    qtest.reset(scenario=with_knobs(OWN["passing"], contents=given), progression=Progression.immediate())
    host, _ = at_work(tester)
    found = jobs(tester, host)
    assert [contents([job]) for job in found] == [list(some) for some in given]
    assert found[2]["automation_materials"][0]["test_run_id"] == 88_122


def test_a_person_cancels_each_job_as_soon_as_it_runs(tester: Client, qtest: Sandbox) -> None:
    play(qtest, "canceled")
    at_work(tester)
    assert [put_status(tester, JOB, word).status for word in ("RUNNING", "COMPLETED", "FAILED")] == [200, 400, 400]
    (job,) = truth_of(qtest.ledger).jobs
    assert [(step.status, step.by) for step in job.history[1:]] == [("RUNNING", "t0ken"), ("CANCELLED", "a person")]
    assert (qtest.ledger[0].verdict, qtest.ledger[0].ours, qtest.ledger[0].finished) == ("CANCELLED", True, True)


def test_an_unknown_status_is_seen_once(tester: Client, qtest: Sandbox) -> None:
    play(qtest, "unknown-then-passed")
    host, _ = at_work(tester)
    assert [jobs(tester, host)[0]["status"] for _ in range(3)] == ["healing", "PLANNED", "PLANNED"]


def test_an_order_of_nothing_is_a_job_without_tests(tester: Client, qtest: Sandbox) -> None:
    play(qtest, "empty")
    host, agent = at_work(tester)
    schedule(tester, agent, 88_120)
    assert [job["automation_materials"] for job in jobs(tester, host)] == [[]]


def test_jobs_of_others_stand_round_ours(tester: Client, qtest: Sandbox) -> None:
    play(qtest, "foreign-run")
    host, agent = at_work(tester)
    found = jobs(tester, host)
    assert [(job["agent_server_id"], job["project_id"]) for job in found] == [
        (agent + 1, 77),
        (agent + 2, 78),
        (agent, 77),
        (agent + 1, 77),
        (agent + 2, 78),
    ]
    assert put_status(tester, found[1]["job_id"], "RUNNING").status == 404, "it is another project's"
    assert put_status(tester, found[0]["job_id"], "RUNNING").status == 200, "but nothing protects a neighbour's job"
    taken = truth_of(qtest.ledger).running
    assert [(job.id, job.ours) for job in taken] == [(found[0]["job_id"], False)]
    assert len(qtest.ledger.ours) == 1, "it was us who started it"


def test_earlier_jobs_are_over_and_were_not_ours(tester: Client, qtest: Sandbox) -> None:
    play(qtest, "earlier-runs")
    host, agent = at_work(tester)
    assert [job["job_id"] for job in jobs(tester, host)] == [JOB + 12]
    assert (len(qtest.ledger), len(qtest.ledger.ours), len(truth_of(qtest.ledger).running)) == (12, 0, 0)
    put_status(tester, JOB + 12, "FAILED")
    activate(tester, host, agent)
    assert [job["job_id"] for job in jobs(tester, host)] == [JOB + 13], "the past is not made twice"


def test_recurrences_come_from_one_schedule_and_only_the_first_is_due(tester: Client, qtest: Sandbox) -> None:
    play(qtest, "recurring")
    host, _ = at_work(tester)
    assert [job["job_id"] for job in jobs(tester, host)] == [JOB]
    found = jobs(tester, host, ALL)
    assert {job["schedule_id"] for job in found} == {6120}
    assert [job["start_date"][:10] for job in found] == ["2026-03-02", "2026-03-09", "2026-03-16"]


def test_a_day_looks_back_at_24_of_50_missed_jobs(tester: Client, qtest: Sandbox) -> None:
    play(qtest, "overdue")
    host, _ = at_work(tester)
    day = "start_date=2026-03-01T10%3A00%3A00%2B0000&end_date=2026-03-02T10%3A00%3A01%2B0000"
    assert len(jobs(tester, host, day)) == 24


def test_odd_materials(tester: Client, qtest: Sandbox) -> None:
    play(qtest, "odd-materials")
    host, _ = at_work(tester)
    materials = [job["automation_materials"] for job in jobs(tester, host)]
    assert [len(some) for some in materials] == [0, 1, 1, 1, 2]
    assert materials[1][0]["automation_content"] is None
    assert "automation_content" not in materials[2][0]
    assert materials[3][0]["automation_content"] == ""
    assert len({one["automation_content"] for one in materials[4]}) == 1


def test_dates_are_written_in_nine_ways_and_are_the_same_moment(tester: Client, qtest: Sandbox) -> None:
    play(qtest, "other-zones")
    host, _ = at_work(tester)
    assert [job["start_date"] for job in jobs(tester, host)] == [
        "2026-03-02T10:00:00+00:00",
        "2026-03-02T10:00:00+0000",
        "2026-03-02T10:00:00Z",
        "2026-03-02T10:00:00.000Z",
        "2026-03-02T15:30:00+05:30",
        "2026-03-02T02:00:00-08:00",
        "2026-03-02T15:30:00+0530",
        "2026-03-02T02:00:00-0800",
        "2026-03-02T10:00:00",
    ]


def test_attacks_are_in_contents_names_statuses_and_messages(tester: Client, qtest: Sandbox) -> None:
    play(qtest, "hostile")
    host, _ = at_work(tester)
    found = jobs(tester, host)
    assert contents(found) == list(HOSTILE)
    assert {"first\nsecond", "-rf", "$(touch pwned)`touch pwned`", "x" * 65_536} < set(contents(found))
    assert EVERYTHING in [job["automation_materials"][0]["test_case_name"] for job in found]
    assert jobs(tester, host)[0]["status"] == "PLANNED", "the second look sees the truth"


def test_a_job_that_vanishes_can_be_seen_but_not_claimed(tester: Client, qtest: Sandbox) -> None:
    play(qtest, "vanishing")
    host, _ = at_work(tester)
    assert len(jobs(tester, host)) == 1
    assert put_status(tester, JOB, "RUNNING").status == 404
    assert jobs(tester, host) == []


def test_a_new_job_takes_ten_seconds_to_come_through(tester: Client, qtest: Sandbox, now: Time) -> None:
    play(qtest, "eventual")
    host, _ = at_work(tester)
    seen = []
    for _ in range(3):
        seen.append(len(jobs(tester, host, ALL)))
        now.reading += 5
    assert seen == [0, 0, 1]


def test_a_stale_list_still_has_a_job_that_runs(tester: Client, qtest: Sandbox, now: Time) -> None:
    qtest.reset(scenario=Scenario(stale_reads=1.0), progression=Progression.immediate())
    host, _ = at_work(tester)
    now.reading += 5
    put_status(tester, JOB, "RUNNING")
    assert [job["status"] for job in jobs(tester, host, ALL)] == ["PLANNED"]
    now.reading += 3
    assert jobs(tester, host, ALL) == []


def test_ids_are_beyond_what_a_double_holds(tester: Client, qtest: Sandbox) -> None:
    play(qtest, "big-ids")
    host, agent = at_work(tester)
    (job,) = jobs(tester, host)
    ids = [job[name] for name in ("job_id", "schedule_id", "agent_server_id", "host_server_id")]
    assert all(number > 2**53 for number in [host, agent, *ids])
    run = job["automation_materials"][0]["test_run_id"]
    assert [log(tester, run).status, log(tester, 88_120).status] == [201, 404]
    assert put_status(tester, job["job_id"], "RUNNING").status == 200


def test_so_many_calls_a_minute_are_answered(tester: Client, qtest: Sandbox, now: Time) -> None:
    play(qtest, "rate-limited")
    answers = [tester.get("/oauth/status") for _ in range(32)]
    assert [answer.status for answer in answers[-3:]] == [200, 429, 429]
    left = [answer.headers["x-ratelimit-remaining-minute"] for answer in answers]
    assert (left[0], left[29:]) == ("29", ["0", "0", "0"])
    assert "retry-after" not in answers[-1].headers
    assert answers[-1].headers["x-ratelimit-remaining-month"] == "99968"
    now.reading += 60
    assert tester.get("/oauth/status").status == 200


def test_without_a_limit_nothing_is_told_of_one(tester: Client) -> None:
    assert not any("ratelimit" in name for name in send(tester, "GET", "/version").headers)
