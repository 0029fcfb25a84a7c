"""Uploads: large ones, odd ones, and those that something happens to."""

import contextlib
import hashlib
import re
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.sandbox import Fault, Sandbox
from tests.sandbox import multipart
from tests.sandbox.apptest import basic, send
from tests.sandbox.multipart import BOUNDARY, CONTENT_TYPE
from tests.sandbox.support import Client

ROOT = Path(__file__).parents[2]
MEBIBYTE = b"PK\x03\x04" * (1 << 18)
DATA = multipart.field("data", '{"pid": 509, "testset_name": "x"}')
OPENING = DATA + multipart.file("app_file", "app.apk", b"").removesuffix(b"\r\n")
CLOSING = f"\r\n--{BOUNDARY}--\r\n".encode()


def head(*more: str) -> bytes:
    lines = [
        "POST /openapi/v2/testset HTTP/1.1",
        "Host: x",
        f"Authorization: {basic()}",
        f"Content-Type: {CONTENT_TYPE}",
    ]
    return "\r\n".join([*lines, *more, "", ""]).encode()


@contextlib.contextmanager
def connected(sandbox: Sandbox) -> Iterator[socket.socket]:
    port = int(sandbox.origin.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        yield connection


def everything(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(65_536), b""))


def send_and_wait(connection: socket.socket, text: bytes) -> None:
    connection.sendall(text)
    connection.recv(1)


def peak(process: "subprocess.Popen[str]") -> int:
    """Most KiB of memory that a process has held so far."""
    text = Path(f"/proc/{process.pid}/status").read_text()
    return int(text.partition("VmHWM:")[2].split()[0])


@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is read from /proc")
@pytest.mark.parametrize("chunked", [False, True])
def test_a_large_upload_passes_in_flat_memory(chunked: bool) -> None:
    count = 100  # MiB
    command = [sys.executable, "entrypoint.py", "sandbox", "--vendor", "apptest-ai"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://127\.0\.0\.1:(\d+)", process.stdout.readline())
            assert found is not None
            before = peak(process)
            with socket.create_connection(("127.0.0.1", int(found[1]))) as connection:
                length = len(OPENING) + count * len(MEBIBYTE) + len(CLOSING)
                kind = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {length}"
                connection.sendall(head(kind, "Connection: close"))
                for piece in (OPENING, *[MEBIBYTE] * count, CLOSING):
                    connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
                connection.sendall(b"0\r\n\r\n" if chunked else b"")
                assert b'"testset_id":880001' in everything(connection)
            assert peak(process) - before < 8 << 10
        finally:
            process.send_signal(signal.SIGTERM)


def test_size_and_hash_of_a_file_are_kept_and_not_its_bytes(apptest: Sandbox, caller: Client) -> None:
    content = bytes(range(256)) * 4_000
    send(caller, multipart.start(content=content))
    form = apptest.journal[0].form
    assert form is not None
    part = form.part("app_file")
    assert part is not None
    assert (part.size, part.sha256, part.text) == (len(content), hashlib.sha256(content).hexdigest(), b"")
    assert apptest.ledger[0].file == part


@pytest.mark.parametrize("fault", [None, "413@start"])
def test_a_client_that_asks_first_is_told_whether_to_send_its_body(apptest: Sandbox, fault: str | None) -> None:
    apptest.reset(faults=[Fault.parse(fault)] if fault else [])
    body = multipart.start()
    with connected(apptest) as connection:
        connection.sendall(head("Expect: 100-continue", f"Content-Length: {len(body)}", "Connection: close"))
        first = connection.recv(25)
        if fault:
            assert first.startswith(b"HTTP/1.1 413 ")
            assert (len(apptest.ledger), apptest.journal[0].status) == (0, 413)
        else:
            assert first == b"HTTP/1.1 100 Continue\r\n\r\n"
            connection.sendall(body)
            assert b'"testset_id":880001' in everything(connection)


def test_a_file_that_is_too_large_is_refused_and_what_comes_of_it_dropped(apptest: Sandbox) -> None:
    apptest.reset(faults=[Fault.parse("413@start")])
    with connected(apptest) as connection:
        connection.sendall(head("Content-Length: 8388700") + MEBIBYTE * 8)
        assert everything(connection).startswith(b"HTTP/1.1 413 ")
    assert len(apptest.ledger) == 0


def test_a_reset_may_come_in_the_middle(apptest: Sandbox) -> None:
    apptest.reset(faults=[Fault.parse("reset-mid-upload@start")])
    body = OPENING + MEBIBYTE + CLOSING
    with connected(apptest) as connection, pytest.raises(ConnectionError):
        send_and_wait(connection, head(f"Content-Length: {len(body)}") + body)
    exchange = apptest.journal[0]
    assert exchange.form is not None
    assert (exchange.status, exchange.effect, exchange.form.problem) == (None, False, "cut off")
    assert [part.name for part in exchange.form.parts] == ["data"]
    assert len(apptest.ledger) == 0


def test_an_upload_may_come_to_a_standstill_until_somebody_gives_up(apptest: Sandbox) -> None:
    stalled = threading.Event()
    apptest.reset(faults=[Fault.parse("hang-mid-upload@start")], on_stall=stalled.set)
    with connected(apptest) as connection:
        connection.sendall(head(f"Content-Length: {2 * len(MEBIBYTE)}") + MEBIBYTE)
        assert stalled.wait(5)
        connection.settimeout(0.1)
        with pytest.raises(TimeoutError):
            connection.sendall(MEBIBYTE * 64)  # more than sockets hold
        apptest.reset()
        ended, _, _ = select.select([connection], [], [], 5)
        assert ended, "a reset ends what stalls"
    assert len(apptest.ledger) == 0


def test_an_upload_may_be_slow(apptest: Sandbox, caller: Client) -> None:
    stalls: list[None] = []
    apptest.reset(faults=[Fault.parse("slow-upload@start")], on_stall=lambda: stalls.append(None))
    assert send(caller, multipart.start(content=MEBIBYTE)).json["data"]["testset_id"] == 880001
    assert len(stalls) == 17, "16 pieces of 64 KiB and what surrounds the file"
    run = apptest.ledger[0]
    assert run.file is not None
    assert run.file.sha256 == hashlib.sha256(MEBIBYTE).hexdigest()


def test_an_upload_that_the_client_breaks_off_starts_nothing(apptest: Sandbox) -> None:
    with connected(apptest) as connection:
        connection.sendall(head("Content-Length: 9999999") + OPENING + MEBIBYTE)
        connection.shutdown(socket.SHUT_WR)
        assert everything(connection).startswith(b"HTTP/1.1 400 ")
    assert (apptest.journal, len(apptest.ledger)) == ([], 0)
