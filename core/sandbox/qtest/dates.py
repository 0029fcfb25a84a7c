"""qTest: dates as it reads and writes them. Inside, a date is Unix time in seconds."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

STYLE: Final = "+00:00"
STYLES: Final = (STYLE, "+0000", "Z", ".000Z", "+05:30", "-08:00", "+0530", "-0800", "")  # what may follow a time
_DATE: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def read_date(text: str, *, offset_needed: bool = True) -> float:
    """Read a date and time; without an offset it is UTC, where that is allowed. Raises ValueError."""
    match = _DATE.fullmatch(text)
    if match is None or (offset_needed and not match[3]):
        raise ValueError(f"{text!r} is no date like 2026-11-22T08:00:00+0000")
    whole = datetime.fromisoformat(match[1] + (match[3] or "Z"))
    return whole.timestamp() + float(f"0.{match[2] or 0}")


def is_day(text: str) -> bool:
    """Whether a text is a date without a time, like 2026-11-22."""
    try:
        return bool(_DAY.fullmatch(text)) and datetime.fromisoformat(text) is not None
    except ValueError:
        return False


def write_date(date: float, style: str = STYLE) -> str:
    """Write a date in one of `STYLES`."""
    zone: timezone = UTC
    if style[:1] in {"+", "-"}:
        digits = style.replace(":", "")
        minutes = int(digits[1:3]) * 60 + int(digits[3:])
        zone = timezone(timedelta(minutes=-minutes if style.startswith("-") else minutes))
    return datetime.fromtimestamp(int(date), zone).strftime("%Y-%m-%dT%H:%M:%S") + style
