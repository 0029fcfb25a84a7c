"""Whoever reads our log, and may pause: a full pipe would hold up everything, `timeout` and the first signal too."""

import os
import stat
import time
from collections.abc import Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    import select
    from typing import TextIO

LATE = 30.0  # seconds in all after that: nothing but the verdict is left to be told
HURRY = 1.0  # seconds in all once a signal has come: all of a stop has 5
SLICE = 0.25  # seconds between two looks for a signal
LEAST = 64  # bytes that any write counts for: a socket keeps more than the text


class Reader:
    """Of a pipe, a socket or a terminal. `noted` are the signals so far; `patience` is from now on, in seconds."""

    __slots__ = ("_known", "_noted", "_out", "_poll", "_room", "_spent", "_until")

    def __init__(self, out: "TextIO", noted: Sequence[int], patience: float) -> None:
        self._out = out
        self._noted = noted
        self._until = time.monotonic() + patience
        self._spent = 0.0  # seconds waited since then, or since a signal
        self._known = False
        self._poll: select.poll | None = None  # None where there is nobody to wait for
        self._room = 0  # bytes that it surely takes without a wait

    def write(self, text: str) -> str:
        """Write what the reader takes of it, in the time that there is; gives the rest. Raises OSError, ValueError."""
        if not self._known:
            self._known = True
            self._poll = _poll(self._out)
        if self._poll is None:
            self._out.write(text)
            self._out.flush()
            return ""
        width = 1 if text.isascii() else 4
        most = _at_once()
        while text:
            if self._room < max(LEAST, min(len(text) * width, most)):
                if not self._takes_more(self._poll):
                    return text
                self._room = most
            piece = text[: self._room // width]
            self._out.write(piece)
            self._out.flush()
            self._room -= max(LEAST, len(piece) * width)
            text = text[len(piece) :]
        return ""

    def _takes_more(self, reader: "select.poll") -> bool:
        ready = reader.poll(0)
        while not ready:
            began = time.monotonic()
            is_over = bool(self._noted) or began >= self._until
            if is_over and self._spent >= (HURRY if self._noted else LATE):
                return False
            ready = reader.poll(SLICE * 1000)
            if is_over:
                self._spent += time.monotonic() - began
        return True


def _at_once() -> int:
    """Bytes that a pipe which takes any takes all, in one write or in several (pipe(7))."""
    import select  # noqa: PLC0415 -- see _poll

    return getattr(select, "PIPE_BUF", 512)


def _poll(out: "TextIO") -> "select.poll | None":
    """From the first line on, since somebody else may have filled the pipe."""
    try:
        descriptor = out.fileno()
        mode = os.fstat(descriptor).st_mode
    except (AttributeError, OSError, ValueError):  # closed, or no file at all
        return None
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or (stat.S_ISCHR(mode) and os.isatty(descriptor))):
        return None
    import select  # noqa: PLC0415 -- a log that is a file needs none

    if not hasattr(select, "poll"):
        return None
    found = select.poll()
    found.register(descriptor, select.POLLOUT)
    return found
