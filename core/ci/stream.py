"""The one way out: every line redacted, defused, encodable, ended and flushed."""

from collections.abc import Callable, Sequence

from core.ci.reader import Reader
from core.errors import OutputError
from core.text.sanitize import sanitize

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO


class Stream:
    """Lines for a CI's log; the order of calls is the order of lines.

    A reader that goes away (`… | head`), or one who does not read, or a full disk, must not cost anybody the verdict:
    the first failure is remembered for check(), and what comes after it is dropped. `noted` are the signals so far.
    """

    __slots__ = ("_encoding", "_out", "_problem", "_reader", "redact")

    def __init__(self, out: "TextIO", redact: Callable[[str], str], noted: Sequence[int] = ()) -> None:
        self._out = out
        self._encoding = getattr(out, "encoding", None) or "utf-8"
        self._problem = ""
        self._reader = Reader(out, noted)
        self.redact = redact

    def check(self) -> None:
        """Raise OutputError if a line was lost."""
        if self._problem:
            fact = f"The log can't be written: {self._problem}."
            raise OutputError(fact, remedy="Keep standard output open to the end of the step.")

    def clean(self, text: str, defuse: Callable[[str], str] = sanitize) -> str:
        """The text as people may see it.

        Redacted twice: a secret may be spelled with characters in between that defusing takes out.
        """
        redacted = self.redact(text)
        clean = defuse(redacted)
        return clean if clean is redacted else self.redact(clean)

    def say(self, text: str) -> None:
        """A line for a person."""
        self.put(self.clean(text))

    def put(self, line: str) -> None:
        """A line exactly as it is: for commands of ours."""
        self.write(line + "\n")

    def write(self, text: str) -> None:
        """Text without an end of line. What the stream's encoding lacks is written as an escape."""
        if self._problem:
            return
        if not text.isascii():
            text = text.encode(self._encoding, "backslashreplace").decode(self._encoding)
        try:
            for piece in self._reader.pieces(text):
                self._out.write(piece)
                self._out.flush()
        except (OSError, ValueError) as error:  # ValueError: the stream was closed
            self._problem = getattr(error, "strerror", None) or str(error)
