"""Autify for mobile: which request is which operation."""

import re
from collections.abc import Callable
from typing import Any, Final

from core.sandbox.autify_mobile import operations as op
from core.sandbox.autify_mobile.state import State
from core.sandbox.box import Call

BASE: Final = "/api/v1"
UNKNOWN: Final = "unknown"  # a path of the API that is none: still a call, and a 404
Handler = Callable[[State, Call], Any]

_ID: Final = "([^/]+)"
ROUTES: Final[tuple[tuple[str, str, Handler], ...]] = (
    ("POST", f"/projects/{_ID}/builds", op.upload_build),
    ("POST", f"/test_plans/{_ID}/test_plan_results", op.run_test_plan),
    ("GET", f"/projects/{_ID}/results", op.list_test_results),
    ("GET", f"/projects/{_ID}/results/{_ID}", op.describe_test_result),
)


def named(handler: Handler) -> str:
    """Name an operation as people write it: in kebab-case."""
    return handler.__name__.replace("_", "-")


OPERATIONS: Final[dict[str, Handler]] = {named(handler): handler for _, _, handler in ROUTES}


def find(method: str, path: str) -> tuple[str, tuple[str, ...]] | None:
    """Name the operation and the ids in the path. The vendor's own client doubles slashes. None: no API path."""
    single = re.sub("/+", "/", path).rstrip("/")
    if single != BASE and not single.startswith(f"{BASE}/"):
        return None
    for verb, pattern, handler in ROUTES:
        match = re.fullmatch(BASE + pattern, single)
        if verb == method and match:
            return named(handler), match.groups()
    return UNKNOWN, ()
