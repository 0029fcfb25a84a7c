"""report.json: everything that is known of a run, for programs; one case per line, streamed.

Its contract is docs/report.schema.json. `schema` grows when a key goes or changes its meaning; new keys come without.
"""

import json
import re
from collections.abc import Iterator

from core import VERSION
from core.model import LONGEST_SECONDS, TestCase

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from core.model import Build, RemoteRun, Result, TestReport, TestSuite, Totals

SCHEMA = 1
_SURROGATE = "[\ud800-\udfff]"  # json writes one; strict readers refuse it
_TRUTH = {False: "false", True: "true"}
_text: "Callable[[str], str]" = json.encoder.encode_basestring


def write_json(report: "TestReport", result: "Result", build: "Build") -> Iterator[str]:
    """The report as one JSON object; the cases come last and in a stream."""
    encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(", ", ": ")).encode

    def line(value: object) -> str:
        return _whole(encode(value))

    yield "{\n"
    for key, value in _head(report, result, build).items():
        yield f'  "{key}": {line(value)},\n'
    yield '  "suites": ['
    for number, suite in enumerate(report.suites):
        yield ",\n" if number else "\n"
        yield f'    {line(_suite(suite))[:-1]}, "cases": ['
        before = "\n"
        for case in suite.cases:
            yield f"{before}      {_whole(_case(case))}"
            before = ",\n"
        yield "]}"
    yield "]\n}\n"


def _head(report: "TestReport", result: "Result", build: "Build") -> dict[str, object]:
    """Everything but the cases. `exit-code` is what the process leaves with, as in the output of the same name."""
    return {
        "schema": SCHEMA,
        "tool": {"name": "test-runner-action", "version": VERSION},
        "title": report.title,
        "conclusion": result.conclusion,
        "reason": result.reason,
        "exit-code": result.status,
        "exit-code-before-fail-on": int(result.exit_code),
        "fact": result.fact,
        "remedy": result.remedy,
        "problems": list(result.problems),
        "warnings": list(report.warnings),
        "seconds": _number(result.seconds),
        "run": _run(report.run, report),
        **_recorded(report.recorded),
        "totals": _totals(report.totals),
        "build": {name: getattr(build, name) for name in ("ci", "step", "name", "commit", "branch", "url")},
    }


def _run(run: "RemoteRun | None", report: "TestReport") -> dict[str, object] | None:
    if run is None:
        return None
    return {
        "vendor": run.vendor,
        "id": run.id,
        "url": run.url,
        "word": report.word,
        "verdict": report.verdict,
        "seconds": _number(report.seconds),
    }


def _recorded(run: "RemoteRun | None") -> dict[str, object]:
    """The key is there where there is such a run."""
    return {"recorded": {"vendor": run.vendor, "id": run.id, "url": run.url}} if run else {}


def _totals(totals: "Totals") -> dict[str, object]:
    return {
        "tests": totals.tests,
        "passed": totals.passed,
        "failed": totals.failed,
        "errored": totals.errored,
        "skipped": totals.skipped,
        "flaky": totals.flaky,
        "seconds": _number(totals.seconds) or 0.0,
    }


def _suite(suite: "TestSuite") -> dict[str, object]:
    return {"name": suite.name, "timestamp": suite.timestamp, "properties": _properties(suite.properties)}


def _case(case: TestCase) -> str:
    """One case as a line. By hand: the library makes an encoder anew for each value, which takes four times as long."""
    seconds = _number(case.seconds)
    head = f'{{"name": {_text(case.name)}, "classname": {_text(case.classname)}, "outcome": "{case.outcome}"'
    told = f'"message": {_text(case.message)}, "details": {_text(case.details)}, "url": {_text(case.url)}'
    marks = f'"needs-review": {_TRUTH[case.needs_review]}, "flaky": {_TRUTH[case.flaky]}'
    pairs = ", ".join(f'{{"name": {_text(name)}, "value": {_text(value)}}}' for name, value in case.properties)
    time = "null" if seconds is None else repr(seconds)
    return f'{head}, "seconds": {time}, {told}, {marks}, "properties": [{pairs}]}}'


def _whole(text: str) -> str:
    """The text without surrogates. Trying takes a sixth of the time of searching, and hardly any text has one."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return re.sub(_SURROGATE, "\ufffd", text)
    return text


def _properties(pairs: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _number(seconds: float | None) -> float | None:
    """A duration as JSON can hold it, to the millisecond; None for what is none."""
    return round(seconds, 3) if seconds is not None and 0 <= seconds < LONGEST_SECONDS else None
