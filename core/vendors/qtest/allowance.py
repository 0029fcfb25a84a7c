"""How many calls qTest still takes in this minute and this month, as its answers tell: spared before it says 429.

Wire: headers of qTest's SaaS since June 2026. No answer tells the limits themselves, so the thresholds are counts.
"""

from collections.abc import Mapping

from core.ports import Calls, Log

_LOW, _MINUTE = 5, 60.0  # calls that are left in this minute: then the next one is waited for
_FEW = 100  # calls that are left in this month: some two steps


class Allowance:
    """Reads the headers of answers, and waits where hardly any call is left."""

    def __init__(self, calls: Calls, log: Log) -> None:
        self._calls = calls
        self._log = log
        self._warned = False

    def spare(self, headers: Mapping[str, str], now: float) -> None:
        """Wait for the next minute if that is wise; `now` is qTest's time in seconds since 1970."""
        minute = _count(headers, "x-ratelimit-remaining-minute")
        month = _count(headers, "x-ratelimit-remaining-month")
        if month is not None and month < _FEW and not self._warned:
            self._warned = True
            self._log.warning(f"Only {month} calls to qTest are left in this month.")
        if minute is not None and minute < _LOW:
            self._log.debug("Hardly any call is left in this minute: waiting for the next.")
            self._calls.pause(_MINUTE - now % _MINUTE)


def _count(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name, "")
    return int(text[:9]) if text.isascii() and text.isdigit() else None
