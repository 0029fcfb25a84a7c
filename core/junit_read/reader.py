"""From expat's callbacks to cases: what an element means depends on the element that it stands in."""

from core.junit_read.claims import Claims
from core.junit_read.guard import Guard, Limits
from core.junit_read.nouns import JUnitCase, JUnitSuite, Property
from core.junit_read.parts import OUTPUTS, SEVERITY, Extras, OpenPart
from core.model import Outcome

Found = dict[str, str] | JUnitCase | JUnitSuite
"""What a reader hands on, in the order of the file: the attributes of a plain case, which passed and holds nothing,
any other case whole, and at each change the suite that what follows belongs to. A plain case costs no object."""

_OUTCOMES = (Outcome.PASSED, Outcome.SKIPPED, Outcome.FAILED, Outcome.ERRORED)  # by severity
_PASSED = Outcome.PASSED
_ROOTS = ("testsuites", "testsuite")
_MOST_FAILED = 10_000  # cases of a suite whose later attempts are recognised
# Words of writers that have no element for it, such as GoogleTest and CTest for a test that is switched off.
_STATUS = dict.fromkeys(("notrun", "disabled", "skipped", "ignored", "suppressed", "pending"), 1)
_STATUS |= dict.fromkeys(("failed", "failure", "fail"), 2) | dict.fromkeys(("error", "errored"), 3)


class Reader:
    """Keeps what is open: the suites, in the innermost of them a case, in either of them a part with a text.

    A case is `plain` as long as nothing has been seen inside it. Nearly all of them stay so, and are the reason why
    `_start` and `_end` look as they do: each is called for every element of the file.
    """

    def __init__(self, guard: Guard, limits: Limits, *, totals_only: bool = False) -> None:
        self.found: list[Found] = []
        self.root: JUnitSuite | None = None
        self.below: JUnitSuite | None = None  # the first suite inside the root
        self.below_count = 0
        self.claims = Claims()
        self._guard = guard
        self._limits = limits
        self._totals_only = totals_only
        self._stack = guard.stack
        self._suites: list[JUnitSuite] = []
        self._failed: dict[str, set[str]] = {}  # of the innermost suite: classes by the name of a case that failed
        self._outer_failed: list[dict[str, set[str]]] = []
        self._free = False  # a case may begin here
        self._plain: dict[str, str] | None = None
        self._case: dict[str, str] | None = None
        self._extras: Extras | None = None
        self._part: OpenPart | None = None
        guard.parser.StartElementHandler = self._start
        guard.parser.EndElementHandler = self._end

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "testcase" and self._free:
            self._plain = attributes
            self._free = False
        else:
            self._start_other(tag, attributes)

    def _end(self, tag: str) -> None:
        plain = self._plain
        if plain is None or tag != "testcase":
            self._end_other(tag)
            return
        self._plain = None
        self._free = True
        if "status" in plain or "result" in plain or (self._failed and plain.get("name", "") in self._failed):
            self._close_case(plain, Extras(self._limits))
        else:
            self.claims.tests += 1
            self.found.append(plain)

    def _start_other(self, tag: str, attributes: dict[str, str]) -> None:
        if (
            self._totals_only
            and self._suites
            and (tag == "properties" or (tag == "property" and "value" in attributes))
        ):
            self._stack.append(tag)
            return
        if self._plain is not None:
            self._case, self._plain = self._plain, None
            self._stack.append("testcase")
        self._stack.append(tag)
        if len(self._stack) > self._limits.depth:
            self._guard.refuse(f"is nested more than {self._limits.depth} elements deep.")
        if tag in _ROOTS and self._case is None and self._part is None:
            self._open_suite(attributes)
        elif not self._suites:
            self._guard.refuse(f"is no JUnit: its root is <{tag}>, not <testsuites> or <testsuite>.")
        elif tag in _ROOTS or tag == "testcase":
            self._guard.refuse(f"has a <{tag}> inside of <{self._stack[-2]}>: nobody could tell what counts.")
        elif self._part is not None:
            self._part.start_inside(tag)
        elif tag == "property" and "value" in attributes:
            self._take_property(attributes)
        elif tag == "property" or tag in OUTPUTS or tag in SEVERITY:
            self._open_part(tag, attributes)
        self._free = self._case is None and self._part is None

    def _end_other(self, tag: str) -> None:
        self._stack.pop()
        part = self._part
        if part is not None:
            if len(self._stack) < part.depth:
                self._close_part(part)
            else:
                part.end_inside()
        elif tag == "testcase":
            case, extras = self._case, self._extras
            self._case = self._extras = None
            self._close_case(case or {}, extras or Extras(self._limits))
        elif tag in _ROOTS:
            self._close_suite()
        self._free = self._plain is None and self._case is None and self._part is None and bool(self._suites)

    def _open_suite(self, attributes: dict[str, str]) -> None:
        name = attributes.get("name", "")
        above = self._suites[-1].path if self._suites else ()
        is_named = self._suites or self._stack[-1] == "testsuite" or name
        suite = JUnitSuite(attributes=attributes, path=(*above, name) if is_named else ())
        self.root = self.root or suite
        if len(self._suites) == 1:
            self.below = self.below or suite
            self.below_count += 1
        self._suites.append(suite)
        self._outer_failed.append(self._failed)
        self._failed = {}
        self.claims.begin()
        self.found.append(suite)

    def _close_suite(self) -> None:
        self._failed = self._outer_failed.pop()
        self.claims.end(self._suites.pop())
        if self._suites:
            self.found.append(self._suites[-1])

    def _open_part(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in SEVERITY and self._case is not None:
            self._extras = self._extras or Extras(self._limits)
            self._extras.judge(tag)
        elif tag in SEVERITY and tag not in ("error", "failure"):
            return  # a suite as a whole can fail to load; skipped or repeated are only cases
        wanted = tag in SEVERITY or not self._totals_only
        self._part = OpenPart(tag, attributes, self._guard, self._limits, wanted=wanted)
        self._guard.parser.CharacterDataHandler = self._part.add

    def _close_part(self, part: OpenPart) -> None:
        self._part = None
        self._guard.parser.CharacterDataHandler = None
        if part.wanted and self._case is not None:
            self._extras = self._extras or Extras(self._limits)
            self._extras.take(part)
        elif part.wanted:
            self._take_beside_cases(part)

    def _take_property(self, attributes: dict[str, str]) -> None:
        if self._case is not None:
            self._extras = self._extras or Extras(self._limits)
            self._extras.take_property(attributes)
        elif len(self._suites[-1].properties) < self._limits.parts:
            self._suites[-1].properties.append(Property(name=attributes.get("name", ""), value=attributes["value"]))

    def _take_beside_cases(self, part: OpenPart) -> None:
        extras, suite = Extras(self._limits), self._suites[-1]
        extras.take(part)
        if part.tag in SEVERITY:
            extras.judge(part.tag)
            self._close_case({"name": "<init>", "classname": suite.name}, extras, ours=True)  # its name in Jenkins
        elif len(suite.outputs) + len(suite.properties) < self._limits.parts:
            suite.outputs += extras.outputs
            suite.properties += extras.properties

    def _close_case(self, attributes: dict[str, str], extras: Extras, *, ours: bool = False) -> None:
        outcome = _OUTCOMES[extras.severity or _by_status(attributes)]
        case = JUnitCase(
            self._suites[-1],
            attributes,
            outcome,
            extras.flaky and outcome is _PASSED,
            extras.complaints,
            extras.properties,
            extras.outputs,
            ours,
            extras.left_out,
        )
        self._compare(case)
        self.claims.tests += 1 + extras.attempts
        self.claims.bad += extras.attempts + (outcome in (Outcome.FAILED, Outcome.ERRORED))
        self.found.append(case)

    def _compare(self, case: JUnitCase) -> None:
        """Know a further attempt that stands there as a case of its own, as Gradle and others write it.

        The failed attempt still counts: two cases of one name may as well be one test with two sets of data.
        """
        if case.outcome is _PASSED:
            if self._failed:
                case.flaky = case.flaky or case.classname in self._failed.get(case.name, ())
        elif case.outcome is not Outcome.SKIPPED and len(self._failed) < _MOST_FAILED:
            self._failed.setdefault(case.name, set()).add(case.classname)


def _by_status(attributes: dict[str, str]) -> int:
    """How bad a case without an element is, by the worst of the words that its attributes have for it."""
    if "status" not in attributes and "result" not in attributes:
        return 0
    words = (attributes.get("status", ""), attributes.get("result", ""))
    return max(_STATUS.get(word.strip().lower(), 0) for word in words)
