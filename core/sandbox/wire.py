"""HTTP/1.1 requests off a socket: no more of it than clients of a vendor's API use."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, Final

LINE_LIMIT: Final = 65_536
HEADER_LIMIT: Final = 200
BODY_LIMIT: Final = 1 << 30
PIECE: Final = 65_536  # bytes of a body at a time


class BadRequestError(Exception):
    """What came is no HTTP request that we could answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A request up to its body."""

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    close: bool  # the client wants the connection closed

    def header(self, name: str) -> str | None:
        """Return the first header of that name, which is given in lower case."""
        return next((value for key, value in self.headers if key.lower() == name), None)


class Body:
    """The body of a request, taken off the stream only as it is asked for: an upload may be large."""

    def __init__(self, stream: BinaryIO, head: Head, invite: Callable[[], None]) -> None:
        """`invite` tells a client that waits to be asked for its body (`Expect: 100-continue`)."""
        self._stream = stream
        self._chunked = (head.header("transfer-encoding") or "").lower() == "chunked"
        self._waiting = (head.header("expect") or "").lower() == "100-continue"
        self._invite = invite
        self.length: int | None = None if self._chunked else _length(head.header("content-length") or "0")
        self.over = self.length == 0

    def pieces(self) -> Iterator[bytes]:
        """Yield the body, at most `PIECE` bytes at a time. Raises BadRequestError where it ends early."""
        self._ask()
        yield from self._chunks() if self.length is None else self._exactly(self.length)
        self.over = True

    def half(self) -> Iterator[bytes]:
        """Yield half of the body, or one piece if its length was not told. The rest stays where it is."""
        self._ask()
        yield from islice(self._chunks(), 1) if self.length is None else self._exactly(self.length // 2)

    def _ask(self) -> None:
        if self._waiting:
            self._invite()

    def _exactly(self, count: int) -> Iterator[bytes]:
        while count:
            piece = self._stream.read(min(count, PIECE))
            if not piece:
                raise BadRequestError("the body ends early")
            count -= len(piece)
            yield piece

    def _chunks(self) -> Iterator[bytes]:
        total = 0
        while True:
            size = self._stream.readline(LINE_LIMIT).partition(b";")[0].strip()
            try:
                count = int(size, 16)
            except ValueError as error:
                raise BadRequestError("a chunk begins with its size") from error
            total += count
            if count < 0 or total > BODY_LIMIT:
                raise BadRequestError("a chunk has no such size")
            yield from self._exactly(count)
            self._stream.readline(LINE_LIMIT)
            if not count:
                return


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
    path, _, query = words[1].partition("?")
    connection = next((value.lower() for name, value in headers if name.lower() == "connection"), "")
    return Head(
        method=words[0],
        path=path,
        query=query,
        headers=tuple(headers),
        close=connection == "close" or (words[2] == "HTTP/1.0" and connection != "keep-alive"),
    )


def _length(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text[:20]) > BODY_LIMIT:
        raise BadRequestError("Content-Length is no length")
    return int(text)
