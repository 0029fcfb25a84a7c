"""SIGINT, SIGTERM and what counts as these, for every wait to hear: a handler that only rings, never raises.

Raising from a handler could cut any line in half, also one that writes the journal. So the handler puts a bell
into the inboxes where this program waits (SimpleQueue.put is safe in a handler), and waits raise StoppedError.
"""

import os
import signal
from collections.abc import Callable, Mapping
from queue import SimpleQueue
from types import FrameType
from typing import Any

from core.errors import StoppedError
from core.waiting.signals import ending, is_second_wish, meant

BELL = object()


class Stop:
    """The wish to stop. The first signal asks politely; the second wish exits at once."""

    def __init__(self, means: Mapping[int, int] | None = None) -> None:
        self._means = ending() if means is None else means  # signal to catch: signal that it counts as
        self.signal: int = 0
        self.at_once: list[Callable[[], None]] = []  # what must be done even before an exit at once, in a handler
        self._closing = False
        self._noted: list[int] = []
        self._inboxes: list[SimpleQueue[Any]] = []

    def install(self, noted: list[int] | None = None) -> None:
        """Take over the handlers; `noted` has the signals that came before all was set up, and gets those to come."""
        self._noted = [] if noted is None else noted
        for caught in self._means:
            signal.signal(caught, self._handle)
        if any(is_second_wish(number, self._noted[:at]) for at, number in enumerate(self._noted)):
            self._leave()
        if self._noted:
            self._ring()

    def subscribe(self, inbox: "SimpleQueue[Any]") -> None:
        self._inboxes.append(inbox)
        if self.signal:
            inbox.put(BELL)

    def unsubscribe(self, inbox: "SimpleQueue[Any]") -> None:
        self._inboxes.remove(inbox)

    @property
    def rung(self) -> bool:
        """True from the signal until closing begins."""
        return bool(self.signal) and not self._closing

    def check(self) -> None:
        """Raise StoppedError if a signal came and closing has not begun."""
        if self.rung:
            raise StoppedError(self.signal)

    def begin_closing(self) -> None:
        """From now on waits work again: the time for cleaning up is bounded by whoever cleans up."""
        self._closing = True

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        if is_second_wish(number, self._noted):
            self._leave()
        self._noted.append(number)
        self._ring()

    def _ring(self) -> None:
        is_first = not self.signal
        if not self._closing:
            self.signal = meant(self._noted, self._means)
        if is_first:
            for inbox in self._inboxes:
                inbox.put(BELL)

    def _leave(self) -> None:
        for act in self.at_once:
            act()
        os._exit(128 + meant(self._noted, self._means))
