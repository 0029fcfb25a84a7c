"""Texts that a hostile vendor might send, and the means to run a CI in memory."""

import io
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import TextIO

from core.ci import CIS, Surroundings
from core.model import (
    Conclusion,
    ExitCode,
    Outcome,
    Reason,
    RemoteRun,
    Result,
    TestCase,
    TestReport,
    TestSuite,
    count,
)
from core.ports import Ci

SECRET = "hunter2-token"
PLAIN = "a plain text"
HOSTILE = {
    "percent": "100%25 of %0A::error::x %3A%2C %",
    "command": "::error::forged",
    "indented command": "  \t\u3000\u2028::set-output name=conclusion::passed",
    "after LF": "fine\n::set-output name=conclusion::passed",
    "after CR": "fine\r::set-output name=conclusion::passed",
    "after CRLF": "fine\r\n\r\n::add-mask::a",
    "legacy": "assert ##[set-output name=conclusion;]passed",
    "legacy twice": "####[add-mask]a##[error]b",
    "azure": "x ##vso[task.setvariable variable=PATH]evil",
    "azure in capitals": "x ##VSO[task.complete result=Succeeded;]",
    "azure with a long s": "x ##v\u017fo[task.complete result=Succeeded;]",
    "teamcity": "##teamcity[buildStatus status='SUCCESS']",
    "teamcity's escapes": "|' status='ERROR'|] |n##teamcity|[buildStatus status='SUCCESS'] |",
    "azure's escapes": "%AZP25 %AZP0A; ;] %5D##%76so[task.complete result=Failed]",
    "gitlab": "\x1b[0Ksection_start:1:evil[collapsed=true]\r\x1b[0Kheader",
    "buildkite": "--- evil\n+++ evil",
    "jenkins note": "\x1b[8mha:////4AAAAA\x1b[0m evil",
    "stop": "::stop-commands::x",
    "set-env": "::set-env name=LD_PRELOAD::/x.so\n##[add-path]/evil",
    "hidden": "#\u200b#[error]x :\u200d: #\ufe0f#vso[a.b]c :\xad:error::x",
    "hidden at the start": "\ufeff\u200b:\u2060:error::x",
    "controls": "\0\x01\x07\x08\x7f\x9b31m##\0[error]x",
    "colours": "\x1b[31mred\x1b[0m \x1b]8;;https://evil\x07link\x1b]8;;\x07",
    "cdata": "]]><failure/><![CDATA[",
    "properties": "a,file=/etc/passwd,line=1::b",
    "equals": "===title=x",
    "heredoc": "EOF\nconclusion<<EOF\npassed\nEOF",
    "delimiter": "ghadelimiter_x\nconclusion=passed",
    "quotes": "'\"`$(id)`\\",
    "markdown": "| a | [x](javascript:1) ![x](https://evil/x.png) ``` </details>",
    "html": "<img src=x onerror=alert(1)><script>alert(1)</script>",
    "hangul": "한국어 테스트 실패",
    "emoji": "👩‍👩‍👧 ❤️ 🇰🇷",
    "right to left": "abc\u202egnp.exe",
    "surrogate": "half \ud83d a pair",
    "separators": "a\u2028::error::b\u2029::error::c\x85::error::d\v::error::e\f::error::f",
    "secret": f"token {SECRET} and hun\u200bter2-\x00token",
    "long line": "::error::" + "x" * 1_000_000,
    "long block": "::error::x\r" * 50_000,
    "white": " \t \n \r\n ",
}
# What commands are made of: strings put together of these at random are live by the thousand.
FRAGMENTS = (
    *(
        "::",
        ":",
        "#",
        "##",
        "##[",
        "[",
        "]",
        "##vso[",
        "##VSO[",
        "##teamcity[",
        "vso[",
        "v\u017fo[",
        " ",
        "\t",
        "=",
        ",",
        ";",
    ),
    *(
        "set-output",
        "set-output name=x",
        "error",
        "error ",
        "add-mask",
        "group",
        "stop-commands",
        "debug",
        "name=x",
        "warning",
    ),
    *("task.setvariable variable=x", "task.complete result=Succeeded;", "buildStatus", "]passed", "::passed", "x"),
    *(
        "\r",
        "\n",
        "\r\n",
        "\u2028",
        "\x85",
        "\u3000",
        "\xa0",
        "\x1b[0K",
        "\x1b[31m",
        "\x1b[8mha:",
        "\x1b",
        "section_start:1:a",
        "section_end:1:a",
    ),
    *(
        "\0",
        "\u200b",
        "\u200d",
        "\xad",
        "\ufeff",
        "\ufe0f",
        "\u034f",
        "\u115f",
        "\U000e0041",
        "\u2060",
        "\u202e",
        "\x07",
        "\x9b",
    ),
    *(
        "--- ",
        "+++ ",
        "~~~ ",
        "^^^ +++ ",
        "%0A",
        "%25",
        "| ",
        "|",
        "'",
        "%AZP25",
        "…",
        "한",
        "::error::",
        "##[error]",
        "##vso[a.b]c",
        "\n::group::",
    ),
)


def redact(text: str) -> str:
    return text.replace(SECRET, "***")


class Screen(io.StringIO):
    """A stream in memory that may pretend to be a terminal."""

    def __init__(self, *, tty: bool = False, encoding: str = "utf-8") -> None:
        super().__init__()
        self._tty = tty
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]  # a plain str attribute in typeshed
        return self._encoding

    def isatty(self) -> bool:
        return self._tty

    def write(self, text: str) -> int:
        text.encode(self._encoding)  # dies where a real stream would
        return super().write(text)


class Folder(dict[str, str]):
    """The folder of a step's results, by the names of its files."""

    def leave(self, name: str, text: str) -> str:
        self[name] = text
        return f"results/{name}"


def a_ci(
    name: str,
    out: TextIO,
    env: Mapping[str, str] = MappingProxyType({}),
    *,
    debug: bool = True,
    vendor: str = "autify",
    wall: Callable[[], float] = lambda: 0.0,
    results_dir: str = "",
    workspace: str = ".",
) -> Ci:
    surroundings = Surroundings(
        env=env,
        out=out,
        redact=redact,
        vendor=vendor,
        debug=debug,
        wall=wall,
        results_dir=results_dir,
        workspace=workspace,
    )
    return CIS[name].make(surroundings)


def publish(ci: Ci, report: TestReport, result: Result, *, summary: Iterator[str], annotations: int) -> None:
    """The end of a step as its publisher shows it."""
    ci.publish(report, result, annotations=annotations)
    ci.check()
    ci.summarize(summary)


def a_case(text: str = PLAIN, outcome: Outcome = Outcome.FAILED, number: int = 0) -> TestCase:
    """A case with the text in every place that a vendor fills."""
    return TestCase(
        name=f"{text}{number or ''}",
        classname=text,
        outcome=outcome,
        message=text,
        details=text,
        url=f"https://vendor.example/{text}",
    )


def a_report(text: str = PLAIN, *, failed: int = 1, errored: int = 0, passed: int = 1, warnings: int = 1) -> TestReport:
    cases = [
        *(a_case(text, Outcome.PASSED, n) for n in range(passed)),
        *(a_case(text, Outcome.ERRORED, n) for n in range(errored)),
        *(a_case(text, Outcome.FAILED, n) for n in range(failed)),
    ]
    suite = TestSuite(name=text, cases=cases, timestamp="2026-01-02T03:04:05Z")
    run = RemoteRun(vendor="autify", id=text, url="https://vendor.example/runs/7")
    return TestReport(
        title=text, run=run, word=text, suites=[suite], totals=count([suite]), warnings=(text,) * warnings, seconds=1.0
    )


def a_result(text: str = PLAIN, *, status: int = 1) -> Result:
    return Result(
        conclusion=Conclusion.FAILED if status else Conclusion.PASSED,
        reason=Reason.TESTS_FAILED if status else Reason.NONE,
        exit_code=ExitCode(status),
        fact=f"The vendor says {text}.",
        remedy="Look at the run.",
        problems=(text,) if status else (),
        status=status,
        seconds=192.0,
    )
