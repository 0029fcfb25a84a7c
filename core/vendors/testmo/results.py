"""The local results: JUnit files, counted once before any request, and read again whenever their cases are wanted."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import BadInputError, EmptyResultsError
from core.junit_read import Cases, JUnitError, JUnitFile, Limits, Survey, survey
from core.model import Reason, TestSuite, Totals
from core.ports import Reports
from core.secret import Redactor
from core.vendors.testmo.cases import as_test, size
from core.vendors.testmo.redacting import redacted

BATCH = 250  # tests in one append, as the vendor's command line sends them
BATCH_SIZE = 2_000_000  # characters in one append, about
_MOST_TOLD = 10
_ALLOW = "Check that the tests ran; if that is fine, set `allow-empty: true`."


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What the files hold. `seconds` is what they say the tests took."""

    files: tuple[JUnitFile, ...]
    totals: Totals
    seconds: float
    doubts: tuple[str, ...]

    def batches(self, redact: Redactor, most: int = BATCH) -> Iterator[list[dict[str, Any]]]:
        """All cases as tests of Testmo, in the order of the files. Raises JUnitError where a file has changed."""
        batch: list[dict[str, Any]] = []
        room = BATCH_SIZE
        for file in self.files:
            for case in file:
                test = as_test(redacted(case, redact))
                needed = size(test)
                if batch and (len(batch) >= most or needed > room):
                    yield batch
                    batch, room = [], BATCH_SIZE
                batch.append(test)
                room -= needed
        if batch:
            yield batch

    def suites(self) -> tuple[TestSuite, ...]:
        """One suite for each file; its cases are read from it whenever they are looked at."""
        return tuple(
            TestSuite(
                name=(file.root.name if file.root else "") or os.path.basename(file.shown),
                cases=Cases(file),
                timestamp=file.root.attributes.get("timestamp", "") if file.root else "",
            )
            for file in self.files
        )


def read(reports: Reports, *, allow_missing: bool, check: Callable[[], None] = lambda: None) -> Results:
    """Count what the files hold. Raises BadInputError with all that can't be read, EmptyResultsError without a case.

    A pattern that matches nothing beside others that do is bad input too, unless that is allowed. `check` is called
    while the files are read for the first time, and may raise.
    """
    limits = Limits(check=lambda: None if counted else check())  # what is read once more is written, come what may
    counted = False
    if not reports.files and not reports.unreadable:
        raise EmptyResultsError(
            " ".join(("Nothing was recorded.", *reports.missing[:_MOST_TOLD])),
            remedy=_ALLOW,
            reason=Reason.EMPTY,
        )
    files = tuple(JUnitFile(path, shown=shown, limits=limits) for path, shown in reports.files)
    problems = [*reports.unreadable, *(() if allow_missing else reports.missing)]
    surveys: list[Survey] = []
    seconds = 0.0
    for file in files:
        try:
            found = survey([file], keep=0)
        except JUnitError as error:
            problems.append(error.fact)
            continue
        surveys.append(found)
        seconds += found.totals.seconds if file.seconds is None else file.seconds
    counted = True
    if problems:
        raise BadInputError([("results", text) for text in _shortened(problems)])
    totals = sum_of(each.totals for each in surveys)
    if not totals.tests:
        fact = "The files of `results` hold no test case: nothing was recorded."
        raise EmptyResultsError(fact, remedy=_ALLOW, reason=Reason.EMPTY)
    doubts = tuple(doubt for each in surveys for doubt in each.doubts)
    if not totals.failed + totals.errored and any(file.hides_failures for file in files):
        raise BadInputError([("results", text) for text in _shortened(doubts)])  # no green out of such files
    missing = reports.missing if allow_missing else ()
    return Results(files=files, totals=totals, seconds=seconds, doubts=(*doubts, *reports.stale, *missing))


def _shortened(problems: Sequence[str]) -> list[str]:
    more = len(problems) - _MOST_TOLD
    return [*problems[:_MOST_TOLD], *([f"{more} more files have such problems."] if more > 0 else [])]


def sum_of(all_totals: Iterable[Totals]) -> Totals:
    found = Totals()
    for each in all_totals:
        found = Totals(
            passed=found.passed + each.passed,
            failed=found.failed + each.failed,
            errored=found.errored + each.errored,
            skipped=found.skipped + each.skipped,
            flaky=found.flaky + each.flaky,
            seconds=found.seconds + each.seconds,
        )
    return found
