"""Each fault at ATS over a real socket: what it makes of an answer, and whether the call it hit had its effect."""

import http.client
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Final
from xml.parsers import expat

import pytest

from core.sandbox import BOXES, FAULTS, SCENARIOS, Fault, Progression, Sandbox
from core.sandbox.ats.faults import FAULTS as OWN
from core.sandbox.ats.mutations import DEPTH, DIGITS
from core.sandbox.ats.records import BIG
from core.sandbox.faults import BEFORE
from core.sandbox.repertoire import faults_of, scenarios_of
from tests.sandbox.ats_support import (
    MENDIX,
    SOAP,
    TOKEN,
    AtsClient,
    ats_client,
    fault_of,
    look_text,
    record_of,
    rerun_text,
    seen,
    start_text,
    values_of,
)
from tests.sandbox.support import Reply

ATS: Final = BOXES["mendix-ats"]
KINDS: Final = tuple(faults_of(ATS))
LOUD: Final = ("gzip-bomb", "endless", "slow-loris", "hang", "hang-after")
HARMLESS: Final = frozenset(kind for kind in KINDS if kind in BEFORE)


def start_with(box: Sandbox, ats: AtsClient, kind: str) -> Reply:
    box.reset(faults=[Fault(kind=kind, at="run-job")])
    return ats.post("RunJob", start_text())


def look_with(box: Sandbox, ats: AtsClient, kind: str) -> Reply:
    """Look at a job that is over, and has failed."""
    box.reset(scenario=SCENARIOS["one-failure"], faults=[Fault(kind=kind, at="get-test-run")])
    return ats.post("GetJobStatus", look_text(ats.start()))


def raw_fields(reply: Reply) -> list[tuple[str, str]]:
    return [(child.tag, child.text or "") for child in record_of(reply)]


def ill_formed(reply: Reply) -> str:
    """Return what a parser has against it."""
    with pytest.raises(ET.ParseError) as caught:
        ET.fromstring(reply.body)  # noqa: S314 -- from our own server
    return str(caught.value)


def names_of(reply: Reply) -> list[str]:
    return [name for name, _ in raw_fields(reply)]


USUAL: Final = [
    "ExecutionStatus",
    "ExecutionResult",
    "ErrorMessage",
    "ExecutionFlags",
    "ExecutionResultBreakdown",
    "ExecutionDetailsPerTestCase",
]


def check_cut(look: Reply, start: Reply) -> None:
    for reply in (look, start):
        assert ill_formed(reply)
        assert reply.body.startswith(b"<?xml")
        assert int(reply.headers["content-length"]) == len(reply.body)


def check_empty(look: Reply, start: Reply) -> None:
    assert (look.body, start.body, start.status) == (b"", b"", 200)


def check_nil(look: Reply, start: Reply) -> None:
    assert b'<TestRun xsi:nil="true"/>' in look.body
    assert b'<RunJob xsi:nil="true"/>' in start.body


def check_list(look: Reply, start: Reply) -> None:
    for reply in (look, start):
        records = list(ET.fromstring(reply.body)[0][0])  # noqa: S314 -- from our own server
        assert ET.tostring(records[0]) == ET.tostring(records[1])
        assert len(records) == 2


def check_twice(look: Reply, start: Reply) -> None:
    assert [value for name, value in raw_fields(look) if name == "ExecutionResult"] == ["Failed", "Passed"]
    assert raw_fields(start)[:2] == [("Started", "true"), ("Started", "true")]


def check_missing(look: Reply, start: Reply) -> None:
    assert names_of(look) == USUAL[1:]
    assert names_of(start) == ["ErrorMessage", "JobID"]


def check_deep(look: Reply, start: Reply) -> None:
    for reply in (look, start):
        assert b"<Hint>" + b"<a>" * DEPTH + b"</a>" * DEPTH + b"</Hint>" in reply.body


def check_huge(look: Reply, start: Reply) -> None:
    assert b"<CountPassed>" + b"9" * DIGITS + b"</CountPassed>" in look.body
    assert b"<Number>" + b"9" * DIGITS + b"</Number>" in start.body


def check_nan(look: Reply, start: Reply) -> None:
    assert b"<CountPassed>NaN</CountPassed>" in look.body
    assert b"<Number>NaN</Number>" in start.body


def check_fault(status: int) -> Callable[[Reply, Reply], None]:
    def check(look: Reply, start: Reply) -> None:
        for reply in (look, start):
            assert (reply.status, reply.headers["content-type"]) == (status, "text/xml; charset=utf-8")
            assert fault_of(reply) == ("soap:Server", "An internal server error occurred")

    return check


def check_dtd(look: Reply, start: Reply) -> None:
    assert b'<!DOCTYPE soap:Envelope [<!ENTITY word "Passed">]>' in look.body
    assert b"<ExecutionResult>&word;</ExecutionResult>" in look.body
    assert seen(look).result == "Passed", "a parser that takes entities is fooled"
    assert values_of(start)["Started"] == "true"


def check_bomb(look: Reply, start: Reply) -> None:
    for reply in (look, start):
        assert b"<Hint>&l9;</Hint>" in reply.body
        assert len(reply.body) < 5_000
        declared = dict(re.findall(rb'<!ENTITY (l\d) "([^"]*)">', reply.body))
        size = len(declared[b"l0"])
        for level in range(1, 10):
            assert declared[b"l%d" % level] == b"&l%d;" % (level - 1) * 10
            size *= 10
        assert size == 2 * 10**9


def check_outside(look: Reply, start: Reply) -> None:
    for reply in (look, start):
        assert b'SYSTEM "http://dtd.invalid/x.dtd"' in reply.body
        assert b'<!ENTITY file SYSTEM "file:///etc/hostname">' in reply.body
        assert b"<Hint>&file;</Hint>" in reply.body


def check_control(look: Reply, start: Reply) -> None:
    for reply in (look, start):
        assert b"\x1b[2J" in reply.body
        assert "invalid token" in ill_formed(reply)


def check_reordered(look: Reply, start: Reply) -> None:
    assert names_of(look) == USUAL[::-1]
    assert names_of(start) == ["JobID", "ErrorMessage", "Started"]


def check_new(look: Reply, start: Reply) -> None:
    assert names_of(look) == [USUAL[0], "Revision", *USUAL[1:], "Remark"]
    assert names_of(start) == ["Started", "Revision", "ErrorMessage", "JobID", "Remark"]


def check_renamed(look: Reply, start: Reply) -> None:
    assert (record_of(look).tag, record_of(start).tag) == ("Result", "Result")
    assert names_of(look) == USUAL


def check_qualified(look: Reply, start: Reply) -> None:
    for reply in (look, start):
        assert {one.tag.partition("}")[0] for one in record_of(reply).iter()} == {f"{{{MENDIX}"}


def check_prefix(look: Reply, start: Reply) -> None:
    assert look.body.count(b"<S:Body><ns2:GetTestRunResponse>") == 1
    assert (seen(look).word, values_of(start)["Started"]) == ("Done/Failed", "true")


def check_undeclared(look: Reply, start: Reply) -> None:
    assert {ill_formed(look)[:14], ill_formed(start)[:14]} == {"unbound prefix"}


def check_latin(look: Reply, start: Reply) -> None:
    for reply in (look, start):
        assert reply.body.startswith(b'<?xml version="1.0" encoding="ISO-8859-1"?>')
        assert reply.headers["content-type"] == "text/xml; charset=iso-8859-1"
        assert raw_fields(reply)[-1] == ("Hint", "café")
        assert "café".encode() not in reply.body


def check_big(look: Reply, start: Reply) -> None:
    assert dict(raw_fields(look))["ErrorMessage"] == dict(raw_fields(start))["ErrorMessage"] == "n" * BIG


def check_bare(look: Reply, start: Reply) -> None:
    tags = [ET.fromstring(reply.body).tag for reply in (look, start)]  # noqa: S314 -- from our own server
    assert tags == ["TestRun", "RunJob"]


def check_soap_12(look: Reply, start: Reply) -> None:
    for reply in (look, start):
        assert reply.headers["content-type"] == "application/soap+xml; charset=utf-8"
        assert b"http://www.w3.org/2003/05/soap-envelope" in reply.body
        assert SOAP.encode() not in reply.body
        assert ET.fromstring(reply.body) is not None  # noqa: S314 -- from our own server


def check_parts(look: Reply, start: Reply) -> None:
    for reply in (look, start):
        boundary = re.search('boundary="([^"]+)"', reply.headers["content-type"])
        assert boundary
        assert reply.headers["content-type"].startswith("multipart/related; ")
        _, part, end = reply.body.split(f"--{boundary[1]}".encode())
        assert end == b"--\r\n"
        head, _, body = part.partition(b"\r\n\r\n")
        assert b"application/xop+xml" in head
        assert ET.fromstring(body.rstrip()).tag == f"{{{SOAP}}}Envelope"  # noqa: S314 -- from our own server


def check_early(look: Reply, start: Reply) -> None:
    assert look.body.endswith(b"<TestRun><ExecutionStatus><![CDATA[Done]]></ExecutionStatus>")
    assert start.body.endswith(b"<RunJob><Started>true</Started>")


def check_late(look: Reply, start: Reply) -> None:
    assert look.body.endswith(b"</ExecutionDetailsPerTestCase>")
    assert start.body.endswith(b"</JobID>")
    assert ill_formed(look)


CHECKS: dict[str, Callable[[Reply, Reply], None]] = {
    "cut": check_cut,
    "empty-body": check_empty,
    "null-body": check_nil,
    "list-body": check_list,
    "duplicate-keys": check_twice,
    "missing-status": check_missing,
    "deep-json": check_deep,
    "huge-number": check_huge,
    "nan": check_nan,
    "fault-500": check_fault(500),
    "fault-200": check_fault(200),
    "dtd": check_dtd,
    "entity-bomb": check_bomb,
    "external-entity": check_outside,
    "control-character": check_control,
    "reordered": check_reordered,
    "new-field": check_new,
    "renamed-record": check_renamed,
    "qualified": check_qualified,
    "foreign-prefix": check_prefix,
    "undeclared-prefix": check_undeclared,
    "latin-1": check_latin,
    "big-text": check_big,
    "not-soap": check_bare,
    "soap12": check_soap_12,
    "multipart": check_parts,
    "cut-early": check_early,
    "cut-late": check_late,
}


def test_every_fault_of_xml_is_tried() -> None:
    assert CHECKS.keys() == OWN.keys()
    assert set(KINDS) == (set(FAULTS) | set(OWN)) - ATS.without


@pytest.mark.parametrize("kind", CHECKS)
def test_a_fault_does_what_it_says(ats: AtsClient, ats_box: Sandbox, kind: str) -> None:
    CHECKS[kind](look_with(ats_box, ats, kind), start_with(ats_box, ats, kind))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.startswith("hang") and kind not in LOUD])
def test_journal_and_ledger_tell_whether_a_start_took_effect(ats: AtsClient, ats_box: Sandbox, kind: str) -> None:
    try:
        start_with(ats_box, ats, kind)
    except (http.client.HTTPException, OSError):
        assert kind in {"reset-before", "reset-after", "short"}
    exchange = ats_box.journal[0]
    assert (exchange.operation, exchange.fault) == ("run-job", f"{kind}@run-job")
    assert exchange.effect == (kind not in HARMLESS)
    assert len(ats_box.ledger.ours) == int(exchange.effect)


@pytest.mark.parametrize("kind", ["reset-after", "hang-after", "502-after", "html-after", "fault-500", "cut"])
def test_a_lost_reply_to_a_rerun_leaves_a_job(ats_box: Sandbox, kind: str) -> None:
    ats_box.reset(scenario=SCENARIOS["one-failure"], faults=[Fault(kind=kind, at="rerun-not-passed")])
    with ats_client(ats_box.url) as client:
        job = client.start()
        client.look(job)
        if client.connection.sock is not None and kind.startswith("hang"):
            client.connection.sock.settimeout(0.05)
        try:
            client.post("RerunNotPassed", rerun_text(job))
        except (http.client.HTTPException, OSError):
            assert kind in {"reset-after", "hang-after"}
    assert [run.rerun_of for run in ats_box.ledger] == [None, job]


@pytest.mark.parametrize("kind", [kind for kind in FAULTS if kind[0].isdigit() and kind != "422"])
def test_an_error_of_a_server_in_front_is_a_web_page(ats: AtsClient, ats_box: Sandbox, kind: str) -> None:
    reply = start_with(ats_box, ats, kind)
    assert (reply.status, reply.headers["content-type"]) == (int(kind[:3]), "text/html; charset=utf-8")


def test_maintenance_may_say_when_it_ends(ats: AtsClient, ats_box: Sandbox) -> None:
    ats_box.reset(faults=[Fault.parse("503=7@start")])
    assert ats.post("RunJob", start_text()).headers["retry-after"] == "7"


@pytest.mark.parametrize(("text", "status"), [("echo-secret@start", 500), ("echo-secret=403@start", 403)])
def test_the_token_is_repeated_in_a_fault(ats: AtsClient, ats_box: Sandbox, text: str, status: int) -> None:
    ats_box.reset(faults=[Fault.parse(text)])
    reply = ats.post("RunJob", start_text())
    assert (reply.status, reply.reason) == (status, f"Rejected {TOKEN}")
    assert fault_of(reply) == ("soap:Server", f"Cannot handle the request with the credential {TOKEN}")


@pytest.mark.parametrize(
    ("sent", "shown"), [("a<b&c]]>d", "a<b&c]]>d"), ("naïve ключ", "naïve ключ")], ids=["markup", "letters"]
)
def test_a_token_is_repeated_as_it_was_meant(ats: AtsClient, ats_box: Sandbox, sent: str, shown: str) -> None:
    ats_box.reset(faults=[Fault.parse("echo-secret@start")])
    assert fault_of(ats.post("RunJob", start_text(AppAPIToken=sent)))[1].endswith(shown)


@pytest.mark.parametrize("body", [b"", b"<a/>", b"no xml", start_text().replace(b"AppAPIToken", b"Token")])
def test_without_a_token_there_is_none_to_repeat(ats: AtsClient, ats_box: Sandbox, body: bytes) -> None:
    ats_box.reset(faults=[Fault.parse("echo-secret@start")])
    assert ats.post("RunJob", body).reason == "Rejected none"


def test_a_start_may_name_a_job_that_nobody_knows(ats: AtsClient, ats_box: Sandbox) -> None:
    named = values_of(start_with(ats_box, ats, "wrong-id"))["JobID"] or ""
    assert named != ats_box.ledger[0].id
    assert ats.look(named).message == f"There is no job {named}"


def test_a_look_may_be_answered_as_one_at_an_unknown_job(ats: AtsClient, ats_box: Sandbox) -> None:
    look = seen(look_with(ats_box, ats, "wrong-id"))
    assert look.word == "-"
    assert str(ats_box.ledger[0].id) not in (look.message or "")


@pytest.mark.parametrize("kind", ["stale", "wrong-project"])
def test_what_no_client_could_tell_is_refused(kind: str) -> None:
    with pytest.raises(ValueError, match=f"'{kind}' makes no sense at this vendor: choose from 401"):
        Sandbox(vendor="mendix-ats", faults=[Fault(kind=kind, at="any")])


@pytest.mark.parametrize("kind", sorted({*OWN} - {*FAULTS}))
def test_faults_of_xml_are_refused_where_there_is_none(kind: str) -> None:
    with pytest.raises(ValueError, match=f"unknown fault '{kind}'"):
        Sandbox(vendor="autify", faults=[Fault(kind=kind, at="any")])


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {*LOUD, "big-text", "deep-json"}))
def test_every_fault_combines_with_every_scenario(ats_box: Sandbox, kind: str) -> None:
    faults = [Fault(kind=kind, at="get-test-run"), Fault(kind=kind, at="rerun-not-passed")]
    for name, scenario in scenarios_of(ATS).items():
        if name in {"hostile", "many"}:
            continue
        ats_box.reset(scenario=scenario, faults=faults, progression=Progression.immediate())
        job = _started(ats_box)
        for service, body in (("GetJobStatus", look_text(job)), ("RerunNotPassed", rerun_text(job))):
            with ats_client(ats_box.url) as client:
                try:
                    client.post(service, body)
                except (http.client.HTTPException, OSError):
                    assert kind in {"reset-before", "reset-after", "short"}
        assert [exchange.fault is None for exchange in ats_box.journal] == [True, False, False]


def _started(box: Sandbox) -> str:
    with ats_client(box.url) as client:
        return values_of(client.post("RunJob", start_text())).get("JobID") or "none"


@pytest.mark.parametrize("kind", ["deep-json", "big-text", "dtd", "reordered", "cut-late", "latin-1", "qualified"])
@pytest.mark.parametrize("scenario", ["hostile", "plain-text", "omitted-values", "nothing-asked"])
def test_faults_leave_hostile_and_scanty_answers_what_they_were(
    ats: AtsClient, ats_box: Sandbox, scenario: str, kind: str
) -> None:
    ats_box.reset(scenario=scenarios_of(ATS)[scenario], faults=[Fault(kind=kind, at="get-test-run", nth=2)])
    job = ats.start()
    first, second = (ats.post("GetJobStatus", look_text(job)) for _ in range(2))
    assert (b"CDATA" in first.body) == (b"CDATA" in second.body)
    parser = expat.ParserCreate()
    if kind == "cut-late":
        assert ill_formed(second)
    else:
        parser.Parse(second.body, True)  # noqa: FBT003 -- positional only


def test_the_description_of_a_service_is_hit_by_faults_at_any_call(ats: AtsClient, ats_box: Sandbox) -> None:
    ats_box.reset(faults=[Fault.parse("503@any"), Fault.parse("dtd@any#2"), Fault.parse("wrong-id@any#3")])
    replies = [ats.call("GET", "/ws/RunJob?wsdl") for _ in range(4)]
    assert [reply.status for reply in replies] == [503, 200, 200, 200]
    assert replies[1].body == replies[2].body == replies[3].body, "it has neither a result nor a job"
