"""summary.md: the page that a CI shows for the step. What a person wants to know first comes first.

At most 900 KiB: GitHub drops a page over 1 MiB whole. What is cut is said; no cut changes a count.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from core.markdown import fenced, in_html, inline, link
from core.model import Build, Conclusion, Outcome, Result, TestCase, TestReport, TestSuite
from core.wording import complaint, duration, is_link

LARGEST = 900 * 1024  # bytes of UTF-8
ROOM_FOR_ROWS = 400 * 1024
ROOM_FOR_DETAILS = 400 * 1024
MOST_SUITES = 100
MOST_REVIEWS = 20
SIGNS = {Conclusion.PASSED: "✅", Conclusion.STARTED: "▶️", Conclusion.SKIPPED: "⏭️"}


def write_summary(report: TestReport, result: Result, build: Build) -> Iterator[str]:
    """The page, in pieces."""
    yield from _head(report, result, build)
    yield from _numbers(report)
    yield from _remarks(result, report)
    yield from _failures(report)
    yield from _reviews(report)
    yield from _suites(report.suites)


def _head(report: TestReport, result: Result, build: Build) -> Iterator[str]:
    sign = SIGNS.get(result.conclusion, "❌") if not result.status else "❌"
    if not result.status and result.conclusion not in SIGNS:
        sign = "⚠️"
    yield f"## {sign} {inline(report.title, 200)}: {result.conclusion}\n\n"
    for line in f"{result.fact}\n{result.remedy}".splitlines():
        if line.strip():
            yield f"{inline(line, 1_000)}  \n"
    parts = []
    if report.run is not None:
        text = f"Run {report.run.id}"
        parts.append(link(text, report.run.url) if is_link(report.run.url) else inline(text))
    parts.append(f"took {duration(result.seconds)}")
    parts.append(f"exit code {result.status}" + (f" ({result.reason})" if result.reason else ""))
    if build.commit:
        parts.append(
            f"commit {inline(build.commit[:10])}" + (f" on {inline(build.branch, 100)}" if build.branch else "")
        )
    yield "\n" + " · ".join(parts) + "\n\n"


def _numbers(report: TestReport) -> Iterator[str]:
    totals = report.totals
    if not totals.tests:
        return
    yield "| tests | passed | failed | errored | skipped | flaky |\n|--:|--:|--:|--:|--:|--:|\n"
    counts = (totals.tests, totals.passed, totals.failed, totals.errored, totals.skipped, totals.flaky)
    yield "| " + " | ".join(map(str, counts)) + " |\n\n"


def _remarks(result: Result, report: TestReport) -> Iterator[str]:
    lines = [f"- ❗ {inline(text, 1_000)}\n" for text in result.problems[:20]]
    lines += [f"- ⚠️ {inline(text, 1_000)}\n" for text in report.warnings[:20]]
    if lines:
        yield "".join(lines) + "\n"


def _bad(report: TestReport) -> Iterator[TestCase]:
    """The cases that did not pass, failed ones first; a report without any is not looked through."""
    totals = report.totals
    for outcome, count in ((Outcome.FAILED, totals.failed), (Outcome.ERRORED, totals.errored)):
        if count:
            yield from (case for suite in report.suites for case in suite.cases if case.outcome is outcome)


def _failures(report: TestReport) -> Iterator[str]:
    total = report.totals.failed + report.totals.errored
    if not total:
        return
    yield f"### {total} {'case' if total == 1 else 'cases'} did not pass\n\n"
    yield "| | case | where | time | why |\n|---|---|---|--:|---|\n"
    shown, room = 0, ROOM_FOR_ROWS
    for case in _bad(report):
        row = _row(case)
        room -= _size(row)
        if room < 0:
            break
        shown += 1
        yield row
    yield "\n"
    if shown < total:
        yield f"_Showing {shown} of {total}: report.json has all of them._\n\n"
    yield from _details(islice(_bad(report), shown))


def _row(case: TestCase) -> str:
    name = case.name if case.name.strip() else "(no name)"
    shown = link(name, case.url) if is_link(case.url) else inline(name)
    seconds = "" if case.seconds is None else duration(case.seconds)
    word = "failed" if case.outcome is Outcome.FAILED else "errored"
    return f"| {word} | {shown} | {inline(case.classname)} | {seconds} | {inline(complaint(case))} |\n"


def _details(cases: Iterable[TestCase]) -> Iterator[str]:
    """What a row has no room for, folded."""
    room = ROOM_FOR_DETAILS
    for case in cases:
        if not case.details.strip() and "\n" not in case.message.strip():
            continue
        text = "\n\n".join(part for part in (case.message.strip(), case.details.strip()) if part)
        piece = f"<details><summary>{in_html(case.name)}</summary>\n\n{fenced(text)}\n</details>\n\n"
        room -= _size(piece)
        if room < 0:
            yield "_Further details are in report.json._\n\n"
            return
        yield piece


def _reviews(report: TestReport) -> Iterator[str]:
    if not report.warnings:  # the vendor's adapter warns where there is something to review: no need to look
        return
    found = (case for suite in report.suites for case in suite.cases if case.needs_review)
    first = list(islice(found, MOST_REVIEWS + 1))
    if not first:
        return
    yield "### To be reviewed by a person\n\n"
    for case in first[:MOST_REVIEWS]:
        shown = link(case.name, case.url) if is_link(case.url) else inline(case.name)
        yield f"- {shown} ({inline(case.classname)})\n"
    yield "- and more\n\n" if len(first) > MOST_REVIEWS else "\n"


def _suites(suites: Iterable[TestSuite]) -> Iterator[str]:
    listed = list(islice(suites, MOST_SUITES + 1))
    if len(listed) < 2:
        return
    yield "### Where it ran\n\n| suite | tests | passed | failed | errored | skipped |\n|---|--:|--:|--:|--:|--:|\n"
    for suite in listed[:MOST_SUITES]:
        counts = dict.fromkeys(Outcome, 0)
        for case in suite.cases:
            counts[case.outcome] += 1
        numbers = " | ".join(map(str, (sum(counts.values()), *counts.values())))
        yield f"| {inline(suite.name)} | {numbers} |\n"
    if len(listed) > MOST_SUITES:
        yield f"\n_Showing the first {MOST_SUITES} suites._\n"


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))
