"""The server's idea of time: an injected clock, a date to begin with, and an error."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Readings of `now`, and the dates that they stand for."""

    now: Callable[[], float]
    started: float
    epoch: float
    skew: float = 0.0

    def date(self, reading: float) -> float:
        """Unix time at a reading, as this server believes."""
        return self.epoch + self.skew + reading - self.started


def iso(date: float) -> str:
    """`2026-03-02T10:00:02.087Z`."""
    return datetime.fromtimestamp(date, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def http_date(date: float) -> str:
    """`Mon, 02 Mar 2026 10:00:02 GMT`, in English whatever the locale."""
    parts = time.gmtime(date)
    day, month = _DAYS[parts.tm_wday], _MONTHS[parts.tm_mon - 1]
    clock = f"{parts.tm_hour:02}:{parts.tm_min:02}:{parts.tm_sec:02}"
    return f"{day}, {parts.tm_mday:02} {month} {parts.tm_year:04} {clock} GMT"
