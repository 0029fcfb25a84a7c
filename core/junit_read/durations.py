"""Durations as the writers of JUnit really spell them, in seconds."""

import re

from core.model import LONGEST_SECONDS

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "sec": 1.0, "secs": 1.0, "second": 1.0}
_UNITS |= {"seconds": 1.0, "m": 60.0, "min": 60.0, "mins": 60.0, "minute": 60.0, "minutes": 60.0}
_UNITS |= {"h": 3600.0, "hour": 3600.0, "hours": 3600.0}
_LONGEST_TEXT = 40
_PART = r"([0-9][0-9.,]*)\s*([a-zµμ]+)\s*"
_CLOCK = r"(?:([0-9]+):)?([0-9]+):([0-9]+(?:[.,][0-9]+)?)"


def seconds_of(text: str) -> float | None:
    """Seconds from `0.25`, `0,25`, `2,503.1`, `250ms`, `1m 30s` or `0:01:30`; None for what is no duration."""
    try:
        found = float(text)
    except ValueError:
        found = _spelled(text.strip().lower())
    return found if 0 <= found < LONGEST_SECONDS else None  # NaN is in no range


def _spelled(text: str) -> float:
    """Everything that Python doesn't take for a number; negative where it is none."""
    text = re.sub(r"(?<=\d)[\s'_](?=\d{3}(?!\d))", "", text)  # 2 503.1, with whatever space
    if not text or len(text) > _LONGEST_TEXT:
        return -1.0
    if re.fullmatch("[0-9.,]+", text):
        return _number(text)
    clock = re.fullmatch(_CLOCK, text)
    if clock:
        hours, minutes, seconds = clock.groups()
        return int(hours or 0) * 3600.0 + int(minutes) * 60.0 + _number(seconds)
    if not re.fullmatch(f"(?:{_PART})+", text):
        return -1.0
    total = 0.0
    for number, unit in re.findall(_PART, text):
        if unit not in _UNITS or (value := _number(number)) < 0:
            return -1.0
        total += value * _UNITS[unit]
    return total


def _number(text: str) -> float:
    """Of points and commas the last kind marks the fraction, if it stands there once; the rest groups digits.

    So `2,503` is two and a half seconds, as a writer in a German locale means it.
    """
    mark = "," if text.rfind(",") > text.rfind(".") else "."
    if text.count(mark) > 1:
        digits = text.replace(mark, "")
    else:
        digits = text.replace("." if mark == "," else ",", "").replace(",", ".")
    try:
        return float(digits)
    except ValueError:
        return -1.0
