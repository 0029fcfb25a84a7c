"""Single fields of qTest's answers, each what was promised or a TypeError or ValueError; dates in both directions."""

from datetime import UTC, datetime
from typing import Any

_END_OF_TIME = 253_402_300_800.0  # the year 10000


def whole(value: Any) -> int:
    """An id, also one beyond 2^53, or its digits in a text."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("an id is no whole number")
    return value


def whole_or_none(value: Any) -> int | None:
    return None if value is None or value == "" else whole(value)


def text(value: Any) -> str:
    """A text; nothing at all is an empty one."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError("a text is no text")
    return value


def moment(value: Any) -> float:
    """Seconds since 1970 from `+00:00`, `+0000`, `-0800`, `Z`, with fractions or without; no offset means UTC."""
    found = datetime.fromisoformat(text(value).strip())
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def has_offset(value: Any) -> bool:
    return datetime.fromisoformat(text(value).strip()).tzinfo is not None


def stamp(seconds: float) -> str:
    """A date as qTest's own client sends it, in UTC: `2026-11-22T08:00:00+0000`."""
    return datetime.fromtimestamp(min(max(seconds, 0.0), _END_OF_TIME - 1), UTC).strftime("%Y-%m-%dT%H:%M:%S%z")


def day(seconds: float) -> str:
    return stamp(seconds).partition("T")[0]
