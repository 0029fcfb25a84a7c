import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from core.model import Conclusion, Outcome, RemoteRun, TestCase, TestReport, TestSuite, count
from tests.ci.hostile import HOSTILE, SECRET, Screen, a_case, a_ci, a_report, a_result, publish
from tests.readers.github_runner import Command, read_log

LEVELS = {"error", "warning", "notice"}


def _annotations(
    report: TestReport, *, status: int = 1, most: int = 8, warned: int = 0, text: str = "x"
) -> list[Command]:
    out = Screen()
    ci = a_ci("github", out)
    for number in range(warned):
        ci.warning(f"Warning {number}")
    publish(ci, report, a_result(text, status=status), summary=iter([]), annotations=most)
    commands, shown = read_log(out.getvalue())
    assert {command.name for command in commands} <= LEVELS
    assert SECRET not in out.getvalue()
    assert shown[-1] == ""
    assert all(count <= 10 for count in Counter(command.name for command in commands).values())
    assert all(len(command.data.encode("utf-16-le")) <= 2 * 4096 for command in commands)
    assert all(set(command.properties) == {"title"} for command in commands)
    assert all(len(command.properties["title"]) <= 210 for command in commands)
    return commands


def test_the_verdict_comes_first_then_failed_cases_then_errored_ones_then_how_many_more() -> None:
    report = a_report(failed=3, errored=9, passed=2)
    titles = [command.properties["title"] for command in _annotations(report)]
    assert titles[0] == "autify: failed"
    assert titles[1:4] == ["Failed: a plain text", "Failed: a plain text1", "Failed: a plain text2"]
    assert titles[4:9] == [f"Errored: a plain text{n or ''}" for n in range(5)]
    assert titles[9:] == ["4 more cases did not pass"]


def test_an_annotation_says_what_why_and_where() -> None:
    case = a_case("login")
    verdict, failed = _annotations(a_report("login"), text="no")
    assert verdict == Command(
        "error",
        "The vendor says no. Look at the run.\nRun: https://vendor.example/runs/7\nno\nlogin",
        {"title": "autify: failed"},
    )
    assert failed == Command("error", f"login\nlogin\n{case.url}", {"title": "Failed: login"})


@pytest.mark.parametrize(
    ("most", "failed", "cases", "folded"),
    [(8, 8, 8, 0), (8, 9, 8, 1), (3, 5, 3, 2), (0, 5, 0, 0), (8, 0, 0, 0), (50, 40, 8, 32)],
)
def test_at_most_so_many_cases_are_annotated_and_the_rest_is_folded_into_one(
    most: int, failed: int, cases: int, folded: int
) -> None:
    titles = [command.properties["title"] for command in _annotations(a_report(failed=failed, warnings=0), most=most)]
    assert sum(title.startswith("Failed: ") for title in titles) == cases
    more = [title for title in titles if "more case" in title]
    assert more == ([f"{folded} more case{'s' if folded > 1 else ''} did not pass"] if folded else [])


def test_warnings_on_the_way_never_push_the_verdict_out_of_the_ten_that_are_kept() -> None:
    commands = _annotations(a_report(failed=20), status=0, warned=9)
    levels = Counter(command.name for command in commands)
    assert levels == {"warning": 10}
    assert commands[4].properties["title"] == "autify: passed"
    assert commands[9].properties["title"] == "16 more cases did not pass"


@pytest.mark.parametrize(
    ("status", "conclusion", "warnings", "level"),
    [
        (1, Conclusion.FAILED, 0, "error"),
        (0, Conclusion.FAILED, 0, "warning"),
        (0, Conclusion.SKIPPED, 0, "warning"),
        (0, Conclusion.PASSED, 1, "warning"),
        (0, Conclusion.PASSED, 0, "notice"),
        (0, Conclusion.STARTED, 0, "notice"),
    ],
)
def test_the_level_of_the_verdict(status: int, conclusion: Conclusion, warnings: int, level: str) -> None:
    out = Screen()
    result = replace(a_result(status=status), conclusion=conclusion, problems=())
    report = a_report(failed=0, warnings=warnings)
    publish(a_ci("github", out), report, result, summary=iter([]), annotations=8)
    assert [command.name for command in read_log(out.getvalue())[0]] == [level]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_in_every_field_makes_the_annotations_that_plain_text_makes(text: str) -> None:
    commands = _annotations(a_report(text, failed=12, errored=2), text=text)
    plain = _annotations(a_report(failed=12, errored=2))
    assert [(command.name, set(command.properties)) for command in commands] == [
        (command.name, set(command.properties)) for command in plain
    ]
    assert all(command.properties["title"].startswith("Failed:") for command in commands[1:9])


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "//evil",
        "https://a b",
        "https://a\nb",
        "https://a\u202eb",
        "https://" + "x" * 3000,
    ],
)
def test_only_an_address_that_is_one_is_shown(url: str) -> None:
    case = replace(a_case(), url=url)
    suite = TestSuite(name="s", cases=[case], timestamp="")
    report = TestReport(title="t", run=RemoteRun(vendor="v", id="1", url=url), suites=[suite], totals=count([suite]))
    commands = _annotations(report)
    assert "Run:" not in commands[0].data
    assert commands[1].data == "a plain text\na plain text"


def test_a_secret_at_the_edge_of_a_cut_leaves_no_half_of_itself() -> None:
    for length in range(150, 215):
        report = a_report("x" * length + SECRET)
        commands = _annotations(report)
        assert all("hun" not in command.properties["title"] + command.data for command in commands)
        out = Screen()
        publish(a_ci("terminal", out), report, a_result(), summary=iter([]), annotations=8)
        assert "hun" not in out.getvalue()


def test_what_finds_no_room_among_the_ten_is_a_plain_line() -> None:
    out = Screen()
    ci = a_ci("github", out)
    for _ in range(2):
        publish(ci, a_report(failed=8, warnings=0), a_result(), summary=iter([]), annotations=8)
    commands, shown = read_log(out.getvalue())
    assert [command.properties["title"] for command in commands].count("autify: failed") == 2
    assert len(commands) == 10
    assert shown.count("Error: 8 more cases did not pass: See the job summary.") == 1


@dataclass(frozen=True)
class _Endless:
    """Cases that can be gone through again and again, and are counted when they are made."""

    total: int
    seen: list[int]

    def __iter__(self) -> Iterator[TestCase]:
        case = a_case(outcome=Outcome.FAILED)
        for number in range(self.total):
            self.seen.append(number)
            yield case


def test_a_report_of_a_million_cases_is_looked_at_only_as_far_as_needed() -> None:
    seen: list[int] = []
    suite = TestSuite(name="s", cases=_Endless(1_000_000, seen), timestamp="")
    totals = replace(count([]), failed=1_000_000)
    started = time.process_time()
    _annotations(TestReport(title="t", run=None, suites=[suite], totals=totals))
    assert len(seen) == 8
    assert time.process_time() - started < 1
    _annotations(TestReport(title="t", run=None, suites=[suite], totals=replace(totals, failed=0, passed=1_000_000)))
    assert len(seen) == 8


def test_a_result_without_cases_says_so_little_that_no_count_is_shown() -> None:
    out = Screen()
    report = TestReport(title="t", run=None)
    publish(a_ci("github", out, vendor=""), report, a_result(status=2), summary=iter([]), annotations=8)
    commands, shown = read_log(out.getvalue())
    assert commands[0].properties == {"title": "test run: failed"}
    assert shown[0] == "Conclusion: failed (tests-failed), exit code 2."
