"""Waiting for a process of somebody else to be gone: nothing tells us, so we look."""

from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue

from core.ports import Clock
from core.waiting.stop import Stop

LOOK = 0.05  # seconds between two looks


def is_gone(is_there: Callable[[], bool], seconds: float, clock: Clock, stop: Stop) -> bool:
    """Whether it goes within so many seconds, and before a signal comes to us."""
    inbox: SimpleQueue[object] = SimpleQueue()
    stop.subscribe(inbox)
    until = clock.now() + seconds
    try:
        while is_there():
            if stop.signal or clock.now() >= until:
                return False
            with suppress(Empty):
                clock.take(inbox, LOOK)
    finally:
        stop.unsubscribe(inbox)
    return True
