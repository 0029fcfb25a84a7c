"""The local results: JUnit files, counted once before any request, and read again whenever their cases are wanted."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import BadInputError, RunnerError
from core.junit_read import Cases, JUnitError, JUnitFile, Survey, survey
from core.model import Conclusion, ExitCode, Reason, TestSuite, Totals
from core.vendors.testmo.cases import as_test, size

BATCH = 250  # tests in one append, as the vendor's command line sends them
BATCH_SIZE = 2_000_000  # characters in one append, about
_MOST_TOLD = 10


class EmptyResultsError(RunnerError):
    """There is nothing to record; whether that is a failure `fail-on` says, as for any empty run."""

    exit_code = ExitCode.EMPTY
    conclusion = Conclusion.INCONCLUSIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What the files hold. `seconds` is what they say the tests took."""

    files: tuple[JUnitFile, ...]
    totals: Totals
    seconds: float
    doubts: tuple[str, ...]

    def batches(self, most: int = BATCH) -> Iterator[list[dict[str, Any]]]:
        """All cases as tests of Testmo, in the order of the files. Raises JUnitError where a file has changed."""
        batch: list[dict[str, Any]] = []
        room = BATCH_SIZE
        for file in self.files:
            for case in file:
                test = as_test(case)
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


def read(paths: Sequence[str]) -> Results:
    """Count what the files hold. Raises BadInputError with all that can't be read, EmptyResultsError without a case."""
    files = tuple(JUnitFile(path) for path in paths)
    surveys: list[Survey] = []
    seconds = 0.0
    problems = []
    for file in files:
        try:
            found = survey([file])
        except JUnitError as error:
            problems.append(("results", error.fact))
            continue
        surveys.append(found)
        seconds += found.totals.seconds if file.seconds is None else file.seconds
    if problems:
        more = len(problems) - _MOST_TOLD
        told = problems[:_MOST_TOLD]
        raise BadInputError([*told, ("results", f"{more} more files can't be read.")] if more > 0 else told)
    totals = _sum(each.totals for each in surveys)
    if not totals.tests:
        raise EmptyResultsError(
            "The files of `results` hold no test case: nothing was recorded.",
            remedy="Check that the tests ran; if that is fine, set `allow-empty: true`.",
            reason=Reason.EMPTY,
        )
    return Results(
        files=files, totals=totals, seconds=seconds, doubts=tuple(x for each in surveys for x in each.doubts)
    )


def _sum(all_totals: Iterable[Totals]) -> Totals:
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
