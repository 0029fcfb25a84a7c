"""What a SOAP server may do to us, row by row, over real sockets: never a verdict, never taken for a refusal."""

import random
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from core.errors import CallFailedError, Fault, RunnerError
from core.http.calls import ApiCalls, understood
from core.http.transport import Call, Transport
from core.model import Verdict
from core.text.secret import Secret
from core.vendors.mendix_ats import replies
from core.vendors.mendix_ats.operations import OPERATIONS
from core.vendors.mendix_ats.settings import Settings
from core.waiting.clock import SystemClock
from core.waiting.patience import Patience
from core.waiting.stop import Stop
from tests.recorder import Reply, recorder
from tests.support import MemoryCi

WIRE = Path(__file__).parents[1] / "wire" / "mendix-ats"
JOB = "0b1e2f3a-4d5c-4e6f-8a9b-0c1d2e3f4a5b"
XML = {"Content-Type": "text/xml; charset=utf-8"}
HTML = {"Content-Type": "text/html"}
PAGE = b"<html><body><h1>Service unavailable</h1></body></html>"
STARTED = (WIRE / "run-job.reply.xml").read_bytes().replace(b"JOB", JOB.encode())
FAULT = (WIRE / "fault.xml").read_bytes()
GREEN = (WIRE / "get-test-run.failed.xml").read_bytes().replace(b"[Failed]", b"[Passed]")
GREEN = GREEN.replace(b"<CountPassed>2", b"<CountPassed>3").replace(b"<CountFailed>1", b"<CountFailed>0")
VALUES = GREEN.index(b"<ExecutionDetailsPerTestCase>")
STATUS = GREEN.index(b"<ExecutionResult>")
BOMB = b"<!DOCTYPE b [" + b"".join(
    b'<!ENTITY a%d "%s">' % (level, b"&a%d;" % (level - 1) * 10 if level else b"x" * 1000) for level in range(9)
)


def doctype(declaration: bytes, text: bytes = b"Done") -> bytes:
    head, _, rest = GREEN.partition(b"?>")
    return head + b"?>" + declaration + rest.replace(b"<![CDATA[Done]]>", text)


BAD: dict[str, tuple[Reply, Fault, str]] = {
    "502, a page of HTML": (Reply(502, HTML, PAGE), Fault.SERVER, "answered 502"),
    "503, a page of HTML": (Reply(503, HTML, PAGE), Fault.SERVER, "answered 503"),
    "200, a page of HTML": (Reply(200, HTML, PAGE), Fault.UNREADABLE, "a page of HTML"),
    "200, HTML that calls itself XML": (Reply(200, XML, PAGE), Fault.UNREADABLE, "broken or forbidden"),
    "200, nothing": (Reply(200, XML, b""), Fault.UNREADABLE, "broken or forbidden"),
    "a fault in 500": (Reply(500, XML, FAULT), Fault.SERVER, "AppID is expected in TestRun"),
    "a fault in 200": (Reply(200, XML, FAULT), Fault.SERVER, "AppID is expected in TestRun"),
    "cut after the values": (Reply(200, XML, GREEN[:VALUES]), Fault.UNREADABLE, "cut"),
    "cut after the status": (Reply(200, XML, GREEN[:STATUS]), Fault.UNREADABLE, "cut"),
    "an undeclared prefix": (
        Reply(200, XML, GREEN.replace(b"<soapenv:Body>", b"<soap:Body>").replace(b"</soapenv:B", b"</soap:B")),
        Fault.UNREADABLE,
        "broken or forbidden",
    ),
    "SOAP 1.2": (
        Reply(200, XML, GREEN.replace(b"schemas.xmlsoap.org/soap/envelope/", b"www.w3.org/2003/05/soap-envelope")),
        Fault.UNREADABLE,
        "broken or forbidden",
    ),
    "a DOCTYPE": (Reply(200, XML, doctype(b"<!DOCTYPE Envelope>")), Fault.UNREADABLE, "forbidden"),
    "an external DTD": (
        Reply(200, XML, doctype(b'<!DOCTYPE Envelope SYSTEM "http://127.0.0.1:9/x.dtd">')),
        Fault.UNREADABLE,
        "forbidden",
    ),
    "an external entity": (
        Reply(200, XML, doctype(b'<!DOCTYPE e [<!ENTITY x SYSTEM "file:///etc/passwd">]>', b"&x;")),
        Fault.UNREADABLE,
        "forbidden",
    ),
    "a bomb of entities": (Reply(200, XML, doctype(BOMB + b"]>", b"&a8;")), Fault.UNREADABLE, "forbidden"),
    "a text of 11 MB": (
        Reply(200, XML, GREEN.replace(b"Sign in", b"x" * 11_000_000)),
        Fault.UNREADABLE,
        "more than 5242880 bytes",
    ),
    "a redirect": (Reply(302, {**XML, "Location": "/elsewhere"}, b""), Fault.UNREADABLE, "a redirect"),
    "a boolean that is none": (
        Reply(200, XML, GREEN.replace(b"<Canceled>false", b"<Canceled>yes")),
        Fault.UNREADABLE,
        "'yes' is neither true nor false",
    ),
    "a count that is none": (
        Reply(200, XML, GREEN.replace(b"<CountFailed>0", b"<CountFailed>none")),
        Fault.UNREADABLE,
        "'none' is no count",
    ),
}
GOOD: dict[str, bytes] = {
    "as it should be": GREEN,
    "a new field at the end": GREEN.replace(b"</TestRun>", b"<Queue>3</Queue></TestRun>"),
    "a new field in the middle": GREEN.replace(b"<ExecutionResult>", b"<Queue>3</Queue><ExecutionResult>"),
    "fields in another order": GREEN.replace(GREEN[STATUS : GREEN.index(b"<ErrorMessage")], b"").replace(
        b"</TestRun>", b"<ExecutionResult>Passed</ExecutionResult></TestRun>"
    ),
    "children in the namespace": GREEN.replace(b"<TestRun>", b'<TestRun xmlns="http://www.mendix.com/">'),
    "another namespace for the reply": GREEN.replace(b'"http://www.mendix.com/"', b'"http://other.example.com/"'),
    "no CDATA": GREEN.replace(b"<![CDATA[Done]]>", b"Done").replace(b"<![CDATA[Passed]]>", b"Passed"),
    "absent values": GREEN.replace(b'<ErrorMessage xsi:nil="true"/>', b""),
    "empty values": GREEN.replace(b'<ErrorMessage xsi:nil="true"/>', b"<ErrorMessage/>"),
    "ISO-8859-1": GREEN.replace(b"UTF-8", b"ISO-8859-1").replace(b"Sign in", b"S\xefgn in"),
    "a byte order mark": b"\xef\xbb\xbf" + GREEN,
}


def calls(url: str, timeout: float = 60.0) -> tuple[ApiCalls, Transport]:
    """Calls with hardly any patience: what a read is ridden out with is tested elsewhere."""
    stop = Stop()
    patience = Patience(clock=SystemClock(), stop=stop, log=MemoryCi(), rng=random.Random(), timeout=timeout)
    transport = Transport(
        base_url=url,
        headers=dict,
        clock=SystemClock(),
        stop=stop,
        inbox=patience.inbox,
        environment={},
    )
    return ApiCalls(OPERATIONS, transport, patience, settings=Settings(token=Secret("t0ken"))), transport


def look(url: str) -> replies.Look:
    """One exchange, as a poll makes it."""
    operation = OPERATIONS["get-test-run"]
    assert operation.encode is not None
    body = operation.encode(Settings(token=Secret("t0ken")), {"JobID": JOB, "AppID": JOB}, "")
    call = Call(method="POST", path=operation.path, query={}, body=body, limit=operation.limit, seconds=10)
    _, transport = calls(url)
    try:
        answer = transport.send(call)
    except CallFailedError as failure:
        assert operation.refusal is not None
        raise operation.refusal(failure) or failure from failure
    return understood(operation, answer, lambda found: replies.read(found.value), call.line)


def start(url: str) -> replies.Launched:
    mine, _ = calls(url)
    body = {"AppID": JOB, "JobTemplateID": JOB}
    return mine.start("run-job", parse=lambda answer: replies.launched(answer.value, answer.date), body=body)


@pytest.mark.parametrize("row", BAD)
def test_what_is_no_reply_to_a_look_is_an_outage(row: str) -> None:
    reply, fault, said = BAD[row]
    with recorder(lambda seen: reply) as server, pytest.raises(CallFailedError) as caught:
        look(server.url)
    assert caught.value.fault is fault
    assert caught.value.fault.passes
    assert said in caught.value.fact


@pytest.mark.parametrize("row", BAD)
def test_what_is_no_reply_to_a_start_is_never_sent_again(row: str) -> None:
    reply, _, _ = BAD[row]
    with recorder(lambda seen: reply) as server, pytest.raises(CallFailedError) as caught:
        start(server.url)
    assert not caught.value.fault.surely_without_effect
    assert [seen.path for seen in server.seen] == ["/ws/RunJob"]


@pytest.mark.parametrize("row", GOOD)
def test_what_means_the_same_is_read_the_same(row: str) -> None:
    with recorder(lambda seen: Reply(200, XML, GOOD[row])) as server:
        found = look(server.url)
    assert (found.verdict, found.listed.passed, found.agrees) == (Verdict.PASSED, 3, True)
    assert [case.seconds for case in found.cases] == [4.0, 31.0, 97.0]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<Started>true", b"<Started>yes"),
        (b"<Started>true", b"<Started>false"),
        (b"<Started>true</Started>", b""),
        (JOB.encode(), b""),
        (JOB.encode(), b"7"),
        (JOB.encode(), b"../../" + JOB.encode()),
    ],
)
def test_a_start_is_one_only_if_both_its_fields_say_so(old: bytes, new: bytes) -> None:
    body = STARTED.replace(old, new)
    assert body != STARTED
    with recorder(lambda seen: Reply(200, XML, body)) as server, pytest.raises(CallFailedError) as caught:
        start(server.url)
    assert caught.value.fault is Fault.UNREADABLE
    assert len(server.seen) == 1


def test_a_start_that_ats_refuses_did_not_happen() -> None:
    body = (WIRE / "run-job.refused.xml").read_bytes()
    with recorder(lambda seen: Reply(200, XML, body)) as server, pytest.raises(CallFailedError) as caught:
        start(server.url)
    assert caught.value.fault is Fault.REFUSED
    assert "The API token is not valid." in caught.value.fact


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_4xx_is_a_refusal(status: int) -> None:
    with recorder(lambda seen: Reply(status, XML, FAULT)) as server, pytest.raises(CallFailedError) as caught:
        start(server.url)
    assert caught.value.fault.surely_without_effect
    assert not caught.value.fault.passes
    assert len(server.seen) == 1


@contextmanager
def raw(answer: Callable[[socket.socket], None]) -> Iterator[tuple[str, list[bytes]]]:
    """A server that takes each request whole and lets `answer` do what no server library would."""
    seen: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    data = b""
                    while b"</" not in data or b":Envelope>" not in data[-40:]:
                        data += connection.recv(1 << 16)
                    seen.append(data)
                    answer(connection)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", seen
        server.shutdown(socket.SHUT_RDWR)


def head(extra: Mapping[str, Any]) -> bytes:
    lines = [f"{name}: {value}" for name, value in {**XML, "Connection": "close", **extra}.items()]
    return "\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode()


TORN: dict[str, tuple[Callable[[socket.socket], None], Fault]] = {
    "less than the length promises": (
        lambda one: one.sendall(head({"Content-Length": len(GREEN)}) + GREEN[:VALUES]),
        Fault.LOST,
    ),
    "no length, and cut after the values": (lambda one: one.sendall(head({}) + GREEN[:VALUES]), Fault.UNREADABLE),
    "closed without a word": (lambda one: None, Fault.LOST),
}


@pytest.mark.parametrize("ask", [look, start], ids=["look", "start"])
@pytest.mark.parametrize("row", TORN)
def test_a_torn_answer_is_no_answer(row: str, ask: Callable[[str], object]) -> None:
    answer, fault = TORN[row]
    with raw(answer) as (url, seen), pytest.raises(CallFailedError) as caught:
        ask(url)
    assert caught.value.fault is fault
    assert len(seen) == 1


def test_at_a_closed_port_nothing_was_started() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    mine, _ = calls(url, timeout=1.5)
    body = {"AppID": JOB, "JobTemplateID": JOB}
    with pytest.raises((CallFailedError, RunnerError)) as caught:
        mine.start("run-job", parse=lambda answer: answer, body=body)
    assert isinstance(caught.value, CallFailedError)
    assert caught.value.fault is Fault.NO_CONNECTION
