"""What a step leaves behind where the recording of its report has failed, or a signal has ended it."""

import errno
import io
import json
import os
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from core.ci import CIS, Surroundings
from core.commands.publishing import Publisher, results_folder
from core.ending import MOST_AT_A_STOP
from core.errors import OutputError, StoppedError
from core.inputs.options import parse
from core.inputs.settings import Common
from core.model import Conclusion, ExitCode, Outcome, Reason, Result, TestCase, TestReport, TestSuite, Totals, Verdict
from core.recovery.holder import holder
from core.text.secret import Redactor
from core.verdict import judge

BEGAN = 1_772_445_600.0


def report_of(cases: int) -> TestReport:
    found = tuple(TestCase(name=f"c{number}", classname="s", outcome=Outcome.PASSED) for number in range(cases))
    suite = TestSuite(name="s", cases=found, timestamp="")
    return TestReport(title="Test run", run=None, verdict=Verdict.PASSED, suites=(suite,), totals=Totals(passed=cases))


def publisher_of(ci: str, workspace: Path, out: io.StringIO | None = None) -> Publisher:
    surroundings = Surroundings(
        env={},
        out=out or io.StringIO(),
        redact=Redactor([]),
        vendor="",
        workspace=str(workspace),
        debug=False,
    )
    return Publisher(
        ci=CIS[ci].make(surroundings), redact=Redactor([]), workspace=str(workspace), wanted="results", began=BEGAN
    )


def stopped(_: Publisher, report: TestReport, result: Result, path: str) -> None:
    raise StoppedError(15)


@pytest.mark.parametrize(("cases", "is_rewritten"), [(MOST_AT_A_STOP + 1, False), (10, True)])
def test_after_a_signal_in_the_recording_very_many_cases_are_not_written_again(
    cases: int, is_rewritten: bool, tmp_path: Path
) -> None:
    publisher = publisher_of("terminal", tmp_path)
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


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [(OutputError("No."), 6, "output"), (MemoryError(), 6, "output"), (ValueError("x"), 70, "bug")],
)
@pytest.mark.parametrize("is_green", [True, False])
def test_what_reddens_a_green_run_has_one_reason_wherever_it_is_told(
    error: Exception, status: int, reason: str, is_green: bool, tmp_path: Path
) -> None:
    def fails(_: Publisher, report: TestReport, result: Result, path: str) -> None:
        raise error

    publisher = publisher_of("generic", tmp_path)
    publisher.recording = fails
    result = judge(report_of(2))
    if not is_green:  # without inputs nothing is in `fail-on`: the exit code is this one, the reason the verdict's own
        reason = "tests-failed"
        result = replace(result, conclusion=Conclusion.FAILED, reason=Reason.TESTS_FAILED, exit_code=ExitCode(1))
    assert publisher.finish(report_of(2), result) == status
    outputs = (tmp_path / "results/outputs.env").read_text().splitlines()
    told = json.loads((tmp_path / "results/report.json").read_text())
    assert (told["reason"], told["exit-code"]) == (reason, status)
    assert {f"TESTRUN_REASON={reason}", f"TESTRUN_EXIT_CODE={status}"} <= set(outputs)
    summary = (tmp_path / "results/summary.md").read_text()
    assert f"(`{reason}`)" in summary
    assert ("A bug in this program" in summary) == isinstance(error, ValueError)


@pytest.mark.parametrize("wanted", ["out\\res", "./out/res/", "out//res", " out/res "])
def test_a_folder_has_one_spelling_in_files_outputs_and_the_journal(wanted: str, tmp_path: Path) -> None:
    assert results_folder(wanted, "e2e") == "out/res"
    assert parse(Common, {"results-dir": wanted}, []).results_dir == "out/res"
    assert holder({"JOB": "1"}, wanted)["results"] == "out/res"


@pytest.mark.parametrize("is_full", [True, False])
def test_a_report_that_can_not_be_replaced_is_neither_left_as_it_was_nor_called_written(
    *, is_full: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a disk that is nearly full: summary.md finds no room, nor does a second junit.xml beside the first."""
    replace_file, junit = os.replace, tmp_path / "results/junit.xml"
    written: list[str] = []

    def nearly_full(source: str, target: str, **at: int) -> None:
        no_room = target == "summary.md" or (target == "junit.xml" and len(written) > 0 and (is_full or junit.exists()))
        written.extend([target] if target == "junit.xml" else [])
        if no_room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        replace_file(source, target, src_dir_fd=at["src_dir_fd"], dst_dir_fd=at["dst_dir_fd"])

    monkeypatch.setattr(os, "replace", nearly_full)
    out = io.StringIO()
    publisher = publisher_of("generic", tmp_path, out)
    assert publisher.finish(report_of(2), judge(report_of(2))) == 6
    assert junit.exists() == (not is_full)
    assert ("results/junit.xml" in out.getvalue().rpartition("Written: ")[2]) == (not is_full)
    assert ("results/junit.xml can't be written: No space" in out.getvalue()) == is_full
    outputs = (tmp_path / "results/outputs.env").read_text().splitlines()
    assert any(line.startswith("TESTRUN_JUNIT=") for line in outputs) == (not is_full)
    assert out.getvalue().count("summary.md can't be written") == 1
