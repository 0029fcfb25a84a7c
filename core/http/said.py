"""What the vendor itself says is wrong, out of the body of an error: in JSON, or as a short plain text.

Shapes, as the vendors' references have them: `message`; a list of `errors`, each with a message; `errors` by the name
of the field that is wrong (Testmo); `Message`, `error_description` and `error`, and text/plain (qTest). A page of HTML
says nothing to a person.
"""

from typing import Any

from core.guarded.json import loads

LONGEST_EXCERPT = 200  # characters of a message, and as many again of what is wrong with single fields
_LONGEST_PLAIN = 1_000  # bytes of a body that is no JSON
_WORDS = ("message", "Message", "error_description", "error")
_MOST_FIELDS = 5


def said(body: bytes, content_type: str) -> str:
    """A sentence or two, hostile as all that a vendor sends; empty where it says nothing."""
    try:
        found = loads(body)
    except ValueError:
        return _plain(body, content_type)
    if isinstance(found, str):
        return _cut(found)
    return _in_json(found) if isinstance(found, dict) else ""


def _in_json(found: dict[str, Any]) -> str:
    errors = found.get("errors")
    if isinstance(errors, list) and errors and isinstance(errors[0], dict):
        found = errors[0]
    told = (found[word] for word in _WORDS if isinstance(found.get(word), str) and found[word].strip())
    fields = _of_fields(errors) if isinstance(errors, dict) else ""
    return f"{_cut(next(told, ''))} {fields}".strip()


def _of_fields(errors: dict[str, Any]) -> str:
    texts = []
    for name, given in list(errors.items())[:_MOST_FIELDS]:
        first = given[0] if isinstance(given, list) and given else given
        if isinstance(first, str) and first.strip():
            texts.append(f"{name}: {first.strip()}")
    return _cut(" ".join(texts))


def _plain(body: bytes, content_type: str) -> str:
    text = body[:_LONGEST_PLAIN].decode("utf-8", "replace").strip()
    is_plain = content_type.partition(";")[0].strip().lower() == "text/plain" and "<" not in text
    return _cut(text) if is_plain and len(body) <= _LONGEST_PLAIN else ""


def _cut(text: str) -> str:
    return " ".join(text[: LONGEST_EXCERPT * 2].split())[:LONGEST_EXCERPT].strip()
