"""The one way out: every line redacted, defused, encodable, ended and flushed."""

from collections.abc import Callable, Sequence

from core.ci import PATIENCE
from core.ci.reader import Reader
from core.errors import OutputError
from core.text.sanitize import sanitize
from core.text.secret import Redactor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

WHOLE = 200  # characters of a text that no way of defusing one cuts


class Stream:
    """Lines for a CI's log; the order of calls is the order of lines.

    A reader that goes away (`… | head`), or a full disk, must not cost anybody the verdict: the first failure is
    remembered for check(), and what comes after it is dropped. One who pauses is waited for (core.ci.reader); when that
    is over, lines are dropped until he reads on, and told then. `noted` are the signals so far.
    """

    __slots__ = ("_dropped", "_encoding", "_hides", "_problem", "_reader", "_rest", "redact")

    def __init__(
        self,
        out: "TextIO",
        redact: Callable[[str], str],
        noted: Sequence[int] = (),
        patience: float = PATIENCE,
    ) -> None:
        self._encoding = getattr(out, "encoding", None) or "utf-8"
        self._problem = ""
        self._reader = Reader(out, noted, patience)
        self._rest = ""  # of a line that was begun: nothing may come in between
        self._dropped = 0  # lines, since nobody reads
        self.redact = redact
        self._hides = redact.hide if isinstance(redact, Redactor) else redact

    def check(self) -> None:
        """Raise OutputError if a line was lost."""
        self._catch_up()
        problem = self._problem or (self._rest and "nobody reads it")
        if problem:
            fact = f"The log can't be written: {problem}."
            raise OutputError(fact, remedy="Keep standard output open to the end of the step.")

    def clean(self, text: str, defuse: Callable[[str], str] = sanitize) -> str:
        """The text as people may see it.

        Redacted twice: a secret may be spelled with characters in between that defusing takes out. Where it also cuts,
        the first look has to see through these: half a secret is one that nobody would know.
        """
        redacted = self._hides(text) if len(text) <= WHOLE else self.redact(text)
        clean = defuse(redacted)
        return clean if clean is redacted else self._hides(clean)

    def say(self, text: str) -> None:
        """A line for a person."""
        self.put(self.clean(text))

    def put(self, line: str) -> None:
        """A line exactly as it is: for commands of ours."""
        self.write(line + "\n")

    def write(self, text: str) -> None:
        """Text without an end of line. What the stream's encoding lacks is written as an escape."""
        self._catch_up()
        if self._problem:
            return
        if self._rest:
            self._dropped += max(1, text.count("\n"))
            return
        if not text.isascii():
            text = text.encode(self._encoding, "backslashreplace").decode(self._encoding)
        self._rest = self._write(text)

    def _catch_up(self) -> None:
        """The rest of the line that was begun and, once that is written, how many are missing after it."""
        if self._rest:
            self._rest = self._write(self._rest)
            if self._dropped and not self._rest:
                lines = f"{self._dropped} lines of the log were" if self._dropped > 1 else "A line of the log was"
                self._dropped = 0
                self._rest = self._write(f"Warning: {lines} dropped: nobody read them.\n")

    def _write(self, text: str) -> str:
        """The rest that nobody has taken."""
        try:
            return self._reader.write(text)
        except (OSError, ValueError) as error:  # ValueError: the stream was closed
            self._problem = getattr(error, "strerror", None) or str(error)
            return ""
