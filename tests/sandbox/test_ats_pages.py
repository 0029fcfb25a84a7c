"""What ATS answers apart from SOAP: web pages, and the descriptions of its services."""

import xml.etree.ElementTree as ET

import pytest

from core.sandbox import Fault, Progression, Sandbox
from core.sandbox.ats.scenarios import SCENARIOS as OWN
from tests.sandbox.ats_support import AtsClient, start_text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/ws-doc/", 200),
        ("GET", "/ws/Cancel?wsdl", 404),
        ("PUT", "/ws/RunJob", 404),
        ("POST", "/ws/CancelJob", 404),
        ("POST", "/ws/RunJob/x", 404),
        ("POST", "/", 404),
    ],
)
def test_everything_else_is_a_web_page(ats: AtsClient, ats_box: Sandbox, method: str, path: str, status: int) -> None:
    reply = ats.call(method, path, start_text(), {"Content-Type": "text/xml"})
    assert reply.status == status
    assert [exchange.operation for exchange in ats_box.journal] == ["unknown" if path.startswith("/ws/") else "page"]
    ats_box.reset(faults=[Fault.parse("503@any")])
    again = ats.call(method, path, start_text(), {"Content-Type": "text/xml"}).status
    assert again == (503 if path.startswith("/ws/") else status), "faults hit what is below the services alone"
    assert reply.headers["content-type"].startswith(
        "text/xml" if path == "/ws/RunJob" and status == 200 else "text/html"
    )


def test_slashes_may_be_doubled(ats: AtsClient) -> None:
    assert ats.call("POST", "//ws/RunJob", start_text(), {"Content-Type": "text/xml"}).status == 200


@pytest.mark.parametrize(
    ("service", "element", "asked"),
    [
        ("RunJob", "RunJob", ["AppAPIToken", "AppID", "JobTemplateID"]),
        (
            "GetJobStatus",
            "GetTestRun",
            [
                "AppAPIToken",
                "JobID",
                "AppID",
                "IncludeExecutionFlags",
                "IncludeExecutionResultBreakdown",
                "IncludeDetailsPerTestCase",
            ],
        ),
        ("RerunNotPassed", "RerunNotPassed", ["AppAPIToken", "AppID", "FinishedJobID"]),
    ],
)
def test_each_service_describes_itself(
    ats: AtsClient, ats_box: Sandbox, service: str, element: str, asked: list[str]
) -> None:
    reply = ats.call("GET", f"/ws/{service}?wsdl")
    assert reply.body == ats.call("GET", f"/ws/{service}").body
    assert reply.headers["content-type"] == "text/xml; charset=utf-8"
    root = ET.fromstring(reply.body)  # noqa: S314 -- from our own server
    xs, soap = "{http://www.w3.org/2001/XMLSchema}", "{http://schemas.xmlsoap.org/wsdl/soap/}"
    schema = next(root.iter(f"{xs}schema"))
    assert (schema.get("targetNamespace"), schema.get("elementFormDefault")) == (
        "http://www.mendix.com/",
        "unqualified",
    )
    wanted = next(one for one in schema if one.get("name") == element)
    assert [one.get("name") for one in wanted.iter(f"{xs}element")][2:] == asked
    assert next(root.iter(f"{soap}address")).get("location") == f"{ats_box.origin}/ws/{service}"
    assert f"{element}Response" in [one.get("name") for one in schema]


def test_an_old_server_describes_what_it_has(ats: AtsClient, ats_box: Sandbox) -> None:
    ats_box.reset(scenario=OWN["old-server"], progression=Progression.immediate())
    assert b"Include" not in ats.call("GET", "/ws/GetJobStatus?wsdl").body
    assert ats.call("GET", "/ws/RerunNotPassed?wsdl").status == 404
    assert b"RerunNotPassed" not in ats.call("GET", "/ws-doc/").body
