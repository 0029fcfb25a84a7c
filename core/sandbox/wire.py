"""HTTP/1.1 requests off a socket: no more of it than clients of a vendor's API use."""

from dataclasses import dataclass
from typing import BinaryIO, Final

LINE_LIMIT: Final = 65_536
HEADER_LIMIT: Final = 200
BODY_LIMIT: Final = 1 << 30


class BadRequestError(Exception):
    """What came is no HTTP request that we could answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as it came."""

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    close: bool

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A request up to its body."""

    method: str
    target: str
    version: str
    headers: tuple[tuple[str, str], ...]


def read_head(stream: BinaryIO) -> Head | None:
    """Read the request line and the headers. None: the client has ended the connection."""
    first = stream.readline(LINE_LIMIT)
    if not first:
        return None
    words = first.decode("latin-1").split()
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise BadRequestError("a request line is METHOD TARGET HTTP/1.1")
    headers: list[tuple[str, str]] = []
    while (line := stream.readline(LINE_LIMIT)) not in (b"\r\n", b"\n"):
        name, colon, value = line.decode("latin-1").partition(":")
        if not line or not colon or len(headers) >= HEADER_LIMIT:
            raise BadRequestError("a header is NAME: VALUE, and there are not too many of them")
        headers.append((name.strip(), value.strip()))
    return Head(method=words[0], target=words[1], version=words[2], headers=tuple(headers))


def read_request(stream: BinaryIO, head: Head) -> Request:
    """Read the body that belongs to a head."""
    path, _, query = head.target.partition("?")
    named = {name.lower(): value for name, value in head.headers}
    chunked = named.get("transfer-encoding", "").lower() == "chunked"
    connection = named.get("connection", "").lower()
    return Request(
        method=head.method,
        path=path,
        query=query,
        headers=head.headers,
        body=_chunks(stream) if chunked else _exactly(stream, named.get("content-length", "0")),
        close=connection == "close" or (head.version == "HTTP/1.0" and connection != "keep-alive"),
    )


def _exactly(stream: BinaryIO, length: str) -> bytes:
    if not (length.isascii() and length.isdigit()) or int(length) > BODY_LIMIT:
        raise BadRequestError("Content-Length is no length")
    body = stream.read(int(length))
    if len(body) != int(length):
        raise BadRequestError("the body ends early")
    return body


def _chunks(stream: BinaryIO) -> bytes:
    body = bytearray()
    while True:
        size = stream.readline(LINE_LIMIT).partition(b";")[0].strip()
        try:
            count = int(size, 16)
        except ValueError as error:
            raise BadRequestError("a chunk begins with its size") from error
        body += _exactly(stream, str(count))
        stream.readline(LINE_LIMIT)
        if not count:
            return bytes(body)
