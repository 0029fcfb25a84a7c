"""Two runs as one report: what is paired with what, and what a second run cannot wash away."""

from core.model import Outcome, TestCase, TestReport, TestSuite, Verdict, count
from core.rerun import merged


def report(verdict: Verdict, *cases: tuple[str, Outcome]) -> TestReport:
    made = tuple(TestCase(name=name, classname="shop", outcome=outcome, message=outcome) for name, outcome in cases)
    suites = (TestSuite(name="shop", cases=made, timestamp=""),)
    return TestReport(title="t", run=None, verdict=verdict, suites=suites, totals=count(suites))


def outcomes(found: TestReport) -> list[tuple[str, Outcome, bool]]:
    return [(case.name, case.outcome, case.flaky) for suite in found.suites for case in suite.cases]


def test_of_two_cases_of_one_name_the_one_that_failed_is_the_one_that_was_run_again() -> None:
    first = report(Verdict.FAILED, ("sign in", Outcome.PASSED), ("sign in", Outcome.FAILED))
    found = merged(first, report(Verdict.PASSED, ("sign in", Outcome.PASSED)))
    assert outcomes(found) == [("sign in", Outcome.PASSED, False), ("sign in", Outcome.PASSED, True)]


def test_a_case_that_the_second_run_skips_is_what_it_was() -> None:
    first = report(Verdict.FAILED, ("sign in", Outcome.FAILED), ("order", Outcome.FAILED))
    found = merged(first, report(Verdict.PASSED, ("sign in", Outcome.PASSED), ("order", Outcome.SKIPPED)))
    assert outcomes(found) == [("sign in", Outcome.PASSED, True), ("order", Outcome.FAILED, False)]
    assert found.totals.failed == 1, "a pass that nobody saw is no pass"


def test_a_case_that_only_the_second_run_has_is_not_lost() -> None:
    first = report(Verdict.FAILED, ("sign in", Outcome.FAILED))
    found = merged(first, report(Verdict.FAILED, ("sign in", Outcome.PASSED), ("order", Outcome.FAILED)))
    assert outcomes(found) == [("sign in", Outcome.PASSED, True), ("order", Outcome.FAILED, False)]
