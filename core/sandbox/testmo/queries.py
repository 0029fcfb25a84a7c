"""Testmo: what a query asks for, checked as the vendor checks it. Lists are separated by commas."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from core.sandbox.testmo.checks import INVALID
from core.sandbox.testmo.state import RefusedError

RUN_SIZES: Final = (15, 25, 50, 100)
TEST_SIZES: Final = range(100, 1001)


class Query:
    """Reads parameters; what is wrong with them is told at once by `settle`."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = {name: text for name, text in given.items() if text}  # empty is not given
        self._errors: dict[str, list[str]] = {}

    def settle(self) -> None:
        """Raise RefusedError (422) if anything is wrong."""
        if self._errors:
            raise RefusedError(422, INVALID, self._errors)

    def number(self, name: str, otherwise: int, within: Collection[int] | None = None) -> int:
        """Read a number from 1 on, or one of those allowed."""
        number = _number(self._given.get(name, str(otherwise)))
        if number is not None and (number > 0 if within is None else number in within):
            return number
        self._refuse(name)
        return otherwise

    def numbers(self, name: str, within: Collection[int] | None = None) -> set[int] | None:
        """Read a list of numbers. None: not given, so that anything goes."""
        if name not in self._given:
            return None
        found = [_number(text) for text in self._given[name].split(",")]
        if any(number is None or (within is not None and number not in within) for number in found):
            self._refuse(name)
        return {number for number in found if number is not None}

    def words(self, name: str, within: Collection[str] | None = None) -> list[str]:
        words = [word for word in self._given.get(name, "").split(",") if word]
        if within is not None and not set(words) <= set(within):
            self._refuse(name)
        return words

    def word(self, name: str, otherwise: str, within: Collection[str]) -> str:
        word = self._given.get(name, otherwise)
        if word in within:
            return word
        self._refuse(name)
        return otherwise

    def date(self, name: str) -> float | None:
        """Read a date in ISO 8601 as Unix time; without a zone it is in UTC."""
        if name not in self._given:
            return None
        try:
            date = datetime.fromisoformat(self._given[name].replace(" ", "+"))  # a plus that was sent unescaped
        except ValueError:
            self._refuse(name)
            return None
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()

    def _refuse(self, name: str) -> None:
        self._errors[name] = [f"The selected {name} is invalid."]


def page_of(rows: Sequence[Any], page: int, size: int) -> dict[str, Any]:
    """Cut one page out of all rows, with the envelope around it."""
    last = max(1, -(-len(rows) // size))
    return {
        "page": page,
        "prev_page": page - 1 if page > 1 else None,
        "next_page": page + 1 if page < last else None,
        "last_page": last,
        "per_page": size,
        "total": len(rows),
        "result": rows[(page - 1) * size : page * size],
    }


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
