"""How an answer gets out of the socket, or does not."""

import contextlib
import functools
import http
import select
import socket
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from core.sandbox.box import Answer

BOMB_BLOCK: Final = b" " * (1 << 20)
BOMB_BLOCKS: Final = 1024  # blocks of 1 MiB: a GiB decoded, about a MiB on the wire
_NEVER: Final = 1 << 19  # bytes that a dripping answer promises: hours of them, and no client's size limit is hit
_LINGER: Final = struct.pack("ii", 1, 0)  # close at once, with a reset
_NO_CONTENT: Final = 204  # such an answer has neither a body nor a length
_OF_BODIES: Final = frozenset(("slow-loris", "endless", "gzip-bomb", "short", "no-length-cut"))
SILENT: Final = frozenset(  # no status line
    ("hang", "hang-after", "hang-mid-upload", "reset-before", "reset-after", "reset-mid-upload")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """The circumstances of a delivery."""

    date: str
    close: bool  # the client wants the connection closed
    bodiless: bool  # the answer to HEAD
    drip: float  # real seconds between the bytes of a slow-loris
    stalled: Callable[[], None]  # told whenever nothing (more) will come soon


def deliver(connection: socket.socket, answer: Answer, kind: str | None, manner: Manner) -> bool:
    """Send an answer as the fault `kind` has it. Returns whether the connection may go on."""
    broken = _BROKEN.get(kind or "")
    if answer.status == _NO_CONTENT and kind in _OF_BODIES:
        broken = None  # there is no body that could be broken: a client takes what follows for the next answer
    if broken is not None:
        with contextlib.suppress(OSError):  # the client may well have had enough
            broken(connection, answer, manner)
        return False
    body = b"" if manner.bodiless else answer.body
    length = () if answer.status == _NO_CONTENT else (f"Content-Length: {len(answer.body)}",)
    connection.sendall(_head(answer, manner, *length) + body)
    return not manner.close


def _reset(connection: socket.socket, _answer: Answer, _manner: Manner) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)


def _hang(connection: socket.socket, _answer: Answer, manner: Manner) -> None:
    """Keep still until the client, or the closing sandbox, ends the connection."""
    manner.stalled()
    while connection.recv(65_536):
        pass


def _stop(connection: socket.socket, _answer: Answer, manner: Manner) -> None:
    """Keep still as `_hang` does, but read nothing: the client cannot get rid of the rest of its body."""
    manner.stalled()
    ended = select.poll()
    ended.register(connection, getattr(select, "POLLRDHUP", select.POLLHUP))
    ended.poll()


def _refuse(connection: socket.socket, answer: Answer, manner: Manner) -> None:
    """Answer before the body has come, and drop what comes of it: ending at once would reset the connection."""
    connection.sendall(_head(answer, replace(manner, close=True), f"Content-Length: {len(answer.body)}") + answer.body)
    connection.shutdown(socket.SHUT_WR)
    while connection.recv(65_536):
        pass


def _drip(connection: socket.socket, answer: Answer, manner: Manner) -> None:
    connection.sendall(_head(answer, manner, f"Content-Length: {_NEVER}"))
    while True:
        connection.sendall(b" ")
        manner.stalled()
        readable, _, _ = select.select([connection], [], [], manner.drip)
        if readable and not connection.recv(65_536):
            return


def _pour(connection: socket.socket, answer: Answer, manner: Manner) -> None:
    """Send the answer but for its last byte, then blanks without end."""
    connection.sendall(_head(answer, manner, "Transfer-Encoding: chunked") + _chunk(answer.body[:-1] or b" "))
    block = _chunk(BOMB_BLOCK)
    connection.sendall(block)
    manner.stalled()
    while True:
        connection.sendall(block)


def _shorten(connection: socket.socket, answer: Answer, manner: Manner) -> None:
    half = answer.body[: len(answer.body) // 2]
    connection.sendall(_head(answer, manner, f"Content-Length: {len(answer.body)}") + half)


def _cut_off(connection: socket.socket, answer: Answer, manner: Manner) -> None:
    half = answer.body[: max(1, len(answer.body) // 2)]
    connection.sendall(_head(answer, replace(manner, close=True)) + half)


def _bomb(connection: socket.socket, answer: Answer, manner: Manner) -> None:
    """Send the answer with a GiB of blanks in it, which compresses to almost nothing."""
    pack = zlib.compressobj(9, zlib.DEFLATED, -15)
    opening = pack.compress(answer.body[:1]) + pack.flush(zlib.Z_FULL_FLUSH)
    block = pack.compress(BOMB_BLOCK) + pack.flush(zlib.Z_FULL_FLUSH)  # refers to nothing before it: may be repeated
    closing = pack.compress(answer.body[1:]) + pack.flush(zlib.Z_FINISH)
    head = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
    size = len(head) + len(opening) + BOMB_BLOCKS * len(block) + len(closing) + 8
    lines = ("Content-Encoding: gzip", f"Content-Length: {size}")
    connection.sendall(_head(answer, manner, *lines) + head + opening)
    for _ in range(BOMB_BLOCKS):
        connection.sendall(block)
    decoded = (len(answer.body) + BOMB_BLOCKS * len(BOMB_BLOCK)) & 0xFFFFFFFF
    connection.sendall(closing + struct.pack("<II", _checksum(answer.body), decoded))


_BROKEN: Final[dict[str, Callable[[socket.socket, Answer, Manner], None]]] = {
    "reset-before": _reset,
    "reset-after": _reset,
    "reset-mid-upload": _reset,
    "hang": _hang,
    "hang-after": _hang,
    "hang-mid-upload": _stop,
    "413": _refuse,
    "slow-loris": _drip,
    "endless": _pour,
    "gzip-bomb": _bomb,
    "short": _shorten,
    "no-length-cut": _cut_off,
}


def _head(answer: Answer, manner: Manner, *lines: str) -> bytes:
    reason = answer.reason or _phrase(answer.status)
    every = [f"HTTP/1.1 {answer.status} {reason}", f"Date: {manner.date}"]
    every += [f"Content-Type: {answer.content_type}"] if answer.content_type else []
    every += [f"{name}: {value}" for name, value in answer.headers] + list(lines)
    every += ["Connection: close"] if manner.close else []
    return "\r\n".join((*every, "", "")).encode("latin-1", "replace")


def _phrase(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def _checksum(body: bytes) -> int:
    """CRC of the decoded whole."""
    return zlib.crc32(body[1:], _inflated(body[:1]))


@functools.cache
def _inflated(opening: bytes) -> int:
    """CRC of an answer's first byte with the blanks after it; a quarter of a second, spent once for each such byte."""
    crc = zlib.crc32(opening)
    for _ in range(BOMB_BLOCKS):
        crc = zlib.crc32(BOMB_BLOCK, crc)
    return crc
