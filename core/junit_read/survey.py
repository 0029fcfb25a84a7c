"""Many files to what a report needs: totals from the cases themselves, the first that did not pass, the doubts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from core.junit_read.durations import LONGEST
from core.junit_read.file import JUnitFile
from core.junit_read.nouns import JUnitCase, duration
from core.model import Outcome, TestCase, Totals

_BAD = (Outcome.FAILED, Outcome.ERRORED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """`worst` are the first cases that failed or errored, in the order of the files."""

    totals: Totals
    worst: tuple[TestCase, ...]
    doubts: tuple[str, ...]


class Cases:
    """The cases of a file as a report has them. To be iterated again and again: the file is read each time."""

    def __init__(self, file: JUnitFile) -> None:
        self._file = file

    def __iter__(self) -> Iterator[TestCase]:
        for case in self._file:
            yield as_test_case(case)


def survey(files: Iterable[JUnitFile], *, keep: int = 50) -> Survey:
    """Read them all, once. Raises JUnitError at the first that is not whole: nothing that was read then counts."""
    passed = flaky = 0
    others = dict.fromkeys(Outcome, 0)
    seconds = 0.0
    worst: list[TestCase] = []
    doubts: list[str] = []
    for file in files:
        for found in file.pieces(totals_only=True):
            for each in found:
                if type(each) is dict:  # a case that passed and holds nothing: nearly all of them
                    passed += 1
                    try:
                        took = float(each["time"])
                    except (KeyError, ValueError):
                        took = -1.0
                    seconds += took if 0 <= took < LONGEST else duration(each) or 0.0
                elif isinstance(each, JUnitCase):
                    others[each.outcome] += 1
                    seconds += each.seconds or 0.0
                    flaky += each.flaky
                    if each.outcome in _BAD and len(worst) < keep:
                        worst.append(as_test_case(each))
        doubts += file.doubts
    totals = Totals(
        passed=passed + others[Outcome.PASSED],
        failed=others[Outcome.FAILED],
        errored=others[Outcome.ERRORED],
        skipped=others[Outcome.SKIPPED],
        flaky=flaky,
        seconds=seconds,
    )
    return Survey(totals=totals, worst=tuple(worst), doubts=tuple(doubts))


def as_test_case(case: JUnitCase) -> TestCase:
    """The case without what only a recorder wants: outputs, directives, attempts."""
    told = case.complaint
    return TestCase(
        name=case.name,
        classname=case.classname or case.suite.name,
        outcome=case.outcome,
        seconds=case.seconds,
        message=told.message if told else "",
        details=told.text if told else "",
        flaky=case.flaky,
        properties=tuple((each.name, each.value) for each in case.properties),
    )
