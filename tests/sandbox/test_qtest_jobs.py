"""qTest's jobs: due in a window of time, claimed by one or by two, logged, finished under four tables of statuses."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import pytest

from core.sandbox import Fault, Progression, Sandbox
from core.sandbox.qtest.knobs import with_knobs
from core.sandbox.qtest.repertoire import SCENARIOS
from core.sandbox.qtest.statuses import Profile
from core.sandbox.qtest.truth import truth_of
from tests.sandbox.qtest import PROJECT, at_work, jobs, log, ping, put_status, register, schedule
from tests.sandbox.support import EPOCH, Client, Time, client_of

JOB = 880_001
STRICT = {
    "PLANNED": {"RUNNING", "FAILED", "CANCELLED"},
    "NOT_RUN": {"RUNNING", "FAILED", "CANCELLED"},
    "RUNNING": {"COMPLETED", "FAILED", "CANCELLED"},
    "COMPLETED": set(),
    "FAILED": set(),
    "CANCELLED": set(),
}
WRITABLE = {"RUNNING", "COMPLETED", "FAILED", "CANCELLED"}
TABLES: dict[Profile, dict[str, set[str]]] = {
    Profile.STRICT: STRICT,
    Profile.LENIENT: dict.fromkeys(STRICT, WRITABLE),
    Profile.NO_CANCEL: {**STRICT, "RUNNING": {"COMPLETED", "FAILED"}},
    Profile.SELF: {old: new | ({old} & WRITABLE) for old, new in STRICT.items()},
}


@pytest.fixture
def rival(qtest: Sandbox) -> Iterator[Client]:
    with client_of(qtest.url) as one:
        one.headers = {"Authorization": "bearer r1val"}
        yield one


def window(end: str, start: str | None = None) -> str:
    query = f"end_date={quote(end, safe='')}"
    return query if start is None else f"start_date={quote(start, safe='')}&{query}"


def numbers(found: Any) -> list[int]:
    return [job["job_id"] for job in found]


def test_a_job_is_claimed_logged_and_completed(tester: Client, qtest: Sandbox) -> None:
    host, _ = at_work(tester)
    (job,) = jobs(tester, host)
    assert put_status(tester, job["job_id"], "RUNNING").body == b""
    assert jobs(tester, host) == [], "a job that runs is not even its owner's to see"
    assert [one.id for one in truth_of(qtest.ledger).running] == [JOB]
    for material in job["automation_materials"]:
        assert log(tester, material["test_run_id"], name=material["test_case_name"]).status == 201
    assert put_status(tester, job["job_id"], "COMPLETED").status == 200
    truth = truth_of(qtest.ledger)
    assert (truth.running, truth.claimed_twice, truth.logged_twice) == ((), (), ())
    assert truth.jobs[0].words == ("PLANNED", "RUNNING", "COMPLETED")
    assert [step.by for step in truth.jobs[0].history] == ["the server", "t0ken", "t0ken"]
    run = qtest.ledger.ours[0]
    assert (run.id, run.verdict, run.passed, run.finished) == (JOB, "COMPLETED", True, True)
    assert (run.project, run.name, run.cases) == (PROJECT, "nightly", ("PASSED",) * 3)


@pytest.mark.parametrize(
    ("words", "last"),
    [
        (("PASSED", "PASSED", "PASSED"), "FAILED"),
        (("PASSED", "PASSED", "FAILED"), "COMPLETED"),
        (("PASSED", "PASSED", "SKIPPED"), "COMPLETED"),
        (("PASSED", "PASSED"), "COMPLETED"),
        ((), "COMPLETED"),
    ],
)
def test_a_job_has_passed_only_if_it_is_complete_and_all_its_tests_passed(
    tester: Client, qtest: Sandbox, words: tuple[str, ...], last: str
) -> None:
    at_work(tester)
    put_status(tester, JOB, "RUNNING")
    for index, word in enumerate(words):
        log(tester, 88_120 + index, status=word)
    put_status(tester, JOB, last)
    run = qtest.ledger[0]
    assert (run.passed, run.finished, run.cases) == (False, True, (*words, *[""] * (3 - len(words))))


def test_logs_from_before_the_claim_are_no_proof(tester: Client, qtest: Sandbox, now: Time) -> None:
    at_work(tester)
    for run in (88_120, 88_121, 88_122):
        log(tester, run)
    now.reading += 1
    put_status(tester, JOB, "RUNNING")
    put_status(tester, JOB, "COMPLETED")
    assert (qtest.ledger[0].passed, qtest.ledger[0].cases) == (False, ("", "", ""))


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("old", STRICT)
def test_each_profile_has_its_table(tester: Client, qtest: Sandbox, now: Time, profile: Profile, old: str) -> None:
    qtest.reset(scenario=with_knobs(SCENARIOS["overdue" if old == "NOT_RUN" else "passing"], profile=profile))
    for new in sorted(WRITABLE):
        qtest.reset()
        host, _ = at_work(tester)
        path = {"PLANNED": [], "NOT_RUN": [], "COMPLETED": ["RUNNING", "COMPLETED"], "FAILED": ["RUNNING", "FAILED"]}
        for word in path.get(old, [old]):
            assert put_status(tester, JOB, word).status == 200
        answer = put_status(tester, JOB, new)
        assert answer.status == (200 if new in TABLES[profile][old] else 400), (old, new)
        after = truth_of(qtest.ledger).jobs[0]
        assert after.status == (new if answer.status == 200 else old)
        assert ping(tester, host).status == 200


@pytest.mark.parametrize("profile", Profile)
def test_the_scenario_of_each_profile_plays_it(tester: Client, qtest: Sandbox, profile: Profile) -> None:
    name = f"{'passing' if profile is Profile.STRICT else profile}+immediate"
    tester.base = f"/s/{name}"
    at_work(tester)
    job = truth_of(qtest.space(name).ledger).jobs[0].id
    second = [put_status(tester, job, "RUNNING").status for _ in range(2)]
    cancelled = put_status(tester, job, "CANCELLED").status
    again, cancel = profile in (Profile.LENIENT, Profile.SELF), profile is not Profile.NO_CANCEL
    assert (second, cancelled) == ([200, 200 if again else 400], 200 if cancel else 400)


@pytest.mark.parametrize("word", ["PLANNED", "NOT_RUN", "NOT RUN", "running", "DONE", "", None, 5])
def test_only_four_words_may_be_written(tester: Client, qtest: Sandbox, word: Any) -> None:
    at_work(tester)
    assert put_status(tester, JOB, word).status == 400
    assert truth_of(qtest.ledger).jobs[0].words == ("PLANNED",)


def test_a_job_is_found_only_in_its_project(tester: Client) -> None:
    at_work(tester)
    assert [put_status(tester, JOB, "RUNNING", 78).status, put_status(tester, 1, "RUNNING").status] == [404, 404]


@pytest.mark.parametrize(
    ("profile", "second"),
    [(Profile.STRICT, 400), (Profile.NO_CANCEL, 400), (Profile.LENIENT, 200), (Profile.SELF, 200)],
)
def test_of_two_runners_the_second_is_refused_where_the_server_tells(
    tester: Client, rival: Client, qtest: Sandbox, profile: Profile, second: int
) -> None:
    qtest.reset(scenario=with_knobs(SCENARIOS["passing"], profile=profile))
    host, _ = at_work(tester)
    assert jobs(tester, host) == jobs(rival, host) != []
    assert [put_status(tester, JOB, "RUNNING").status, put_status(rival, JOB, "RUNNING").status] == [200, second]
    truth = truth_of(qtest.ledger)
    claims = ["t0ken", "r1val"] if second == 200 else ["t0ken"]
    assert [step.by for step in truth.jobs[0].claims] == claims
    assert len(truth.claimed_twice) == (second == 200)


@pytest.mark.parametrize("profile", [Profile.STRICT, Profile.LENIENT])
def test_of_eight_runners_at_once_one_wins_or_all_do(qtest: Sandbox, tester: Client, profile: Profile) -> None:
    qtest.reset(scenario=with_knobs(SCENARIOS["passing"], profile=profile))
    at_work(tester)

    def claim(number: int) -> int:
        with client_of(qtest.url) as one:
            one.headers = {"Authorization": f"bearer runner-{number}"}
            return put_status(one, JOB, "RUNNING").status

    with ThreadPoolExecutor(8) as pool:
        won = sum(status == 200 for status in pool.map(claim, range(8)))
    claims = truth_of(qtest.ledger).jobs[0].claims
    assert len({step.by for step in claims}) == len(claims) == won == (1 if profile is Profile.STRICT else 8)


def test_a_claim_whose_answer_is_lost_has_been_made(tester: Client, qtest: Sandbox) -> None:
    qtest.reset(faults=[Fault.parse("reset-after@update-job-status"), Fault.parse("reset-before@update-job-status#3")])
    at_work(tester)
    with pytest.raises(ConnectionResetError):
        put_status(tester, JOB, "RUNNING")
    assert put_status(tester, JOB, "RUNNING").status == 400, "nobody can tell from this whose the claim is"
    with pytest.raises(ConnectionResetError):
        put_status(tester, JOB, "COMPLETED")
    assert [one.id for one in truth_of(qtest.ledger).running] == [JOB]


@pytest.mark.parametrize(
    ("query", "listed"),
    [
        (window("2026-03-02T10:00:01+0000"), True),
        (window("2026-03-02T10:00:00+0000"), False),
        (window("2026-03-02T10:00:01+00:00"), True),
        (window("2026-03-02T10:00:00.500Z"), True),
        (window("2026-03-02T15:30:01+0530"), True),
        (window("2026-03-02T02:00:01-0800"), True),
        (window("2026-03-02T10:00:01-0800"), True),
        (window("2026-03-02T10:00:01+0530"), False),
        (window("2026-03-02T10:00:01Z", "2026-03-02T10:00:00Z"), True),
        (window("2026-03-02T10:00:02Z", "2026-03-02T10:00:01Z"), False),
        (window("2026-03-02T10:00:00Z", "2026-03-02T10:00:00Z"), False),
        (window("2026-03-02T10:00:01Z", ""), True),
        (window("2027-03-02T10:00:01Z"), True),
    ],
)
def test_the_window_begins_with_its_start_and_ends_before_its_end(tester: Client, query: str, *, listed: bool) -> None:
    host, _ = at_work(tester)
    assert numbers(jobs(tester, host, query)) == ([JOB] if listed else [])


@pytest.mark.parametrize(
    ("query", "lenient"),
    [
        ("", 400),
        ("start_date=2026-03-02T10%3A00%3A00Z", 400),
        ("end_date=", 400),
        ("end_date=2026-03-02T10:00:00+0000", 400),
        ("end_date=2026-03-02", 400),
        ("end_date=2026-02-30T10%3A00%3A00Z", 400),
        ("end_date=1772445600", 400),
        (window("2026-03-02T10:00:00Z", "x"), 400),
        (window("2026-03-02T10:00:00"), 200),
        (window("2026-03-02T10:00:00Z", "2026-03-02T09:00:00"), 200),
    ],
)
def test_a_window_that_is_none_is_refused(tester: Client, qtest: Sandbox, query: str, lenient: int) -> None:
    seen = []
    for name in ("passing", "lenient"):
        qtest.reset(scenario=SCENARIOS[name])
        seen.append(tester.get(f"/api/v3/automation/hosts/{register(tester)}/jobs?{query}").status)
    assert seen == [400, lenient]


def test_an_ordered_job_is_due_when_it_is_ordered_for(tester: Client, qtest: Sandbox) -> None:
    host, agent = at_work(tester)
    assert schedule(tester, agent, 88_500, startDate="2026-03-02T12:00:00+0100").status == 201
    soon, late = jobs(tester, host, window("2026-03-02T11:00:00Z")), jobs(tester, host, window("2026-03-02T11:00:01Z"))
    assert (numbers(soon), numbers(late)) == ([JOB], [JOB, JOB + 1])
    assert late[1]["start_date"] == "2026-03-02T11:00:00+00:00"
    assert [material["test_run_id"] for material in late[1]["automation_materials"]] == [88_500]
    mine = truth_of(qtest.ledger).schedules
    assert [(one.by, one.name) for one in mine] == [("a person", "nightly"), ("t0ken", "ci #412")]


def test_by_the_clock_a_job_is_listed_with_the_date_when_it_is_due(tester: Client, qtest: Sandbox, now: Time) -> None:
    qtest.reset(progression=Progression.parse("20s"))
    host, _ = at_work(tester)
    assert jobs(tester, host) == []
    assert numbers(jobs(tester, host, window("2026-03-02T10:00:21Z"))) == [JOB], "who asks for too much gets it"
    now.reading += 20
    assert numbers(jobs(tester, host, window("2026-03-02T10:00:21Z"))) == [JOB]


def test_by_looks_a_job_is_there_at_the_look_that_was_named(tester: Client, qtest: Sandbox) -> None:
    qtest.reset(progression=Progression.after(3))
    host, _ = at_work(tester)
    assert [numbers(jobs(tester, host)) for _ in range(4)] == [[], [], [JOB], [JOB]]


def test_only_qtests_ledger_has_this_truth(sandbox: Sandbox) -> None:
    with pytest.raises(TypeError, match="no ledger of qTest"):
        truth_of(sandbox.ledger)


def test_a_sandbox_needs_nothing_but_the_vendors_name(now: Time) -> None:
    with Sandbox(vendor="qtest", now=now, epoch=EPOCH) as sandbox, client_of(sandbox.url) as client:
        host, _ = at_work(client)
        assert numbers(jobs(client, host, window("2026-03-02T10:00:07Z"))) == [JOB], (
            "due after the pleasant six seconds"
        )
