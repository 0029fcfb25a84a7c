"""Each scenario at ATS: what a client that looks at its job gets to see, and what the ledger says."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from core.sandbox import BOXES, SCENARIOS, Progression, Sandbox, Scenario, green
from core.sandbox.ats.scenarios import SCENARIOS as OWN
from core.sandbox.hostile import EVERYTHING, MEBIBYTE, NAMES, WORD
from core.sandbox.repertoire import scenarios_of
from tests.sandbox.ats_support import (
    BLOCKS,
    AtsClient,
    ats_client,
    look_text,
    seen,
    start_text,
    values_of,
)
from tests.sandbox.support import Time

EVERY = scenarios_of(BOXES["mendix-ats"])
USUAL = ["Queued", "Queued", "Running", "Running"]  # of five looks, the last one shows the end
PASSED, FAILED = [*USUAL, "Done/Passed", "Done/Passed"], [*USUAL, "Done/Failed", "Done/Failed"]
P, F, N = "Passed", "Failed", "Not_Executed"
PLAIN, CANCELED, WARNING = (False, False), (True, False), (False, True)

# name: what six looks see of a job that ends at the fifth, its cases, its flags (canceled, warning), verdict, green?
Expected = tuple[list[str], list[str] | None, tuple[bool, bool] | None, str, bool]
EXPECTED: dict[str, Expected] = {
    "passing": (PASSED, [P, P, P], PLAIN, "Passed", True),
    "one-failure": (FAILED, [P, P, F], PLAIN, "Failed", False),
    "review-needed": (PASSED, [P, P, P], WARNING, "Passed", True),
    "internal-error": ([*USUAL, "Done", "Done"], [P, P, N], PLAIN, "Done", False),
    "canceled": (FAILED, [P, N, N], CANCELED, "Failed", False),
    "skipped": (PASSED, [N, N, N], PLAIN, "Passed", False),
    "never-ends": (["Queued"] * 6, [], PLAIN, "Queued", False),
    "never-ends-running": (["Queued", "Queued", *["Running"] * 4], [P, P], PLAIN, "Running", False),
    "unknown-status": ([*USUAL, *["partially_passed"] * 2], [P, P, P], PLAIN, "partially_passed", False),
    "unknown-then-passed": ([*USUAL, "healing", "Done/Passed"], [P, P, P], PLAIN, "Passed", True),
    "unknown-case": (PASSED, [P, P, "partially_passed"], PLAIN, "Passed", False),
    "empty": ([*USUAL, "Done", "Done"], [], PLAIN, "Done", False),
    "contradiction": (PASSED, [P, P, F], PLAIN, "Passed", False),
    "slow-settle": ([*["Running"] * 4, "Done/Passed", "Done/Passed"], [P, P, P], PLAIN, "Passed", True),
    "flapping": ([*USUAL, "Done/Passed", "Running"], [P, P, F], PLAIN, "Failed", False),
    "foreign-run": (FAILED, [P, P, F], PLAIN, "Failed", False),
    "earlier-runs": (PASSED, [P, P, P], PLAIN, "Passed", True),
    "hostile": (
        [*USUAL, WORD.replace("\r\n", "\n"), "Done/Failed"],
        [P] * (len(NAMES) - 1) + [F],
        PLAIN,
        "Failed",
        False,
    ),
    "vanishing": (["Queued", "Queued", "Running", "-", "-", "-"], None, None, "vanished", False),
    "skewed-clock": (PASSED, [P, P, P], PLAIN, "Passed", True),
    "many": (PASSED, [P] * 2000, PLAIN, "Passed", True),
    "matrix": (PASSED, [P] * 12, PLAIN, "Passed", True),
    "eventual": (PASSED, [P, P, P], PLAIN, "Passed", True),
    "stale-reads": ([], [P, P, P], PLAIN, "Passed", True),
    "warning": (PASSED, [P, P, P], WARNING, "Passed", True),
    "setup-failure": (FAILED, [N, N, N], PLAIN, "Failed", False),
    "no-result": ([*USUAL, "Done", "Done"], [P, P, P], PLAIN, "Done", False),
    "unknown-result": ([*USUAL, *["Done/Partially_Passed"] * 2], [P, P, P], PLAIN, "Partially_Passed", False),
    "empty-passed": (PASSED, [], PLAIN, "Passed", False),
    "passed-canceled": (PASSED, [P, P, P], CANCELED, "Passed", False),
    "miscounted": (PASSED, [P, P, P], PLAIN, "Passed", False),
    "no-flags": (PASSED, [P, P, P], None, "Passed", True),
    "no-breakdown": (PASSED, [P, P, P], PLAIN, "Passed", True),
    "no-details": (PASSED, None, PLAIN, "Passed", True),
    "nothing-asked": (PASSED, None, None, "Passed", False),
    "rerun-passes": (FAILED, [P, P, F], PLAIN, "Failed", False),
    "second-rerun-passes": (FAILED, [P, F, F], PLAIN, "Failed", False),
    "rerun-record": (FAILED, [P, P, F], PLAIN, "Failed", False),
    "job-limit": (["Done/Failed"] * 6, [N, N, N], (True, True), "Failed", False),
    "maintenance": ([*USUAL[:3], "503", "503", "Done/Failed"], [P, N, N], CANCELED, "Failed", False),
    "token-replaced": (["Queued", "Queued", "Running", "-", "-", "-"], None, None, "Passed", False),
    "on-premises": (PASSED, [P, P, P], PLAIN, "Passed", True),
    "nil-values": (PASSED, [P, P, P], PLAIN, "Passed", True),
    "omitted-values": (PASSED, [P, P, P], PLAIN, "Passed", True),
    "empty-values": (PASSED, [P, P, P], PLAIN, "Passed", True),
    "plain-text": (PASSED, [P, P, P], PLAIN, "Passed", True),
    "other-order": (PASSED, [P, P, P], PLAIN, "Passed", True),
}
NEVER_STARTED = ("job-limit-refused",)
ASKED_OTHERWISE = ("old-server",)


def results(cases: list[tuple[str, str, str, str]] | None) -> list[str] | None:
    return None if cases is None else [result for _, result, _, _ in cases]


def playing(box: Sandbox, name: str, progression: Progression) -> None:
    box.reset(scenario=EVERY[name], progression=progression)


def test_every_scenario_is_tried() -> None:
    assert {*EXPECTED, *NEVER_STARTED, *ASKED_OTHERWISE} == set(EVERY)
    assert set(OWN).isdisjoint(SCENARIOS)
    assert all(scenario.description for scenario in EVERY.values())


@pytest.mark.parametrize("name", [name for name in EXPECTED if name != "stale-reads"])
def test_looks_see_the_phases_and_the_end(ats: AtsClient, ats_box: Sandbox, now: Time, name: str) -> None:
    words, cases, flags, verdict, passed = EXPECTED[name]
    playing(ats_box, name, Progression.after(5))
    job = _started(ats)
    now.reading += 10
    found = [_word(ats, job) for _ in range(6)]
    assert found == words
    last = ats.look(job)
    assert (results(last.cases), last.flags) == (cases, flags)
    run = ats_box.ledger.ours[0]
    assert (run.id, run.verdict, run.passed) == (job, verdict, passed)
    assert run.finished == (not name.startswith(("never", "token")))


def _started(ats: AtsClient) -> str:
    reply = values_of(ats.post("RunJob", start_text()))
    assert reply["Started"] == "true"
    return reply["JobID"] or ""


def _word(ats: AtsClient, job: str) -> str:
    reply = ats.post("GetJobStatus", look_text(job))
    return seen(reply).word if reply.status == 200 else str(reply.status)


@pytest.mark.parametrize("name", EXPECTED)
def test_the_first_look_at_an_immediate_job_shows_its_end(
    ats: AtsClient, ats_box: Sandbox, now: Time, name: str
) -> None:
    playing(ats_box, name, Progression.immediate())
    job = _started(ats)
    now.reading += 10
    first = _word(ats, job)
    usual = "Running" if name == "token-replaced" else EXPECTED[name][0][4] if EXPECTED[name][0] else "Done/Passed"
    assert first == {"vanishing": "Running", "maintenance": "Done/Failed"}.get(name, usual)


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_ledger_agrees_with_the_oracle_of_all_vendors(ats: AtsClient, ats_box: Sandbox, name: str) -> None:
    ats_box.reset(scenario=SCENARIOS[name])
    _started(ats)
    assert ats_box.ledger.ours[0].passed == green(SCENARIOS[name])


def test_by_the_clock_a_job_takes_its_time(ats: AtsClient, ats_box: Sandbox, now: Time) -> None:
    ats_box.reset(progression=Progression.seconds(queue=1, wait=2, run=10, settle=3))
    job, found = ats.start(), {}
    for at in (0.0, 2.9, 3.0, 8.0, 12.9, 13.0, 15.9, 16.0, 900.0):
        now.reading = 1000 + at
        look = ats.look(job)
        found[at] = (look.word, look.counts, len(look.cases or []))
    assert found == {
        0.0: ("Queued", (0, 0, 0), 0),
        2.9: ("Queued", (0, 0, 0), 0),
        3.0: ("Running", (0, 0, 0), 0),
        8.0: ("Running", (1, 0, 0), 1),
        12.9: ("Running", (3, 0, 0), 3),
        13.0: ("Running", (3, 0, 0), 3),
        15.9: ("Running", (3, 0, 0), 3),
        16.0: ("Done/Passed", (3, 0, 0), 3),
        900.0: ("Done/Passed", (3, 0, 0), 3),
    }


def test_only_the_blocks_that_were_asked_for_are_given(ats: AtsClient) -> None:
    job = ats.start()
    for asked in ((), BLOCKS[:1], BLOCKS[1:2], BLOCKS[2:], BLOCKS):
        look = ats.look(job, asked)
        assert (
            tuple(
                name
                for name, block in zip(BLOCKS, (look.flags, look.counts, look.cases), strict=True)
                if block is not None
            )
            == asked
        )
    assert ats.look(job, IncludeExecutionFlags="0").flags is None
    assert ats.look(job, IncludeExecutionFlags="1").flags == PLAIN


def test_an_error_of_the_vendor_is_a_message_without_a_result(ats: AtsClient, ats_box: Sandbox) -> None:
    ats_box.reset(scenario=SCENARIOS["internal-error"])
    look = ats.look(ats.start())
    assert (look.status, look.result, look.message) == ("Done", None, "An internal error has occurred")


def test_durations_have_hours_and_only_some_cases_have_a_message(ats: AtsClient, ats_box: Sandbox) -> None:
    ats_box.reset(scenario=replace(SCENARIOS["one-failure"], matrix=(5, 1)))
    cases = ats.look(ats.start()).cases or []
    assert [duration for _, _, duration, _ in cases] == ["00:00:04", "00:00:31", "00:01:37", "00:00:12", "01:02:05"]
    assert [bool(message) for _, _, _, message in cases] == [False] * 4 + [True]


def test_other_builds_start_the_same_around_ours(ats: AtsClient, ats_box: Sandbox) -> None:
    ats_box.reset(scenario=SCENARIOS["foreign-run"])
    job = ats.start()
    assert [(run.id == job, run.ours, run.passed) for run in ats_box.ledger] == [
        (False, False, True),
        (True, True, False),
        (False, False, True),
    ]
    ats_box.reset(scenario=Scenario(neighbours=True))
    ats.post("RunJob", start_text(AppAPIToken="wrong"))
    assert len(ats_box.ledger) == 0, "strangers have no neighbours"


def test_a_hostile_vendor_attacks_in_every_text_that_xml_can_carry(ats: AtsClient, ats_box: Sandbox) -> None:
    ats_box.reset(scenario=SCENARIOS["hostile"])
    cases = ats.look(ats.start()).cases or []
    names = [name for name, _, _, _ in cases]
    assert names[1] == MEBIBYTE
    assert names[2] == "half a pair \ufffd"
    assert names[3] == ""
    for piece in ("::error::", "##[set-output", "##vso[", "]]>", "<script>", "한국어", "\u202e", "\u2028", "\ufffd[2J"):
        assert piece in names[0]
        assert piece in cases[-1][3]
    assert "\x1b" in EVERYTHING
    assert EVERYTHING[:9] in (values_of(ats.post("RunJob", start_text(AppAPIToken="wrong")))["ErrorMessage"] or "")


def test_a_new_job_may_take_its_time_to_come_through(ats: AtsClient, ats_box: Sandbox, now: Time) -> None:
    ats_box.reset(scenario=SCENARIOS["eventual"])
    job = ats.start()
    now.reading += 9
    look = ats.look(job)
    assert (look.word, look.message) == ("-", f"There is no job {job}")
    now.reading += 1
    assert ats.look(job).word == "Done/Passed"


def test_stale_reads_go_back_and_forth_by_the_seed(ats: AtsClient, ats_box: Sandbox, now: Time) -> None:
    def words() -> Iterator[str]:
        ats_box.reset(scenario=SCENARIOS["stale-reads"], progression=Progression.seconds(run=6), seed=3)
        job = ats.start()
        for _ in range(24):
            now.reading += 0.5
            yield ats.look(job).word

    first = list(words())
    assert first == list(words())
    assert "Running" in first[first.index("Done/Passed") :]


def test_jobs_of_one_seed_differ_between_spaces(ats: AtsClient, ats_box: Sandbox) -> None:
    jobs = {ats.start()}
    for label in "ab":
        with ats_client(ats_box.url_of(f"passing+~{label}")) as other:
            jobs.add(other.start())
    assert len(jobs) == 3
