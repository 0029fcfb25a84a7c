"""Signals while inputs are read: nothing is under way yet, so they may end that on the spot."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import StoppedError
from core.waiting.signals import ending, is_second_wish, meant


@contextmanager
def stopping_at_once(noted: list[int]) -> Iterator[None]:
    """While inputs are read, and nothing is under way yet, a signal raises StoppedError on the spot.

    Reading a pipe hears no bell. Signals that came before are heard too; `noted` gets those to come.
    """
    means = ending()

    def end() -> None:
        raise StoppedError(meant(noted, means))

    def stop(number: int, _frame: object) -> None:
        if is_second_wish(number, noted):
            os._exit(128 + meant(noted, means))
        noted.append(number)
        if len(noted) == 1:  # a second one that is none would tear what the first one has begun
            end()

    before = {number: signal.getsignal(number) for number in means}
    for number in before:
        signal.signal(number, stop)
    try:
        if noted:
            end()
        yield
    except StoppedError:
        signal.signal(signal.SIGINT, stop)  # which hears at once what came along with it, and changes what it means
        stopped = StoppedError(meant(noted, means))
        stopped.remedy = "Nothing was started."
        raise stopped from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
