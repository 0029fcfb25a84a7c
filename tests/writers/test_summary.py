"""The page: what a person sees first, what is cut, and that a cut changes no count. UPDATE_GOLDEN=1 writes it anew."""

import os
import re
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import VERSION
from core.model import (
    Build,
    Conclusion,
    ExitCode,
    Outcome,
    Reason,
    RemoteRun,
    Result,
    TestCase,
    TestReport,
    TestSuite,
    Totals,
    count,
)
from core.writers.summary import LARGEST, write_summary
from tests.ci.hostile import a_case, a_report, a_result

GOLDEN = Path(__file__).parent / "golden" / "summary.md"
BUILD = Build(ci="github", step="e2e", commit="0123456789abcdef", branch="main")


def page(report: TestReport, result: Result | None = None, build: Build = BUILD) -> str:
    return "".join(write_summary(report, result or a_result(), build))


def of(*suites: TestSuite, warnings: tuple[str, ...] = ()) -> TestReport:
    run = RemoteRun(vendor="autify", id="1042", url="https://app.autify.com/projects/743/results/1042")
    return TestReport(title="Shop", run=run, suites=suites, totals=count(suites), warnings=warnings)


def test_the_page_of_an_ordinary_failed_run() -> None:
    def suite(browser: str, *cases: tuple[str, Outcome, str, str]) -> TestSuite:
        address = "https://app.autify.com/projects/743/results/1042/test_cases/"
        made = [
            TestCase(
                name=name,
                classname=f"Autify.{browser}",
                outcome=outcome,
                message=message,
                details=details,
                url=f"{address}{number}",
                seconds=9.5 * (number + 1),
                needs_review=name == "Search",
                flaky=name == "Sign in",
            )
            for number, (name, outcome, message, details) in enumerate(cases)
        ]
        return TestSuite(name=browser, cases=made, timestamp="2026-01-02T03:04:05")

    chrome = suite("Linux, Chrome 136.0", ("Sign in", Outcome.PASSED, "", ""), ("Search", Outcome.PASSED, "", ""))
    safari = suite(
        "macOS, Safari 18",
        ("Sign in", Outcome.PASSED, "", ""),
        ("Pay by card", Outcome.FAILED, "Expected `Thank you` | saw <b>500</b>.", "Step 4: click\nStep 5: wait"),
        ("한국어 주소", Outcome.ERRORED, "The browser did not start.", ""),
        ("Print", Outcome.SKIPPED, "", ""),
    )
    result = Result(
        conclusion=Conclusion.FAILED,
        reason=Reason.TESTS_FAILED,
        exit_code=ExitCode.TESTS_FAILED,
        fact="Tests failed: 2 of 6 cases did not pass.",
        problems=("out/junit.xml can't be written: No space left on device. Free some disk space on the runner.",),
        status=1,
        seconds=192.0,
    )
    build = replace(BUILD, name="org/repo ci #7", url="https://github.com/org/repo/actions/runs/1")
    seen = page(of(chrome, safari, warnings=("1 case needs a review: neither passed nor failed.",)), result, build)
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(seen, "utf-8")
    assert seen == GOLDEN.read_text("utf-8")


def test_failures_come_first_and_errors_after_them() -> None:
    text = page(a_report("plain", failed=1, errored=1, passed=3))
    assert text.index("| failed |") < text.index("| errored |")
    assert "### 2 cases did not pass" in text
    assert "commit 0123456789 on main" in text
    assert text.startswith("## ❌ plain: failed\n")


def test_a_green_run_is_short() -> None:
    text = page(a_report("plain", failed=0, warnings=0), a_result(status=0))
    assert text.startswith("## ✅ plain: passed\n")
    assert "did not pass" not in text
    assert len(text.splitlines()) < 15


@pytest.mark.parametrize(
    ("conclusion", "code", "status", "sign", "said"),
    [
        (Conclusion.PASSED, 0, 0, "✅", "exit code 0 ·"),
        (Conclusion.PASSED, 0, 1, "❌", "exit code 1 (a warning, and `fail-on` lists `warning`) ·"),
        (Conclusion.PASSED, 0, 6, "❌", "exit code 6 (`output`) ·"),
        (Conclusion.FAILED, 1, 0, "⚠️", "exit code 0 (by `fail-on`; else 1) ·"),
        (Conclusion.INCONCLUSIVE, 5, 0, "⚠️", "exit code 0 (by `fail-on` or `allow-empty`; else 5) ·"),
        (Conclusion.CANCELLED, 143, 143, "❌", "exit code 143 ·"),
        (Conclusion.STARTED, 0, 0, "▶️", "exit code 0 ·"),
    ],
)
def test_the_headline_says_how_the_step_ended_and_why_it_leaves_with_another_code(
    conclusion: Conclusion, code: int, status: int, sign: str, said: str
) -> None:
    reason = Reason.OUTPUT if status == ExitCode.OUTPUT else Reason.NONE
    ended = Result(conclusion=conclusion, reason=reason, exit_code=ExitCode(code), fact="It is so.", status=status)
    text = page(of(), ended)
    assert text.startswith(f"## {sign} Shop: {conclusion}\n\nIt is so.\n")
    assert said in text


def test_several_wrong_inputs_are_a_list_and_the_reason_is_explained() -> None:
    result = Result(
        conclusion=Conclusion.ERROR,
        reason=Reason.BAD_INPUT,
        exit_code=ExitCode.BAD_INPUT,
        fact="2 inputs are wrong.\n  `token`: must be set.\n  `timeout`: `1x` is no duration.",
        status=2,
    )
    text = page(TestReport(title="", run=None), result)
    assert text.startswith("## ❌ e2e: error\n\n2 inputs are wrong.\n- `token`: must be set.\n- `timeout`: `1x` is")
    assert f"/blob/v{VERSION}/docs/errors.md#bad-input)" in text
    many = page(TestReport(title="", run=None), replace(result, fact="wrong\n" + "  y\n" * 9000))
    assert re.search(r"\n- y\n- \d+ more in report.json\n", many)


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), -5.0, 1e300])
def test_what_is_no_duration_is_left_out(seconds: float) -> None:
    case = replace(a_case(), seconds=seconds)
    assert "| a plain text |  | a plain text |" in page(of(TestSuite(name="s", cases=[case], timestamp="")))


def test_the_cases_to_review_and_the_flaky_ones_are_listed() -> None:
    case = TestCase(name="Sign in", classname="Autify", outcome=Outcome.PASSED, needs_review=True, flaky=True)
    text = page(of(TestSuite(name="s", cases=[case] * 2000, timestamp="")), a_result(status=0))
    for title in ("To be reviewed by a person", "Flaky: passed, but not at once"):
        assert f"### {title}\n\n- Sign in (Autify)\n" in text
    shown = text.count("- Sign in (Autify)\n")
    assert re.findall(r"- (\d+) more in report.json", text) == [str(2000 - shown // 2)] * 2


def test_suites_with_failures_come_first_and_not_all_of_very_many_are_listed() -> None:
    green = TestSuite(name="green", cases=[a_case("x", Outcome.PASSED)], timestamp="")
    red = TestSuite(name="red", cases=[a_case("x")], timestamp="")
    text = page(of(*[green] * 200, red))
    assert "|---|--:|--:|--:|--:|--:|\n| red | 1 | 0 | 1 | 0 | 0 |\n| green | 1 | 1 | 0 | 0 | 0 |\n" in text
    assert text.endswith("_Shown: 100 of 201 suites, those with failures first._\n")


class Bad:
    """Failing cases that are made as they are looked at."""

    def __init__(self, number: int, name: str) -> None:
        self.number = number
        self.name = name

    def __iter__(self) -> Iterator[TestCase]:
        for number in range(self.number):
            outcome = Outcome.ERRORED if number % 3 else Outcome.FAILED
            yield TestCase(
                name=f"{number} {self.name}", classname=self.name, outcome=outcome, message=self.name, details="a\nb"
            )


def test_a_hundred_thousand_failures_with_long_names_fit_in_flat_memory_and_change_no_count() -> None:
    suite = TestSuite(name="s", cases=Bad(100_000, "\N{HANGUL SYLLABLE GA}" * 900), timestamp="")
    totals = Totals(failed=33_334, errored=66_666)
    tracemalloc.start()
    text = page(replace(of(), suites=[suite], totals=totals))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20
    assert len(text.encode()) <= LARGEST
    shown = re.search(r"_Shown: (\d+) of 100000 cases that did not pass; report.json has all._", text)
    assert shown
    assert text.count("\n| failed |") == int(shown[1]) > 100
    assert "| 100000 | 0 | 33334 | 66666 | 0 | 0 |" in text


@pytest.mark.parametrize("sign", ["@", "&", "\N{HANGUL SYLLABLE GA}", "#1", "`", "x\n"])
def test_no_text_however_much_it_grows_by_escaping_breaks_the_cap(sign: str) -> None:
    long = sign * 900
    url = f"https://v.example/{'&' * 1900}"
    case = TestCase(name=long, classname=long, outcome=Outcome.FAILED, message=long, details=sign * 20_000, url=url)
    cases = [replace(case, needs_review=True, flaky=True, outcome=outcome) for outcome in Outcome] * 150
    suites = [TestSuite(name=long, cases=cases[n::150], timestamp="") for n in range(150)]
    report = replace(of(*suites, warnings=(long * 9,) * 90), title=long, run=RemoteRun(vendor="v", id=long, url=url))
    result = replace(a_result(), fact=f"{long}\n" * 40, remedy=long * 9, problems=(long * 9,) * 90)
    text = page(report, result, Build(ci="x", step=long, name=long, commit=long, branch=long, url=url))
    assert len(text.encode()) <= LARGEST


@settings(deadline=None)  # a busy machine is no failure
@given(number=st.integers(min_value=0, max_value=60), errored=st.integers(min_value=0, max_value=60))
def test_what_is_shown_and_what_is_left_out_add_up(number: int, errored: int) -> None:
    case = a_case("\N{HANGUL SYLLABLE GA}" * 300)
    cases = [replace(case, url=f"https://v.example/{'가' * 1900}")] * number + [a_case("x", Outcome.ERRORED)] * errored
    text = page(of(TestSuite(name="s", cases=cases, timestamp="")))
    rows = len(re.findall(r"^\| (?:failed|errored) \|", text, re.MULTILINE))
    cut = re.search(r"_Shown: (\d+) of (\d+) cases", text)
    assert (rows, number + errored) == ((int(cut[1]), int(cut[2])) if cut else (number + errored, rows))
    assert bool(cut) == (rows < number + errored)
    assert "\n| errored |" not in text or text.count("\n| failed |") == number  # no error before every failure
