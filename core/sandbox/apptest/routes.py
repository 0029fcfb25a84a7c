"""apptest.ai: which request is which operation."""

from collections.abc import Callable
from typing import Any, Final

from core.sandbox.apptest import operations as op
from core.sandbox.apptest.state import State
from core.sandbox.box import Call

BASE: Final = "/openapi/v2"
UNKNOWN: Final = "unknown"  # a path of the API that is none: still a call, and a 404
Handler = Callable[[State, Call], Any]

ROUTES: Final[tuple[tuple[str, tuple[str, ...], Handler], ...]] = (
    ("POST", ("testset",), op.start_testset),
    ("GET", ("testset", "{}"), op.get_testset),
    ("GET", ("testset", "{}", "result"), op.get_result),
    ("GET", ("project", "{}", "scenarios"), op.list_scenarios),
)


def named(handler: Handler) -> str:
    """Name an operation as people write it: in kebab-case."""
    return handler.__name__.replace("_", "-")


OPERATIONS: Final[dict[str, Handler]] = {named(handler): handler for _, _, handler in ROUTES}


def find(method: str, path: str) -> tuple[str, tuple[str, ...]] | None:
    """Name the operation and the id in the path. None: no API path."""
    parts = [part for part in path.split("/") if part]
    inside = parts[:2] == ["openapi", "v2"]
    parts = parts[2:] if inside else parts
    for verb, pattern, handler in ROUTES:
        fits = len(parts) == len(pattern) and all(
            want in ("{}", part) for want, part in zip(pattern, parts, strict=True)
        )
        # One of the vendor's samples calls for the scenarios without the API's prefix.
        if verb == method and fits and (inside or handler is op.list_scenarios):
            return named(handler), tuple(part for want, part in zip(pattern, parts, strict=True) if want == "{}")
    return (UNKNOWN, ()) if inside else None
