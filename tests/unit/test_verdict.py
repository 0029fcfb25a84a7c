"""Green needs proof: every combination of the vendor's word and its cases, and what the user may let through."""

from itertools import product

import pytest

from core.inputs.settings import FAILURES
from core.model import (
    Conclusion,
    ExitCode,
    Outcome,
    Reason,
    Result,
    TestCase,
    TestReport,
    TestSuite,
    Verdict,
    count,
)
from core.verdict import gate, judge


def report(verdict: Verdict, *outcomes: Outcome) -> TestReport:
    cases = tuple(TestCase(name=f"c{n}", classname="s", outcome=outcome) for n, outcome in enumerate(outcomes))
    suites = (TestSuite(name="s", cases=cases, timestamp=""),)
    return TestReport(title="t", run=None, word=verdict, verdict=verdict, suites=suites, totals=count(suites))


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("outcomes", [(), *((o,) for o in Outcome), *product(Outcome, repeat=2)])
def test_only_a_passed_run_with_a_case_that_ran_and_none_that_failed_is_green(
    verdict: Verdict, outcomes: tuple[Outcome, ...]
) -> None:
    result = judge(report(verdict, *outcomes))
    green = (
        verdict is Verdict.PASSED
        and Outcome.PASSED in outcomes
        and not {Outcome.FAILED, Outcome.ERRORED} & set(outcomes)
    )
    assert (result.conclusion is Conclusion.PASSED) == green
    assert (result.exit_code == 0) == green
    assert (result.reason is Reason.NONE) == green
    assert result.fact.endswith(".")


@pytest.mark.parametrize(
    ("verdict", "exit_code", "reason"),
    [
        (Verdict.FAILED, 1, Reason.TESTS_FAILED),
        (Verdict.SKIPPED, 5, Reason.EMPTY),
        (Verdict.VENDOR_ERROR, 7, Reason.VENDOR_ERROR),
        (Verdict.CANCELLED, 7, Reason.CANCELLED_AT_VENDOR),
    ],
)
def test_the_vendors_words_are_kept_apart(verdict: Verdict, exit_code: int, reason: Reason) -> None:
    result = judge(report(verdict, Outcome.PASSED))
    assert (result.exit_code, result.reason) == (exit_code, reason)


def ended(exit_code: ExitCode, reason: Reason) -> Result:
    return Result(conclusion=Conclusion.ERROR, reason=reason, exit_code=exit_code, fact="x", status=int(exit_code))


@pytest.mark.parametrize("exit_code", [code for code in ExitCode if code])
@pytest.mark.parametrize("reason", Reason)
def test_never_lets_through_only_what_the_user_may_judge(exit_code: ExitCode, reason: Reason) -> None:
    status = gate(ended(exit_code, reason), fail_on=frozenset(), warnings=False).status
    may = {
        (ExitCode.TESTS_FAILED, Reason.TESTS_FAILED),
        (ExitCode.TIMED_OUT, Reason.TIMEOUT),
        (ExitCode.EMPTY, Reason.EMPTY),
        (ExitCode.RESULT_UNKNOWN, Reason.CANCELLED_AT_VENDOR),
    }
    assert (status == 0) == ((exit_code, reason) in may)


@pytest.mark.parametrize("word", FAILURES)
def test_leaving_out_one_word_lets_only_that_through(word: str) -> None:
    gated = {"failed": (1, "tests-failed"), "timed-out": (4, "timeout"), "inconclusive": (5, "empty")}
    gated["cancelled"] = (7, "cancelled-at-vendor")
    for name, (code, reason) in gated.items():
        result = gate(ended(ExitCode(code), Reason(reason)), fail_on=frozenset(FAILURES) - {word}, warnings=False)
        assert (result.status == 0) == (name == word)


def test_the_gate_never_changes_the_conclusion() -> None:
    result = gate(judge(report(Verdict.FAILED, Outcome.FAILED)), fail_on=frozenset(), warnings=False)
    assert (result.conclusion, result.status, result.exit_code) == (Conclusion.FAILED, 0, 1)


def test_warnings_redden_a_green_run_only_when_asked_for() -> None:
    green = judge(report(Verdict.PASSED, Outcome.PASSED))
    assert gate(green, fail_on=frozenset(FAILURES), warnings=True).status == 0
    assert gate(green, fail_on=frozenset({"warning"}), warnings=True).status == 1
