"""What a <skipped> means beside something else: a failure that its writer expected, or a test that never started."""

from collections.abc import Mapping

_FAILED = 2  # as in parts.SEVERITY
_EXPECTED = ("!mayfail", "!shouldfail")  # tags of Catch2, named in the message
# What CTest's --output-junit writes where it failed because of such a test; `Disabled` and `SKIP_...` are true skips
# (Source/CTest/cmCTestRunTest.cxx and cmCTestMultiProcessHandler.cxx).
_NEVER_STARTED = frozenset(
    (
        "Unable to find executable",
        "Required Files Missing",
        "Fixture dependency failed",
        "Missing Configuration",
        "Insufficient resources",
        "Failed to change working directory",
        "Failed to start",
    )
)


def is_todo(skipped: Mapping[str, str]) -> bool:
    """As node:test has it: the test may fail, and its suite counts that failure all the same."""
    return skipped.get("type", "").strip().lower() == "todo"


def judged(skipped: Mapping[str, str], severity: int, case: Mapping[str, str], suite: Mapping[str, str]) -> int:
    """The severity of a case with this element, where all its elements together came to `severity` (parts.SEVERITY).

    A failure is what its writer expected, and an <error> that none of the suite's `errors` counts: Catch2 leaves out
    those of a test that may fail (`m_okToFail` in its JUnit reporter). Any other is a hook that crashed, or the like.
    """
    if severity > 1:
        message = skipped.get("message", "")
        may_fail = is_todo(skipped) or any(tag in message for tag in _EXPECTED)
        expected = may_fail and (severity == _FAILED or _claims_no(suite, "errors"))
        return 1 if expected or _claims_none(suite) else severity
    never_started = case.get("status") == "notrun" and skipped.get("message", "").strip() in _NEVER_STARTED
    return 3 if never_started else severity


def _claims_none(suite: Mapping[str, str]) -> bool:
    """It says so of both: a count that is left out says nothing."""
    return _claims_no(suite, "failures") and _claims_no(suite, "errors")


def _claims_no(suite: Mapping[str, str], count: str) -> bool:
    return suite.get(count, "").strip() in ("0", "0.0")
