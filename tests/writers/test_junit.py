"""junit.xml, read back by ports of the readers that it is for."""

import re
import tracemalloc
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    count,
)
from core.writers.junit import duration, write_junit
from tests.ci.hostile import HOSTILE, a_report, a_result
from tests.writers.junit_readers import KINDS, azure, gitlab, jenkins, totals

BUILD = Build(ci="github", step="e2e")
ANY = st.text(max_size=20)
WORDS = {Outcome.PASSED: "passed", Outcome.FAILED: "failure", Outcome.ERRORED: "error", Outcome.SKIPPED: "skipped"}


@st.composite
def cases(draw: st.DrawFn) -> TestCase:
    return TestCase(
        name=draw(ANY),
        classname=draw(ANY),
        outcome=draw(st.sampled_from(Outcome)),
        seconds=draw(st.none() | st.floats(allow_nan=True)),
        message=draw(ANY),
        details=draw(ANY),
        url=draw(ANY),
        needs_review=draw(st.booleans()),
        flaky=draw(st.booleans()),
        properties=tuple(draw(st.lists(st.tuples(ANY, ANY), max_size=2))),
    )


def written(suites: list[TestSuite], result: Result | None = None) -> str:
    run = RemoteRun(vendor="autify", id="7", url="https://vendor.example/7")
    report = TestReport(title="t", run=run, suites=suites, totals=count(suites))
    return "".join(write_junit(report, result or a_result(), BUILD))


@settings(deadline=None)  # a busy machine is no failure
@given(found=st.lists(cases(), min_size=1, max_size=6))
def test_every_reader_counts_and_shows_what_there_is(found: list[TestCase]) -> None:
    text = written([TestSuite(name="s", cases=found, timestamp="2026-03-02T10:00:00")])
    ours = not any(case.outcome in (Outcome.FAILED, Outcome.ERRORED) for case in found)  # the result is a failed one
    words = sorted([WORDS[case.outcome] for case in found] + ["failure"] * ours)
    for reader in (gitlab, azure, jenkins):
        assert sorted(read.outcome for read in reader(text)) == words, reader
        assert all(read.seconds >= 0 for read in reader(text))
    assert totals(text)[0] == len(found) + ours
    whole, _, mark = text.rpartition("<!--")
    assert f": {len(whole.encode())} bytes." in mark


@settings(deadline=None)  # a busy machine is no failure
@given(groups=st.lists(st.lists(cases(), max_size=4), max_size=3), stamp=ANY, status=st.sampled_from([0, 1]))
def test_each_suite_has_the_counts_of_its_cases_a_time_and_no_forbidden_sign(
    groups: list[list[TestCase]], stamp: str, status: int
) -> None:
    suites = [TestSuite(name=stamp, cases=found, timestamp=stamp) for found in groups]
    text = written(suites, a_result(status=status))
    assert not re.search("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", text)
    root = ET.fromstring(text.encode())  # noqa: S314 -- our own file
    for suite in root:
        assert suite.get("name")
        assert datetime.fromisoformat(suite.get("timestamp", "")).tzinfo is None
        found = suite.findall("testcase")
        for claimed, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.get(claimed, "-1")) == sum(case.find(tag) is not None for case in found)
        assert int(suite.get("tests", "-1")) == len(found)
        assert float(suite.get("time", "-1")) == pytest.approx(
            sum(float(case.get("time", "-1")) for case in found), abs=0.001 * (len(found) + 1)
        )
        assert all(len([child for child in case if child.tag in KINDS]) <= 1 for case in found)
        assert all(float(case.get("time", "-1")) >= 0 for case in found)
    assert totals(text)[0] == sum(int(suite.get("tests", "-1")) for suite in root)


NAMES = st.sampled_from(
    ["n", "n (no. 2)", "n (no. 2) (no. 2)", "n (no. 3)", "", " ", "\x01", "\ufffd", "run at autify"]
)
CLASSES = st.sampled_from(["c", "", " ", "s", "\x01", "\ufffd", "test-runner.autify"])


@settings(deadline=None)  # a busy machine is no failure
@given(groups=st.lists(st.lists(st.tuples(CLASSES, NAMES), max_size=9), max_size=3))
def test_every_pair_of_class_and_name_is_there_once_so_that_no_reader_drops_a_case(
    groups: list[list[tuple[str, str]]],
) -> None:
    suites = [
        TestSuite(
            name="s",
            timestamp="",
            cases=[TestCase(name=name, classname=classname, outcome=Outcome.PASSED) for classname, name in group],
        )
        for group in groups
    ]
    text = written(suites)
    pairs = [(read.suite, read.name) for read in jenkins(text)]
    assert len(set(pairs)) == len(pairs) == len(azure(text)) == len(gitlab(text)) == sum(map(len, groups)) + 1


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    found = "".join(write_junit(a_report(text, failed=2, errored=1, passed=2), a_result(text), BUILD))
    assert totals(found) == (5, 2, 1, 0)
    assert len(gitlab(found)) == 5
    tags = {element.tag for element in ET.fromstring(found.encode()).iter()}  # noqa: S314 -- our own file
    assert tags <= {"testsuites", "testsuite", "testcase", "properties", "property", "failure", "error", "system-out"}


def test_the_message_is_shown_by_every_reader() -> None:
    case = TestCase(
        name="n",
        classname="c",
        outcome=Outcome.FAILED,
        message="because",
        details="line 1\nline 2",
        url="https://v.example/1",
    )
    text = written([TestSuite(name="s", cases=[case], timestamp="")])
    assert "because" in azure(text)[0].shown
    assert "because" in jenkins(text)[0].shown
    assert gitlab(text)[0].shown == "because\n\nline 1\nline 2\n\nhttps://v.example/1"
    properties = {item.get("name"): item.get("value") for item in ET.fromstring(text).iter("property")}  # noqa: S314
    assert properties["url"] == "https://v.example/1"


def test_what_the_vendor_says_beside_the_outcome_is_kept() -> None:
    case = TestCase(
        name="n",
        classname="c",
        outcome=Outcome.PASSED,
        url="https://v.example/1",
        details="[[ATTACHMENT|/etc/passwd]]",
        needs_review=True,
        flaky=True,
        properties=(("capability", 'Linux <&">'),),
    )
    suite = TestSuite(name="s", cases=[case], timestamp="", properties=(("browser", "Chrome"),))
    text = written([suite], a_result(status=0))
    root = ET.fromstring(text.encode())  # noqa: S314 -- our own file
    found = {str(item.get("name")): item.get("value") for item in root.iter("property")}
    assert found == {
        "browser": "Chrome",
        "url": "https://v.example/1",
        "needs_review": "true",
        "flaky": "true",
        "capability": 'Linux <&">',
    }
    (beside,) = (element.text or "" for element in root.iter("system-out"))
    assert "Needs a review" in beside
    assert re.search(r"\[\[ATTACHMENT\|(.+?)\]\]", beside) is None  # GitLab would fetch the file


def test_times_are_told_in_utc_and_the_earliest_one_stands_in_for_an_unknown_one() -> None:
    case = TestCase(name="n", classname="c", outcome=Outcome.PASSED)
    stamps = ("2026-03-02T10:00:00+09:00", "", "2026-03-02T00:30:00Z", "yesterday", "9999-12-31T23:59:59-23:00")
    text = written([TestSuite(name="s", cases=[case], timestamp=stamp) for stamp in stamps], a_result(status=0))
    root = ET.fromstring(text.encode())  # noqa: S314 -- our own file
    first = "2026-03-02T00:30:00"
    assert [suite.get("timestamp") for suite in root] == ["2026-03-02T01:00:00", first, first, first, first]


def test_without_any_time_of_its_own_a_report_is_from_when_the_step_began() -> None:
    case = TestCase(name="a", classname="b", outcome=Outcome.PASSED)
    for suites in ([], [TestSuite(name="s", cases=[case], timestamp="")]):
        text = written(suites, replace(a_result(), began=1_772_445_600.9))
        stamps = re.findall('timestamp="(.*?)"', text)
        assert len(stamps) >= 2
        assert set(stamps) == {"2026-03-02T10:00:00"}


def test_no_two_cases_have_one_name() -> None:
    one = TestCase(name="n", classname="c", outcome=Outcome.PASSED)
    taken = replace(one, name="n (no. 2)")
    text = written([TestSuite(name=name, cases=[one, taken, one], timestamp="") for name in "ab"])
    names = [(read.suite, read.name) for read in jenkins(text)]
    assert len(set(names)) == len(names) == len(gitlab(text))


@pytest.mark.parametrize(
    ("conclusion", "status", "kind"),
    [
        (Conclusion.PASSED, 0, "passed"),
        (Conclusion.FAILED, 1, "failure"),
        (Conclusion.INCONCLUSIVE, 5, "error"),
        (Conclusion.INCONCLUSIVE, 0, "skipped"),
        (Conclusion.TIMED_OUT, 4, "error"),
        (Conclusion.CANCELLED, 143, "error"),
        (Conclusion.ERROR, 7, "error"),
        (Conclusion.STARTED, 0, "skipped"),
        (Conclusion.SKIPPED, 0, "skipped"),
    ],
)
def test_a_run_that_is_not_green_never_reads_as_all_green(conclusion: Conclusion, status: int, kind: str) -> None:
    result = Result(
        conclusion=conclusion, reason=Reason.NONE, exit_code=ExitCode(status), fact="It is so.", status=status
    )
    green = [TestCase(name="n", classname="c", outcome=Outcome.PASSED)]
    text = written([TestSuite(name="s", cases=green, timestamp="")], result)
    assert {read.outcome for read in gitlab(text)} == {"passed", kind}


def test_a_report_without_a_case_has_one_of_ours() -> None:
    text = "".join(write_junit(TestReport(title="", run=None), a_result(status=1), BUILD))
    assert [read.outcome for read in azure(text)] == ["failure"]


@pytest.mark.parametrize("seconds", [None, -1.0, float("nan"), float("inf"), 1e12])
def test_what_is_no_duration_is_none(seconds: float | None) -> None:
    assert duration(seconds) == 0.0


class Endless:
    """Many cases that are never held."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __iter__(self) -> Iterator[TestCase]:
        for number in range(self.number):
            yield TestCase(name=f"case {number}", classname="c", outcome=Outcome.PASSED)


def test_memory_is_flat() -> None:
    def peak(number: int) -> int:
        suite = TestSuite(name="s", cases=Endless(number), timestamp="")
        report = TestReport(title="t", run=None, suites=[suite], totals=count([suite]))
        tracemalloc.start()
        size = sum(len(piece) for piece in write_junit(report, a_result(status=0), BUILD))
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert size > number * 40
        return found

    assert peak(20_000) < peak(2_000) + (1 << 20)
