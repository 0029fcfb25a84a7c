"""Testmo: which request is which operation."""

import re
from collections.abc import Callable
from typing import Final

from core.sandbox.box import Answer, Call
from core.sandbox.testmo import operations as op
from core.sandbox.testmo import reads
from core.sandbox.testmo.state import State

BASE: Final = "/api/v1"
Handler = Callable[[State, Call], Answer]

_RUNS: Final = "/projects/{}/automation/runs"
_RUN: Final = "/automation/runs/{}"
_THREAD: Final = "/automation/runs/threads/{}"

ROUTES: Final[tuple[tuple[str, str, Handler], ...]] = (
    ("GET", _RUNS, reads.list_runs),
    ("GET", _RUN, reads.get_run),
    ("GET", _RUN + "/tests", reads.list_tests),
    ("POST", _RUNS, op.create_run),
    ("POST", _RUN + "/append", op.append_run),
    ("POST", _RUN + "/threads", op.create_thread),
    ("POST", _THREAD + "/append", op.append_tests),
    ("POST", _THREAD + "/complete", op.complete_thread),
    ("POST", _RUN + "/complete", op.complete_run),
)


def named(handler: Handler) -> str:
    """Name an operation as people write it: in kebab-case."""
    return handler.__name__.replace("_", "-")


OPERATIONS: Final[dict[str, Handler]] = {named(handler): handler for _, _, handler in ROUTES}
UNKNOWN, WRONG_METHOD = "unknown", "wrong-method"  # still calls of the API: 404 and 405
_NUMBER: Final = re.compile(r"\d{1,15}", re.ASCII)


def find(method: str, path: str) -> tuple[str, tuple[str, ...]] | None:
    """Name the operation and the numbers in the path. None: no API path."""
    parts = path.removesuffix("/").split("/")
    if parts[:3] != ["", "api", "v1"]:
        return None
    numbers = tuple(part for part in parts if _NUMBER.fullmatch(part))
    pattern = "".join("/{}" if _NUMBER.fullmatch(part) else f"/{part}" for part in parts[3:])
    verbs = {verb: handler for verb, template, handler in ROUTES if template == pattern}
    if method in verbs:
        return named(verbs[method]), numbers
    return (WRONG_METHOD, tuple(verbs)) if verbs else (UNKNOWN, ())
