"""From a report to a conclusion, and from a conclusion to an exit code. Green needs proof."""

from collections.abc import Set as AbstractSet
from dataclasses import replace

from core.errors import RunnerError
from core.model import Conclusion, ExitCode, Reason, Result, TestReport, Verdict


def judge(report: TestReport) -> Result:
    """The conclusion of a run that the vendor calls final (`report.verdict` is set)."""
    totals = report.totals
    bad = totals.failed + totals.errored
    match report.verdict:
        case Verdict.FAILED:
            some = f"{bad} of {totals.tests} cases did not pass"
            if not bad:
                some = "the vendor says so, and shows no case that did not pass"
            fact = f"Tests failed: {some}."
            if report.command and not report.command.is_good:
                fact = f"{report.command.fact} {bad} of {totals.tests} cases did not pass."
            return _ended(Conclusion.FAILED, Reason.TESTS_FAILED, ExitCode.TESTS_FAILED, fact)
        case Verdict.PASSED if bad:
            fact = f"The vendor calls the run passed, but {bad} of its {totals.tests} cases did not pass."
            return _ended(Conclusion.FAILED, Reason.TESTS_FAILED, ExitCode.TESTS_FAILED, fact)
        case Verdict.PASSED if totals.ran:
            fact = f"{totals.passed} of {totals.tests} cases passed, none failed."
            return _ended(Conclusion.PASSED, Reason.NONE, ExitCode.PASSED, fact)
        case Verdict.PASSED | Verdict.SKIPPED:
            return _ended(
                Conclusion.INCONCLUSIVE,
                Reason.EMPTY,
                ExitCode.EMPTY,
                "The run finished without running a test.",
                "Check at the vendor that there is a test to run; if an empty run is fine, set `allow-empty: true`.",
            )
        case Verdict.VENDOR_ERROR:
            return _ended(
                Conclusion.ERROR,
                Reason.VENDOR_ERROR,
                ExitCode.RESULT_UNKNOWN,
                f"The vendor could not run the tests: its word is {report.word!r}.",
                "This is often transient. Look at the run's page, then run the job again.",
            )
        case Verdict.CANCELLED:
            return _ended(
                Conclusion.CANCELLED,
                Reason.CANCELLED_AT_VENDOR,
                ExitCode.RESULT_UNKNOWN,
                "The run was cancelled at the vendor.",
                "Somebody stopped it there. Run the job again when the tests should count.",
            )
        case None:
            raise ValueError("a report without a verdict can't be judged")


def ended_by(error: RunnerError) -> Result:
    """The conclusion that an error is."""
    return _ended(error.conclusion, error.reason, error.exit_code, error.fact, error.remedy)


def despite(result: Result, known: TestReport) -> Result:
    """The same result, unless the tests are known to have failed: that beats whatever went wrong with recording them.

    A signal is no failure of recording: it keeps its code. What else is unknown is told after what is known.
    """
    if result.exit_code is ExitCode.RESULT_UNKNOWN and known.verdict is not Verdict.FAILED and known.totals.tests:
        return replace(result, fact=f"{known_of(known)} {result.fact}")
    if known.verdict is not Verdict.FAILED or result.conclusion in (Conclusion.CANCELLED, Conclusion.FAILED):
        return result
    verdict = judge(known)
    problem = f"{result.fact} {result.remedy}".strip()
    return replace(verdict, problems=(problem, *result.problems))


def known_of(known: TestReport) -> str:
    """What the tests came to, in a sentence; without a verdict there may be more of them."""
    so_far = "" if known.verdict else " so far"
    return f"The tests{so_far}: {known.totals.passed} of {known.totals.tests} passed."


def gate(result: Result, *, fail_on: AbstractSet[str], warnings: bool) -> Result:
    """The same result with the status that the process leaves with.

    Only failed tests, a timeout, an empty run and a cancellation at the vendor can be let through.
    """
    gated = {
        (ExitCode.TESTS_FAILED, Reason.TESTS_FAILED): "failed",
        (ExitCode.TIMED_OUT, Reason.TIMEOUT): "timed-out",
        (ExitCode.EMPTY, Reason.EMPTY): "inconclusive",
        (ExitCode.RESULT_UNKNOWN, Reason.CANCELLED_AT_VENDOR): "cancelled",
    }.get((result.exit_code, result.reason))
    status = int(result.exit_code)
    if gated is not None and gated not in fail_on:
        status = 0
    if status == 0 and warnings and "warning" in fail_on:
        status = int(ExitCode.TESTS_FAILED)
    return replace(result, status=status)


def _ended(conclusion: Conclusion, reason: Reason, exit_code: ExitCode, fact: str, remedy: str = "") -> Result:
    return Result(
        conclusion=conclusion, reason=reason, exit_code=exit_code, fact=fact, remedy=remedy, status=int(exit_code)
    )
