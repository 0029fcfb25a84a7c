"""What an element is, however its tag is spelled: a failure that is not taken for one would be green."""

from core.junit_read.parts import OUTPUTS, SEVERITY

ROOTS = ("testsuites", "testsuite")
NAMES = frozenset((*ROOTS, "testcase", "properties", "property", *OUTPUTS, *SEVERITY))
_SMALL = {name.lower(): name for name in NAMES} | {"failed": "failure"}


def meant(tag: str) -> str:
    """The name that JUnit has for it: without a namespace's prefix, and in whatever case; others stay as they are.

    Of one in NAMES nobody need ask.
    """
    return _SMALL.get(tag.rpartition(":")[2].lower(), tag)
