"""Testmo: the rules for a request body, and what the vendor says about each breach."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from core.sandbox.testmo.state import RefusedError

INVALID: Final = "The given data was invalid."
_TYPES: Final = {int: "an integer", str: "a string", bool: "true or false", list: "an array", dict: "an object"}


def body_of(raw: bytes) -> dict[str, Any]:
    """Read a JSON object. Raises RefusedError (400)."""
    try:
        value: Any = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise RefusedError(400, "The request body is not valid JSON.") from error
    if not isinstance(value, dict):
        raise RefusedError(400, "The request body must be a JSON object.")
    return value


class Checks:
    """Collects what is wrong, by the path to it: `tests.0.key`. A missing field and null are the same."""

    def __init__(self) -> None:
        self.errors: dict[str, list[str]] = {}

    def add(self, path: str, text: str) -> None:
        self.errors.setdefault(path, []).append(f"The {path} {text}.")

    def settle(self) -> None:
        """Raise RefusedError (422) if anything is wrong."""
        if self.errors:
            raise RefusedError(422, INVALID, self.errors)

    def text(
        self,
        holder: dict[str, Any],
        name: str,
        path: str = "",
        *,
        required: bool = False,
        most: int | None = None,
        pattern: re.Pattern[str] | None = None,
    ) -> str | None:
        """Check a string of at most so many characters."""
        value: str | None = self._typed(holder, name, path, str)
        if required and (holder.get(name) is None or (value is not None and not value.strip())):
            self.add(path + name, "field is required")
        elif value is not None and most is not None and len(value) > most:
            self.add(path + name, f"may not be greater than {most} characters")
        elif value is not None and pattern is not None and not pattern.fullmatch(value):
            self.add(path + name, "format is invalid")
        return value

    def number(self, holder: dict[str, Any], name: str, path: str = "", *, required: bool = False) -> int | None:
        """Check an integer that is not negative."""
        value: int | None = self._typed(holder, name, path, int)
        if required and holder.get(name) is None:
            self.add(path + name, "field is required")
        if value is not None and value < 0:
            self.add(path + name, "must be at least 0")
        return value

    def flag(self, holder: dict[str, Any], name: str, path: str = "") -> bool:
        return bool(self._typed(holder, name, path, bool))

    def items(self, holder: dict[str, Any], name: str, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the objects of a list, each with the path to what is in it."""
        for index, item in enumerate(self._typed(holder, name, path, list) or ()):
            where = f"{path}{name}.{index}"
            if isinstance(item, dict):
                yield f"{where}.", item
            else:
                self.add(where, "must be an object")

    def texts(self, holder: dict[str, Any], name: str) -> tuple[str, ...]:
        """Check a list of strings."""
        found: list[str] = []
        for index, item in enumerate(self._typed(holder, name, "", list) or ()):
            if isinstance(item, str) and item.strip():
                found.append(item)
            else:
                self.add(f"{name}.{index}", "must be a string")
        return tuple(found)

    def mapping(self, holder: dict[str, Any], name: str, path: str) -> None:
        """Check an object that has nothing but strings."""
        for key, value in (self._typed(holder, name, path, dict) or {}).items():
            if not isinstance(value, str):
                self.add(f"{path}{name}.{key}", "must be a string")

    def _typed(self, holder: dict[str, Any], name: str, path: str, kind: type) -> Any:
        value = holder.get(name)
        if value is None or type(value) is kind:
            return value
        self.add(path + name, f"must be {_TYPES[kind]}")
        return None
