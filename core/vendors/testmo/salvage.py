"""What a command has written until a signal ended it: for the report alone, in the seconds that are left."""

import os
from collections.abc import Iterable

from core.junit_read import JUnitError, JUnitFile, Survey, survey
from core.model import Totals
from core.ports import Reports
from core.vendors.testmo.results import Results

MOST = 4 << 20  # bytes in all: read, and written again as reports, within the 5 s that a stop may take


def salvage(reports: Reports) -> Results | None:
    """The files that are whole, with a doubt for each that is not; None where there is none."""
    room = MOST
    whole: list[tuple[JUnitFile, Survey]] = []
    doubts = ["The command was ended by a signal: these are the results that it had written by then."]
    for path, shown in reports.files:
        file = JUnitFile(path, shown=shown)
        try:
            room -= os.path.getsize(path)
            if room < 0:
                doubts.append(f"{shown} was not read: there was no time left for it.")
                continue
            whole.append((file, survey([file], keep=0)))
        except (JUnitError, OSError) as error:
            doubts.append(error.fact if isinstance(error, JUnitError) else f"{shown} can't be read: {error.strerror}.")
    if not whole:
        return None
    return Results(
        files=tuple(file for file, _ in whole),
        totals=_sum(found.totals for _, found in whole),
        seconds=sum(found.totals.seconds for _, found in whole),
        doubts=(*doubts, *(doubt for _, found in whole for doubt in found.doubts), *reports.stale),
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
