"""Signals while inputs are read: nothing is under way yet, so they may end that on the spot."""

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from core.errors import StoppedError
from core.waiting.signals import ending


@contextmanager
def stopping_at_once(noted: Sequence[int]) -> Iterator[None]:
    """While inputs are read, and nothing is under way yet, a signal raises StoppedError on the spot.

    Reading a pipe hears no bell. Signals that came before are heard too.
    """
    means = ending()

    def stop(number: int, _frame: object) -> None:
        stopped = StoppedError(means.get(number, number))
        stopped.remedy = "Nothing was started."
        raise stopped

    before = {number: signal.getsignal(number) for number in means}
    for number in before:
        signal.signal(number, stop)
    try:
        if noted:
            stop(noted[0], None)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
