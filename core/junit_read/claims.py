"""What the suites say of themselves, against what they hold: a report that lost cases on its way shows here."""

import re
from math import ceil

from core.junit_read.nouns import JUnitSuite

_MOST = 10
_COUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{0,9})?")  # also 1.0, from writers to whom all numbers are the same


class Claims:
    """Counts what has been read so far; the difference between a suite's end and its beginning is what it holds.

    What is claimed are `cases` and `attempts`: one that was repeated is several tests in the words of Surefire, and
    each of its attempts that failed one of its failures, also where the last one passed
    (https://github.com/EnricoMi/publish-unit-test-result-action/issues/539). Too few tests are worth a doubt and no
    more, since Catch2 claims its assertions as tests.
    """

    def __init__(self) -> None:
        self.cases = 0
        self.attempts = 0
        self.bad = 0
        self.doubts: list[str] = []
        self.hides_failures = False
        self._open: list[tuple[int, int]] = []

    def begin(self) -> None:
        self._open.append((self.cases + self.attempts, self.bad))

    def end(self, suite: JUnitSuite) -> None:
        tests, bad = self._open.pop()
        tests, bad = self.cases + self.attempts - tests, self.bad - bad
        claimed = self._number(suite, "tests")
        if claimed > tests:
            self._doubt(suite, f"claims {claimed} tests and holds {tests}")
        claimed = self._number(suite, "failures") + self._number(suite, "errors")
        if claimed > bad:
            self.hides_failures = True
            self._doubt(suite, f"claims {claimed} failures and errors and holds {bad}")

    def _number(self, suite: JUnitSuite, attribute: str) -> int:
        """What is claimed, 0 where nothing is; what can't be read may be anything."""
        text = suite.attributes.get(attribute, "").strip()
        if not text:
            return 0
        if _COUNT.fullmatch(text):
            return ceil(float(text))
        self._doubt(suite, f"claims {text[:20]!r} {attribute}, which is no count")
        return 0

    def _doubt(self, suite: JUnitSuite, text: str) -> None:
        self.doubt(f"The suite {suite.name[:200]!r} {text}.")

    def doubt(self, text: str) -> None:
        if len(self.doubts) < _MOST:
            self.doubts.append(text)
