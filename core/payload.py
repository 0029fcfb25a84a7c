"""What a request carries: a text, or a form with a file that is read while it is sent and never held.

A payload has a length and can be iterated, which is how the HTTP library knows that it is to be streamed. Each try has
one of its own. `sent` tells how many bytes were asked for so far: while it is 0 the vendor has no complete request, and
can't have acted on it.
"""

import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

JSON = "application/json"
BLOCK = 1 << 20  # bytes read at once, and the most that is sent at once
PIECE = 1 << 16  # bytes sent at once over a slow line: so often it shows that an upload moves
QUICK = 0.1  # seconds: what left in less may be followed by twice as much


class UnreadableFileError(Exception):
    """The file to send can't be read, or is another one than when its request was begun; the text says which."""


class AbandonedError(Exception):
    """Nobody waits for this request any more."""


class Payload:
    """A body of known length and type, for one try; `headers` take the place of the vendor's usual ones."""

    def __init__(self, text: bytes, content_type: str = JSON, headers: Mapping[str, str] | None = None) -> None:
        self.content_type = content_type
        self.headers: Mapping[str, str] = headers or {}
        self.sent = 0
        self._text = text
        self._abandoned = False

    def __len__(self) -> int:
        return len(self._text)

    def __iter__(self) -> Iterator[bytes | memoryview]:
        self.sent = 0
        for piece in self._pieces():
            self.sent += len(piece)
            if self._abandoned:  # looked at after counting: see abandon()
                raise AbandonedError
            yield piece

    def abandon(self) -> bool:
        """Send nothing more; True where the request stays incomplete for sure, so that nobody can act on it."""
        self._abandoned = True
        return self.sent < len(self)

    @property
    def is_upload(self) -> bool:
        """Whether it may take longer to send than an answer may take to come."""
        return False

    @property
    def label(self) -> str:
        """What a person calls it."""
        return "the request"

    def _pieces(self) -> Iterator[bytes | memoryview]:
        yield self._text


class FormData(Payload):
    """A multipart form (RFC 7578): text fields, and one file in `file_field`.

    Raises UnreadableFileError where the file can't be read, or was changed since: half an app is no app. The request
    is then incomplete, so that nobody can take it for one.
    """

    def __init__(self, fields: Sequence[tuple[str, str]], *, file_field: str = "", path: str = "") -> None:
        boundary = f"test-runner-{os.urandom(16).hex()}"
        super().__init__(b"", f"multipart/form-data; boundary={boundary}")
        self._path = path
        self._name = os.path.basename(path)
        self._state = _state(path, self._name) if path else (0, 0, 0)
        self._size = self._state[0]
        head = [_part(boundary, f'name="{_quoted(name)}"', "") + text.encode() + b"\r\n" for name, text in fields]
        if path:
            disposition = f'name="{_quoted(file_field)}"; filename="{_quoted(self._name)}"'
            head.append(_part(boundary, disposition, "application/octet-stream"))
        self._head = b"".join(head)
        self._tail = (b"\r\n" if path else b"") + f"--{boundary}--\r\n".encode()

    def __len__(self) -> int:
        return len(self._head) + self._size + len(self._tail)

    @property
    def is_upload(self) -> bool:
        return bool(self._path)

    @property
    def label(self) -> str:
        return self._name or "the form"

    def _pieces(self) -> Iterator[bytes | memoryview]:
        yield self._head
        if self._path:
            yield from self._file()
        yield self._tail

    def _file(self) -> Iterator[bytes | memoryview]:
        left, size, buffer = self._size, PIECE, memoryview(bytearray(BLOCK))
        try:
            with open(self._path, "rb", buffering=0) as file:
                while left:
                    count = file.readinto(buffer[: min(BLOCK, left)])
                    if not count:
                        break
                    left -= count
                    start = 0
                    while start < count:
                        began = time.monotonic()
                        piece = buffer[start : min(start + size, count)]
                        yield piece
                        start += len(piece)
                        size = min(2 * size, BLOCK) if time.monotonic() - began < QUICK else PIECE
                unchanged = _state(file.fileno(), self._name) == self._state
        except OSError as error:
            raise UnreadableFileError(f"{self._name} can't be read: {error.strerror}.") from error
        if left or not unchanged:
            raise UnreadableFileError(f"{self._name} was changed while it was sent.")


def _state(file: str | int, name: str) -> tuple[int, int, int]:
    """Size, time of the last change and identity."""
    try:
        found = os.stat(file)
    except OSError as error:
        raise UnreadableFileError(f"{name} can't be read: {error.strerror}.") from error
    return found.st_size, found.st_mtime_ns, found.st_ino


def of_json(value: Any) -> Payload:
    """A value as JSON, in UTF-8, without spaces that nobody reads; bytes are JSON already."""
    if isinstance(value, bytes):
        return Payload(value)
    return Payload(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def _part(boundary: str, disposition: str, content_type: str) -> bytes:
    kind = f"Content-Type: {content_type}\r\n" if content_type else ""
    return f"--{boundary}\r\nContent-Disposition: form-data; {disposition}\r\n{kind}\r\n".encode()


def _quoted(name: str) -> str:
    """As browsers do it (WHATWG): only what would end the quotes or the line is escaped."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
