"""Single fields of Autify's answers: each is what was promised, or a TypeError or ValueError."""

from datetime import UTC, datetime
from typing import Any

from core.guarded import promised
from core.model import LONGEST_SECONDS
from core.vendors.autify import references

END_OF_TIME = 253_402_300_800.0  # the year 10000, which no timestamp can show
LONGEST_WORD = 100  # of a system, a browser or a device; each case repeats it


def whole(value: Any) -> int:
    """An id of the web API: a whole number, or its digits in a text (the wire has both)."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("an id is no whole number")
    return value


def opaque(value: Any) -> str:
    """An id of the mobile API: a short text that only the vendor understands. ValueError for what is no such text."""
    return references.opaque(promised.text(value))


def seconds(value: Any) -> float | None:
    """From Autify's milliseconds; None for anything that is no sensible duration."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < LONGEST_SECONDS * 1000:
        return None
    return value / 1000


def moment(value: Any) -> float | None:
    """Seconds since 1970 from an ISO 8601 text with its offset; None where there is none."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
        return found.timestamp() if found and found.tzinfo else None
    except (ValueError, OverflowError, OSError):
        return None


def stamp(value: str) -> str:
    """Seconds precision in UTC, without an offset: what every JUnit reader takes. Unparsable: the epoch."""
    found = moment(value) or 0.0
    return datetime.fromtimestamp(found if 0 <= found < END_OF_TIME else 0.0, UTC).strftime("%Y-%m-%dT%H:%M:%S")
