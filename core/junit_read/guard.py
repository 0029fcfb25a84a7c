"""The way of a file into expat: only plain files, bounded in every direction, no DTD, no entities, no outside.

Raw expat with handlers that raise is stricter than defusedxml, and twice as fast (docs/adr/0007-reading-junit.md).
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, NoReturn
from xml.parsers import expat

from core.junit_read.legal import Cleaner, encoding_to_decode
from core.workspace import opening

CHUNK = 1 << 16  # bytes
_CUT = {
    expat.errors.codes[text] for text in (expat.errors.XML_ERROR_NO_ELEMENTS, expat.errors.XML_ERROR_UNCLOSED_TOKEN)
}
_CUT |= {expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION]}
_ILLEGAL = {
    expat.errors.codes[text] for text in (expat.errors.XML_ERROR_INVALID_TOKEN, expat.errors.XML_ERROR_BAD_CHAR_REF)
}
_PACKED = {b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip", b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"\x28\xb5\x2f\xfd": "zstd"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is too much.

    Beyond these a file is refused: `size` in bytes, `depth` in elements, `tag` in bytes of one tag or comment, `text`
    in characters of one element, `names` of elements and attributes (expat forgets none). Of a text `kept` characters
    stay, of each kind of part `parts` in a case, and `held` characters of all its parts together; what is beyond those
    is counted, not kept.
    """

    size: int = 4 << 30
    depth: int = 64
    tag: int = 1 << 20
    text: int = 16 << 20
    names: int = 10_000
    kept: int = 1 << 16
    parts: int = 1_000
    held: int = 4 << 20
    check: Callable[[], None] = lambda: None  # called between pieces of a file; may raise, to end a long read


class JUnitError(ValueError):
    """A file that can't be taken for a whole JUnit report. `fact` is a sentence that names the file and the place."""

    def __init__(self, path: str, problem: str, *, line: int = 0) -> None:
        self.path = path
        self.line = line
        self.fact = f"{path}{f', line {line},' if line else ''} {problem}"
        super().__init__(self.fact)


class NeedsCleaning(Exception):  # noqa: N818 -- no error yet: with `cleans` the file may be read to its end
    """What stands here may be a character that XML forbids."""


class Guard:
    """One parse of one file: an expat parser, and every way in which it may end too early.

    Cleaning costs a tenth of a survey, and most files need none. Without `cleans` expat meets the bytes as they are;
    it stops at each that cleaning would change, and then NeedsCleaning is raised.
    """

    def __init__(self, path: str, shown: str, limits: Limits, *, cleans: bool = True) -> None:
        self._cleans = cleans
        self._path = path
        self._shown = shown
        self._limits = limits
        self._lines_before = 0
        self.stack: list[str] = []  # the reader's open elements, for the message
        self._names: dict[str, str] = {}  # expat fills it
        self.parser = parser = expat.ParserCreate(intern=self._names)
        parser.buffer_text = True
        parser.buffer_size = CHUNK
        parser.StartDoctypeDeclHandler = self._refuse_dtd
        parser.EntityDeclHandler = self._refuse_dtd
        parser.ExternalEntityRefHandler = self._refuse_dtd

    def refuse(self, problem: str) -> NoReturn:
        """End the reading with the place that the parser has come to."""
        raise JUnitError(self._shown, problem, line=self.parser.CurrentLineNumber + self._lines_before)

    def feed(self) -> Iterator[None]:
        """Yields after each piece that the handlers have seen. Raises JUnitError."""
        with self._opened() as file:
            first = file.read(CHUNK)
            self._look_at(first)
            fed = 0
            cleaner = self._cleaner(first)
            piece = first.lstrip(b" \t\r\n")  # blank lines before the declaration are common, and no XML
            self._lines_before = first[: len(first) - len(piece)].count(b"\n")
            while piece:
                clean = self._cleaned(cleaner, piece) if cleaner.decodes or self._cleans else piece
                fed += len(clean.encode()) if isinstance(clean, str) else len(clean)
                self._parse(clean, final=False)
                if fed - self.parser.CurrentByteIndex > self._limits.tag:  # expat hands text on, and holds back tags
                    self.refuse(f"holds a tag or a comment of more than {self._limits.tag} bytes.")
                if len(self._names) > self._limits.names:
                    self.refuse(f"has more than {self._limits.names} different names of elements and attributes.")
                yield
                self._limits.check()
                piece = file.read(CHUNK)
            self._parse(self._cleaned(cleaner, b"", final=True), final=True)
            yield

    def _cleaner(self, first: bytes) -> Cleaner:
        try:
            return Cleaner(encoding_to_decode(first))
        except LookupError as error:
            raise JUnitError(self._shown, f"can't be read: {error}.", line=1) from None

    def _cleaned(self, cleaner: Cleaner, piece: bytes, *, final: bool = False) -> bytes | str:
        try:
            return cleaner.clean(piece, final=final)
        except UnicodeError as error:
            self.refuse(f"is not written in the encoding that it names: {error}.")

    def _parse(self, piece: bytes | str, *, final: bool) -> None:
        try:
            self.parser.Parse(piece, final)
        except expat.ExpatError as error:
            if not self._cleans and error.code in _ILLEGAL:
                raise NeedsCleaning from None
            line = error.lineno + self._lines_before
            if final and error.code in _CUT:
                where = f"inside <{self.stack[-1]}>" if self.stack else "before anything is said"
                raise JUnitError(self._shown, f"is cut: the file ends here, {where}.", line=line) from None
            reason = f"{expat.ErrorString(error.code)}, column {error.offset + 1}"
            raise JUnitError(self._shown, f"is no well-formed XML: {reason}.", line=line) from None

    def _refuse_dtd(self, *_: object) -> NoReturn:
        self.refuse("holds a DTD or an entity: no JUnit report needs one, and it may be an attack.")

    def _look_at(self, first: bytes) -> None:
        if not first.strip():
            raise JUnitError(self._shown, "is empty.")
        for magic, name in _PACKED.items():
            if first.startswith(magic):
                raise JUnitError(self._shown, f"is packed ({name}): unpack it first.")
        if not re.match(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\x00\s]*<", first):
            raise JUnitError(self._shown, "is no XML: it does not begin with a tag.", line=1)

    @contextmanager
    def _opened(self) -> Iterator[IO[bytes]]:
        """A plain file, and no wait for a writer should it have become a pipe."""
        try:
            with opening.reading(self._path) as file:
                size = os.fstat(file.fileno()).st_size
                if size > self._limits.size:
                    raise JUnitError(self._shown, f"has {size} bytes, more than {self._limits.size}.")
                yield file
        except OSError as error:
            raise JUnitError(self._shown, f"can't be read: {error.strerror or error}.") from None
