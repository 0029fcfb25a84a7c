"""What the suites say of themselves, against what they hold: a report that lost cases on its way shows here."""

import re
from math import ceil

from core.junit_read.nouns import JUnitSuite

NO_GREEN = (
    "Either failed cases were lost on their way into this file, or its writer counts what it writes as no case, as"
    " stylelint-junit-formatter does with warnings: let the tool write what it counts as a failure, or not count it"
    " (`stylelint --quiet`), or leave this file out of `results`."
)
"""The remedy where failures are claimed that no file holds."""

OF_A_SUITE = frozenset(("SuiteSucceeded", "SpecialSuiteFailureReason"))
"""The properties of a suite that say that it failed: Ginkgo's (reporters/junit_report.go)."""

_MOST = 10
_COUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{0,9})?")  # also 1.0, from writers to whom all numbers are the same
_NOT_RUN = ("skipped", "disabled", "ignored")
_COMMENTS = ("fail", "cancelled")


class _Open:
    """A suite that has not ended, and what had been counted when it began."""

    __slots__ = ("bad", "failed", "skipped", "suite", "tests", "told")

    def __init__(self, suite: JUnitSuite, claims: "Claims") -> None:
        self.suite = suite
        self.tests = claims.cases + claims.attempts
        self.bad = claims.bad
        self.failed = claims.failed
        self.skipped = claims.skipped
        self.told: list[str] = []  # by properties, that it failed


class Claims:
    """Counts what has been read so far; the difference between a suite's end and its beginning is what it holds.

    `cases` and `attempts` are what is claimed as tests: one that was repeated is several tests in the words of
    Surefire, and each of its attempts that failed one of its failures, also where the last one passed
    (https://github.com/EnricoMi/publish-unit-test-result-action/issues/539). `bad` counts elements, since Catch2,
    doctest, pytest with subtests and RuboCop claim each complaint of a case as a failure. `failed` and `skipped` count
    cases. Too few tests are worth a doubt and no more, since Catch2 claims its assertions as tests.
    """

    def __init__(self) -> None:
        self.cases = 0
        self.attempts = 0
        self.bad = 0
        self.failed = 0
        self.skipped = 0
        self.doubts: list[str] = []
        self.hides_failures = False
        self._open: list[_Open] = []
        self._commented = 0

    def begin(self, suite: JUnitSuite) -> None:
        self._open.append(_Open(suite, self))

    def property(self, name: str, value: str) -> None:
        """Of the innermost suite."""
        if name == "SuiteSucceeded" and value.strip().lower() == "false":
            self._open[-1].told.append(f"{name}={value.strip()}")
        elif name == "SpecialSuiteFailureReason" and value.strip():
            self._open[-1].told.append(value.strip()[:500])

    def comment(self, text: str) -> None:
        """A comment beside cases; node:test tells its totals there and nowhere else."""
        name, _, count = text.strip().partition(" ")
        if name in _COMMENTS and _COUNT.fullmatch(count):
            self._commented += ceil(float(count))

    def end(self) -> None:
        opened = self._open.pop()
        suite = opened.suite
        self._compare_tests(opened, self.cases + self.attempts - opened.tests)
        self._compare_failures(opened, self.bad - opened.bad)
        if opened.told and self.failed == opened.failed:
            self._hide(suite, f"says that it failed ({', '.join(opened.told)}) and holds no case that did")
        if not self._open and self._commented and not self.failed:
            self._hide(suite, f"claims {self._commented} failed tests, in comments, and holds none")

    def _compare_tests(self, opened: _Open, held: int) -> None:
        """Skipped tests that are only counted are not missed: mocha-junit-reporter writes them as no case.

        It counts them at the root, and at each suite among the tests only.
        """
        suite = opened.suite
        claimed = self._number(suite, "tests")
        if claimed <= held:
            return
        unwritten = max(self._skipped(each) for each in (*self._open, opened))
        if claimed - unwritten > held:
            self._doubt(suite, f"claims {claimed} tests and holds {held}")

    def _skipped(self, opened: _Open) -> int:
        """How many skipped tests a suite claims beyond those that it holds so far."""
        texts = [opened.suite.attributes.get(name, "").strip() for name in _NOT_RUN]
        claimed = sum(ceil(float(text)) for text in texts if _COUNT.fullmatch(text))
        return max(0, claimed - (self.skipped - opened.skipped))

    def _compare_failures(self, opened: _Open, held: int) -> None:
        """TestCafe and stylelint count each failure as an error too: beside a case that failed, nothing rests on that.

        Where none did in the end, each of the claims may be of a case that was lost, and both are added up.
        """
        suite = opened.suite
        failures, errors = self._number(suite, "failures"), self._number(suite, "errors")
        claimed = max(failures, errors) if self.failed > opened.failed else failures + errors
        if "assertions" in suite.attributes:  # PHPUnit 7 to 9, whose warnings are failures; later ones claim none
            claimed += self._number(suite, "warnings")
        if claimed > held:
            self._hide(suite, f"claims {claimed} failures and errors and holds {held}")

    def _number(self, suite: JUnitSuite, attribute: str) -> int:
        """What is claimed, 0 where nothing is; what can't be read may be anything."""
        text = suite.attributes.get(attribute, "").strip()
        if not text:
            return 0
        if _COUNT.fullmatch(text):
            return ceil(float(text))
        self._doubt(suite, f"claims {text[:20]!r} {attribute}, which is no count")
        return 0

    def _hide(self, suite: JUnitSuite, text: str) -> None:
        self.hides_failures = True
        self._doubt(suite, text)

    def _doubt(self, suite: JUnitSuite, text: str) -> None:
        self.doubt(f"The suite {suite.name[:200]!r} {text}.")

    def doubt(self, text: str) -> None:
        if len(self.doubts) < _MOST:
            self.doubts.append(text)
