"""How a fault changes the text of a good answer."""

import json
import re
from collections.abc import Callable
from typing import Any, Final

from core.sandbox.box import encoded

DEPTH: Final = 100_000
DIGITS: Final = 5_000
_NUMBER: Final = re.compile(rb'(":)-?\d[\d.]*')


def _duplicated(body: bytes, verdict: tuple[str, Any]) -> bytes:
    """Say the verdict twice, the second time in green: the last one wins with most parsers."""
    value: Any = json.loads(body)
    target = _holder(value, verdict[0])
    if not target:
        return body
    name, green = verdict if verdict[0] in target else next(iter(target.items()))
    doubled = encoded(target)[:-1] + b"," + encoded({name: green})[1:]
    return encoded(value).replace(encoded(target), doubled, 1)


def _holder(value: Any, name: str) -> dict[str, Any]:
    """Return the object that has the verdict, the outermost one or one right below it; the outermost if none has."""
    outer: Any = value[0] if isinstance(value, list) and value else value
    if not isinstance(outer, dict):
        return {}
    inner = (item for item in outer.values() if isinstance(item, dict) and name in item)
    return outer if name in outer else next(inner, outer)


def _without(body: bytes, verdict: tuple[str, Any]) -> bytes:
    value: Any = json.loads(body)
    for target in value if isinstance(value, list) else [value]:
        if isinstance(target, dict) and target:
            held = _holder(target, verdict[0])
            del held[verdict[0] if verdict[0] in held else next(iter(held))]
    return encoded(value)


def _inserted(body: bytes, name: str, raw: bytes) -> bytes:
    """Add a member to the object (or an element to the array), as text: it may be no JSON that we could write."""
    opening, rest = body[:1], body[1:]
    if opening not in (b"{", b"["):
        return raw
    comma = b"" if rest.lstrip()[:1] in (b"}", b"]") else b","
    member = encoded(name) + b":" if opening == b"{" else b""
    return opening + member + raw + comma + rest


def _renumbered(body: bytes, raw: bytes) -> bytes:
    """Write something else for the first number."""
    changed, count = _NUMBER.subn(lambda match: bytes(match[1]) + raw, body, count=1)
    return changed if count else _inserted(body, "number", raw)


def _swapped(body: bytes, _verdict: tuple[str, Any]) -> bytes:
    value: Any = json.loads(body)
    return encoded({"data": value} if isinstance(value, list) else [value])


_MUTATIONS: Final[dict[str, Callable[[bytes, tuple[str, Any]], bytes]]] = {
    "empty-body": lambda _body, _verdict: b"",
    "null-body": lambda _body, _verdict: b"null",
    "list-body": _swapped,
    "duplicate-keys": _duplicated,
    "missing-status": _without,
    "deep-json": lambda body, _verdict: _inserted(body, "nested", b"[" * DEPTH + b"]" * DEPTH),
    "huge-number": lambda body, _verdict: _renumbered(body, b"9" * DIGITS),
    "nan": lambda body, _verdict: _renumbered(body, b"NaN"),
    "cut": lambda body, _verdict: body[: max(1, len(body) // 2)],
}


def mutated(kind: str, body: bytes, verdict: tuple[str, Any]) -> bytes:
    """Change a JSON body as the fault wants it; faults that are about something else, or no body, leave it alone."""
    change = _MUTATIONS.get(kind)
    return body if change is None or not body else change(body, verdict)
