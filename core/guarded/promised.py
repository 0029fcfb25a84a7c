"""Single values of a vendor's answer: each is what was promised, or a TypeError that names its field if it is given."""

from typing import Any


def text(value: Any, name: str = "") -> str:
    if not isinstance(value, str):
        raise TypeError(f"`{name}` is no text" if name else "a text is no text")
    return value


def sequence(value: Any, name: str = "") -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(f"`{name}` is no list" if name else "a list is no list")
    return value
