"""JUnit XML, written: the one dialect that every CI's reader shows right, streamed in flat memory.

Wire: there is no standard. What the readers of GitLab, Azure and Jenkins need is asserted by their ports in
tests/writers/junit_readers.py. Escaping is by hand: the fastest way measured, and the only one that also replaces
what XML 1.0 forbids. A text that needs nothing done to it is handed on as it is. The marks before and after the root
tell a later step that the report is ours, and whole.
"""

import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.model import LONGEST_SECONDS, Build, Conclusion, ExitCode, Outcome, Result, TestCase, TestReport, TestSuite
from core.workspace.marked import MARK, closing

SUITE = "test-runner"  # holds our own case, where the vendor's cases don't tell how the run ended
TIME = "%Y-%m-%dT%H:%M:%S"
EPOCH = "1970-01-01T00:00:00"
REPLACEMENT = "\ufffd"
_ILLEGAL = "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"  # not in production 2 of XML 1.0
_PASSED = Outcome.PASSED  # a constant: for each of 100,000 cases, looking it up in the enum would show
_ELEMENTS = {Outcome.FAILED: "failure", Outcome.ERRORED: "error", Outcome.SKIPPED: "skipped"}
_AGAIN = " (no. "


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counts:
    """Totals as JUnit has them."""

    tests: int = 0
    failed: int = 0
    errored: int = 0
    skipped: int = 0
    seconds: float = 0.0


def write_junit(report: TestReport, result: Result, build: Build) -> Iterator[str]:
    """The report as JUnit between our two marks, the second of which counts the bytes before it."""
    size = 0
    for piece in _document(report, result, build):
        size += len(piece) if piece.isascii() else len(piece.encode("utf-8", "replace"))
        yield piece
    yield closing(size)


def _document(report: TestReport, result: Result, build: Build) -> Iterator[str]:
    """The report as JUnit: one root, flat suites, each (classname, name) once, counts from the cases.

    The suites are iterated twice: to count, then to write. A run that ended without the cases telling so gets a
    case of ours, which the counts include: no reader may show an all-green file for a run that isn't green.
    """
    names = _Names(report.totals.tests)
    label = f"{SUITE}.{report.run.vendor if report.run else build.ci or 'ci'}"
    title = f"run at {report.run.vendor}" if report.run else "run"
    names.note((legal(label), legal(title)))
    counts = [_survey(suite, names) for suite in report.suites]
    suites: list[TestSuite] = list(report.suites)
    stamp = _earliest(suites) or _stamp(result.began)
    ours = _how_it_ended(report, result, any(each.failed or each.errored for each in counts))
    if ours:
        case = TestCase(name=title, classname=label, outcome=ours, message=_said(result), url=_url(report))
        suites.insert(0, TestSuite(name=SUITE, cases=(case,), timestamp=stamp, properties=_facts(result)))
        counts.insert(0, _survey(suites[0], _Names(0)))
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n{MARK}\n<testsuites name="{attribute(report.title or SUITE)}"'
    yield f'{_numbers(_sum(counts))} timestamp="{stamp}">\n'
    for suite, counted in zip(suites, counts, strict=True):
        yield from _suite(suite, counted, names, stamp)
    yield "</testsuites>\n"


def legal(text: str) -> str:
    """The text with a visible replacement for each character that XML 1.0 forbids.

    All of those are unprintable, and so is little else: most texts need no search.
    """
    if text.isprintable() or text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return re.sub(_ILLEGAL, REPLACEMENT, text)


def attribute(text: str) -> str:
    """As the value of an attribute in double quotes; line ends and tabs survive the reader's normalisation."""
    return _attribute(legal(text))


def content(text: str) -> str:
    """As the text of an element."""
    return _content(legal(text))


def _attribute(text: str) -> str:
    if "&" in text or "<" in text or ">" in text or "\r" in text:
        text = _content(text)
    if '"' in text:
        text = text.replace('"', "&quot;")
    if "\n" in text:
        text = text.replace("\n", "&#10;")
    return text.replace("\t", "&#9;") if "\t" in text else text


def _content(text: str) -> str:
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text:
        text = text.replace("<", "&lt;")
    if ">" in text:
        text = text.replace(">", "&gt;")
    return text.replace("\r", "&#13;") if "\r" in text else text


def duration(seconds: float | None) -> float:
    """Seconds as readers can bear them: 0 for nothing, for less than nothing and for what is no number."""
    return seconds if seconds is not None and 0 <= seconds < LONGEST_SECONDS else 0.0


class _Names:
    """Makes each (classname, name) unique, exactly and in flat memory: readers count only the first of equals.

    The first pass marks a slot per pair; only a pair that meets a marked slot is remembered. Some of them merely
    share a slot: the second pass counts what was remembered, and numbers from the second occurrence on.
    """

    def __init__(self, expected: int) -> None:
        self._mask = (1 << min(max(expected * 32, 1 << 15).bit_length(), 26)) - 1
        self._seen = bytearray((self._mask >> 3) + 1)  # a bit per slot
        self._times: dict[tuple[str, str], int] = {}
        self._taken: set[tuple[str, str]] = set()

    def note(self, pair: tuple[str, str]) -> None:
        slot = hash(pair) & self._mask
        at, bit = slot >> 3, 1 << (slot & 7)
        if self._seen[at] & bit:
            self._times[pair] = 0
        else:
            self._seen[at] |= bit
        if _AGAIN in pair[1]:
            self._taken.add(pair)

    def unique(self, pair: tuple[str, str]) -> tuple[str, str]:
        times = self._times.get(pair)
        if times is None:
            return pair
        self._times[pair] = times = times + 1
        if times == 1:
            return pair
        classname, name = pair
        while (classname, f"{name}{_AGAIN}{times})") in self._taken:
            times += 1
        self._times[pair] = times
        return classname, f"{name}{_AGAIN}{times})"


def _pair(case: TestCase, suite: str) -> tuple[str, str]:
    """Legal text. Azure drops a case without a name; GitLab shows the class name as the suite."""
    name, classname = case.name, case.classname
    if not name.isprintable():
        name = legal(name)
    if not classname.isprintable():
        classname = legal(classname)
    return (
        suite if not classname or classname.isspace() else classname,
        "(no name)" if not name or name.isspace() else name,
    )


def _suite_name(suite: TestSuite) -> str:
    return legal(suite.name) if suite.name.strip() else "(no name)"


def _survey(suite: TestSuite, names: _Names) -> _Counts:
    tests = failed = errored = skipped = 0
    seconds = 0.0
    name = _suite_name(suite)
    for case in suite.cases:
        tests += 1
        seconds += duration(case.seconds)
        names.note(_pair(case, name))
        outcome = case.outcome
        if outcome is not _PASSED:
            failed += outcome is Outcome.FAILED
            errored += outcome is Outcome.ERRORED
            skipped += outcome is Outcome.SKIPPED
    return _Counts(tests=tests, failed=failed, errored=errored, skipped=skipped, seconds=seconds)


def _sum(counts: Sequence[_Counts]) -> _Counts:
    return _Counts(
        tests=sum(each.tests for each in counts),
        failed=sum(each.failed for each in counts),
        errored=sum(each.errored for each in counts),
        skipped=sum(each.skipped for each in counts),
        seconds=sum(each.seconds for each in counts),
    )


def _numbers(counts: _Counts) -> str:
    kinds = f'tests="{counts.tests}" failures="{counts.failed}" errors="{counts.errored}" skipped="{counts.skipped}"'
    return f' {kinds} time="{counts.seconds:.3f}"'


def _suite(suite: TestSuite, counts: _Counts, names: _Names, stamp: str) -> Iterator[str]:
    name = _suite_name(suite)
    when = stamp if suite.timestamp == stamp else _moment(suite.timestamp) or stamp
    yield f'<testsuite name="{attribute(name)}"{_numbers(counts)} timestamp="{when}">\n{_properties(suite.properties)}'
    last = escaped = ""  # most cases have the class of the one before
    for case in suite.cases:
        classname, title = names.unique(_pair(case, name))
        if classname != last:
            last, escaped = classname, _attribute(classname)
        inside = _inside(case)
        end = f">\n{inside}</testcase>\n" if inside else "/>\n"
        yield f'<testcase classname="{escaped}" name="{_attribute(title)}" time="{duration(case.seconds):.3f}"{end}'
    yield "</testsuite>\n"


def _inside(case: TestCase) -> str:
    """Properties, then at most one of failure, error and skipped, then what is to be read beside it."""
    found = case.properties
    if case.outcome is _PASSED and not (
        found or case.flaky or case.needs_review or case.url or case.message or case.details
    ):
        return ""  # nearly all of them
    if case.flaky:
        found = (("flaky", "true"), *found)
    if case.needs_review:
        found = (("needs_review", "true"), *found)
    if case.url:
        found = (("url", case.url), *found)
    properties = _properties(found) if found else ""
    if case.outcome is Outcome.FAILED or case.outcome is Outcome.ERRORED:
        return properties + _complaint(case)
    if case.outcome is Outcome.SKIPPED:
        properties += f'<skipped message="{attribute(case.message)}"/>\n' if case.message else "<skipped/>\n"
        return properties + _beside("", case)
    return properties + _beside(case.message, case)


def _complaint(case: TestCase) -> str:
    """The message twice: Azure and Jenkins show the attribute, GitLab shows nothing but the text.

    The link stands in the text, the one place that all three show. `type` is a fixed word: Rails, and so GitLab,
    takes some of its values for an order to convert the text.
    """
    message = case.message.strip() or case.details.strip().partition("\n")[0] or "The vendor gives no message."
    details = case.details if case.details.strip() and not message.startswith(case.details.strip()) else ""
    if details.lstrip().startswith(message):
        message_part: tuple[str, ...] = ()
    else:
        message_part = (message,)
    text = "\n\n".join((*message_part, *((details,) if details else ()), *((case.url,) if case.url else ())))
    element = _ELEMENTS[case.outcome]
    return f'<{element} message="{attribute(message)}" type="{case.outcome}">{content(text)}</{element}>\n'


def _beside(message: str, case: TestCase) -> str:
    """What Jenkins and Azure show on the page of a case that did not fail; GitLab's attachment marker is broken."""
    review = "Needs a review at the vendor." if case.needs_review else ""
    text = "\n".join(part for part in (review, message, case.details, case.url) if part)
    return f"<system-out>{content(text.replace('[[', '[ ['))}</system-out>\n" if text else ""


def _properties(pairs: Iterable[tuple[str, str]]) -> str:
    lines = [f'<property name="{attribute(name)}" value="{attribute(value)}"/>\n' for name, value in pairs]
    return f"<properties>\n{''.join(lines)}</properties>\n" if lines else ""


def _how_it_ended(report: TestReport, result: Result, bad: bool) -> Outcome | None:
    """The outcome of our own case; None where the vendor's cases say it all.

    A failed run whose cases are all green is a failure. What nobody waited for, and an empty run that the user
    allows, is shown as skipped: not green, but no reason to turn a build red either.
    """
    match result.conclusion:
        case Conclusion.PASSED:
            return None if report.totals.ran else Outcome.SKIPPED
        case Conclusion.FAILED:
            return None if bad else Outcome.FAILED
        case Conclusion.STARTED | Conclusion.SKIPPED:
            return Outcome.SKIPPED
        case Conclusion.INCONCLUSIVE if result.status == ExitCode.PASSED:
            return Outcome.SKIPPED
        case Conclusion.INCONCLUSIVE | Conclusion.TIMED_OUT | Conclusion.CANCELLED | Conclusion.ERROR:
            return Outcome.ERRORED


def _said(result: Result) -> str:
    return f"{result.fact} {result.remedy}".strip() or f"The run ended as {result.conclusion}."


def _url(report: TestReport) -> str:
    return report.run.url if report.run else ""


def _facts(result: Result) -> tuple[tuple[str, str], ...]:
    return ("conclusion", result.conclusion), ("reason", result.reason), ("exit-code", str(result.status))


def _earliest(suites: Iterable[TestSuite]) -> str:
    """The time for whatever lacks one: without a timestamp on each suite, Azure ignores all of them.

    Empty where no suite has one.
    """
    known = [moment for suite in suites if (moment := _moment(suite.timestamp))]
    return min(known, default="")


def _stamp(began: float | None) -> str:
    """When the step began, for a report without any time."""
    return EPOCH if began is None else time.strftime(TIME, time.gmtime(began))


def _moment(text: str) -> str:
    """To the second, in UTC, without an offset; empty for the epoch and for what is no time."""
    if text == EPOCH:
        return ""
    from datetime import UTC, datetime  # noqa: PLC0415 -- a step that ends before a run has no times

    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo:
            found = found.astimezone(UTC)
    except (ValueError, OverflowError):
        return ""
    moment = found.strftime(TIME) if found.year >= 1000 else ""
    return "" if moment == EPOCH else moment
