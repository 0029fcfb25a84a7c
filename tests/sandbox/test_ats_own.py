"""What only ATS has: reruns, the limit of five, maintenance, ways to write an answer."""

import pytest

from core.sandbox import SCENARIOS, Progression, Sandbox, Scenario
from core.sandbox.ats.habits import Absent, Habits
from core.sandbox.ats.scenarios import SCENARIOS as OWN
from tests.sandbox.ats_support import (
    APP,
    TEMPLATE,
    AtsClient,
    ats_client,
    fault_of,
    look_text,
    record_of,
    rerun_text,
    start_text,
    values_of,
)
from tests.sandbox.support import EPOCH, Time

CANCELED, N = (True, False), "Not_Executed"


def results(cases: list[tuple[str, str, str, str]] | None) -> list[str]:
    return [result for _, result, _, _ in cases or []]


@pytest.mark.parametrize(
    ("scenario", "runs"),
    [
        ("rerun-passes", [(["Passed", "Passed", "Failed"], False), (["Passed"], True)]),
        (
            "second-rerun-passes",
            [(["Passed", "Failed", "Failed"], False), (["Passed", "Failed"], False), (["Passed"], True)],
        ),
        ("one-failure", [(["Passed", "Passed", "Failed"], False), (["Failed"], False), (["Failed"], False)]),
        ("setup-failure", [([N, N, N], False), ([N, N, N], False)]),
    ],
)
def test_a_rerun_is_a_new_job_with_what_did_not_pass(
    ats: AtsClient, ats_box: Sandbox, scenario: str, runs: list[tuple[list[str], bool]]
) -> None:
    ats_box.reset(scenario={**SCENARIOS, **OWN}[scenario])
    jobs = [ats.start()]
    ats.look(jobs[0])
    for _ in runs[1:]:
        jobs.append(ats.rerun(jobs[-1]))
        ats.look(jobs[-1])
    assert len(set(jobs)) == len(runs)
    assert [(results(ats.look(job).cases), ats.look(job).result == "Passed") for job in jobs] == runs
    entries = [(run.id, run.operation, run.rerun_of, list(run.cases), run.passed) for run in ats_box.ledger.ours]
    operations, before = ["run-job", *["rerun-not-passed"] * 9], [None, *jobs]
    assert entries == [(job, operations[index], before[index], *runs[index]) for index, job in enumerate(jobs)]


def test_a_rerun_keeps_app_and_template(ats: AtsClient, ats_box: Sandbox) -> None:
    ats_box.reset(scenario=OWN["rerun-passes"])
    job = ats.start()
    ats.look(job)
    ats.rerun(job)
    assert [(run.project, run.test_plan) for run in ats_box.ledger] == [(APP, TEMPLATE)] * 2


@pytest.mark.parametrize(
    ("scenario", "looks", "message"), [("one-failure", 0, "has not finished"), ("passing", 5, "no test case to run")]
)
def test_what_cannot_be_run_again_is_refused(
    ats: AtsClient, ats_box: Sandbox, scenario: str, looks: int, message: str
) -> None:
    ats_box.reset(scenario=SCENARIOS[scenario], progression=Progression.after(5))
    job = ats.start()
    for _ in range(looks):
        ats.look(job)
    values = values_of(ats.post("RerunNotPassed", rerun_text(job)))
    assert (values["Started"], values["JobID"]) == ("false", None)
    assert message in (values["ErrorMessage"] or "")
    assert len(ats_box.ledger) == 1
    assert not ats_box.journal[-1].effect


def test_the_record_of_a_rerun_may_be_called_otherwise(ats: AtsClient, ats_box: Sandbox) -> None:
    ats_box.reset(scenario=OWN["rerun-record"])
    job = ats.start()
    ats.look(job)
    assert record_of(ats.post("RerunNotPassed", rerun_text(job))).tag == "RerunNotPassed"
    ats_box.reset(scenario=OWN["rerun-passes"])
    job = ats.start()
    ats.look(job)
    assert record_of(ats.post("RerunNotPassed", rerun_text(job))).tag == "RunJob"


def test_the_sixth_job_is_canceled_with_a_warning_until_there_is_room(ats: AtsClient, ats_box: Sandbox) -> None:
    ats_box.reset(progression=Progression.after(2))
    jobs = [ats.start() for _ in range(6)]
    assert [ats.look(job).word for job in jobs] == ["Running"] * 5 + ["Done/Failed"]
    assert ats.look(jobs[5]).flags == (True, True)
    assert [run.finished for run in ats_box.ledger] == [False] * 5 + [True]
    assert ats.look(jobs[0]).word == "Done/Passed"
    assert ats.look(ats.start()).word == "Running"


def test_a_rerun_needs_room_too(ats: AtsClient, ats_box: Sandbox) -> None:
    ats_box.reset(scenario=SCENARIOS["one-failure"], progression=Progression.after(2))
    jobs = [ats.start() for _ in range(5)]
    for _ in range(2):
        ats.look(jobs[0])
    assert ats.look(ats.start()).word == "Running"
    assert ats.look(ats.rerun(jobs[0])).flags == (True, True)


def test_a_job_that_was_one_too_many_can_be_run_again(ats: AtsClient, ats_box: Sandbox) -> None:
    ats_box.reset(scenario=SCENARIOS["one-failure"], progression=Progression.after(2))
    jobs = [ats.start() for _ in range(6)]
    for job in jobs[:5] * 2:
        ats.look(job)
    again = ats.rerun(jobs[5])
    assert [ats.look(again).word for _ in range(2)] == ["Running", "Done/Failed"]
    assert results(ats.look(again).cases) == ["Passed", "Passed", "Failed"]
    assert ats.look(again).flags == (False, False)


def test_jobs_of_other_builds_take_their_places(ats: AtsClient, ats_box: Sandbox) -> None:
    ats_box.reset(scenario=SCENARIOS["foreign-run"], progression=Progression.after(2))
    jobs = [ats.start() for _ in range(2)]
    assert [ats.look(job).word for job in jobs] == ["Running", "Running"]
    assert [run.finished for run in ats_box.ledger] == [False] * 5 + [True]


def test_a_full_ats_may_refuse(ats: AtsClient, ats_box: Sandbox) -> None:
    ats_box.reset(scenario=OWN["job-limit-refused"])
    values = values_of(ats.post("RunJob", start_text()))
    assert (values["Started"], values["JobID"]) == ("false", None)
    assert "5 jobs" in (values["ErrorMessage"] or "")
    assert (len(ats_box.ledger.ours), ats_box.journal[0].effect) == (0, False)
    assert [(run.ours, run.verdict, run.finished) for run in ats_box.ledger] == [(False, "Running", False)] * 5


def test_maintenance_is_a_web_page_for_every_call_and_cancels(ats: AtsClient, ats_box: Sandbox, now: Time) -> None:
    ats_box.reset(scenario=OWN["maintenance"], progression=Progression.seconds(queue=0, wait=0, run=10, settle=0))
    job = ats.start()
    assert ats.look(job).word == "Running"
    now.reading += 5
    for service, body in (("GetJobStatus", look_text(job)), ("RunJob", start_text())):
        reply = ats.post(service, body)
        assert (reply.status, reply.headers["content-type"]) == (503, "text/html; charset=utf-8")
        assert b"maintenance" in reply.body
    now.reading += 5
    look = ats.look(job)
    assert (look.word, look.flags) == ("Done/Failed", CANCELED)
    assert len(ats_box.ledger) == 1


def test_a_replaced_token_is_refused_everywhere(ats: AtsClient, ats_box: Sandbox, now: Time) -> None:
    ats_box.reset(scenario=OWN["token-replaced"], progression=Progression.seconds(queue=0, wait=0, run=10, settle=0))
    job = ats.start()
    assert ats.look(job).word == "Running"
    now.reading += 5
    look = ats.look(job)
    assert (look.word, look.message) == ("-", "The API token is not valid")
    assert values_of(ats.post("RunJob", start_text()))["Started"] == "false"
    now.reading += 5
    assert (ats_box.ledger[0].finished, ats_box.ledger[0].passed) == (True, False), "it ran to its end, unseen"


def test_an_old_server_takes_no_flags_and_reruns_nothing(ats: AtsClient, ats_box: Sandbox) -> None:
    ats_box.reset(scenario=OWN["old-server"])
    job = ats.start()
    code, text = fault_of(ats.post("GetJobStatus", look_text(job)))
    assert code == "soap:Client"
    assert "IncludeExecutionFlags is not expected" in text
    look = ats.look(job, ())
    assert (look.word, look.flags, look.counts, look.cases) == ("Done/Passed", None, None, None)
    assert ats.post("RerunNotPassed", rerun_text(job)).status == 404
    assert not ats_box.ledger[0].passed, "nothing proves it"


@pytest.mark.parametrize("absent", Absent)
def test_an_absent_value_is_written_in_one_of_three_ways(ats: AtsClient, ats_box: Sandbox, absent: Absent) -> None:
    ats_box.reset(scenario=Scenario(own=Habits(absent=absent)), progression=Progression.after(2))
    shown: dict[Absent, dict[str, str | None]] = {
        Absent.NIL: {"ExecutionResult": None, "ErrorMessage": None},
        Absent.OMITTED: {},
        Absent.EMPTY: {"ExecutionResult": "", "ErrorMessage": ""},
    }
    started = values_of(ats.post("RunJob", start_text()))
    values = values_of(ats.post("GetJobStatus", look_text(started["JobID"] or "", ())))
    assert values == {"ExecutionStatus": "Running", **shown[absent]}


def test_texts_without_cdata_are_escaped(ats: AtsClient, ats_box: Sandbox) -> None:
    ats_box.reset(scenario=OWN["plain-text"])
    body = ats.post("GetJobStatus", look_text(ats.start())).body
    assert b"<Name>Order &amp; pay &lt;guest&gt;</Name>" in body
    assert b"CDATA" not in body


def test_the_blocks_may_come_in_another_order(ats: AtsClient, ats_box: Sandbox) -> None:
    usual = [child.tag for child in record_of(ats.post("GetJobStatus", look_text(ats.start())))]
    ats_box.reset(scenario=OWN["other-order"])
    other = [child.tag for child in record_of(ats.post("GetJobStatus", look_text(ats.start())))]
    assert other == usual[:3] + usual[:2:-1]


def test_a_path_selects_a_scenario_of_this_vendor(ats_box: Sandbox) -> None:
    with ats_client(ats_box.url_of("rerun-passes+immediate")) as client:
        assert client.look(client.start()).word == "Done/Failed"
    with ats_client(ats_box.url_of("no-such")) as client:
        assert client.post("RunJob", start_text()).status == 404
    with Sandbox() as autify, pytest.raises(ValueError, match="unknown scenario 'rerun-passes'"):
        autify.space("rerun-passes")


def test_a_skewed_clock_shows_in_the_date_alone(ats: AtsClient, ats_box: Sandbox) -> None:
    shown = set()
    for seed in range(6):
        ats_box.reset(scenario=SCENARIOS["skewed-clock"], seed=seed, epoch=EPOCH)
        shown.add(ats.post("RunJob", start_text()).headers["date"][17:25])
    assert shown == {"10:00:05", "09:59:55"}
