"""Each fault over a real socket, and whether the call it hit had its effect."""

import http.client
import json
import socket
import zlib
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from core.sandbox import FAULTS, SCENARIOS, Fault, Progression, Sandbox
from core.sandbox.mutations import DEPTH, DIGITS
from core.sandbox.refusals import ELSEWHERE
from tests.sandbox.support import ASKED, Client, Reply, Time, client_of

START = "/projects/77/execute_scenarios"


def start_with(sandbox: Sandbox, client: Client, text: str) -> Reply:
    sandbox.reset(faults=[Fault.parse(text)])
    return client.call("POST", START, ASKED)


def look_with(sandbox: Sandbox, client: Client, text: str, path: str = "/projects/77/results/880001") -> Reply:
    """Look at a run that is over."""
    sandbox.reset(faults=[Fault.parse(text)])
    assert client.start() == 880001
    return client.get(path)


def unread(sandbox: Sandbox, text: str) -> socket.socket:
    """Send a start and leave the answer where it is."""
    sandbox.reset(faults=[Fault.parse(text)])
    connection = socket.create_connection(("127.0.0.1", int(sandbox.origin.rpartition(":")[2])), timeout=5)
    body = json.dumps(ASKED).encode()
    head = f"POST /api/v1{START} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer t\r\nContent-Length: {len(body)}\r\n\r\n"
    connection.sendall(head.encode() + body)
    return connection


def check_status(kind: str) -> Callable[[Sandbox, Client], None]:
    def check(sandbox: Sandbox, client: Client) -> None:
        answer = start_with(sandbox, client, f"{kind}@start")
        assert answer.status == int(kind[:3])
        assert "retry-after" not in answer.headers
        assert answer.headers["content-type"].startswith(
            "text/html" if kind[:3] in ("502", "504") else "application/json"
        )
        assert client.get("/projects/77/results").status == 200, "the connection goes on"

    return check


def check_html(kind: str) -> Callable[[Sandbox, Client], None]:
    def check(sandbox: Sandbox, client: Client) -> None:
        answer = start_with(sandbox, client, f"{kind}@start")
        assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert answer.body.startswith(b"<!DOCTYPE html>")

    return check


def check_redirect(kind: str) -> Callable[[Sandbox, Client], None]:
    def check(sandbox: Sandbox, client: Client) -> None:
        answer = start_with(sandbox, client, f"{kind}@start")
        assert answer.status == int(kind.removeprefix("redirect") or 302)
        assert answer.headers["location"] == ELSEWHERE
        assert start_with(sandbox, client, f"{kind}=http://x.test/@start").headers["location"] == "http://x.test/"

    return check


def check_reset(kind: str) -> Callable[[Sandbox, Client], None]:
    def check(sandbox: Sandbox, _client: Client) -> None:
        with unread(sandbox, f"{kind}@start") as connection, pytest.raises(ConnectionResetError):
            connection.recv(1)

    return check


def check_hang(kind: str) -> Callable[[Sandbox, Client], None]:
    def check(sandbox: Sandbox, _client: Client) -> None:
        stalls: list[int] = []
        sandbox.reset(on_stall=lambda: stalls.append(len(sandbox.journal)))
        with unread(sandbox, f"{kind}@start") as connection:
            connection.settimeout(0.05)
            with pytest.raises(TimeoutError):
                connection.recv(1)
            assert stalls == [1], "told once, when the call is in the journal"
            sandbox.reset()
            assert connection.recv(1) == b"", "a reset ends what stalls"

    return check


def check_slow_loris(sandbox: Sandbox, _client: Client) -> None:
    stalls: list[None] = []
    sandbox.reset(on_stall=lambda: stalls.append(None))
    with unread(sandbox, "slow-loris@start") as connection, connection.makefile("rb") as stream:
        assert stream.readline() == b"HTTP/1.1 200 OK\r\n"
        while stream.readline() != b"\r\n":
            pass
        assert stream.read(5) == b"     "
        assert len(stalls) >= 4


def check_endless(sandbox: Sandbox, _client: Client) -> None:
    stalls: list[None] = []
    sandbox.reset(on_stall=lambda: stalls.append(None))
    with unread(sandbox, "endless@start") as connection:
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        assert answer.read(19) == b'{"result_id":880001'
        assert set(answer.read(8 << 20)) == {ord(" ")}
        assert stalls == [None]


def check_bomb(sandbox: Sandbox, client: Client) -> None:
    answer = start_with(sandbox, client, "gzip-bomb@start")
    assert answer.headers["content-encoding"] == "gzip"
    assert len(answer.body) < 2 << 20
    reader = zlib.decompressobj(31)
    decoded = reader.decompress(answer.body, 1 << 20)
    size, last = len(decoded), decoded
    while not reader.eof:  # reaching it means that checksum and length are right
        last = reader.decompress(reader.unconsumed_tail, 1 << 26)
        size += len(last)
    assert size == (1 << 30) + len(b'{"result_id":880001}')
    assert decoded[:9] + last[-19:] == b'{        "result_id":880001}'


def check_cut(sandbox: Sandbox, client: Client) -> None:
    assert start_with(sandbox, client, "cut@start").body == b'{"result_i'


def check_short(sandbox: Sandbox, client: Client) -> None:
    with pytest.raises(http.client.IncompleteRead) as caught:
        start_with(sandbox, client, "short@start")
    assert (caught.value.partial, caught.value.expected) == (b'{"result_i', 10)


def check_no_length_cut(sandbox: Sandbox, client: Client) -> None:
    answer = start_with(sandbox, client, "no-length-cut@start")
    assert (answer.body, answer.headers.get("content-length")) == (b'{"result_i', None)


def check_body(kind: str, body: bytes) -> Callable[[Sandbox, Client], None]:
    def check(sandbox: Sandbox, client: Client) -> None:
        answer = start_with(sandbox, client, f"{kind}@start")
        assert (answer.status, answer.body) == (200, body)

    return check


def check_list(sandbox: Sandbox, client: Client) -> None:
    assert start_with(sandbox, client, "list-body@start").json == [{"result_id": 880001}]
    found = look_with(sandbox, client, "list-body@list-results", "/projects/77/results")
    assert isinstance(found.json, dict)


def check_type(sandbox: Sandbox, client: Client) -> None:
    answer = start_with(sandbox, client, "wrong-type@start")
    assert (answer.headers["content-type"], answer.json) == ("text/plain; charset=utf-8", {"result_id": 880001})


def check_duplicates(sandbox: Sandbox, client: Client) -> None:
    sandbox.reset(scenario=SCENARIOS["one-failure"])
    for path, call in [("/projects/77/results/880001", "describe-result"), ("/projects/77/results", "list-results")]:
        pairs: list[list[tuple[str, Any]]] = []
        body = look_with(sandbox, client, f"duplicate-keys@{call}", path).body
        json.loads(body, object_pairs_hook=pairs.append)
        assert [value for name, value in pairs[-1] if name == "status"] == ["failed", "passed"]
    assert start_with(sandbox, client, "duplicate-keys@start").body == b'{"result_id":880001,"result_id":880001}'


def check_missing(sandbox: Sandbox, client: Client) -> None:
    assert "status" not in look_with(sandbox, client, "missing-status@describe-result").json
    listed = look_with(sandbox, client, "missing-status@list-results", "/projects/77/results").json
    assert ["status" in item for item in listed] == [False]
    assert start_with(sandbox, client, "missing-status@start").json == {}


def check_deep(sandbox: Sandbox, client: Client) -> None:
    body = look_with(sandbox, client, "deep-json@describe-result").body
    assert body.startswith(b'{"nested":' + b"[" * DEPTH + b"]" * DEPTH + b',"id":880001,')
    assert look_with(sandbox, client, "deep-json@list-capabilities", "/projects/77/capabilities").body[:2] == b"[["


def check_huge(sandbox: Sandbox, client: Client) -> None:
    body = look_with(sandbox, client, "huge-number@describe-result").body
    assert body.startswith(b'{"id":' + b"9" * DIGITS + b',"status"')


def check_nan(sandbox: Sandbox, client: Client) -> None:
    assert start_with(sandbox, client, "nan@start").body == b'{"result_id":NaN}'


def check_stale(sandbox: Sandbox, client: Client) -> None:
    sandbox.reset(scenario=SCENARIOS["one-failure"], progression=Progression.after(5))
    old = look_with(sandbox, client, "stale@describe-result").json
    assert (old["id"], old["status"], old["created_at"]) == (879001, "passed", "2026-03-01T10:00:00.000Z")
    assert len(old["test_plan_capability_results"][0]["test_case_results"]) == 2
    assert start_with(sandbox, client, "stale@start").json == {"result_id": 879001}
    assert client.look(879001)["status"] == "passed", "the old run is there"
    assert [(run.id, run.ours, run.passed) for run in sandbox.ledger] == [(879001, False, True), (880001, True, False)]


def check_wrong_id(sandbox: Sandbox, client: Client) -> None:
    assert look_with(sandbox, client, "wrong-id@describe-result").json["id"] == 880002
    sandbox.reset(faults=[Fault.parse("wrong-id@start")])
    answer = client.call("POST", "/schedules/3001").json
    assert answer == {"data": {"id": "880002", "type": "test_plan_result", "attributes": {"id": 880002}}}


def check_wrong_project(sandbox: Sandbox, client: Client) -> None:
    body = look_with(sandbox, client, "wrong-project@describe-result").body
    assert b"/projects/78/" in body
    assert b"/projects/77/" not in body


def check_secret(sandbox: Sandbox, client: Client) -> None:
    answer = start_with(sandbox, client, "echo-secret@start")
    assert (answer.status, answer.reason) == (500, "Rejected Bearer t0ken")
    assert b"Bearer t0ken" in answer.body
    assert start_with(sandbox, client, "echo-secret=403@start").status == 403


CHECKS: dict[str, Callable[[Sandbox, Client], None]] = {
    **{kind: check_status(kind) for kind in FAULTS if kind[0].isdigit()},
    **{kind: check_html(kind) for kind in ("html", "html-after")},
    **{kind: check_redirect(kind) for kind in FAULTS if kind.startswith("redirect")},
    **{kind: check_reset(kind) for kind in ("reset-before", "reset-after")},
    **{kind: check_hang(kind) for kind in ("hang", "hang-after")},
    "echo-secret": check_secret,
    "slow-loris": check_slow_loris,
    "endless": check_endless,
    "gzip-bomb": check_bomb,
    "cut": check_cut,
    "short": check_short,
    "no-length-cut": check_no_length_cut,
    "empty-body": check_body("empty-body", b""),
    "null-body": check_body("null-body", b"null"),
    "list-body": check_list,
    "wrong-type": check_type,
    "duplicate-keys": check_duplicates,
    "missing-status": check_missing,
    "deep-json": check_deep,
    "huge-number": check_huge,
    "nan": check_nan,
    "stale": check_stale,
    "wrong-id": check_wrong_id,
    "wrong-project": check_wrong_project,
}
HARMLESS = frozenset(
    ("401", "403", "404", "422", "429", "500", "501", "502", "503", "504", "html", "echo-secret", "hang")
)


def has_effect(kind: str) -> bool:
    return kind not in HARMLESS and kind != "reset-before" and not kind.startswith("redirect")


def test_every_fault_is_tried() -> None:
    assert CHECKS.keys() == FAULTS.keys()


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_does_what_it_says(sandbox: Sandbox, client: Client, kind: str) -> None:
    CHECKS[kind](sandbox, client)


@pytest.mark.parametrize("kind", FAULTS)
def test_journal_and_ledger_tell_whether_a_start_took_effect(sandbox: Sandbox, kind: str) -> None:
    with unread(sandbox, f"{kind}@start") as connection:
        try:
            connection.shutdown(socket.SHUT_WR)
            connection.recv(1)
        except OSError:
            assert kind.startswith("reset")
        exchange = sandbox.journal[0]
        assert (exchange.operation, exchange.fault) == ("execute-scenarios", f"{kind}@start")
        assert exchange.effect == has_effect(kind)
        assert len(sandbox.ledger.ours) == int(exchange.effect)
        assert (exchange.status is None) == kind.startswith(("reset", "hang"))


@pytest.mark.parametrize("status", ["429", "503"])
def test_a_wait_is_named_in_seconds_or_as_a_date(sandbox: Sandbox, client: Client, status: str) -> None:
    sandbox.reset(scenario=SCENARIOS["skewed-clock"])
    assert start_with(sandbox, client, f"{status}=7@start").headers["retry-after"] == "7"
    answer = start_with(sandbox, client, f"{status}=date:7@start")
    dates = [parsedate_to_datetime(answer.headers[name]) for name in ("retry-after", "date")]
    assert (dates[0] - dates[1]).total_seconds() == 7


def test_a_call_is_hit_by_the_first_fault_that_applies(sandbox: Sandbox, client: Client) -> None:
    sandbox.reset(faults=[Fault.parse(text) for text in ("503@list-results*2", "429@list-results#2*2", "500@any#4")])
    assert [client.get("/projects/77/results").status for _ in range(5)] == [503, 503, 429, 500, 200]


def test_a_window_of_time_hits_every_call_in_it(sandbox: Sandbox, client: Client, now: Time) -> None:
    sandbox.reset(faults=[Fault(kind="503", at="any", since=600, until=3000)])
    seen = []
    for at in (0, 599, 600, 1800, 2999, 3000):
        now.reading = 1000 + at
        seen.append(client.get("/projects/77/results").status)
    assert seen == [200, 200, 503, 503, 503, 200]


def test_faults_leave_web_pages_alone(sandbox: Sandbox, client: Client) -> None:
    sandbox.reset(faults=[Fault(kind="503", at="any", times=None)])
    assert client.get("/../").status == 503
    client.base = ""
    assert client.get("/").status == 200


@pytest.mark.parametrize("kind", sorted(set(FAULTS) - {"gzip-bomb", "endless", "slow-loris", "hang", "hang-after"}))
def test_every_fault_combines_with_every_scenario(sandbox: Sandbox, kind: str) -> None:
    faults = [Fault(kind=kind, at="describe-result"), Fault(kind=kind, at="list-results")]
    for scenario in SCENARIOS.values():
        sandbox.reset(scenario=scenario, faults=faults)
        for path in ("/projects/77/results/880001", "/projects/77/results"):
            with client_of(sandbox.url) as client:
                client.call("POST", "/schedules/3001")
                try:
                    client.get(path)
                except (http.client.HTTPException, OSError):
                    assert kind in ("reset-before", "reset-after", "short")
        assert [exchange.fault is None for exchange in sandbox.journal] == [True, False, True, False]


def test_a_body_that_was_cut_is_never_whole(sandbox: Sandbox, client: Client) -> None:
    for path in ("/projects/77/results", "/projects/77/capabilities", "/projects/77/project_info"):
        sandbox.reset(faults=[Fault(kind="cut", at="any")])
        with pytest.raises(json.JSONDecodeError):
            _ = client.get(path).json
