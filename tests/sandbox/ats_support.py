"""A plain SOAP client for the ATS box: envelopes written by hand, answers read with the standard library."""

import http.client
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from tests.sandbox.support import Reply

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
MENDIX = "http://www.mendix.com/"
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
TOKEN = "t0ken"
APP = "1b4e28ba-2fa1-41d2-883f-0016d3cca427"
TEMPLATE = "6fa459ea-ee8a-4ca4-894e-db77e160355e"
NOBODY = "00000000-0000-0000-0000-000000000000"
USER = "<men:authentication><username>ATSAPIUser</username><password>ATSAPIUser</password></men:authentication>"
BLOCKS = ("IncludeExecutionFlags", "IncludeExecutionResultBreakdown", "IncludeDetailsPerTestCase")


def enveloped(content: str, header: str = USER) -> bytes:
    return (
        f'<soapenv:Envelope xmlns:soapenv="{SOAP}" xmlns:men="{MENDIX}"><soapenv:Header>{header}</soapenv:Header>'
        f"<soapenv:Body>{content}</soapenv:Body></soapenv:Envelope>"
    ).encode()


def fields(values: dict[str, str]) -> str:
    return "".join(f"<{name}>{escape(value)}</{name}>" for name, value in values.items())


def asking(element: str, record: str, values: dict[str, str]) -> bytes:
    return enveloped(f"<men:{element}><{record}>{fields(values)}</{record}></men:{element}>")


def start_text(**changed: str) -> bytes:
    values = {"AppAPIToken": TOKEN, "AppID": APP, "JobTemplateID": TEMPLATE, **changed}
    return asking("RunJob", "TestRun", values)


def look_text(job: str, blocks: tuple[str, ...] = BLOCKS, **changed: str) -> bytes:
    values = {"AppAPIToken": TOKEN, "JobID": job, "AppID": APP, **dict.fromkeys(blocks, "true"), **changed}
    return asking("GetTestRun", "TestRun", values)


def rerun_text(job: str, **changed: str) -> bytes:
    values = {"AppAPIToken": TOKEN, "AppID": APP, "FinishedJobID": job, **changed}
    return asking("RerunNotPassed", "RerunNotPassed", values)


def record_of(reply: Reply) -> ET.Element:
    """Return what holds the fields."""
    assert reply.status == 200, reply.body
    return ET.fromstring(reply.body)[0][0][0]  # noqa: S314 -- from our own server


def values_of(reply: Reply) -> dict[str, str | None]:
    """The plain fields: an absent value is None, one that is left out is not there."""
    return {
        child.tag: None if child.get(NIL) == "true" else child.text or ""
        for child in record_of(reply)
        if not len(child)
    }


def fault_of(reply: Reply) -> tuple[str, str]:
    """Return code and text of a soap:Fault."""
    found = ET.fromstring(reply.body)[0][0]  # noqa: S314 -- from our own server
    assert found.tag == f"{{{SOAP}}}Fault", reply.body
    return found.findtext("faultcode", ""), found.findtext("faultstring", "")


@dataclass(frozen=True)
class Look:
    """One answer of GetTestRun; what is not in it is None."""

    status: str | None
    result: str | None
    message: str | None
    flags: tuple[bool, bool] | None  # canceled, warning
    counts: tuple[int, int, int] | None  # passed, not executed, failed
    cases: list[tuple[str, str, str, str]] | None  # name, result, duration, message

    @property
    def word(self) -> str:
        """`Queued`, `Running`, `Done/Passed`; a refusal is `-`."""
        return self.status + (f"/{self.result}" if self.result else "") if self.status else "-"


def seen(reply: Reply) -> Look:
    record, values = record_of(reply), values_of(reply)
    flags = record.find("ExecutionFlags/Flags")
    counts = record.find("ExecutionResultBreakdown/ResultBreakdown")
    details = record.find("ExecutionDetailsPerTestCase")
    return Look(
        status=values.get("ExecutionStatus"),
        result=values.get("ExecutionResult"),
        message=values.get("ErrorMessage"),
        flags=None if flags is None else (flags.findtext("Canceled") == "true", flags.findtext("Warning") == "true"),
        counts=None if counts is None else _counts(counts),
        cases=None if details is None else [_case(one) for one in details],
    )


def _counts(block: ET.Element) -> tuple[int, int, int]:
    passed, not_executed, failed = (
        int(block.findtext(f"Count{name}", "")) for name in ("Passed", "NotExecuted", "Failed")
    )
    return passed, not_executed, failed


def _case(block: ET.Element) -> tuple[str, str, str, str]:
    name, result, duration, message = (
        block.findtext(name, "") for name in ("Name", "Result", "Duration", "ErrorMessage")
    )
    return name, result, duration, message


@dataclass
class AtsClient:
    """One keep-alive connection to the box."""

    connection: http.client.HTTPConnection
    base: str

    def post(self, service: str, body: bytes, content_type: str = "text/xml; charset=utf-8") -> Reply:
        return self.call("POST", f"/ws/{service}", body, {"Content-Type": content_type})

    def call(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Reply:
        self.connection.request(method, self.base + path, body, headers or {})
        answer = self.connection.getresponse()
        named = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(status=answer.status, reason=answer.reason, headers=named, body=answer.read())

    def start(self, **changed: str) -> str:
        values = values_of(self.post("RunJob", start_text(**changed)))
        assert values["Started"] == "true", values
        assert not values.get("ErrorMessage"), values
        return values["JobID"] or ""

    def look(self, job: str, blocks: tuple[str, ...] = BLOCKS, **changed: str) -> Look:
        return seen(self.post("GetJobStatus", look_text(job, blocks, **changed)))

    def rerun(self, job: str) -> str:
        return values_of(self.post("RerunNotPassed", rerun_text(job)))["JobID"] or ""


@contextmanager
def ats_client(url: str) -> Iterator[AtsClient]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=5)
    try:
        yield AtsClient(connection=connection, base=parts.path)
    finally:
        connection.close()
