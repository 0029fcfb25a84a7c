"""What an element is, however its tag is spelled: a failure that is not taken for one would be green."""

from collections.abc import Mapping

from core.junit_read.parts import OUTPUTS, SEVERITY

ROOTS = ("testsuites", "testsuite")
NAMES = frozenset((*ROOTS, "testcase", "properties", "property", *OUTPUTS, *SEVERITY))
_SMALL = {name.lower(): name for name in NAMES} | {"failed": "failure"}


def meant(tag: str, attributes: Mapping[str, str] | None = None) -> str:
    """The name that JUnit has for it: without a namespace's prefix, and in whatever case; others stay as they are.

    Of one in NAMES nobody need ask. A warning of PHPUnit 7 to 9 is a failure, as a run with one is no success to its
    `TestResult::wasSuccessful`. Later versions write none; those of other writers are no more than warnings.
    """
    if tag == "warning" and attributes and "PHPUnit" in attributes.get("type", ""):
        return "failure"
    return _SMALL.get(tag.rpartition(":")[2].lower(), tag)
