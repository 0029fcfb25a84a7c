"""JSON from a vendor, guarded: every trick ends as ValueError, and a key given twice is refused.

The last of two equal keys wins in Python's own reader: `{"status":"failed","status":"passed"}` would be green.
"""

import gc
import json
from typing import Any


def loads(text: bytes) -> Any:
    """The document; raises ValueError for anything that is not plain, unambiguous JSON.

    Nothing is collected meanwhile: a finalizer that ran at the bottom of a deep nesting would itself fail there.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deep") from None
    finally:
        if collects:
            gc.enable()


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands there twice")
    return found


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")
