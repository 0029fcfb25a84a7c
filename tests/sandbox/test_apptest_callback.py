"""The callback of apptest.ai: its results come to whoever listens on loopback, and to nobody else."""

import contextlib
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from core.sandbox import Progression, Sandbox
from core.sandbox.apptest.callback import call_back
from tests.sandbox.apptest import result, start, word_and_counts
from tests.sandbox.support import Client


@dataclass
class Receiver:
    """Keeps what is posted to it."""

    port: int
    requests: list[bytes] = field(default_factory=list)


def whole(connection: socket.socket) -> bytes:
    """Read one request with its body."""
    text = b""
    while (found := re.search(rb"Content-Length: (\d+)\r\n.*?\r\n\r\n", text, re.DOTALL)) is None:
        text += connection.recv(65_536)
    while len(text) < found.end() + int(found[1]):
        text += connection.recv(65_536)
    return text


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found = Receiver(port=listener.getsockname()[1])

        def take() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection:
                        found.requests.append(whole(connection))
                        connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

        thread = threading.Thread(target=take)
        thread.start()
        try:
            yield found
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def test_the_results_are_posted_once_when_the_testset_is_complete(
    apptest: Sandbox, caller: Client, receiver: Receiver
) -> None:
    apptest.reset(progression=Progression.after(2))
    testset = start(caller, {"callback": f"http://localhost:{receiver.port}/done?run=512"})
    assert word_and_counts(caller, testset)[0] == "Running"
    assert receiver.requests == []
    for _ in range(3):
        assert word_and_counts(caller, testset)[0] == "Complete"
    (request,) = receiver.requests
    head, _, body = request.partition(b"\r\n\r\n")
    assert head.splitlines()[0] == b"POST /done?run=512 HTTP/1.1"
    assert body.decode() == result(caller, testset)["data"]["result_xml"]


def test_nobody_needs_to_listen(apptest: Sandbox, caller: Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert word_and_counts(caller, start(caller, {"callback": f"http://127.0.0.1:{port}/"}))[0] == "Complete"


@pytest.mark.parametrize(
    "url",
    [
        "http://example.invalid/",
        "http://127.0.0.1.example.invalid:{}/",
        "http://localhost.example.invalid:{}/",
        "http://127.0.0.1@example.invalid:{}/",
        "https://127.0.0.1:{}/",
        "http://0.0.0.0:{}/",
        "http://[::ffff:127.0.0.1]:{}/",
        "http://127.0.0.1:x/",
        "",
    ],
)
def test_only_loopback_is_called(receiver: Receiver, url: str) -> None:
    assert call_back(url.replace("{}", str(receiver.port)), "<x/>") is False
    assert receiver.requests == []


def test_a_header_cannot_be_smuggled_in(receiver: Receiver) -> None:
    assert call_back(f"http://127.0.0.1:{receiver.port}/a%0d%0aX:1 b\r\nX: 1", "<x/>") is True
    (request,) = receiver.requests
    assert request.startswith(b"POST /a%0d%0aX:1%20bX:%201 HTTP/1.1\r\n")
