"""Bytes of any program as lines for a log, in flat memory: also a line that never ends."""

import codecs
from collections.abc import Iterator

from core.text.secret import Redactor


class Lines:
    """Cuts at LF, CR and CRLF, as the runners of the CI systems do. Bytes that are no UTF-8 become visible.

    They are redacted here, where a long one is cut: half a secret is one that nobody knows by its looks. The log cuts
    them shorter still; whoever records the output gets what is kept here.
    """

    def __init__(self, longest: int = 1 << 15, redact: Redactor | None = None) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._longest = longest
        self._redact = redact or Redactor()
        self._line = ""
        self._more = 0  # characters of the open line beyond the longest
        self._after_cr = False

    def feed(self, piece: bytes, *, final: bool = False) -> Iterator[str]:
        """The lines that end in this piece, without their ends; with `final` also the last one that has none."""
        text = self._decoder.decode(piece, final)
        if text:
            rest = text.removeprefix("\n") if self._after_cr else text
            self._after_cr, text = text.endswith("\r"), rest
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        is_clean = self._redact(text) is text  # once for many lines
        *ended, last = text.split("\n")
        for part in ended:
            if is_clean and not self._line and len(part) <= self._longest:
                yield part
                continue
            self._add(part)
            yield self._take()
        self._add(last)
        if final and self._line:
            yield self._take()

    def _add(self, part: str) -> None:
        room = self._longest - len(self._line)
        if len(part) > room:
            self._more += len(part) - room
            part = part[:room]
        self._line += part

    def _take(self) -> str:
        line, more = self._line, self._more
        self._line, self._more = "", 0
        return f"{self._redact.beginning(line)}… and {more} more characters" if more else self._redact(line)
