"""What a step leaves behind where a signal has ended the recording of its report."""

import io
import json
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from core.ci import CIS, Surroundings
from core.commands.publishing import Publisher
from core.ending import MOST_AT_A_STOP
from core.errors import StoppedError
from core.model import Outcome, Result, TestCase, TestReport, TestSuite, Totals, Verdict
from core.text.secret import Redactor
from core.verdict import judge


def report_of(cases: int) -> TestReport:
    found = tuple(TestCase(name=f"c{number}", classname="s", outcome=Outcome.PASSED) for number in range(cases))
    suite = TestSuite(name="s", cases=found, timestamp="")
    return TestReport(title="Test run", run=None, verdict=Verdict.PASSED, suites=(suite,), totals=Totals(passed=cases))


def stopped(_: Publisher, report: TestReport, result: Result, path: str) -> None:
    raise StoppedError(15)


@pytest.mark.parametrize(("cases", "is_rewritten"), [(MOST_AT_A_STOP + 1, False), (10, True)])
def test_after_a_signal_in_the_recording_very_many_cases_are_not_written_again(
    cases: int, is_rewritten: bool, tmp_path: Path
) -> None:
    out = io.StringIO()
    surroundings = Surroundings(
        env={}, out=out, redact=Redactor([]), now=time.monotonic, vendor="", workspace=str(tmp_path), debug=False
    )
    publisher = Publisher(
        ci=CIS["terminal"].make(surroundings), redact=Redactor([]), workspace=str(tmp_path), wanted="results"
    )
    publisher.recording = stopped
    report = report_of(cases)
    assert publisher.finish(report, judge(report)) == 143
    told = json.loads((tmp_path / "results/report.json").read_text())
    junit = ET.parse(tmp_path / "results/junit.xml").getroot()  # noqa: S314 -- our own file
    assert (told["exit-code"], told["conclusion"], told["totals"]["passed"]) == (143, "cancelled", cases)
    assert [len(suite["cases"]) for suite in told["suites"]] == ([cases] if is_rewritten else [])
    assert len([case for case in junit.iter("testcase") if case.get("name", "").startswith("c")]) == cases
    assert (junit.find(".//error") is not None) == is_rewritten
    assert is_rewritten or "there was no time to write them all" in (tmp_path / "results/summary.md").read_text()
