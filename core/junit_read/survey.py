"""Many files to what a report needs: totals from the cases themselves, the first that did not pass, the doubts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from core.errors import OutputError
from core.junit_read.file import JUnitFile
from core.junit_read.guard import JUnitError
from core.junit_read.nouns import JUnitCase
from core.model import TestCase, Totals


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """`worst` are the first cases that failed or errored, in the order of the files."""

    totals: Totals
    worst: tuple[TestCase, ...]
    doubts: tuple[str, ...]


class Cases:
    """The cases of a file as a report has them. To be iterated again and again: the file is read each time.

    It was whole once: one that has changed or gone since raises OutputError.
    """

    def __init__(self, file: JUnitFile) -> None:
        self._file = file

    def __iter__(self) -> Iterator[TestCase]:
        try:
            for case in self._file:
                yield as_test_case(case)
        except JUnitError as error:
            raise OutputError(f"The report lacks cases: {error.fact} It was whole before.") from error


def survey(files: Iterable[JUnitFile], *, keep: int = 50) -> Survey:
    """Read them all, once. Raises JUnitError at the first that is not whole: nothing that was read then counts."""
    tests = flaky = 0
    counts = [0, 0, 0, 0]
    seconds = 0.0
    worst: list[TestCase] = []
    doubts: list[str] = []
    for file in files:
        tally = file.tally(keep - len(worst))
        tests += tally.tests
        counts = [one + other for one, other in zip(counts, tally.counts, strict=True)]
        seconds += tally.seconds
        flaky += tally.flaky
        worst += map(as_test_case, tally.worst)
        doubts += file.doubts
    _, skipped, failed, errored = counts
    totals = Totals(
        passed=tests - sum(counts), failed=failed, errored=errored, skipped=skipped, flaky=flaky, seconds=seconds
    )
    return Survey(totals=totals, worst=tuple(worst), doubts=tuple(doubts))


def as_test_case(case: JUnitCase) -> TestCase:
    """The case without what only a recorder wants: outputs, directives, attempts."""
    return TestCase(
        name=case.name,
        classname=case.classname or case.suite.name,
        outcome=case.outcome,
        seconds=case.seconds,
        message=case.message,
        details=case.details,
        flaky=case.flaky,
        properties=tuple((each.name, each.value) for each in case.properties),
    )
