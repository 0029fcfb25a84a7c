"""A report without secrets and without texts that no file could bear: what the writers and the CI get to see."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from core.model import RemoteRun, Result, TestCase, TestReport, TestSuite

LONGEST_NAME = 1_000
LONGEST_MESSAGE = 16_000
LONGEST_DETAILS = 64_000
CUT = "… (cut)"
_BETWEEN = " "  # a secret that seems to lie across two texts only costs a closer look

Redact = Callable[[str], str]


class _Cases:
    """The cases of a suite, each redacted when it is looked at: a million of them are never held."""

    __slots__ = ("_cases", "_redact")

    def __init__(self, cases: Iterable[TestCase], redact: Redact) -> None:
        self._cases = cases
        self._redact = redact

    def __iter__(self) -> Iterator[TestCase]:
        for case in self._cases:
            yield _case(case, self._redact)


def redacted(report: TestReport, redact: Redact) -> TestReport:
    """The same report, safe to write."""
    return replace(
        report,
        title=_short(report.title, LONGEST_NAME, redact),
        word=_short(report.word, LONGEST_NAME, redact),
        run=redacted_run(report.run, redact),
        recorded=redacted_run(report.recorded, redact),
        warnings=tuple(_short(text, LONGEST_MESSAGE, redact) for text in report.warnings),
        suites=_suites(report.suites, redact),
        command=report.command and replace(report.command, output=redact(report.command.output)),
        outputs={name: redact(text) for name, text in report.outputs.items()},
        attachments=tuple(replace(each, text=redact(each.text)) for each in report.attachments),
    )


def redacted_run(run: RemoteRun | None, redact: Redact) -> RemoteRun | None:
    return run and replace(run, id=redact(run.id), url=redact(run.url), note=redact(run.note))


def redacted_result(result: Result, redact: Redact) -> Result:
    return replace(
        result,
        fact=_short(result.fact, LONGEST_MESSAGE, redact),
        remedy=_short(result.remedy, LONGEST_MESSAGE, redact),
        problems=tuple(_short(text, LONGEST_MESSAGE, redact) for text in result.problems),
    )


def _suites(suites: Sequence[TestSuite], redact: Redact) -> tuple[TestSuite, ...]:
    """Cases in a tuple are in memory anyway; those that are read at each look are not to be read by every writer."""
    found = tuple(_suite(suite, redact) for suite in suites)
    streamed = [not isinstance(suite.cases, tuple | list) for suite in suites]
    if not any(streamed):
        return found
    from core.reports.spool import Spool, Store  # noqa: PLC0415 -- only who reads such a report pays

    store = Store()
    return tuple(
        replace(suite, cases=Spool(suite.cases, store)) if is_streamed else suite
        for suite, is_streamed in zip(found, streamed, strict=True)
    )


def _suite(suite: TestSuite, redact: Redact) -> TestSuite:
    return replace(
        suite,
        name=_short(suite.name, LONGEST_NAME, redact),
        properties=_pairs(suite.properties, redact),
        cases=_Cases(suite.cases, redact),
    )


def _case(case: TestCase, redact: Redact) -> TestCase:
    """The case itself where nothing is to be done to it, as with nearly all: one look at all its texts tells."""
    texts = (case.name, case.classname, case.message, case.details, case.url, *chain(*case.properties))
    together = _BETWEEN.join(texts)
    if len(together) <= LONGEST_NAME and redact(together) == together:
        return case
    return replace(
        case,
        name=_short(case.name, LONGEST_NAME, redact),
        classname=_short(case.classname, LONGEST_NAME, redact),
        message=_short(case.message, LONGEST_MESSAGE, redact),
        details=_short(case.details, LONGEST_DETAILS, redact),
        url=redact(case.url),
        properties=_pairs(case.properties, redact),
    )


def _pairs(properties: tuple[tuple[str, str], ...], redact: Redact) -> tuple[tuple[str, str], ...]:
    return tuple((_short(name, LONGEST_NAME, redact), _short(text, LONGEST_NAME, redact)) for name, text in properties)


def _short(text: str, longest: int, redact: Redact) -> str:
    """Redacted before it is cut: a cut through a secret would leave a half that nothing recognises."""
    clean = redact(text)
    return clean if len(clean) <= longest else clean[:longest] + CUT
