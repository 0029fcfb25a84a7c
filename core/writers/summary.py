"""summary.md: the page that a CI shows for the step. What a person wants to know first comes first.

At most 900 KiB: GitHub drops a page over 1 MiB whole. Each part has its room, the rooms add up to the cap; what
finds none is said and changes no count.
"""

from collections.abc import Iterable, Iterator

from core.model import Build, Conclusion, ExitCode, Outcome, Result, TestReport
from core.text.markdown import inline, link, prose
from core.text.wording import duration, is_link, meaning
from core.writers.survey import BAD, Shelf, Survey

LARGEST = 900 * 1024  # bytes of UTF-8
ROOM = {"head": 60, "remarks": 60, "rows": 360, "details": 270, "reviews": 30, "flaky": 30, "suites": 60}  # KiB
MOST_SUITES = 100
SIGNS = {Conclusion.PASSED: "✅", Conclusion.STARTED: "▶️", Conclusion.SKIPPED: "⏭️"}
KIB = 1024


def write_summary(report: TestReport, result: Result, build: Build) -> Iterator[str]:
    """The page, in pieces."""
    yield from _head(report, result, build)
    yield from _numbers(report)
    yield from _remarks(result, report)
    totals = report.totals
    # a green run of one suite has nothing more to show: the adapter warns of cases to review
    if totals.failed or totals.errored or totals.flaky or report.warnings or len(report.suites) > 1:
        found = Survey(ROOM["rows"] * KIB, ROOM["details"] * KIB, ROOM["flaky"] * KIB)
        found.look(report)
        yield from _failures(totals.failed + totals.errored, found)
        yield from _marked("To be reviewed by a person", found.reviews)
        yield from _marked("Flaky: passed, but not at once", found.flaky)
        yield from _suites(found)


def _head(report: TestReport, result: Result, build: Build) -> Iterator[str]:
    sign = "❌" if result.status else SIGNS.get(result.conclusion, "⚠️")
    yield f"## {sign} {inline(report.title, 200) or inline(build.step, 200)}: {result.conclusion}\n\n"
    first, *others = result.fact.split("\n") or [""]
    lines = Shelf(ROOM["head"] * KIB // 4)  # the rest is for the remedy, the title and the links at their longest
    lines.put(f"{prose(first, 1_000)}\n")
    for text in filter(str.strip, others):  # a list of problems
        lines.put(f"- {prose(text, 1_000)}\n" if lines.is_open else "")
    if lines.missing:
        lines.pieces.append(f"- {lines.missing} more in report.json\n")
    if result.remedy.strip():
        lines.pieces.append(f"\n{prose(result.remedy, 1_000)}\n")
    yield from lines.pieces
    if address := meaning(result.reason):
        yield f"\n[What `{result.reason}` means]({address})\n"
    yield f"\n{' · '.join(_facts(report, result, build))}\n\n"


def _facts(report: TestReport, result: Result, build: Build) -> Iterator[str]:
    if report.run is not None:
        text = f"Run {report.run.id}"
        yield f"**{link(text, report.run.url)}**" if is_link(report.run.url) else inline(text)
    if report.recorded is not None:
        text = f"recorded at {report.recorded.vendor} as run {report.recorded.id}"
        yield link(text, report.recorded.url) if is_link(report.recorded.url) else inline(text)
    yield f"took {duration(result.seconds)}"
    yield _exit(result)
    if build.commit:
        yield f"commit {inline(build.commit[:10])}" + (f" on {inline(build.branch, 100)}" if build.branch else "")
    elif build.branch:
        yield f"branch {inline(build.branch, 100)}"
    if is_link(build.url):
        yield link(build.name.strip() or "the build", build.url)


def _exit(result: Result) -> str:
    """The status that the process leaves with, and what made it another than the conclusion's own."""
    code = f"exit code {result.status}"
    if result.exit_code and not result.status:
        word = "`fail-on` or `allow-empty`" if result.conclusion is Conclusion.INCONCLUSIVE else "`fail-on`"
        return f"{code} (by {word}; else {int(result.exit_code)})"
    if result.status == ExitCode.TESTS_FAILED and not result.exit_code:
        return f"{code} (a warning, and `fail-on` lists `warning`)"
    return f"{code} (`{result.reason}`)" if result.reason else code


def _numbers(report: TestReport) -> Iterator[str]:
    totals = report.totals
    if not totals.tests:
        return
    yield "| tests | passed | failed | errored | skipped | flaky |\n|--:|--:|--:|--:|--:|--:|\n"
    counts = (totals.tests, totals.passed, totals.failed, totals.errored, totals.skipped, totals.flaky)
    yield "| " + " | ".join(map(str, counts)) + " |\n\n"


def _remarks(result: Result, report: TestReport) -> Iterator[str]:
    shelf = Shelf(ROOM["remarks"] * KIB)
    for sign, texts in (("❗", result.problems), ("⚠️", report.warnings)):
        for text in texts:
            shelf.put(f"- {sign} {prose(text, 1_000)}\n")
    yield from shelf.pieces
    if shelf.missing:
        yield f"- {shelf.missing} more in report.json\n"
    if shelf.pieces:
        yield "\n"


def _failures(total: int, found: Survey) -> Iterator[str]:
    """Rows first, then what they have no room for; a case without a row has no details either."""
    if not total:
        return
    rows, details = Shelf(ROOM["rows"] * KIB), Shelf(ROOM["details"] * KIB)
    for outcome in BAD:
        for row, text in zip(found.rows[outcome].pieces, found.details[outcome], strict=True):
            if rows.put(row) and text:
                details.put(text)
        rows.missing += found.rows[outcome].missing
    yield f"### {total} {'case' if total == 1 else 'cases'} did not pass\n\n"
    yield "| | case | where | time | why |\n|---|---|---|--:|---|\n"
    yield from rows.pieces
    yield "\n"
    if rows.missing:
        yield f"_Shown: {len(rows.pieces)} of {total} cases that did not pass; report.json has all._\n\n"
    yield from details.pieces
    if rows.missing or details.missing:
        yield "_Further details are in report.json._\n\n"


def _marked(title: str, shelf: Shelf) -> Iterator[str]:
    if not shelf.pieces and not shelf.missing:
        return
    yield f"### {title}\n\n"
    yield from shelf.pieces
    yield f"- {shelf.missing} more in report.json\n\n" if shelf.missing else "\n"


def _suites(found: Survey) -> Iterator[str]:
    """One line per suite, those with failures first."""
    if len(found.suites) < 2:
        return
    shelf = Shelf(ROOM["suites"] * KIB)
    ordered = sorted(found.suites, key=lambda suite: -sum(suite[1][outcome] for outcome in BAD))
    for name, counts in ordered[:MOST_SUITES]:
        numbers = " | ".join(_counts(counts.values()))
        shelf.put(f"| {inline(name) or '(no name)'} | {numbers} |\n")
    yield "### Where it ran\n\n| suite | tests | "
    yield " | ".join(Outcome) + " |\n|---|--:|--:|--:|--:|--:|\n"
    yield from shelf.pieces
    if len(shelf.pieces) < len(ordered):
        yield f"\n_Shown: {len(shelf.pieces)} of {len(ordered)} suites, those with failures first._\n"


def _counts(counts: Iterable[int]) -> list[str]:
    numbers = list(counts)
    return [str(number) for number in (sum(numbers), *numbers)]
