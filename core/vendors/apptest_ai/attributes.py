"""What the attributes of a case or a suite say of trouble, where no child does: a status, and JUnit's own counts.

The vendor is not known to write any of them. One that is there is believed when it speaks of trouble, and never
taken for a proof of a pass.
"""

import math
from collections.abc import Mapping
from typing import Any

from core.model import Outcome

COUNTS = ("failures", "errors", "failed", "failure", "error")
STATUSES = ("status", "result")
_PASSED = frozenset(
    ("", "pass", "passed", "ok", "success", "successful", "succeeded", "complete", "completed", "run", "done")
)
_SKIPPED = frozenset(("skip", "skipped", "notrun", "not run", "disabled", "suppressed"))


def outcome(attributes: Mapping[str, Any]) -> Outcome:
    """By the status of a case or a suite; a word that nobody knows is an error."""
    words = {str(attributes[key]).strip().lower() for key in STATUSES if attributes.get(key) is not None}
    if words <= _PASSED:
        return Outcome.PASSED
    return Outcome.SKIPPED if words <= _PASSED | _SKIPPED else Outcome.ERRORED


def bad(attributes: Mapping[str, Any]) -> float:
    """How many cases the counts say did not pass; what is no count is one."""
    return sum(_count(attributes.get(key)) for key in COUNTS)


def _count(value: Any) -> float:
    if value is None or value == "" or isinstance(value, dict | list):  # the last are children
        return 0
    try:
        number = float(value)
    except (ValueError, TypeError, OverflowError):
        return 1
    return number if 0 <= number < math.inf else 1
