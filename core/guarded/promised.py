"""Single values of a vendor's answer: each is what was promised, or a TypeError."""

from typing import Any


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is no text")
    return value


def sequence(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("a list is no list")
    return value
