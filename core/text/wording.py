"""What a report says to a person in a line or two, the same on every CI."""

from core import PROJECT, VERSION
from core.model import LONGEST_SECONDS, Reason, Result, TestCase, TestReport, Totals

LONGEST_LINK = 2000  # longer ones are cut by browsers and mail programs


def counts(totals: Totals) -> str:
    """`7 passed, 2 failed, 1 errored, 0 skipped.`, flaky ones where there are some; empty without cases."""
    if not totals.tests:
        return ""
    flaky = f", {totals.flaky} flaky" if totals.flaky else ""
    ran = f"{totals.passed} passed, {totals.failed} failed, {totals.errored} errored"
    return f"{ran}, {totals.skipped} skipped{flaky}."


def headline(result: Result) -> str:
    """What happened and what to do; after a list the remedy has a line of its own."""
    between = "\n" if "\n" in result.fact else " "
    return f"{result.fact}{between}{result.remedy}".strip()


def further(report: TestReport, result: Result) -> list[str]:
    """What stands under the headline: where the run is, other failures, warnings."""
    link = [f"Run: {report.run.url}"] if report.run is not None and is_link(report.run.url) else []
    return [*link, *result.problems, *report.warnings]


def meaning(reason: Reason) -> str:
    """The address of what this very version says of a reason; empty where there is nothing to explain."""
    if reason in (Reason.NONE, Reason.TESTS_FAILED):
        return ""
    return f"{PROJECT}/blob/v{VERSION}/docs/errors.md#{reason}"


def closing(result: Result, totals: Totals | None = None) -> str:
    """The last line of a verdict in a log: how it ended and why, counts that stand nowhere else, what it means."""
    why = f" ({result.reason})" if result.reason else ""
    link = meaning(result.reason)
    parts = (
        f"Conclusion: {result.conclusion}{why}, exit code {result.status}.",
        counts(totals) if totals else "",
        f"What it means: {link} (test-runner-action {VERSION})" if link else "",
    )
    return " ".join(filter(None, parts))


def complaint(case: TestCase) -> str:
    """Why a case did not pass."""
    return case.message.strip() or case.details.strip() or "The vendor gives no message."


def is_link(url: str) -> bool:
    """True for an address that may be shown as one: nothing but http(s), and no trick in it."""
    return url.startswith(("https://", "http://")) and url.isprintable() and " " not in url and len(url) <= LONGEST_LINK


def span(seconds: float) -> str:
    """A span of time for a person: `42s`, `3m 05s`, `1h 02m`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m {whole % 60:02}s"
    return f"{whole // 3600}h {whole % 3600 // 60:02}m"


def duration(seconds: float) -> str:
    """The same of what others measured: nothing for what is no sensible time."""
    return span(seconds) if 0 <= seconds < LONGEST_SECONDS else ""  # NaN is in no range
