"""Whoever reads our log, and may stop: a full pipe would hold up everything, `timeout` and the first signal too."""

import errno
import os
import stat
from collections.abc import Iterator, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    import select
    from typing import TextIO

PATIENCE = 30.0  # seconds: what a busy machine, or an agent that has lost its network for a moment, may need
HURRY = 1.0  # seconds once a signal has come: all of a stop has 5
SLICE = 0.25  # seconds between two looks for a signal
ROOM = 4096  # bytes that any new pipe takes: with so little to say nothing is imported for this


class Reader:
    """Of a pipe, a socket or a terminal. `noted` are the signals that have come so far."""

    __slots__ = ("_noted", "_out", "_poll", "_room")

    def __init__(self, out: "TextIO", noted: Sequence[int]) -> None:
        self._out = out
        self._noted = noted
        self._room = ROOM
        self._poll: select.poll | None = None  # None where there is nobody to wait for

    def pieces(self, text: str) -> Iterator[str]:
        """The text in pieces that can be written without waiting, once each is asked for. Raises TimeoutError."""
        size = len(text) if text.isascii() else 4 * len(text)
        if size <= self._room:
            self._room -= size
            yield text
            return
        if self._room >= 0:
            self._room = -1
            self._poll = _poll(self._out)
        if self._poll is None:
            yield text
            return
        most = _at_once() // (1 if text.isascii() else 4)
        for at in range(0, len(text), most):
            self._wait(self._poll)
            yield text[at : at + most]

    def _wait(self, reader: "select.poll") -> None:
        waited = 0.0
        while not reader.poll(SLICE * 1000):
            waited += SLICE
            if waited >= (HURRY if self._noted else PATIENCE):
                raise TimeoutError(errno.ETIMEDOUT, "nobody reads it")


def _at_once() -> int:
    """Bytes that a pipe which takes any takes all."""
    import select  # noqa: PLC0415 -- see ROOM

    return getattr(select, "PIPE_BUF", 512)


def _poll(out: "TextIO") -> "select.poll | None":
    import select  # noqa: PLC0415 -- see ROOM

    try:
        descriptor = out.fileno()
        mode = os.fstat(descriptor).st_mode
    except (AttributeError, OSError, ValueError):  # closed, or no file at all
        return None
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or stat.S_ISCHR(mode)) or not hasattr(select, "poll"):
        return None
    found = select.poll()
    found.register(descriptor, select.POLLOUT)
    return found
