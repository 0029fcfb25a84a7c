"""The transport against real sockets: no redirect, no environment, no bad certificate, no bomb, no hung server."""

import base64
import gzip
import os
import socket
import ssl
import threading
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import trustme

from core.errors import CallFailedError, Fault, StoppedError
from core.http.transport import Call, Transport, proxies, quoted
from core.model import Reason
from core.payload import Payload
from core.ports import Answer
from core.waiting.clock import SystemClock
from core.waiting.patience import Patience
from core.waiting.stop import Stop
from tests.recorder import Recorder, Reply, recorder
from tests.support import MemoryCi

CANARY = "canary-in-a-header"


def transport(url: str, *, ca_bundle: str = "", environment: Mapping[str, str] | None = None) -> Transport:
    import random  # noqa: PLC0415 -- only for the parts

    stop = Stop()
    patience = Patience(clock=SystemClock(), stop=stop, log=MemoryCi(), rng=random.Random(), timeout=60)
    return Transport(
        base_url=url,
        headers=lambda: {"Authorization": f"Bearer {CANARY}", "X-Api-Key": CANARY},
        clock=SystemClock(),
        stop=stop,
        inbox=patience.inbox,
        ca_bundle=ca_bundle,
        environment=environment or {},
    )


def call(method: str = "GET", *, body: bytes | None = None, seconds: float = 10, limit: int = 1 << 20) -> Call:
    payload = None if body is None else Payload(body)
    return Call(method=method, path="/x", query={"a": 1, "b": None}, body=payload, limit=limit, seconds=seconds)


def failure(of: Transport, what: Call | None = None) -> CallFailedError:
    with pytest.raises(CallFailedError) as caught:
        of.send(what or call())
    assert CANARY not in str(caught.value)
    return caught.value


def test_an_answer_comes_with_its_status_body_and_the_servers_date() -> None:
    with recorder(lambda seen: Reply(body=b'{"a":1}')) as server:
        answer = transport(server.url).send(call("POST", body=b"{}"))
    assert isinstance(answer, Answer)
    assert (answer.status, answer.body, answer.content_type) == (200, b'{"a":1}', "application/json")
    assert answer.date is not None
    (seen,) = server.seen
    assert (seen.method, seen.path, seen.body) == ("POST", "/x?a=1", b"{}")
    assert seen.headers["Authorization"] == f"Bearer {CANARY}"


def test_one_connection_serves_many_calls() -> None:
    ports = set()
    with recorder(lambda seen: Reply(headers={"Content-Type": "application/json"})) as server:
        mine = transport(server.url)
        for _ in range(5):
            mine.send(call())
            ports.add(len(server.seen))
        pools = mine._session.adapters["http://"].poolmanager.pools  # type: ignore[attr-defined]
        assert [pools[key].num_connections for key in pools.keys()] == [1]  # noqa: SIM118 -- no dict


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("target", ["same", "port", "host", "scheme"])
def test_no_redirect_is_followed_and_no_credential_travels(
    status: int, method: str, target: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with recorder() as other, recorder(host="127.0.0.2") as third:
        (tmp_path / "netrc").write_text("machine 127.0.0.1 login canary password netrc-canary\n")
        monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
        where = {"same": "/y", "port": other.url, "host": third.url, "scheme": "https://127.0.0.1:9/"}[target]
        with recorder(lambda seen: Reply(status=status, headers={"Location": where})) as server:
            found = failure(transport(server.url), call(method, body=b"secret" if method == "POST" else None))
            assert found.fault is Fault.UNREADABLE
            assert len(server.seen) == 1
            assert "netrc" not in str(server.seen)
        assert other.seen == third.seen == []


def test_the_environment_cannot_bend_a_call(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("default login canary password netrc-canary\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    with recorder() as proxy, recorder() as server:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        transport(server.url).send(call())
        assert proxy.seen == []
        assert server.seen[0].headers["Authorization"] == f"Bearer {CANARY}"


def test_a_proxy_is_used_for_https_when_the_usual_variable_names_it() -> None:
    with recorder(lambda seen: Reply(status=502)) as proxy:
        mine = transport("https://vendor.example.com/api", environment={"HTTPS_PROXY": proxy.url})
        found = failure(mine)
        assert found.fault is Fault.NO_CONNECTION
        assert "proxy" in found.fact
        (seen,) = proxy.seen
        assert (seen.method, seen.path) == ("CONNECT", "vendor.example.com:443")
        assert CANARY not in str(seen)


@pytest.mark.parametrize(
    ("url", "environment", "expected"),
    [
        ("https://a.example.com", {"https_proxy": "http://p:1"}, {"https": "http://p:1"}),
        ("https://a.example.com", {"HTTPS_PROXY": "p:1"}, {"https": "http://p:1"}),
        ("https://a.example.com", {"ALL_PROXY": "http://p:1"}, {"https": "http://p:1"}),
        ("https://a.example.com", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": ".example.com"}, {}),
        ("https://a.example.com", {"HTTPS_PROXY": "http://p:1", "no_proxy": "other.com"}, {"https": "http://p:1"}),
        ("http://127.0.0.1:1", {"http_proxy": "http://p:1", "ALL_PROXY": "http://p:1"}, {}),
        ("https://a.example.com", {}, {}),
    ],
)
def test_proxies_come_from_the_usual_variables(url: str, environment: dict[str, str], expected: dict[str, str]) -> None:
    assert proxies(url, environment) == expected


# -- TLS


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def server_context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


@pytest.fixture
def bundle(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def test_our_own_authority_is_trusted_although_the_environment_names_another(
    authority: trustme.CA, bundle: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(other))
    monkeypatch.setenv("CURL_CA_BUNDLE", str(other))
    with recorder(tls=server_context(authority.issue_cert("127.0.0.1"))) as server:
        assert transport(server.url, ca_bundle=bundle).send(call()).status == 200


def bad_contexts(authority: trustme.CA) -> Iterator[tuple[str, ssl.SSLContext, Fault]]:
    import datetime as dt  # noqa: PLC0415 -- only here

    past = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    yield "expired", server_context(authority.issue_cert("127.0.0.1", not_after=past)), Fault.CERTIFICATE
    yield "other host", server_context(authority.issue_cert("vendor.example.com")), Fault.CERTIFICATE
    yield "unknown authority", server_context(trustme.CA().issue_cert("127.0.0.1")), Fault.CERTIFICATE


def test_a_bad_certificate_is_refused_and_no_request_is_sent(authority: trustme.CA, bundle: str) -> None:
    for name, context, fault in bad_contexts(authority):
        with recorder(tls=context) as server:
            found = failure(transport(server.url, ca_bundle=bundle))
            assert found.fault is fault, name
            assert found.fault.surely_without_effect
            assert server.seen == [], name


def test_an_authority_of_our_own_is_not_trusted_without_being_named(authority: trustme.CA) -> None:
    with recorder(tls=server_context(authority.issue_cert("127.0.0.1"))) as server:
        assert failure(transport(server.url)).fault is Fault.CERTIFICATE


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_tls_before_1_2_is_refused(authority: trustme.CA, bundle: str) -> None:
    context = server_context(authority.issue_cert("127.0.0.1"))
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with recorder(tls=context) as server:
        failure(transport(server.url, ca_bundle=bundle))
        assert server.seen == []


# -- hostile servers


def raw_server(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that reads one request and then does whatever `talk` does."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        try:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                talk(connection)
        except OSError:
            pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.close()
    thread.join(1)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def dripping(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Content-Length: 1000\r\n\r\n")
    while True:
        connection.sendall(b" ")
        threading.Event().wait(0.05)


def dripping_headers(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-A: ")
    while True:
        connection.sendall(b"x")
        threading.Event().wait(0.05)


def silent(connection: socket.socket) -> None:
    while connection.recv(100):
        pass


@pytest.mark.parametrize("talk", [dripping, dripping_headers, silent])
def test_no_server_holds_a_call_longer_than_its_time(talk: Callable[[socket.socket], None]) -> None:
    for url in raw_server(talk):
        clock = SystemClock()
        began = clock.now()
        found = failure(transport(url), call(seconds=0.5))
        assert found.fault is Fault.LOST
        assert clock.now() - began < 2.5


def test_a_signal_ends_a_call_that_hangs_and_a_start_lingers_for_its_answer() -> None:
    for url in raw_server(silent):
        mine = transport(url)
        threading.Timer(0.1, mine._stop._handle, (15, None)).start()
        clock = SystemClock()
        began = clock.now()
        with pytest.raises(StoppedError):
            mine.send(call(seconds=30), linger=0.5)
        assert 0.5 <= clock.now() - began < 2.5


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        (HEAD + b"Content-Length: 50\r\n\r\n{", Fault.LOST),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{", Fault.LOST),
        (HEAD + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope", Fault.UNREADABLE),
        (b"", Fault.LOST),
        (b"SSH-2.0-OpenSSH\r\n", Fault.LOST),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n", Fault.LOST),
    ],
    ids=["short", "chunk-cut", "no-gzip", "nothing", "no-http", "too-many-headers"],
)
def test_a_broken_answer_is_a_fault_without_the_librarys_words(reply: bytes, fault: Fault) -> None:
    for url in raw_server(lambda connection: connection.sendall(reply)):
        found = failure(transport(url))
        assert found.fault is fault
        assert "a=1" not in found.fact
        assert not found.fault.surely_without_effect


def test_a_gzip_bomb_is_refused_before_it_unfolds() -> None:
    bomb = gzip.compress(b"\0" * (64 << 20))
    packed = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    with recorder(lambda seen: Reply(headers=packed, body=bomb)) as server:
        assert failure(transport(server.url), call(limit=256 << 20)).fault is Fault.UNREADABLE


def test_an_answer_over_its_limit_is_refused() -> None:
    with recorder(lambda seen: Reply(body=os.urandom(3 << 20))) as server:
        assert failure(transport(server.url), call(limit=1 << 20)).fault is Fault.UNREADABLE


def test_an_error_page_of_any_size_is_only_read_at_its_beginning() -> None:
    with recorder(lambda seen: Reply(status=503, body=b"x" * (8 << 20))) as server:
        assert failure(transport(server.url)).fault is Fault.SERVER


def test_a_host_that_refuses_or_does_not_exist_surely_got_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    refused = failure(transport(f"http://127.0.0.1:{port}"))
    assert refused.fault is Fault.NO_CONNECTION
    assert "can't be reached" in refused.fact
    assert "127.0.0.1" in refused.fact


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (400, Fault.REFUSED), (401, Fault.AUTH), (403, Fault.AUTH), (404, Fault.ABSENT), (408, Fault.SERVER),
        (409, Fault.REFUSED), (422, Fault.REFUSED), (425, Fault.SERVER), (429, Fault.BUSY), (500, Fault.SERVER),
        (501, Fault.UNSUPPORTED), (502, Fault.SERVER), (503, Fault.SERVER), (504, Fault.SERVER),
        (505, Fault.UNSUPPORTED), (599, Fault.SERVER), (304, Fault.UNREADABLE),
    ],
)  # fmt: skip
def test_each_status_is_a_fault(status: int, fault: Fault) -> None:
    body = b'{"errors":[{"message":"Bad credentials"}]}'
    with recorder(lambda seen: Reply(status=status, body=b"" if status == 304 else body)) as server:
        found = failure(transport(server.url))
    assert (found.fault, found.status) == (fault, status)
    assert "GET /x answered" in found.fact


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0), ("0", 0.0), ("-3", None), ("soon", None), ("99999999999999", 999999999.0),
        ("Wed, 21 Oct 2026 07:28:07 GMT", 7.0), ("Wed, 21 Oct 2026 07:27:00 GMT", 0.0), ("١٢", None),
    ],
)  # fmt: skip
def test_retry_after_is_read_in_both_forms_against_the_servers_own_clock(header: str, seconds: float | None) -> None:
    from core.http.failures import retry_after  # noqa: PLC0415 -- the unit of this one test

    assert retry_after(header, "Wed, 21 Oct 2026 07:28:00 GMT") == seconds


def test_a_path_segment_cannot_lead_elsewhere() -> None:
    assert quoted("../a b?c#d/é") == "..%2Fa%20b%3Fc%23d%2F%C3%A9"
    assert quoted("..") == "%2E%2E"
    assert quoted(".") == "%2E"


def test_no_form_of_the_credential_is_in_what_the_recorder_can_show(tmp_path: Path) -> None:
    reply = Reply(status=500, body=f'{{"message":"{CANARY}"}}'.encode())
    with recorder(lambda seen: reply) as server, pytest.raises(CallFailedError) as caught:
        transport(server.url).send(call())
    # The transport passes the vendor's words on: hiding an echoed secret is the work of every sink's redactor.
    assert base64.b64encode(CANARY.encode()).decode() not in str(caught.value)


def test_recorder_is_a_recorder() -> None:
    with recorder() as server:
        assert isinstance(server, Recorder)


@pytest.mark.parametrize("status", [b"102 Processing", b"103 Early Hints"])
def test_an_interim_answer_is_no_refusal(status: bytes) -> None:
    interim = b"HTTP/1.1 " + status + b"\r\n\r\n" + HEAD + b"Content-Length: 2\r\n\r\n{}"
    for url in raw_server(lambda connection: connection.sendall(interim)):
        found = failure(transport(url), call("POST", body=b"{}"))
        assert found.fault is Fault.UNREADABLE
        assert not found.fault.surely_without_effect


@pytest.mark.parametrize("where", ["http://[", "https://a/\xe9", "//[", "\x00", "http://a:99999/"])
def test_where_a_redirect_leads_does_not_matter(where: str) -> None:
    answer = f"HTTP/1.1 302 Found\r\nLocation: {where}\r\nContent-Length: 0\r\n\r\n".encode("latin-1")
    for url in raw_server(lambda connection: connection.sendall(answer)):
        assert failure(transport(url)).fault is Fault.UNREADABLE


def test_of_a_redirects_body_only_the_beginning_is_read() -> None:
    bomb = gzip.compress(b"\0" * (256 << 20))
    headers = {"Location": "https://vendor.example.com/", "Content-Encoding": "gzip"}
    with recorder(lambda seen: Reply(status=302, headers=headers, body=bomb)) as server:
        tracemalloc.start()
        try:
            assert failure(transport(server.url)).fault is Fault.UNREADABLE
            assert tracemalloc.get_traced_memory()[1] < 16 << 20
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize("date", ["Fri, 31 Dec 9999 23:59:59 -1200", "Thu, 01 Jan 1900 00:00:00 GMT", "soon"])
def test_a_date_that_no_timestamp_could_show_is_none(date: str) -> None:
    answer = HEAD + b"Date: " + date.encode() + b"\r\nContent-Length: 2\r\n\r\n{}"
    for url in raw_server(lambda connection: connection.sendall(answer)):
        assert transport(url).send(call()).date is None


def test_a_request_that_no_thread_could_make_surely_did_not_go_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with recorder(lambda seen: Reply(body=b"{}")) as server:
        ours = transport(server.url)

        def refuse(_: threading.Thread) -> None:
            raise RuntimeError("can't start new thread")

        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", refuse)
            found = failure(ours, call("POST", body=b"{}"))
        assert server.seen == []
    assert (found.fault, found.reason) == (Fault.NO_CONNECTION, Reason.CAPACITY)
    assert "lets no further thread begin" in found.fact
