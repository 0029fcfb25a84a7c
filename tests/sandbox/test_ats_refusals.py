"""What ATS refuses: requests that do not fit are faults, what the business denies is a message."""

import re

import pytest

from core.sandbox import Sandbox
from core.sandbox.ats.scenarios import SCENARIOS as OWN
from tests.sandbox.ats_support import (
    APP,
    NOBODY,
    TEMPLATE,
    TOKEN,
    USER,
    AtsClient,
    asking,
    enveloped,
    fault_of,
    fields,
    look_text,
    rerun_text,
    seen,
    start_text,
    values_of,
)

VALUES = {"AppAPIToken": TOKEN, "AppID": APP, "JobTemplateID": TEMPLATE}
RECORD = f"<TestRun>{fields(VALUES)}</TestRun>"
GOOD = start_text().decode()
BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;">]>'


def only(*names: str) -> bytes:
    """A start with these fields, in this order."""
    return asking("RunJob", "TestRun", {name: VALUES[name] for name in names})


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (only("AppID", "AppAPIToken", "JobTemplateID"), "AppAPIToken is expected in TestRun, not AppID"),
        (only("AppAPIToken", "JobTemplateID", "AppID"), "AppID is expected in TestRun, not JobTemplateID"),
        (only("AppAPIToken", "AppID"), "JobTemplateID is expected in TestRun, not the end"),
        (asking("RunJob", "TestRun", {**VALUES, "Browser": "Chrome"}), "Browser is not expected in TestRun"),
        (
            enveloped(f"<men:RunJob><TestRun>{fields(VALUES)}{fields({'AppID': APP})}</TestRun></men:RunJob>"),
            "AppID is not expected in TestRun",
        ),
        (asking("RunJob", "RunJob", VALUES), "RunJob must hold TestRun alone, not RunJob"),
        (asking("GetTestRun", "TestRun", VALUES), "Body must hold {http://www.mendix.com/}RunJob alone"),
        (enveloped(f"<RunJob>{RECORD}</RunJob>"), "not RunJob"),
        (enveloped(""), "not nothing"),
        (enveloped(f"<men:RunJob>{RECORD}</men:RunJob>" * 2), "Body must hold"),
        (enveloped("<men:RunJob><men:TestRun/></men:RunJob>"), "RunJob must hold TestRun alone"),
        (enveloped(f"<men:RunJob>now {RECORD}</men:RunJob>"), "elements alone, no text"),
        (enveloped(f"<men:RunJob>{RECORD} now</men:RunJob>"), "elements alone, no text"),
        (GOOD.replace("<AppID>", '<AppID kind="x">').encode(), "the attribute kind is not expected in AppID"),
        (GOOD.replace(APP, "<b/>").encode(), "AppID must hold text alone"),
        (re.sub("<soapenv:Body>.*</soapenv:Body>", "", GOOD).encode(), "has no body"),
        (GOOD.replace("http://schemas.xmlsoap.org/soap/envelope/", "urn:x").encode(), "no envelope of SOAP 1.1"),
        (b"<TestRun/>", "no envelope"),
        (b"", "not well-formed"),
        (b'{"AppID": 1}', "not well-formed"),
        (start_text()[:-5], "not well-formed"),
        (GOOD.replace("men:RunJob", "tns:RunJob").encode(), "not well-formed"),
        ((BOMB + GOOD.replace(APP, "&b;")).encode(), "a DTD is not allowed"),
        (("<!DOCTYPE x>" + GOOD).encode(), "a DTD is not allowed"),
        (b'<?xml version="1.0" encoding="no-such"?>' + start_text(), "not well-formed"),
        (start_text(AppID="n" * (1 << 20)), "too large"),
    ],
)
def test_a_request_that_does_not_fit_is_a_fault_and_starts_nothing(
    ats: AtsClient, ats_box: Sandbox, body: bytes, told: str
) -> None:
    reply = ats.post("RunJob", body)
    assert (reply.status, reply.headers["content-type"]) == (500, "text/xml; charset=utf-8")
    code, text = fault_of(reply)
    assert code == ("soap:VersionMismatch" if "no envelope" in told else "soap:Client")
    assert told in text
    assert (len(ats_box.ledger), ats_box.journal[0].effect) == (0, False)


def test_a_document_says_itself_how_it_is_encoded(ats: AtsClient) -> None:
    assert values_of(ats.post("RunJob", GOOD.encode("utf-16")))["Started"] == "true"


def test_a_version_of_soap_that_it_does_not_speak_is_told_so(ats: AtsClient) -> None:
    body = GOOD.replace("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope").encode()
    assert fault_of(ats.post("RunJob", body))[0] == "soap:VersionMismatch"


@pytest.mark.parametrize("content_type", ["", "application/json", "application/soap+xml", "text/plain"])
def test_another_content_type_is_a_fault(ats: AtsClient, content_type: str) -> None:
    code, text = fault_of(ats.post("RunJob", start_text(), content_type))
    assert (code, "not text/xml" in text) == ("soap:Client", True)


@pytest.mark.parametrize("value", ["yes", "", "TRUE", "2"])
def test_a_flag_is_true_or_false(ats: AtsClient, value: str) -> None:
    reply = ats.post("GetJobStatus", look_text(ats.start(), IncludeExecutionFlags=value))
    assert "IncludeExecutionFlags must be true or false" in fault_of(reply)[1]


def test_flags_stand_in_a_fixed_order_and_each_may_be_left_out(ats: AtsClient) -> None:
    job = ats.start()
    assert ats.look(job, ("IncludeExecutionFlags", "IncludeDetailsPerTestCase")).counts is None
    swapped = ats.post("GetJobStatus", look_text(job, ("IncludeDetailsPerTestCase", "IncludeExecutionFlags")))
    assert "IncludeExecutionFlags is not expected in TestRun" in fault_of(swapped)[1]


def test_prefixes_comments_blanks_and_nil_do_not_matter(ats: AtsClient) -> None:
    body = f"""<?xml version="1.0"?><!-- a start -->
    <e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"
        xmlns:i="http://www.w3.org/2001/XMLSchema-instance">
      <e:Body> <RunJob xmlns="http://www.mendix.com/"> <TestRun xmlns=""> <!-- in order -->
        <AppAPIToken><![CDATA[{TOKEN}]]></AppAPIToken> <AppID>{APP}</AppID> <JobTemplateID>{TEMPLATE}</JobTemplateID>
      </TestRun> </RunJob> </e:Body>
    </e:Envelope>"""
    assert values_of(ats.post("RunJob", body.encode()))["Started"] == "true"
    empty = body.replace(f"<AppID>{APP}</AppID>", '<AppID i:nil="true"/>')
    assert values_of(ats.post("RunJob", empty.encode()))["Started"] == "false"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"AppAPIToken": "wrong"}, "token is not valid"),
        ({"AppAPIToken": "an-invalid-one"}, "token is not valid"),
        ({"AppAPIToken": ""}, "token is not valid"),
        ({"AppID": NOBODY}, f"no app {NOBODY}"),
        ({"AppID": "77"}, "no app 77"),
        ({"JobTemplateID": NOBODY}, f"no CI/CD template {NOBODY}"),
        ({"JobTemplateID": ""}, "no CI/CD template"),
    ],
)
def test_a_start_that_is_denied_has_a_message_and_no_job(
    ats: AtsClient, ats_box: Sandbox, changed: dict[str, str], told: str
) -> None:
    values = values_of(ats.post("RunJob", start_text(**changed)))
    assert (values["Started"], values["JobID"]) == ("false", None)
    assert told in (values["ErrorMessage"] or "")
    assert (len(ats_box.ledger), ats_box.journal[0].effect) == (0, False)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"AppAPIToken": "wrong"}, "token is not valid"),
        ({"AppID": NOBODY}, "no app"),
        ({"AppID": "2b4e28ba-2fa1-41d2-883f-0016d3cca427"}, "no job"),
        ({"JobID": NOBODY}, f"no job {NOBODY}"),
    ],
)
def test_a_look_that_is_denied_has_a_message_and_no_status(
    ats: AtsClient, ats_box: Sandbox, changed: dict[str, str], told: str
) -> None:
    values = {"AppAPIToken": TOKEN, "JobID": ats.start(), "AppID": APP, **changed}
    look = seen(ats.post("GetJobStatus", asking("GetTestRun", "TestRun", values)))
    assert (look.status, look.result, look.flags) == (None, None, None)
    assert told in (look.message or "")
    assert ats_box.ledger[0].looks == 0


@pytest.mark.parametrize("changed", [{"FinishedJobID": NOBODY}, {"AppAPIToken": "wrong"}, {"AppID": NOBODY}])
def test_a_rerun_that_is_denied_has_a_message_and_no_job(
    ats: AtsClient, ats_box: Sandbox, changed: dict[str, str]
) -> None:
    values = values_of(ats.post("RerunNotPassed", rerun_text(ats.start(), **changed)))
    assert (values["Started"], values["JobID"], bool(values["ErrorMessage"])) == ("false", None, True)
    assert len(ats_box.ledger) == 1


@pytest.mark.parametrize("header", ["", USER, USER.replace("ATSAPIUser", ""), "<men:other/>"])
def test_in_the_cloud_user_and_password_are_ignored(ats: AtsClient, header: str) -> None:
    body = enveloped(f"<men:RunJob>{RECORD}</men:RunJob>", header)
    assert values_of(ats.post("RunJob", body))["Started"] == "true"


@pytest.mark.parametrize(
    ("header", "fits"),
    [
        (USER, True),
        ("", False),
        (USER.replace("men:authentication", "authentication"), False),
        (USER.replace("<password>ATSAPIUser", "<password>wrong"), False),
        (USER.replace("<password>ATSAPIUser</password>", ""), False),
        (USER.replace("<username>ATSAPIUser", "<username>"), False),
    ],
)
def test_on_premises_they_are_needed(ats: AtsClient, ats_box: Sandbox, header: str, fits: bool) -> None:
    ats_box.reset(scenario=OWN["on-premises"])
    reply = ats.post("RunJob", enveloped(f"<men:RunJob>{RECORD}</men:RunJob>", header))
    assert len(ats_box.ledger) == fits
    assert fits or "authentication failed" in fault_of(reply)[1]
