"""summary.md: the page that a CI shows for the step."""

from collections.abc import Iterator

from core.model import Build, Result, TestReport


def write_summary(report: TestReport, result: Result, build: Build) -> Iterator[str]:
    """The conclusion and the counts."""
    yield f"# {build.step}: {result.conclusion}\n\n{report.totals.tests} tests.\n"
