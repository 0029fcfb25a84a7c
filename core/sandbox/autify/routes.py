"""Autify: which request is which operation."""

import re
from collections.abc import Callable
from typing import Any, Final

from core.sandbox.autify import operations as op
from core.sandbox.autify import plan_items as items
from core.sandbox.autify.state import State
from core.sandbox.box import Call

BASE: Final = "/api/v1"
Handler = Callable[[State, Call], Any]

_RESULTS: Final = "/projects/{}/results"
_SCENARIOS: Final = "/projects/{}/scenarios"
_POINTS: Final = "/projects/{}/autify_connect/access_points"
_REPLACEMENTS: Final = "/test_plans/{}/url_replacements"
_VARIABLES: Final = "/test_plans/{}/test_plan_variables"

ROUTES: Final[tuple[tuple[str, str, Handler], ...]] = (
    ("POST", "/schedules/{}", op.execute_schedule),
    ("POST", "/projects/{}/execute_scenarios", op.execute_scenarios),
    ("GET", _RESULTS + "/{}", op.describe_result),
    ("GET", _RESULTS, op.list_results),
    ("GET", _SCENARIOS, op.list_scenarios),
    ("GET", _SCENARIOS + "/{}", op.describe_scenario),
    ("GET", "/projects/{}/capabilities", op.list_capabilities),
    ("GET", _POINTS, op.list_access_points),
    ("POST", _POINTS, op.create_access_point),
    ("DELETE", _POINTS, op.delete_access_point),
    ("POST", _REPLACEMENTS, items.create_url_replacement),
    ("GET", _REPLACEMENTS, items.list_url_replacements),
    ("PUT", _REPLACEMENTS + "/{}", items.update_url_replacement),
    ("DELETE", _REPLACEMENTS + "/{}", items.delete_url_replacement),
    ("POST", _VARIABLES, items.create_test_plan_variable),
    ("GET", _VARIABLES, items.list_test_plan_variable),
    ("PUT", _VARIABLES + "/{}", items.update_test_plan_variable),
    ("DELETE", _VARIABLES + "/{}", items.delete_test_plan_variable),
    ("GET", "/projects/{}/credits", op.get_credit_usage),
    ("GET", "/projects/{}/project_info", op.get_project_info),
)


def named(handler: Handler) -> str:
    """Name an operation as people write it: in kebab-case."""
    return handler.__name__.replace("_", "-")


OPERATIONS: Final[dict[str, Handler]] = {named(handler): handler for _, _, handler in ROUTES}
UNKNOWN: Final = "unknown"  # a path of the API that is none: still a call, and a 404
_NUMBER: Final = re.compile(r"\d{1,15}", re.ASCII)


def find(method: str, path: str) -> tuple[str, tuple[str, ...]] | None:
    """Name the operation and the numbers in the path. The vendor's own client doubles slashes. None: no API path."""
    parts = [part for part in path.split("/") if part]
    if parts[:2] != ["api", "v1"]:
        return None
    numbers = tuple(part for part in parts if _NUMBER.fullmatch(part))
    pattern = "".join("/{}" if _NUMBER.fullmatch(part) else f"/{part}" for part in parts[2:])
    for verb, template, handler in ROUTES:
        if (verb, template) == (method, pattern):
            return named(handler), numbers
    return UNKNOWN, ()
