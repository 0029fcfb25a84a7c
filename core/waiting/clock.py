"""The real clock, the one place where a run waits for the vendor, a signal or the user's command."""

import time
from queue import Empty, SimpleQueue
from typing import TypeVar

Item = TypeVar("Item")
# Two signals at once can be noted without waking the wait that they come in (CPython runs handlers only in the main
# thread, and the second may reach another one): so no single wait is longer than this.
SLICE = 0.25
# CLOCK_BOOTTIME goes on while a machine is suspended, so that a deadline set before it still holds after it.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", None)


class SystemClock:
    """Implements core.ports.Clock."""

    def now(self) -> float:
        return time.monotonic() if _CLOCK is None else time.clock_gettime(_CLOCK)

    def wall(self) -> float:
        return time.time()

    def take(self, inbox: "SimpleQueue[Item]", seconds: float, *, coming: object = None) -> Item:  # noqa: ARG002 -- real time needs no hint
        until = self.now() + seconds
        while (left := until - self.now()) > SLICE:
            try:
                return inbox.get(timeout=SLICE)
            except Empty:
                continue
        return inbox.get(timeout=max(left, 0.0))
