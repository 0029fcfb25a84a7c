"""YAML from a user, guarded: 64 KiB, no aliases, 32 levels, no duplicate keys, YAML 1.2 booleans and numbers."""

from collections.abc import Callable
from typing import Any

import yaml

LONGEST = 1 << 16
DEEPEST = 32
_NOTHING = ("", "~", "null", "Null", "NULL")
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


def load(text: str, *, typed: bool = True) -> Any:
    """The document as dicts, lists, texts, numbers, booleans and None; ValueError with a sentence otherwise.

    Without `typed` every scalar is the text that the user wrote: `true`, `0012`.
    """
    if len(text) > LONGEST:
        raise ValueError(f"is longer than {LONGEST} characters.")
    try:
        _refuse_bombs(text)
        return _value(yaml.compose(text, Loader=yaml.BaseLoader), _plain if typed else _as_written)
    except yaml.MarkedYAMLError as error:
        where = f" at line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ValueError(f"is no valid YAML{where}: {error.problem}.") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(f"is no valid YAML ({type(error).__name__}).") from None


def _refuse_bombs(text: str) -> None:
    """Look at the events before anything is built of them: an alias bomb is small until it is walked."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.BaseLoader):
        if isinstance(event, yaml.AliasEvent):
            raise ValueError("holds an alias (*name): write the value out.")  # noqa: TRY004 -- one error type
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise ValueError(f"is nested more than {DEEPEST} levels deep.")


def _value(node: yaml.Node | None, plain: Callable[[str], Any]) -> Any:
    match node:
        case None:
            return None
        case yaml.ScalarNode():
            return node.value if node.style else plain(node.value)
        case yaml.SequenceNode():
            return [_value(item, plain) for item in node.value]
        case yaml.MappingNode():
            found: dict[str, Any] = {}
            for key_node, item in node.value:
                key = key_node.value
                if not isinstance(key, str):
                    raise ValueError("has a key that is no text.")  # noqa: TRY004 -- one error type
                if key in found:
                    raise ValueError(f"has the key {key!r} twice.")
                found[key] = _value(item, plain)
            return found
    raise ValueError("holds something that is no text, list or object.")


def _as_written(text: str) -> str | None:
    return None if text in _NOTHING else text


def _plain(text: str) -> Any:
    """An unquoted scalar as YAML 1.2's core schema reads it: `on` and `22:22` stay texts."""
    if text in _NOTHING:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    digits = text[1:] if text[0] in "+-" else text
    if digits.isascii() and digits.isdigit() and len(digits) < 19:
        return int(text)
    return text
