"""Mendix ATS: what is sent, how each scenario ends, what this box's own faults lead to, what is said of a job left."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from core.sandbox import BOXES, SCENARIOS, Progression, Scenario
from core.text.secret import encoded_forms
from tests.contract.jobs import JOBS
from tests.contract.promises import breaches
from tests.harness import TOKEN, Bench, Ended

JOB = JOBS["mendix-ats"]
BOX = BOXES["mendix-ats"]
EVERY: Mapping[str, Scenario] = {**SCENARIOS, **BOX.scenarios}
LOOKS = Progression.parse("3 looks")
SLOT = "keeps one of the 5 slots"

PASSED = (0, "passed", "")
FAILED = (1, "failed", "tests-failed")
CANCELED = (7, "cancelled", "cancelled-at-vendor")
EMPTY = (5, "inconclusive", "empty")
TIMED_OUT = (4, "timed-out", "timeout")
NO_VERDICT = (7, "error", "protocol")
UNAVAILABLE = (7, "error", "unavailable")
REFUSED_LATER = (7, "error", "refused")
MAY_EXIST = (7, "error", "may-exist")
ENDINGS = {
    "passing": PASSED,
    "one-failure": FAILED,
    "review-needed": PASSED,
    "internal-error": NO_VERDICT,
    "canceled": CANCELED,
    "skipped": EMPTY,
    "never-ends": TIMED_OUT,
    "never-ends-running": TIMED_OUT,
    "unknown-status": NO_VERDICT,
    "unknown-then-passed": PASSED,
    "unknown-case": FAILED,
    "empty": NO_VERDICT,
    "contradiction": FAILED,
    "slow-settle": PASSED,
    "flapping": FAILED,
    "foreign-run": FAILED,
    "earlier-runs": PASSED,
    "hostile": FAILED,
    "vanishing": REFUSED_LATER,
    "skewed-clock": PASSED,
    "many": PASSED,
    "matrix": PASSED,
    "eventual": PASSED,
    "stale-reads": PASSED,
    "warning": PASSED,
    "setup-failure": FAILED,
    "no-result": NO_VERDICT,
    "unknown-result": NO_VERDICT,
    "empty-passed": EMPTY,
    "passed-canceled": CANCELED,
    "miscounted": FAILED,
    "no-flags": PASSED,
    "no-breakdown": PASSED,
    "no-details": PASSED,
    "nothing-asked": EMPTY,
    "rerun-passes": FAILED,
    "second-rerun-passes": FAILED,
    "rerun-record": FAILED,
    "job-limit": CANCELED,
    "job-limit-refused": (3, "error", "refused"),
    "maintenance": CANCELED,
    "token-replaced": REFUSED_LATER,
    "on-premises": PASSED,
    "old-server": UNAVAILABLE,
    "nil-values": PASSED,
    "omitted-values": PASSED,
    "empty-values": PASSED,
    "plain-text": PASSED,
    "other-order": PASSED,
}


def play(folder: Path, scenario: str, faults: Sequence[str] = (), **inputs: str) -> Ended:
    with Bench(folder, scenario=EVERY[scenario], faults=faults, progression=LOOKS, vendor=JOB.box) as bench:
        return bench.run(**{"vendor": JOB.vendor, **JOB.inputs, **inputs})


def verdict(ended: Ended) -> tuple[int, str, str]:
    return ended.status, ended.conclusion, ended.reason


def fields(body: bytes) -> dict[str, str]:
    """The texts of a request by their local names."""
    found = ET.fromstring(body).iter()  # noqa: S314 -- our own request
    return {each.tag.rpartition("}")[2]: (each.text or "") for each in found if not len(each)}


def test_every_scenario_of_the_box_has_its_ending_here() -> None:
    assert set(ENDINGS) == set(EVERY)


@pytest.mark.parametrize("scenario", ENDINGS)
def test_every_scenario_ends_as_it_should(scenario: str, tmp_path: Path) -> None:
    ended = play(tmp_path, scenario, timeout="5m")
    assert verdict(ended) == ENDINGS[scenario], ended.log
    assert len(ended.calls("run-job")) == 1
    named = [run for run in ended.ledger.ours if str(run.id) == ended.outputs["run-id"]]
    assert len(named) == (scenario != "job-limit-refused")


def test_what_goes_over_the_wire(tmp_path: Path) -> None:
    ended = play(tmp_path, "passing")
    start, look = ended.calls("run-job")[0], ended.calls("get-test-run")[0]
    assert (start.method, start.path) == ("POST", "/ws/RunJob")
    assert (look.method, look.path) == ("POST", "/ws/GetJobStatus")
    user = {"username": "ATSAPIUser", "password": "ATSAPIUser"}
    app = {"AppAPIToken": TOKEN, "AppID": JOB.inputs["app_id"]}
    assert fields(start.body) == {**user, **app, "JobTemplateID": JOB.inputs["template_id"]}
    flags = dict.fromkeys(("IncludeExecutionFlags", "IncludeExecutionResultBreakdown", "IncludeDetailsPerTestCase"))
    assert fields(look.body) == {**user, **app, "JobID": ended.outputs["run-id"], **dict.fromkeys(flags, "true")}
    headers = {name.lower(): text for name, text in start.headers}
    assert headers["content-type"] == "text/xml; charset=utf-8"
    assert headers["soapaction"] == '""'
    assert TOKEN not in str(headers)


def test_without_details_the_flags_are_left_out_and_nothing_proves_a_pass(tmp_path: Path) -> None:
    ended = play(tmp_path, "old-server", details="false")
    assert verdict(ended) == EMPTY
    assert {*fields(ended.calls("get-test-run")[0].body)} == {"username", "password", "AppAPIToken", "JobID", "AppID"}
    (tmp_path / "again").mkdir()
    assert play(tmp_path / "again", "old-server", details="false", allow_empty="true").status == 0


def test_an_old_ats_is_told_by_its_first_words(tmp_path: Path) -> None:
    ended = play(tmp_path, "old-server", timeout="2m")
    assert "IncludeExecutionFlags is not expected" in ended.log.partition("Trying again")[0]
    assert "`details: false`" in ended.report["remedy"]


def test_a_warning_is_shown_and_reddens_only_where_it_is_asked_to(tmp_path: Path) -> None:
    ended = play(tmp_path, "warning")
    assert "flags the job with a warning" in ended.summary
    (tmp_path / "strict").mkdir()
    assert play(tmp_path / "strict", "warning", fail_on="failed,warning").status == 1


@pytest.mark.parametrize("scenario", ["canceled", "passed-canceled", "job-limit", "maintenance"])
def test_a_canceled_job_turns_green_only_where_the_user_says_so(scenario: str, tmp_path: Path) -> None:
    ended = play(tmp_path, scenario)
    assert "ATS canceled the job" in ended.summary
    (tmp_path / "lenient").mkdir()
    assert play(tmp_path / "lenient", scenario, fail_on="failed").status == 0


def test_a_case_that_was_not_executed_is_an_error_of_a_failed_job_and_skipped_in_a_passed_one(tmp_path: Path) -> None:
    failed = play(tmp_path, "setup-failure")
    assert (failed.outputs["errored"], failed.outputs["skipped"]) == ("3", "0")
    (tmp_path / "passed").mkdir()
    passed = play(tmp_path / "passed", "skipped")
    assert (passed.outputs["errored"], passed.outputs["skipped"]) == ("0", passed.outputs["tests"])


@pytest.mark.parametrize(("scenario", "empty"), [("empty", 7), ("no-result", 7), ("skipped", 0), ("empty-passed", 0)])
def test_allow_empty_lets_no_missing_result_through(scenario: str, empty: int, tmp_path: Path) -> None:
    assert play(tmp_path, scenario, allow_empty="true").status == empty


HARMLESS = {"reordered", "new-field", "qualified", "foreign-prefix", "latin-1"}
AT_START = HARMLESS | {"renamed-record"}


@pytest.mark.parametrize("kind", BOX.faults)
def test_a_fault_of_ats_in_reply_to_a_start(kind: str, tmp_path: Path) -> None:
    ended = play(tmp_path, "one-failure", (f"{kind}@run-job",))
    harmless = kind in AT_START | JOB.harmless
    assert verdict(ended) == (FAILED if harmless else MAY_EXIST), ended.log
    assert len(ended.calls("run-job")) == len(ended.ledger.ours) == 1
    assert breaches(ended, green=False) == []


@pytest.mark.parametrize("scenario", ["passing", "one-failure", "contradiction"])
@pytest.mark.parametrize("kind", BOX.faults)
def test_a_fault_of_ats_while_waiting_is_ridden_out(kind: str, scenario: str, tmp_path: Path) -> None:
    ended = play(tmp_path, scenario, (f"{kind}@get-test-run#2*5",))
    assert verdict(ended) == ENDINGS[scenario], ended.log
    assert breaches(ended, green=scenario == "passing") == []


@pytest.mark.parametrize("scenario", ["one-failure", "contradiction"])
@pytest.mark.parametrize("kind", BOX.faults)
def test_a_fault_of_ats_for_ever_is_never_green(kind: str, scenario: str, tmp_path: Path) -> None:
    ended = play(tmp_path, scenario, (f"{kind}@get-test-run*forever",), timeout="2m")
    assert verdict(ended) == (FAILED if kind in HARMLESS else (7, "error", ended.reason)), ended.log
    assert breaches(ended, green=False) == []


@pytest.mark.parametrize("where", ["run-job", "get-test-run*forever"])
@pytest.mark.parametrize("kind", ["fault-500", "fault-200"])
def test_the_words_of_a_fault_are_shown(kind: str, where: str, tmp_path: Path) -> None:
    ended = play(tmp_path, "passing", (f"{kind}@{where}",), timeout="2m")
    assert verdict(ended) == (MAY_EXIST if where == "run-job" else UNAVAILABLE)
    assert "An internal server error occurred." in ended.report["fact"]


def test_reruns_heal_and_what_heals_is_flaky(tmp_path: Path) -> None:
    ended = play(tmp_path, "second-rerun-passes", rerun_failed="2")
    assert verdict(ended) == PASSED
    assert (ended.outputs["tests"], ended.outputs["flaky"]) == ("3", "2")
    first, second = ended.calls("rerun-not-passed")
    jobs = [str(run.id) for run in ended.ledger.runs]
    assert [fields(call.body)["FinishedJobID"] for call in (first, second)] == jobs[:2]
    assert ended.outputs["run-id"] == jobs[2]


@pytest.mark.parametrize("kind", ["reset-after", "500-after", "html-after", "cut", "fault-200", "duplicate-keys"])
def test_a_lost_reply_to_a_rerun_starts_no_second_one(kind: str, tmp_path: Path) -> None:
    ended = play(tmp_path, "rerun-passes", (f"{kind}@rerun-not-passed",), rerun_failed="2")
    assert verdict(ended) == FAILED, "the verdict that is known stands"
    assert len(ended.calls("rerun-not-passed")) == 1
    assert "may have been started; on purpose it was not started twice" in ended.log


@pytest.mark.parametrize("scenario", ["rerun-record", "rerun-passes"])
@pytest.mark.parametrize("fault", ["renamed-record@rerun-not-passed", "reordered@rerun-not-passed"])
def test_the_job_of_a_rerun_is_found_whatever_wraps_it(scenario: str, fault: str, tmp_path: Path) -> None:
    assert verdict(play(tmp_path, scenario, (fault,), rerun_failed="1")) == PASSED


@pytest.mark.parametrize("on_timeout", ["leave", "cancel"])
def test_a_timeout_says_which_job_goes_on_and_what_it_holds(on_timeout: str, tmp_path: Path) -> None:
    ended = play(tmp_path, "never-ends-running", timeout="5m", on_timeout=on_timeout)
    assert f"run {ended.outputs['run-id']} is still running" in ended.report["fact"]
    assert SLOT in ended.report["fact"]


@pytest.mark.parametrize("number", [2, 15])
def test_a_signal_says_which_job_goes_on_and_what_it_holds(number: int, tmp_path: Path) -> None:
    with Bench(tmp_path, scenario=EVERY["never-ends"], progression=LOOKS, vendor=JOB.box) as bench:
        bench.stop_at(60, number)
        ended = bench.run(vendor=JOB.vendor, **JOB.inputs)
        assert ended.status == 128 + number
        assert f"Run {ended.outputs['run-id']} goes on at the vendor, whose API can't cancel it" in ended.log
        assert SLOT in ended.log
        assert not {call.operation for call in ended.journal} - {"run-job", "get-test-run"}


def test_what_a_signal_left_can_be_waited_for_by_its_id_and_app(tmp_path: Path) -> None:
    with Bench(tmp_path, scenario=EVERY["one-failure"], progression=LOOKS, vendor=JOB.box) as bench:
        started = bench.run(vendor=JOB.vendor, mode="start", **JOB.inputs)
        assert (started.status, started.conclusion) == (0, "started")
        assert f"Started run {started.outputs['run-id']}." in started.log
        found = bench.run(vendor=JOB.vendor, mode="wait", app_id=JOB.inputs["app_id"], run_id=started.outputs["run-id"])
        assert verdict(found) == FAILED
        assert len(found.calls("run-job")) == 1


def test_the_files_show_each_case_with_its_time_and_message(tmp_path: Path) -> None:
    ended = play(tmp_path, "one-failure")
    root = ET.fromstring(ended.junit)  # noqa: S314 -- our own file
    cases = {case.attrib["name"]: case for case in root.iter("testcase")}
    assert {name: float(case.attrib["time"]) for name, case in cases.items()} == {
        "Sign in": 4.0,
        "Search for a product": 31.0,
        "Order & pay <guest>": 97.0,
    }
    failure = cases["Order & pay <guest>"].find("failure")
    assert failure is not None
    assert failure.attrib["message"] == "Element <button id='pay'> was not found & clicked"
    run = ended.report["run"]
    assert (run["url"], run["word"], run["verdict"]) == ("", "Done, Failed", "failed")
    assert json.dumps(ended.report)
    assert ended.outputs["run-url"] == ""


@pytest.mark.parametrize(
    ("inputs", "wrong"),
    [
        ({"app_id": "77"}, {"app-id"}),
        ({"app_id": "", "template_id": ""}, {"app-id", "template-id"}),
        ({"template_id": "{6fa459ea-ee8a-4ca4-894e-db77e160355e}"}, {"template-id"}),
        ({"details": "yes", "token": "a\x1bb"}, {"details", "token"}),
        ({"mode": "wait", "run_id": "7", "template_id": ""}, {"run-id"}),
        ({"adopt": "true"}, {"adopt"}),
        ({"project_id": "77"}, {"project-id"}),
        ({"base_url": "http://ats.example.com"}, {"base-url"}),
    ],
)
def test_inputs_are_checked_before_any_request(inputs: dict[str, str], wrong: set[str], tmp_path: Path) -> None:
    ended = play(tmp_path, "passing", **inputs)
    assert verdict(ended) == (2, "error", "bad-input")
    assert ended.journal == []
    told = {line.strip().split("`")[1] for line in ended.report["fact"].splitlines() if line.strip().startswith("`")}
    assert told == wrong


def test_a_password_that_is_given_is_a_secret_and_the_usual_one_is_none(tmp_path: Path) -> None:
    ended = play(tmp_path, "on-premises", username="robot", password="pa55-w0rd")
    assert "::add-mask::pa55-w0rd" in ended.log
    unmasked = [line for line in ended.log.splitlines() if not line.startswith("::add-mask::")]
    assert "pa55-w0rd" not in "\n".join(unmasked) + json.dumps(ended.report) + ended.junit + ended.summary
    (tmp_path / "usual").mkdir()
    assert "::add-mask::ATSAPIUser" not in play(tmp_path / "usual", "passing").log


@pytest.mark.parametrize("where", ["run-job", "get-test-run*forever", "rerun-not-passed"])
@pytest.mark.parametrize("kind", ["echo-secret", "fault-500", "cut", "html"])
def test_no_secret_is_in_any_sink_at_the_level_of_debugging(kind: str, where: str, tmp_path: Path) -> None:
    fault, password = f"{kind}@{where}", "pa55&w<rd"
    ended = play(
        tmp_path, "rerun-passes", (fault,), log_level="debug", password=password, rerun_failed="1", timeout="2m"
    )
    assert {*breaches(ended, green=False)} <= {"2 runs were started"}, "a rerun is one more"
    assert "answered" in ended.log
    masked = [f"::add-mask::{password}", f"::add-mask::{TOKEN}"]
    for text in ended.texts.values():
        shown = "\n".join(line for line in text.splitlines() if not line.startswith(tuple(masked)))
        assert not [form for form in encoded_forms(password) if form in shown and len(form) > 6]
