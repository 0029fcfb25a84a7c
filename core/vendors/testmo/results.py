"""The local results: JUnit files, read before any request; their cases are kept for whoever wants them then."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.errors import BadInputError, EmptyResultsError
from core.junit_read import NO_GREEN, Cases, JUnitError, JUnitFile, Limits, survey
from core.model import Reason, TestSuite, Totals
from core.ports import Reports
from core.text.secret import Redactor
from core.vendors.testmo.batches import Batch, batches
from core.vendors.testmo.reading import Reading
from core.vendors.testmo.redacting import redacted

_MOST_TOLD = 10
_ALLOW = "Check that the tests ran; if that is fine, set `allow-empty: true`."


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What the files hold. `seconds` is what they say the tests took.

    `lacking` are sentences on what should be among the files and is not, or not whole: only a command that has failed
    may leave such gaps. They are among the `doubts`.
    `reading` has their cases if it kept them. If not, since there was no room or no need, the files are read again
    whenever cases are wanted.
    """

    files: tuple[JUnitFile, ...]
    totals: Totals
    seconds: float
    doubts: tuple[str, ...]
    reading: Reading | None = None
    lacking: tuple[str, ...] = ()

    def batches(self, redact: Redactor) -> Iterator[Batch]:
        """All cases as tests, in the order of the files. Raises JUnitError where one was not kept and has changed."""
        if self.reading is not None:
            return self.reading.batches()
        return batches(redacted(case, redact) for file in self.files for case in file)

    def suites(self) -> tuple[TestSuite, ...]:
        """One suite for each file; its cases are read whenever they are looked at."""
        kept = self.reading.cases if self.reading is not None else [None] * len(self.files)
        return tuple(
            TestSuite(
                name=(file.root.name if file.root else "") or os.path.basename(file.shown),
                cases=cases or Cases(file),
                timestamp=file.root.attributes.get("timestamp", "") if file.root else "",
            )
            for file, cases in zip(self.files, kept, strict=True)
        )


def read(
    reports: Reports,
    redact: Redactor,
    *,
    allow_missing: bool,
    failed: bool = False,
    check: Callable[[], None] = lambda: None,
) -> Results:
    """Read what the files hold. Raises BadInputError with all that can't be read, EmptyResultsError without a case.

    A pattern that matches nothing beside others that do is bad input too, unless that is allowed. `failed`: the files
    are of a command that has failed, which may have left some of them out, or cut: what is whole counts, and of a file
    that is not nothing does. `check` is called while the files are read for the first time, and may raise.
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
    if failed:
        files = tuple(_whole(files, problems))
    reading = Reading(files, redact)
    reading.read()
    counted = True
    totals = reading.totals
    lacking = tuple(_shortened(problems)) if failed and totals.tests else ()
    problems = [*(() if lacking else problems), *reading.problems]
    if problems:
        raise BadInputError([("results", text) for text in _shortened(problems)])
    if not totals.tests:
        fact = "The files of `results` hold no test case: nothing was recorded."
        raise EmptyResultsError(fact, remedy=_ALLOW, reason=Reason.EMPTY)
    doubts = tuple(doubt for file in files for doubt in file.doubts)
    if not failed and not totals.failed + totals.errored and any(file.hides_failures for file in files):
        raise BadInputError([("results", text) for text in (*_shortened(doubts), NO_GREEN)])
    missing = reports.missing if allow_missing else ()
    return Results(
        files=files,
        totals=totals,
        seconds=reading.seconds,
        doubts=(*doubts, *reports.stale, *missing, *lacking),
        reading=reading if reading.is_kept else None,
        lacking=lacking,
    )


def _whole(files: Iterable[JUnitFile], problems: list[str]) -> Iterator[JUnitFile]:
    """The files that can be read to their end; adds a sentence for each other one."""
    for file in files:
        try:
            survey([file], keep=0)
        except JUnitError as error:
            problems.append(error.fact)
        else:
            yield file


def _shortened(problems: Sequence[str]) -> list[str]:
    more = len(problems) - _MOST_TOLD
    return [*problems[:_MOST_TOLD], *([f"{more} more files have such problems."] if more > 0 else [])]
