"""Uploads over real sockets: what arrives, what a hostile or slow server does to them, what a person sees meanwhile."""

import email
import email.policy
import json
import os
import queue
import random
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme

from core.errors import CallFailedError, Fault, StoppedError
from core.http.calls import ApiCalls
from core.http.transport import UPLOAD_SILENCE, Transport
from core.model import Reason
from core.payload import AbandonedError, FormData, UnreadableFileError
from core.ports import Clock, Operation
from core.waiting.patience import Patience
from core.waiting.stop import Stop
from tests.recorder import Reply, Seen, recorder
from tests.support import MemoryCi, VirtualClock

MEBIBYTE = 1 << 20
HOSTILE = 'a "quoted" \\ name\r\n--with lines & 한글 \N{SNOWMAN}'
NAMES = ["app.apk", "앱 이름.apk", 'a "b" c.apk', "two\nlines.apk", "back\\slash.apk", "semi;colon=x.apk", "\r\n.apk"]


def form(settings: Any, value: Any, file: str) -> FormData:
    return FormData([("data", json.dumps(value, ensure_ascii=False))], file_field="app_file", path=file)


SEND = {
    "send": Operation(method="POST", path="/send", summary="Send.", body=True, file="file", effect=True, encode=form)
}


class Bench:
    """Calls to a server, with everything that a test may want to turn or to look at."""

    def __init__(self, url: str, clock: Clock, *, ca_bundle: str = "", timeout: float = 3600) -> None:
        self.ci = MemoryCi()
        self.stop = Stop()
        self.patience = Patience(clock=clock, stop=self.stop, log=self.ci, rng=random.Random(1), timeout=timeout)
        transport = Transport(
            base_url=url,
            headers=lambda: {"Authorization": "Basic c2VjcmV0"},
            clock=clock,
            stop=self.stop,
            inbox=self.patience.inbox,
            ca_bundle=ca_bundle,
            environment={},
        )
        self.calls = ApiCalls(SEND, transport, self.patience)

    def send(self, file: Path, value: object = None) -> int:
        return self.calls.start("send", parse=lambda answer: answer.status, body=value or {}, file=str(file))

    def failure(self, file: Path) -> CallFailedError:
        with pytest.raises(CallFailedError) as caught:
            self.send(file)
        assert str(file.parent) not in caught.value.fact
        return caught.value


class ServersClock:
    """Implements core.ports.Clock with a time that only the server moves."""

    def __init__(self) -> None:
        self.time = 1_000.0
        self.each: Callable[[], None] = lambda: None

    def now(self) -> float:
        return self.time

    def wall(self) -> float:
        return self.time

    def take(self, inbox: "queue.SimpleQueue[Any]", seconds: float, *, coming: object = None) -> Any:
        self.each()
        if seconds <= 0:
            raise queue.Empty
        return inbox.get(timeout=0.005)


def sized(path: Path, size: int) -> Path:
    """A file of that size which takes no room, with some random bytes at both ends and in the middle."""
    with path.open("wb") as file:
        for at in (0, size // 2, max(size - 1000, 0)):
            file.seek(at)
            file.write(os.urandom(min(1000, size)))
        file.truncate(size)
    return path


def parts(seen: Seen) -> dict[str, email.message.EmailMessage]:
    """What Python's own reader of MIME makes of the body, by the field's name."""
    assert int(seen.headers["Content-Length"]) == len(seen.body)
    head = f"Content-Type: {seen.headers['Content-Type']}\r\n\r\n".encode()
    message = email.message_from_bytes(head + seen.body, policy=email.policy.HTTP)
    assert not message.defects
    found = list(message.iter_parts())
    assert not any(part.defects for part in found)
    return {part.get_param("name", header="Content-Disposition"): part for part in found}  # type: ignore[misc]


def content_of(part: email.message.EmailMessage) -> bytes:
    found = part.get_payload(decode=True)
    assert isinstance(found, bytes)
    return found


@contextmanager
def raw(talk: Callable[[socket.socket], None], *, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """A server that reads the head of one request and no more, then does what `talk` does with the connection."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        try:
            plain, _ = listener.accept()
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a close throws away what still waits
            with tls.wrap_socket(plain, server_side=True) if tls else plain as connection:
                seen = b""
                while b"\r\n\r\n" not in seen:
                    seen += connection.recv(1)
                talk(connection)
        except OSError:
            pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()
        thread.join(5)


def swallow(connection: socket.socket, size: int) -> int:
    """Read that much; how much came."""
    left = size
    while left > 0 and (piece := connection.recv(min(left, 1 << 16))):
        left -= len(piece)
    return size - left


# -- what arrives


@pytest.mark.parametrize("name", NAMES)
def test_the_form_is_what_a_reader_of_mime_takes_it_for(name: str, tmp_path: Path) -> None:
    content = os.urandom(300_000) + b"\r\n--test-runner-\r\n"
    (tmp_path / name).write_bytes(content)
    value = {"testset_name": HOSTILE, "pid": 509}
    with recorder() as server:
        assert Bench(server.url, VirtualClock()).send(tmp_path / name, value) == 200
    found = parts(server.seen[0])
    assert list(found) == ["data", "app_file"]
    assert json.loads(content_of(found["data"])) == value
    file = found["app_file"]
    assert content_of(file) == content
    raw_name = server.seen[0].body.partition(b'filename="')[2].partition(b'"\r\n')[0].decode()
    escaped = raw_name.replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")
    assert escaped == name
    assert file.get_content_type() == "application/octet-stream"


@pytest.mark.parametrize("size", [1, (1 << 16) - 1, 1 << 16, (1 << 18) + 1, 3 * MEBIBYTE])
def test_every_byte_arrives_whatever_the_size(size: int, tmp_path: Path) -> None:
    file = tmp_path / "app.apk"
    file.write_bytes(os.urandom(size))
    with recorder() as server:
        Bench(server.url, VirtualClock()).send(file)
    assert content_of(parts(server.seen[0])["app_file"]) == file.read_bytes()


def test_a_form_without_a_file_has_its_fields_alone() -> None:
    with recorder() as server:
        assert Bench(server.url, VirtualClock()).calls.start("send", parse=lambda a: a.status, body={"a": 1}) == 200
    assert list(parts(server.seen[0])) == ["data"]


def test_a_second_try_after_429_sends_the_whole_file_again(tmp_path: Path) -> None:
    file = tmp_path / "app.apk"
    file.write_bytes(os.urandom(700_000))
    replies = iter([Reply(status=429, headers={"Retry-After": "7"}), Reply()])
    clock = VirtualClock()
    with recorder(lambda seen: next(replies)) as server:
        assert Bench(server.url, clock).send(file) == 200
    first, second = server.seen
    for seen in (first, second):
        assert content_of(parts(seen)["app_file"]) == file.read_bytes()
    assert first.headers["Content-Type"] != second.headers["Content-Type"], "each try has a boundary of its own"
    assert 7 <= clock.time - 1_000 < 8


# -- files that can't be sent


def test_a_file_that_shrinks_meanwhile_is_no_app_and_starts_nothing(tmp_path: Path) -> None:
    file = sized(tmp_path / "app.apk", 64 * MEBIBYTE)
    came: list[int] = []

    def talk(connection: socket.socket) -> None:
        came.append(swallow(connection, MEBIBYTE))
        os.truncate(file, 32 * MEBIBYTE)
        came.append(swallow(connection, 1 << 40))

    with raw(talk) as url:
        found = Bench(url, ServersClock()).failure(file)
    assert (found.fault, found.reason) == (Fault.REFUSED, Reason.APP_REJECTED)
    assert "app.apk was changed while it was sent" in found.fact
    assert sum(came) < 33 * MEBIBYTE, "the server can't have taken it for a whole request"


def test_a_file_that_is_written_to_meanwhile_is_no_app_either(tmp_path: Path) -> None:
    file = sized(tmp_path / "app.apk", 64 * MEBIBYTE)
    came: list[int] = []

    def talk(connection: socket.socket) -> None:
        came.append(swallow(connection, MEBIBYTE))
        with file.open("ab") as other:
            other.write(b"more")
        came.append(swallow(connection, 1 << 40))

    with raw(talk) as url:
        found = Bench(url, ServersClock()).failure(file)
    assert found.fault.surely_without_effect
    assert sum(came) <= 64 * MEBIBYTE + 1000
    assert "was changed" in found.fact


def test_a_file_that_is_gone_is_told_before_a_request(tmp_path: Path) -> None:
    with recorder() as server:
        found = Bench(server.url, VirtualClock()).failure(tmp_path / "app.apk")
        assert server.seen == []
    assert (found.fault, found.reason) == (Fault.REFUSED, Reason.APP_REJECTED)
    with pytest.raises(UnreadableFileError):
        FormData([], file_field="f", path=str(tmp_path / "app.apk"))


# -- servers


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("taken", [0, MEBIBYTE])
def test_an_answer_before_the_end_is_heard_though_the_connection_is_closed(
    taken: int, secure: bool, authority: trustme.CA, tmp_path: Path
) -> None:
    file = sized(tmp_path / "app.apk", 64 * MEBIBYTE)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))

    def talk(connection: socket.socket) -> None:
        swallow(connection, taken)
        connection.sendall(b"HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno")

    with raw(talk, tls=context if secure else None) as url:
        found = Bench(url, ServersClock(), ca_bundle=str(bundle) if secure else "").failure(file)
    assert (found.fault, found.status) == (Fault.REFUSED, 413)
    assert "make it smaller" in found.remedy


def test_a_reset_in_the_middle_is_ambiguous_and_not_repeated(tmp_path: Path) -> None:
    file = sized(tmp_path / "app.apk", 64 * MEBIBYTE)

    def talk(connection: socket.socket) -> None:
        swallow(connection, MEBIBYTE)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    with raw(talk) as url:
        found = Bench(url, ServersClock()).failure(file)
    assert found.fault is Fault.LOST
    assert not found.fault.surely_without_effect


def test_a_server_that_stops_reading_is_given_up_after_a_minute_of_silence(tmp_path: Path) -> None:
    size = 64 * MEBIBYTE
    file = sized(tmp_path / "app.apk", size)
    clock = VirtualClock()
    over = threading.Event()

    def talk(connection: socket.socket) -> None:
        swallow(connection, MEBIBYTE)
        clock.stall()
        over.wait(20)

    with raw(talk) as url:
        found = Bench(url, clock).failure(file)
        over.set()
    assert found.fault is Fault.LOST
    assert "stood still after" in found.fact
    assert 0 < int(found.fact.rpartition("after ")[2].partition(" ")[0]) < size
    assert UPLOAD_SILENCE <= clock.time - 1_000 <= UPLOAD_SILENCE + 30


def test_a_slow_upload_may_take_longer_than_an_answer_as_long_as_it_moves(tmp_path: Path) -> None:
    file = sized(tmp_path / "app.apk", 64 * MEBIBYTE)
    clock = ServersClock()
    looked = threading.Event()
    clock.each = looked.set

    def talk(connection: socket.socket) -> None:
        for _ in range(64):
            swallow(connection, MEBIBYTE)
            clock.time += 5  # 320 s in all, for the answer 120 are allowed
            looked.clear()
            looked.wait(5)
        swallow(connection, 1)  # and the end of the form
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")

    with raw(talk) as url:
        assert Bench(url, clock).send(file) == 200
    assert clock.time >= 1_320


def test_even_a_moving_upload_ends_with_the_deadline(tmp_path: Path) -> None:
    file = sized(tmp_path / "app.apk", 64 * MEBIBYTE)
    clock = ServersClock()
    came: list[int] = []

    def talk(connection: socket.socket) -> None:
        for _ in range(40):
            came.append(swallow(connection, MEBIBYTE))
            clock.time += 5
        came.append(swallow(connection, 1 << 40))

    with raw(talk) as url:
        found = Bench(url, clock, timeout=100).failure(file)
    assert found.fault is Fault.LOST
    assert sum(came) < 64 * MEBIBYTE, "what nobody waits for is not sent to its end"


def test_a_signal_ends_an_upload_at_once_and_leaves_it_incomplete(tmp_path: Path) -> None:
    file = sized(tmp_path / "app.apk", 64 * MEBIBYTE)
    clock = VirtualClock()
    came: list[int] = []
    bench: list[Bench] = []

    def talk(connection: socket.socket) -> None:
        came.append(swallow(connection, MEBIBYTE))
        bench[0].stop._handle(15, None)
        came.append(swallow(connection, 1 << 40))

    with raw(talk) as url:
        bench.append(Bench(url, clock))
        with pytest.raises(StoppedError):
            bench[0].send(file)
    assert clock.time - 1_000 <= 2
    assert sum(came) < 64 * MEBIBYTE


def test_what_was_given_up_before_it_was_sent_is_never_sent_later(tmp_path: Path) -> None:
    """A connection that comes about too late must not start what is about to be started again."""
    payload = FormData([("data", "{}")], file_field="app_file", path=str(sized(tmp_path / "app.apk", MEBIBYTE)))
    assert payload.abandon()
    sent: list[object] = []
    with pytest.raises(AbandonedError):
        sent.extend(payload)
    assert sent == []


def test_what_was_sent_whole_is_not_called_incomplete(tmp_path: Path) -> None:
    payload = FormData([("data", "{}")], file_field="app_file", path=str(sized(tmp_path / "app.apk", MEBIBYTE)))
    assert sum(len(piece) for piece in payload) == len(payload)
    assert not payload.abandon()


# -- what a person sees


def moving(file: Path) -> list[str]:
    """The lines of an upload of 64 MiB at 1 MiB a virtual second."""
    clock = ServersClock()
    looked = threading.Event()
    clock.each = looked.set

    def talk(connection: socket.socket) -> None:
        for _ in range(64):
            swallow(connection, MEBIBYTE)
            clock.time += 1
            looked.clear()
            looked.wait(5)
        swallow(connection, 1)  # and the end of the form
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")

    with raw(talk) as url:
        bench = Bench(url, clock)
        bench.send(file)
    return [line for line in bench.ci.lines if "app.apk" in line]


def test_a_log_shows_now_and_then_how_far_it_is_and_that_it_is_done(tmp_path: Path) -> None:
    lines = moving(sized(tmp_path / "app.apk", 64 * MEBIBYTE))
    shares = [int(line.partition(": ")[2].partition(" %")[0]) for line in lines[:-1]]
    assert lines[0].startswith("Sending app.apk: ")
    assert "% of 67 MB" in lines[0]
    assert 3 <= len(shares) <= 6, "after 2 s, then every 15"
    assert shares == sorted(shares)
    assert lines[-1].startswith("Sent app.apk (67 MB) in ")


def test_a_terminal_shows_a_line_that_moves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    live: list[str] = []

    def show(_: MemoryCi, text: str) -> bool:
        live.append(text)
        return True

    monkeypatch.setattr(MemoryCi, "live", show)
    lines = moving(sized(tmp_path / "app.apk", 64 * MEBIBYTE))
    assert len(live) > 20
    assert live[0].startswith("Sending app.apk: ")
    assert len(lines) == 1, "and one for the log, at the end"


def test_a_quick_upload_says_nothing(tmp_path: Path) -> None:
    file = sized(tmp_path / "app.apk", MEBIBYTE)
    with recorder() as server:
        bench = Bench(server.url, VirtualClock())
        bench.send(file)
    assert not [line for line in bench.ci.lines if "app.apk" in line]
