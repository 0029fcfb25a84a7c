"""How many calls qTest still takes in this minute and this month, as its answers tell: spared before it says 429.

Wire: headers of qTest's SaaS since June 2026. No answer tells the limits themselves, so the thresholds are counts.
"""

from collections.abc import Callable, Mapping

from core.ports import Calls, Log

RESERVE = 30.0  # seconds of `timeout` that are kept for telling qTest how it ended
_LOW, _MINUTE = 5, 60.0  # calls that are left in this minute: then the next one is waited for
_FEW = 100  # calls that are left in this month: some two steps


class Allowance:
    """Reads the headers of answers, and waits where hardly any call is left. `now` is qTest's time since 1970."""

    def __init__(self, calls: Calls, log: Log, now: Callable[[], float]) -> None:
        self._calls = calls
        self._log = log
        self._now = now
        self._next = 0.0  # when the minute begins that has calls again
        self._warned = False

    def heed(self, headers: Mapping[str, str]) -> None:
        """Take note of what an answer tells."""
        minute = _count(headers, "x-ratelimit-remaining-minute")
        month = _count(headers, "x-ratelimit-remaining-month")
        if month is not None and month < _FEW and not self._warned:
            self._warned = True
            self._log.warning(f"Only {month} calls to qTest are left in this month.")
        if minute is not None:
            now = self._now()
            self._next = now + _MINUTE - now % _MINUTE if minute < _LOW else 0.0

    def spare(self) -> None:
        """Wait for the next minute if that is wise; never before a call that ends a job, and never into its time."""
        seconds = min(self._next - self._now(), self._calls.left - RESERVE)
        if seconds > 0:
            self._log.debug("Hardly any call is left in this minute: waiting for the next.")
            self._calls.pause(seconds)


def _count(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name, "")
    return int(text[:9]) if text.isascii() and text.isdigit() else None
