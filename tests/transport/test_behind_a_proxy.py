"""A real CONNECT proxy between us and a TLS server: what breaks before the request left, and what breaks after it."""

import contextlib
import gc
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from core.errors import Fault
from core.http.transport import Transport
from tests.transport.test_transport import call, failure, server_context, transport

pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
RESET = struct.pack("ii", 1, 0)


class Tunnel:
    """Listens as a proxy; `asked` are the CONNECT lines, `requests` what the vendor behind it could read."""

    def __init__(self, context: ssl.SSLContext, fate: str) -> None:
        self._context = context
        self._fate = fate
        self.asked: list[str] = []
        self.requests: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._tunnel(client)

    def _tunnel(self, client: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(4096)
        self.asked.append(head.split(b"\r\n")[0].decode())
        if self._fate == "before the tunnel":
            _reset(client)
            return
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        if self._fate == "before the handshake":
            _reset(client)
            return
        secure = self._context.wrap_socket(client, server_side=True)
        self._answer(secure)
        secure.close()

    def _answer(self, secure: ssl.SSLSocket) -> None:
        request = b""
        while not request.endswith(b"\r\n\r\n{}"):  # closed with bytes unread, it would be reset
            request += secure.recv(65_536)
        self.requests.append(request)
        if self._fate == "in the answer":
            secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
        if self._fate == "never":
            secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
        else:
            _reset(secure)


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    connection.close()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def bundle(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


@contextlib.contextmanager
def tunnel(authority: trustme.CA, fate: str) -> Iterator[Tunnel]:
    made = Tunnel(server_context(authority.issue_cert("vendor.example.com")), fate)
    try:
        yield made
    finally:
        made.close()
        gc.collect()  # the library leaves its socket to us: let that be told here, where it is expected


def through(proxy: Tunnel, bundle: str) -> Transport:
    return transport("https://vendor.example.com", ca_bundle=bundle, environment={"HTTPS_PROXY": proxy.url})


def test_a_call_goes_through_the_tunnel_and_the_proxy_sees_nothing_of_it(authority: trustme.CA, bundle: str) -> None:
    with tunnel(authority, "never") as proxy:
        assert through(proxy, bundle).send(call("POST", body=b"{}")).status == 200
        assert proxy.asked[0].startswith("CONNECT vendor.example.com:443 HTTP/1.")
        assert proxy.requests[0].startswith(b"POST /x?a=1 HTTP/1.1\r\n")


@pytest.mark.parametrize(
    ("fate", "fault", "left"),
    [
        ("before the tunnel", Fault.NO_CONNECTION, False),
        ("before the handshake", Fault.NO_CONNECTION, False),
        ("after the request", Fault.LOST, True),
        ("in the answer", Fault.LOST, True),
    ],
)
def test_only_what_breaks_before_the_request_left_surely_had_no_effect(
    fate: str, fault: Fault, left: bool, authority: trustme.CA, bundle: str
) -> None:
    with tunnel(authority, fate) as proxy:
        found = failure(through(proxy, bundle), call("POST", body=b"{}"))
        assert (found.fault, bool(proxy.requests)) == (fault, left)
        assert found.fault.surely_without_effect is not left
