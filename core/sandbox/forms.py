"""Forms with files (multipart/form-data), read as they arrive: of a file only its size and hash are kept.

Wire: https://www.rfc-editor.org/rfc/rfc7578
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

FIELD_LIMIT: Final = 1 << 20  # bytes of a field that is no file
_HEAD_LIMIT: Final = 16_384
_CUT_OFF: Final = "cut off"
_PARAMETER: Final = re.compile(r';\s*([\w*.-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))')


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part that came whole."""

    name: str
    filename: str | None  # None: a field, no file
    content_type: str
    size: int
    sha256: str
    text: bytes  # of a field; empty for a file


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The parts in order, and what was wrong with the whole, if anything was."""

    parts: tuple[Part, ...] = ()
    problem: str = ""

    def part(self, name: str) -> Part | None:
        """Return the first part of that name."""
        return next((part for part in self.parts if part.name == name), None)


class _Sink:
    """A part on its way."""

    def __init__(self, head: bytes) -> None:
        lines = [line.partition(":") for line in head.decode("utf-8", "replace").split("\r\n")]
        named = {name.strip().lower(): value.strip() for name, _, value in lines}
        given = parameters(named.get("content-disposition", ""))
        self.name = given.get("name", "")
        self.filename = given.get("filename")
        self.content_type = named.get("content-type", "")
        self.text, self.size, self._hash = bytearray(), 0, hashlib.sha256()

    def write(self, data: bytes | bytearray) -> bool:
        """Take some bytes. False: too many for a field."""
        self.size += len(data)
        self._hash.update(data)
        if self.filename is None:
            self.text += data
        return len(self.text) <= FIELD_LIMIT

    def part(self) -> Part:
        return Part(
            name=self.name,
            filename=self.filename,
            content_type=self.content_type,
            size=self.size,
            sha256=self._hash.hexdigest(),
            text=bytes(self.text),
        )


def read_form(content_type: str, pieces: Iterable[bytes]) -> Form:
    """Read all pieces of a body. A form that is none has a problem and only those parts that came whole."""
    kind, _, _ = content_type.partition(";")
    boundary = parameters(content_type).get("boundary", "").encode("latin-1", "replace")
    if kind.strip().lower() != "multipart/form-data" or not boundary:
        for _ in pieces:
            pass
        return Form(problem="no form" if boundary else "no boundary")
    cutter = _Cutter(b"\r\n--" + boundary)
    for piece in pieces:
        cutter.feed(piece)
    return Form(parts=tuple(cutter.parts), problem=cutter.problem)


def parameters(header: str) -> dict[str, str]:
    """Read the parameters of a header; an extended one (`filename*=UTF-8''…`) beats the plain one."""
    found: dict[str, str] = {}
    extended: dict[str, str] = {}
    for match in _PARAMETER.finditer(header):
        name, quoted, bare = match[1].lower(), match[2], match[3]
        if name.endswith("*"):
            extended[name[:-1]] = unquote((bare or "").rpartition("'")[2])
        else:
            found[name] = bare if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
    return found | extended


class _Cutter:
    """Cuts a body at its marks. What it holds of it is never much more than a piece."""

    def __init__(self, mark: bytes) -> None:
        self.parts: list[Part] = []
        self.problem = _CUT_OFF  # until the last mark says otherwise
        self._mark = mark
        self._held = bytearray(b"\r\n")  # a mark begins with a line end; the first one stands at the beginning
        self._sink: _Sink | None = None
        self._between = False  # a mark is behind us, the head of a part ahead

    def feed(self, piece: bytes) -> None:
        if self.problem == _CUT_OFF:  # else nothing that follows is of interest
            self._held += piece
            while self.problem == _CUT_OFF and (self._head() if self._between else self._data()):
                pass

    def _head(self) -> bool:
        """Take the head of a part, or the end of the form. False: more is needed."""
        if self._held.startswith(b"--"):
            self.problem = ""
            return False
        end = self._held.find(b"\r\n\r\n")
        if end < 0:
            self.problem = "a head is too long" if len(self._held) > _HEAD_LIMIT else self.problem
            return False
        self._sink, self._between = _Sink(bytes(self._held[:end])), False
        del self._held[: end + 4]
        return True

    def _data(self) -> bool:
        """Take what surely belongs to a part. False: more is needed."""
        end = self._held.find(self._mark)
        settled = max(0, len(self._held) - len(self._mark)) if end < 0 else end
        if self._sink is not None and not self._sink.write(self._held[:settled]):
            self.problem = "a field is too long"
        del self._held[:settled]
        if end < 0:
            return False
        del self._held[: len(self._mark)]
        if self._sink is not None:
            self.parts.append(self._sink.part())
        self._sink, self._between = None, True
        return True
