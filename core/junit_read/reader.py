"""From expat's callbacks to cases: what an element means depends on the element that it stands in."""

from core.junit_read import words
from core.junit_read.claims import OF_A_SUITE, Claims
from core.junit_read.guard import Guard, Limits
from core.junit_read.judging import Found, Judge
from core.junit_read.nouns import JUnitSuite
from core.junit_read.parts import OUTPUTS, SEVERITY, Extras, OpenPart
from core.junit_read.tags import NAMES, ROOTS, meant
from core.junit_read.tally import Tally

says_nothing = words.NAMES.isdisjoint  # by methods of sets: names are few, and each is looked up once
is_plain = (words.NAMES | {"duration"}).isdisjoint


class Reader:
    """Keeps what is open: the suites, in the innermost of them a case, in either of them a part with a text.

    A case is `plain` as long as nothing has been seen inside it; nearly all of them stay so. Cases and suites are
    `found`; with a tally they go there, and properties and outputs nowhere.
    """

    def __init__(self, guard: Guard, limits: Limits, tally: Tally | None = None) -> None:
        self.found: list[Found] = []
        self.root: JUnitSuite | None = None
        self.below: JUnitSuite | None = None  # the first suite inside the root
        self.below_count = 0
        self.claims = Claims()
        self._judge = Judge(self.claims, self.found, tally)
        self._guard = guard
        self._limits = limits
        self._tally = tally
        self._times = [] if tally is None else tally.times
        self._stack = guard.stack
        self._suites: list[JUnitSuite] = []
        self._failed = self._judge.attempts.failed
        self._free = False  # a case may begin here
        self._plain: dict[str, str] | None = None
        self._case: dict[str, str] | None = None
        self._extras: Extras | None = None
        self._nothing = Extras(limits)
        self._part_depth = 0  # how deep the open part lies, 0 without one
        self._part: OpenPart | None = None  # if anybody wants its text
        guard.parser.StartElementHandler = self._start if tally is None else self._start_for_tally
        guard.parser.EndElementHandler = self._end if tally is None else self._end_for_tally
        guard.parser.CommentHandler = self._comment

    # The next four are the hot loop: expat calls one of them for each tag, 270,000 times for 100,000 cases. The calls
    # alone take a quarter of the time (docs/benchmarks.md), so a plain case has all it needs in here: no further call
    # and no new object, and in a tally its attributes are freed at once, for the next ones to take their place.

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if self._free and tag == "testcase":
            self._plain = attributes
            self._free = False
        else:
            self._start_other(tag, attributes)

    def _end(self, tag: str) -> None:
        plain = self._plain
        if plain is None:
            self._end_other(tag)
            return
        self._plain = None
        self._free = True
        if not says_nothing(plain) or (self._failed and plain.get("name", "") in self._failed):
            self._judge.close(self._suites[-1], plain, self._nothing)
        else:
            self.claims.cases += 1
            self.found.append(plain)

    def _start_for_tally(self, tag: str, attributes: dict[str, str]) -> None:
        if self._free and tag == "testcase":
            self._plain = attributes
            self._free = False
        elif self._suites and (
            tag == "properties"
            or (tag == "property" and "value" in attributes and attributes.get("name") not in OF_A_SUITE)
        ):
            self._stack.append(tag)  # nobody reads it, and the case stays plain
            if len(self._stack) >= self._limits.depth:
                self._refuse_depth()
        else:
            self._start_other(tag, attributes)

    def _end_for_tally(self, tag: str) -> None:
        plain = self._plain
        if plain is None:
            self._end_other(tag)
        elif tag != "testcase":
            self._stack.pop()
        else:
            self._plain = None
            self._free = True
            try:
                failed = self._failed
                if not is_plain(plain) or (failed and plain["name"] in failed):  # an empty one would hash the name
                    self._judge.close(self._suites[-1], plain, self._nothing)
                else:
                    self._times.append(plain["time"])
            except KeyError:  # no time, or no name where one is asked for, which is rare
                self._judge.close(self._suites[-1], plain, self._nothing)

    def _comment(self, text: str) -> None:
        if self._free:
            self.claims.comment(text)

    def measure(self) -> None:
        """At the end of a piece: a text that nobody wants, but that goes on, may not go on for ever."""
        if self._part_depth and self._part is None:
            self._part = OpenPart(self._stack[self._part_depth - 1], {}, self._guard, self._limits, wanted=False)
            self._guard.parser.CharacterDataHandler = self._part.add

    def _start_other(self, tag: str, attributes: dict[str, str]) -> None:
        stack = self._stack
        if tag not in NAMES:
            tag = meant(tag, attributes)
        if self._plain is not None:
            self._case, self._plain = self._plain, None
            stack.append("testcase")
        stack.append(tag)
        if len(stack) > self._limits.depth:
            self._refuse_depth()
        if not self._suites and tag not in ROOTS:
            self._guard.refuse(f"is no JUnit: its root is <{tag}>, not <testsuites> or <testsuite>.")
        if tag == "testcase" or tag in ROOTS:
            self._open_case_or_suite(tag, attributes)
        elif self._part_depth:
            if self._part is not None:
                self._part.start_inside(tag)
        elif tag == "property" and attributes.get("value", "").strip():
            self._take_property(attributes)
        elif tag in SEVERITY or tag in OUTPUTS or tag == "property":
            self._open_part(tag, attributes)

    def _open_case_or_suite(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "testcase" and self._free:  # a case whose tag is spelled otherwise is never plain
            self._case, self._free = attributes, False
            return
        if self._case is not None or self._part_depth or tag == "testcase":
            self._guard.refuse(f"has a <{tag}> inside of <{self._stack[-2]}>: nobody could tell what counts.")
        self._open_suite(attributes)

    def _refuse_depth(self) -> None:
        if len(self._stack) + (self._plain is not None) > self._limits.depth:
            self._guard.refuse(f"is nested more than {self._limits.depth} elements deep.")

    def _end_other(self, tag: str) -> None:
        if tag not in NAMES:
            tag = meant(tag)
        self._stack.pop()
        if self._part_depth:
            if len(self._stack) < self._part_depth:
                self._close_part(tag)
            elif self._part is not None:
                self._part.end_inside()
        elif tag == "testcase":
            case, extras = self._case, self._extras
            self._case = self._extras = None
            self._free = True
            self._judge.close(self._suites[-1], case or {}, extras or self._nothing)
        elif tag in ROOTS:
            self._close_suite()

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
        self._free = True
        self._judge.attempts.begin()
        self._failed = self._judge.attempts.failed
        self._count_for_claims()
        self.claims.begin(suite)
        self.found.append(suite)

    def _close_suite(self) -> None:
        self._judge.attempts.end()
        self._failed = self._judge.attempts.failed
        self._count_for_claims()
        self.claims.end()
        self._suites.pop()
        self._free = bool(self._suites)
        if self._suites:
            self.found.append(self._suites[-1])

    def _count_for_claims(self) -> None:
        if self._tally is not None:
            self.claims.cases = self._tally.tests + len(self._times)

    def _open_part(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in SEVERITY and self._case is not None:
            self._extras = self._extras or Extras(self._limits)
            self._extras.judge(tag, attributes)
        elif tag in SEVERITY and tag not in ("error", "failure"):
            return  # a suite as a whole can fail to load; skipped or repeated are only cases
        self._part_depth = len(self._stack)
        self._free = False
        if self._tally is None or (tag in SEVERITY and self._tally.has_room):
            self._part = OpenPart(tag, attributes, self._guard, self._limits, wanted=True)
            self._guard.parser.CharacterDataHandler = self._part.add

    def _close_part(self, tag: str) -> None:
        part = self._part
        self._part_depth = 0
        self._free = self._case is None
        if part is not None:
            self._part = None
            self._guard.parser.CharacterDataHandler = None
        if self._case is None:
            self._take_beside_cases(tag, part)
        elif part is not None and part.wanted:
            self._extras = self._extras or Extras(self._limits)
            self._extras.take(part)

    def _take_property(self, attributes: dict[str, str]) -> None:
        if self._case is not None:
            self._extras = self._extras or Extras(self._limits)
            self._extras.take_property(attributes)
        else:
            if attributes.get("name") in OF_A_SUITE:
                self.claims.property(attributes["name"], attributes["value"])
            extras = Extras(self._limits)
            extras.take_property(attributes)
            self._take_of_suite(extras)

    def _take_beside_cases(self, tag: str, part: OpenPart | None) -> None:
        extras, suite = Extras(self._limits), self._suites[-1]
        if part is not None and part.wanted:
            extras.take(part)
        if tag in SEVERITY:
            extras.judge(tag, {})
            ours = {"name": "<init>", "classname": suite.name}  # its name in Jenkins
            self._judge.close(suite, ours, extras, ours=True)
        else:
            self._take_of_suite(extras)

    def _take_of_suite(self, extras: Extras) -> None:
        """The same bounds as for a case."""
        suite = self._suites[-1]
        has_room = suite.held + extras.size <= self._limits.held
        if has_room and len(suite.outputs) + len(suite.properties) < self._limits.parts:
            suite.held += extras.size
            suite.outputs += extras.outputs
            suite.properties += extras.properties
