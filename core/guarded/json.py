"""JSON from a vendor, guarded: every trick ends as ValueError, and a key given twice is refused.

The last of two equal keys wins in Python's own reader: `{"status":"failed","status":"passed"}` would be green.
"""

import gc
import json
from typing import Any

MOST_ELEMENTS = 1_000_000  # 50,000 cases of a result have 900,000; at this many the document takes some 100 MB


def loads(text: bytes) -> Any:
    """The document; raises ValueError for anything that is not plain, unambiguous JSON.

    Nothing is collected meanwhile: a finalizer that ran at the bottom of a deep nesting would itself fail there.
    """
    if _elements(text) > MOST_ELEMENTS:
        raise ValueError("more elements than any honest answer has")
    collects = gc.isenabled()
    gc.disable()
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deep") from None
    finally:
        if collects:
            gc.enable()


def _elements(text: bytes) -> int:
    """About how many values the document has: small ones in great number need far more memory than their text."""
    found = text.count(b",") + text.count(b"{") + text.count(b"[")
    if found > MOST_ELEMENTS and b'"' in text:  # most of them may stand in texts
        import re  # noqa: PLC0415 -- hardly any answer needs it

        text = re.sub(rb'"(?:[^"\\]|\\.)*+"', b"", text)
        found = text.count(b",") + text.count(b"{") + text.count(b"[")
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands there twice")
    return found


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")
