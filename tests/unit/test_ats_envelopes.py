"""ATS's envelopes: requests against ones written by hand, as canonical XML; replies as samples, bent in many ways."""

import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import canonicalize

import pytest

from core.errors import BadInputError, CallFailedError, Fault
from core.ports import Answer
from core.text.secret import Secret
from core.vendors import load
from core.vendors.mendix_ats import envelopes
from core.vendors.mendix_ats.services import GET_TEST_RUN, RERUN_NOT_PASSED, RUN_JOB, Service
from core.vendors.mendix_ats.settings import Settings

WIRE = Path(__file__).parents[1] / "wire" / "mendix-ats"
JOB = "0b1e2f3a-4d5c-4e6f-8a9b-0c1d2e3f4a5b"
APP, TEMPLATE = "1b4e28ba-2fa1-41d2-883f-0016d3cca427", "6fa459ea-ee8a-4ca4-894e-db77e160355e"
USUAL = Settings(token=Secret("t0ken"))
OWN = Settings(token=Secret("t0k&n</AppAPIToken>]]>'\""), username="Zoë", password=Secret('p&ss <w"rd>'))
REQUESTS: dict[str, tuple[str, Settings, dict[str, Any]]] = {
    "run-job.request": ("run-job", USUAL, {"AppID": APP, "JobTemplateID": TEMPLATE}),
    "client-run-job.request": ("run-job", OWN, {"JobTemplateID": TEMPLATE, "AppID": APP}),
    "get-test-run.request": (
        "get-test-run",
        USUAL,
        {"JobID": JOB, "AppID": APP, **dict.fromkeys(reversed(GET_TEST_RUN.flags), True)},
    ),
    "client-get-test-run.plain.request": ("get-test-run", USUAL, {"AppID": APP, "JobID": JOB}),
    "rerun-not-passed.request": ("rerun-not-passed", USUAL, {"AppID": APP, "FinishedJobID": JOB}),
}
REPLIES: dict[str, Service] = {
    "run-job.reply": RUN_JOB,
    "run-job.refused": RUN_JOB,
    "rerun-not-passed.reply": RERUN_NOT_PASSED,
    "get-test-run.queued": GET_TEST_RUN,
    "get-test-run.failed": GET_TEST_RUN,
    "get-test-run.unknown-job": GET_TEST_RUN,
    "client-get-test-run.plain": GET_TEST_RUN,
    "client-get-test-run.canceled": GET_TEST_RUN,
}


def sample(name: str) -> bytes:
    return (WIRE / f"{name}.xml").read_bytes().replace(b"JOB", JOB.encode())


def reply(service: Service, body: bytes, kind: str = "text/xml", status: int = 200) -> dict[str, Any]:
    answer = Answer(status=status, value=None, body=body, content_type=kind, date=None)
    return envelopes.reply(service, answer, "POST /ws/X")


def refusal(service: Service, body: bytes, kind: str = "text/xml", status: int = 200) -> CallFailedError:
    with pytest.raises(CallFailedError) as caught:
        reply(service, body, kind, status)
    assert not caught.value.fault.surely_without_effect
    assert caught.value.fault.passes
    return caught.value


def bent(name: str, old: str, new: str) -> bytes:
    body = sample(name)
    assert old.encode() in body
    return body.replace(old.encode(), new.encode(), 1)


def test_every_sample_is_used() -> None:
    assert {path.stem for path in WIRE.glob("*.xml")} == {*REQUESTS, *REPLIES, "fault"}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_is_the_one_written_by_hand(name: str) -> None:
    operation, settings, fields = REQUESTS[name]
    encode = load("mendix-ats").operations[operation].encode
    assert encode is not None
    payload = encode(settings, fields, "")
    assert payload.content_type == "text/xml; charset=utf-8"
    ours, theirs = (
        canonicalize(text, strip_text=True, rewrite_prefixes=True)
        for text in (b"".join(payload).decode(), sample(name).decode())
    )
    assert ours == theirs


@pytest.mark.parametrize("name", REPLIES)
def test_each_sample_of_a_reply_is_read(name: str) -> None:
    found = reply(REPLIES[name], sample(name))
    expected = {"RunJob": {"Started", "ErrorMessage", "JobID"}, "RerunNotPassed": {"Started", "ErrorMessage", "JobID"}}
    assert expected.get(REPLIES[name].operation, {"ExecutionStatus", "ExecutionResult", "ErrorMessage"}) <= set(found)


def test_all_of_a_finished_job_is_read() -> None:
    found = reply(GET_TEST_RUN, sample("get-test-run.failed"))
    assert (found["ExecutionStatus"], found["ExecutionResult"], found["ErrorMessage"]) == ("Done", "Failed", None)
    cases = found["ExecutionDetailsPerTestCase"]["ExecutionDetailsTestCase"]
    assert [case["Result"] for case in cases] == ["Passed", "Passed", "Failed"]
    assert cases[2]["Name"] == "Order & pay <guest>"
    assert cases[2]["ErrorMessage"] == "Element <button id='pay'> was not found & clicked"


def test_order_and_new_fields_mean_nothing() -> None:
    found = reply(GET_TEST_RUN, sample("client-get-test-run.canceled"))
    assert found["ExecutionResult"] == "Failed"
    assert found["ExecutionFlags"]["Flags"]["Canceled"] == "1"
    cases = found["ExecutionDetailsPerTestCase"]["ExecutionDetailsTestCase"]
    assert [(case["Name"], case["Result"], case["Duration"]) for case in cases] == [
        ("Sign in", "Passed", "01:02:03"),
        ("Order", "Not_Executed", None),
    ]


def test_a_rerun_may_be_answered_like_a_start() -> None:
    assert reply(RERUN_NOT_PASSED, sample("run-job.reply"))["JobID"] == JOB


@pytest.mark.parametrize("wrapper", ["RunJob", "RerunNotPassed", "Result", "TestRun", "x"])
@pytest.mark.parametrize(
    ("service", "name"), [(RUN_JOB, "run-job.reply"), (RERUN_NOT_PASSED, "rerun-not-passed.reply")]
)
def test_the_job_is_found_whatever_wraps_it(service: Service, name: str, wrapper: str) -> None:
    body = sample(name).replace(b"<RunJob>", f"<{wrapper}>".encode()).replace(b"</RunJob>", f"</{wrapper}>".encode())
    assert {name: reply(service, body)[name] for name in ("Started", "JobID")} == {"Started": "true", "JobID": JOB}


RESULT = "<ExecutionResult><![CDATA[Failed]]></ExecutionResult>"
GREEN = "<ExecutionResult>Passed</ExecutionResult>"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (RESULT, GREEN + RESULT),
        (RESULT, RESULT + GREEN),
        (RESULT, RESULT + GREEN.replace("ExecutionResult", "men:ExecutionResult")),
        (RESULT, "<ExecutionResult>Passed<?x?>Failed</ExecutionResult>"),
        (RESULT, "<ExecutionResult>Passed<x/>Failed</ExecutionResult>"),
        ("</TestRun>", "<JobID>x</JobID></TestRun><TestRun/>"),
        ("<CountFailed>1</CountFailed>", "<CountFailed>0</CountFailed><CountFailed>1</CountFailed>"),
        ("</TestRun>", "</TestRun><TestRun><ExecutionStatus>Done</ExecutionStatus></TestRun>"),
        ("</men:GetTestRunResponse>", "</men:GetTestRunResponse><men:GetTestRunResponse/>"),
        ("</soapenv:Body>", "</soapenv:Body><soapenv:Body><men:GetTestRunResponse/></soapenv:Body>"),
    ],
)
def test_a_reply_that_can_be_read_in_two_ways_is_not_read(old: str, new: str) -> None:
    body = sample("get-test-run.failed").replace(old.encode(), new.encode())
    assert body != sample("get-test-run.failed")
    assert refusal(GET_TEST_RUN, body).fault is Fault.UNREADABLE


def test_a_comment_inside_a_word_leaves_the_word_whole() -> None:
    body = bent("get-test-run.failed", RESULT, "<ExecutionResult>Fai<!-- x -->led</ExecutionResult>")
    assert reply(GET_TEST_RUN, body)["ExecutionResult"] == "Failed"


@pytest.mark.parametrize("piece", ["<x/>", "<ExecutionDetailsTestCase/><x/>", "<x/><ExecutionDetailsTestCase/>"])
@pytest.mark.parametrize("place", ["</ExecutionDetailsPerTestCase>", "</TestRun>", "<ExecutionResult>", "</Flags>"])
def test_a_crowd_of_new_elements_is_read_past(piece: str, place: str) -> None:
    body = bent("get-test-run.failed", place, piece * 10_000 + place)  # zeep alone would need minutes
    try:
        assert reply(GET_TEST_RUN, body)["ExecutionResult"] == "Failed"
    except CallFailedError:
        assert "TestCase" in piece


LOST = "<ExecutionDetailsTestCase><Name>B</Name><Result>Failed</Result></ExecutionDetailsTestCase>"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("</TestRun>", f"{LOST}</TestRun>"),
        ("</TestRun>", f"<ExecutionDetailsPerTestSuite>{LOST}</ExecutionDetailsPerTestSuite></TestRun>"),
        ("</ExecutionDetailsTestCase>", f"{LOST}</ExecutionDetailsTestCase>"),
        ("</ResultBreakdown>", f"</ResultBreakdown>{LOST}"),
        ("</ResultBreakdown>", "</ResultBreakdown><CountFailed>3</CountFailed>"),
        ("</Flags>", "</Flags><Canceled>true</Canceled>"),
        ("<ExecutionFlags>", "<Canceled>true</Canceled><ExecutionFlags>"),
        ("</Flags>", "<ExecutionResult>Failed</ExecutionResult></Flags>"),
        ("</TestRun>", "<TestRun><ExecutionResult>Failed</ExecutionResult></TestRun></TestRun>"),
    ],
)
def test_what_we_know_in_another_place_than_its_own_is_not_read_past(old: str, new: str) -> None:
    failure = refusal(GET_TEST_RUN, bent("get-test-run.failed", old, new))
    assert "in a place that is not its own" in failure.fact


@pytest.mark.parametrize("nil", ["true", "1"])
@pytest.mark.parametrize("place", ["ExecutionFlags", "ExecutionDetailsTestCase", "ExecutionResult", "CountFailed"])
def test_what_is_nil_and_holds_something_is_not_read(nil: str, place: str) -> None:
    body = bent("get-test-run.failed", f"<{place}>", f'<{place} xsi:nil="{nil}">')
    assert "nil and holds something" in refusal(GET_TEST_RUN, body).fact


def test_a_new_block_with_common_names_is_read_past() -> None:
    new = "<ExecutionSuites><Suite><Name>S</Name><Result>Failed</Result></Suite></ExecutionSuites></TestRun>"
    assert reply(GET_TEST_RUN, bent("get-test-run.failed", "</TestRun>", new)) == reply(
        GET_TEST_RUN, sample("get-test-run.failed")
    )


@pytest.mark.parametrize(
    "piece",
    ["<a/>", "<ExecutionDetailsTestCase/>", "<!---->", "<a b=''/>", "<a><b><c/></b></a>", "<![CDATA[]]>", "<?x?>"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_reply_of_a_great_many_nodes_is_refused_before_a_tree_is_made(piece: str, encoding: str) -> None:
    place = "</ExecutionDetailsPerTestCase>"
    text = bent("get-test-run.failed", place, piece * 150_000 + place).decode()
    text = text[text.index("?>") + 2 :] if text.startswith("<?xml") else text
    failure = refusal(GET_TEST_RUN, text.encode(encoding))
    assert "more than 150,000 elements and attributes" in failure.fact


def test_a_job_of_many_thousand_cases_is_read() -> None:
    case = "<ExecutionDetailsTestCase>" + "".join(
        f"<{name}><![CDATA[x]]></{name}>" for name in ("Name", "Result", "Duration", "ErrorMessage")
    )
    place = "</ExecutionDetailsPerTestCase>"
    body = bent("get-test-run.failed", place, f"{case}</ExecutionDetailsTestCase>" * 10_000 + place)
    assert len(reply(GET_TEST_RUN, body)["ExecutionDetailsPerTestCase"]["ExecutionDetailsTestCase"]) == 10_003


@pytest.mark.parametrize("name", ["UTF-7", "IBM037", "ISO-2022-JP", "hz"])
def test_an_encoding_in_which_marks_are_not_marks_is_refused(name: str) -> None:
    text = sample("get-test-run.failed").decode()
    text = text[text.index("?>") + 2 :] if text.startswith("<?xml") else text
    for space in (" ", " " * 600):
        head = f'<?xml version="1.0"{space}encoding="{name}"?>'
        assert refusal(GET_TEST_RUN, (head + text).encode()).fault is Fault.UNREADABLE
    assert "broken or forbidden" in refusal(GET_TEST_RUN, text.encode("cp037")).fact


def test_a_crowd_of_attributes_is_read_past() -> None:
    crowd = " ".join(f'a{number}="x"' for number in range(100_000))  # zeep alone would need a good while
    body = bent("get-test-run.failed", "<ExecutionResult>", f"<ExecutionResult {crowd}>")
    assert reply(GET_TEST_RUN, bent("get-test-run.failed", "<TestRun>", f"<TestRun {crowd}>")) == reply(
        GET_TEST_RUN, body
    )


@pytest.mark.parametrize("kind", ["xsd:boolean", "men:Unknown", "nowhere:x", ""])
def test_a_reply_has_no_say_in_what_a_field_is(kind: str) -> None:
    body = bent("get-test-run.failed", "<ExecutionResult>", f'<ExecutionResult xsi:type="{kind}">')
    assert reply(GET_TEST_RUN, body)["ExecutionResult"] == "Failed"


@pytest.mark.parametrize("depth", [300, 100_000])
def test_a_deep_reply_is_refused(depth: int) -> None:
    refusal(GET_TEST_RUN, bent("get-test-run.failed", "</TestRun>", "<x>" * depth + "</x>" * depth + "</TestRun>"))


@pytest.mark.parametrize("status", [201, 202, 204, 206])
def test_no_other_success_than_200_is_one(status: int) -> None:
    refusal(GET_TEST_RUN, sample("get-test-run.failed"), status=status)


@pytest.mark.parametrize("kind", ["text/html", "application/xhtml+xml", "text/plain", "", "multipart/related"])
def test_what_is_not_said_to_be_xml_is_not_read(kind: str) -> None:
    assert refusal(GET_TEST_RUN, sample("get-test-run.failed"), kind).fault is Fault.UNREADABLE


@pytest.mark.parametrize("kind", ["text/xml", "application/xml", "application/soap+xml"])
def test_any_name_of_xml_will_do(kind: str) -> None:
    assert reply(GET_TEST_RUN, sample("get-test-run.failed"), kind)["ExecutionResult"] == "Failed"


def test_a_fault_is_an_outage_with_its_words() -> None:
    failure = refusal(RUN_JOB, sample("fault"))
    assert failure.fault is Fault.SERVER
    assert "AppID is expected in TestRun, not JobTemplateID." in failure.fact


@pytest.mark.parametrize("end", [10_000, 340])
def test_the_words_of_a_fault_are_found_in_its_beginning(end: int) -> None:
    assert envelopes.faultstring(sample("fault")[:end]) == "AppID is expected in TestRun, not JobTemplateID."


@pytest.mark.parametrize("body", [b"", b"<html><body>", b"\xff\xfe", b"<faultstring", b'<!DOCTYPE a SYSTEM "x"><a/>'])
def test_what_is_no_fault_has_no_words(body: bytes) -> None:
    assert envelopes.faultstring(body) == ""


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"AppID": APP}, "JobTemplateID is required"),
        ({"AppID": APP, "JobTemplateID": ""}, "JobTemplateID is required"),
        ({"AppID": APP, "JobTemplateID": 7}, "JobTemplateID is required"),
        ({"AppID": APP, "JobTemplateID": "a\x1bb"}, "JobTemplateID is required"),
        ({"AppID": APP, "JobTemplateID": "\ud800"}, "JobTemplateID is required"),
        ({"AppID": APP, "JobTemplateID": TEMPLATE, "Browser": "x"}, "'Browser' is no field of RunJob"),
        ({"AppID": APP, "JobTemplateID": TEMPLATE, "AppAPIToken": "x"}, "AppAPIToken must not stand here"),
        ({"AppID": APP, "JobTemplateID": TEMPLATE, "_soapheaders": {}}, "'_soapheaders' is no field"),
        ([], "must be an object"),
        (None, "must be an object"),
    ],
)
def test_fields_are_checked_before_the_library_sees_them(fields: Any, said: str) -> None:
    encode = load("mendix-ats").operations["run-job"].encode
    assert encode is not None
    with pytest.raises(BadInputError, match="json") as caught:
        encode(USUAL, fields, "")
    assert said in str(caught.value)


LOUD = """
import logging
logging.basicConfig(level=logging.DEBUG)
from tests.unit.test_ats_envelopes import *
for name in ("zeep", "zeep.transports", "zeep.xsd.types.simple", "zeep.wsdl.bindings.soap"):
    logging.getLogger(name).setLevel(logging.DEBUG)
envelopes.message(RUN_JOB, OWN, {"AppID": APP, "JobTemplateID": TEMPLATE})
reply(GET_TEST_RUN, bent("get-test-run.failed", "<CountFailed>1<", "<CountFailed>many<"))
refusal(GET_TEST_RUN, b"<x>")
logging.getLogger("other").debug("heard")
"""


def test_the_library_logs_nothing_at_any_level() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOUD], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True
    )
    assert done.stdout + done.stderr == "DEBUG:other:heard\n"


def test_nothing_is_ever_loaded() -> None:
    with pytest.raises(ValueError, match="nothing is"):
        envelopes._Offline().load("https://ats100.mendixcloud.com/ws/RunJob?wsdl")
