"""Which cases a person sees first. A report of a million cases is looked through, never kept."""

from core.model import Outcome, TestCase, TestReport


def worst(report: TestReport, limit: int) -> list[TestCase]:
    """The first `limit` cases that did not pass: failed ones, then errored ones. Stops when it has them."""
    failed, errored = report.totals.failed, report.totals.errored
    wanted = {Outcome.FAILED: min(limit, failed), Outcome.ERRORED: max(min(limit - failed, errored), 0)}
    found: dict[Outcome, list[TestCase]] = {Outcome.FAILED: [], Outcome.ERRORED: []}
    missing = sum(wanted.values())
    for suite in report.suites if missing > 0 else ():
        for case in suite.cases:
            if len(found.get(case.outcome, ())) < wanted.get(case.outcome, 0):
                found[case.outcome].append(case)
                missing -= 1
                if not missing:
                    return found[Outcome.FAILED] + found[Outcome.ERRORED]
    return found[Outcome.FAILED] + found[Outcome.ERRORED]
