"""The failed tests of a run that other jobs have filled, by their names: how many there are says the run itself."""

from dataclasses import replace
from typing import Any

from core.errors import CallFailedError, Fault
from core.guarded import promised
from core.model import Outcome, RemoteRun, TestCase, TestReport, TestSuite
from core.ports import Answer, Calls, Log
from core.vendors.testmo import fields

PAGE, PAGES = 1_000, 4
_FAILURE = 3  # a test's `status_id`
_WITHOUT = (Fault.ABSENT, Fault.REFUSED, Fault.UNSUPPORTED)  # an instance that has no such list


def with_failed(report: TestReport, run: RemoteRun, calls: Calls, log: Log) -> TestReport:
    """The report with its failed tests, at most PAGES x PAGE of them; as it is where they can't be listed."""
    cases: list[TestCase] = []
    try:
        for page in range(1, PAGES + 1):
            listed, is_last = _page(calls, run, page)
            cases += listed
            if is_last:
                break
    except CallFailedError as failure:
        log.debug(failure.fact)
        if failure.fault not in _WITHOUT:
            report = replace(
                report, warnings=(*report.warnings, f"The failed tests have no names here: {failure.fact}")
            )
    if not cases:
        return report
    suite = TestSuite(name="Failed tests", cases=tuple(cases), timestamp="")
    return replace(report, suites=(suite,))


def _page(calls: Calls, run: RemoteRun, page: int) -> tuple[list[TestCase], bool]:
    query = {"page": page, "per_page": PAGE, "status_id": _FAILURE, "order": "asc"}
    return calls.peek("list-tests", parse=_parsed, path={"run_id": run.id}, query=query)


def _parsed(answer: Answer) -> tuple[list[TestCase], bool]:
    rows = promised.sequence(answer.value["result"], "result")
    return [_case(row) for row in rows if fields.whole(row, "status") == _FAILURE], answer.value["next_page"] is None


def _case(row: Any) -> TestCase:
    """What is promised of a row is its id, name and status; a folder and a time where it has them."""
    folder, elapsed = row.get("folder"), row.get("elapsed")
    return TestCase(
        name=promised.text(row["name"], "name"),
        classname=folder if isinstance(folder, str) else "",
        outcome=Outcome.FAILED,
        seconds=fields.whole(row, "elapsed") / 1_000_000 if elapsed is not None else None,
        message="Failed, as Testmo has it: its run's page shows why.",
    )
