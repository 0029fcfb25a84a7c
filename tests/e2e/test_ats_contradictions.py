"""Mendix ATS in answers that contradict themselves: the real program against replies written here."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.support import ENTRYPOINT
from tests.recorder import Reply, Seen, recorder

WIRE = Path(__file__).parents[1] / "wire" / "mendix-ats"
APP, TEMPLATE = "1b4e28ba-2fa1-41d2-883f-0016d3cca427", "6fa459ea-ee8a-4ca4-894e-db77e160355e"
FIRST, SECOND = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
FAILED = (WIRE / "get-test-run.failed.xml").read_text("utf-8")
PASSED = FAILED.replace("[Failed]", "[Passed]").replace("<CountFailed>1", "<CountFailed>0")
INPUTS = {"APP_ID": APP, "TEMPLATE_ID": TEMPLATE}


def counted(body: str, passed: int, failed: int) -> str:
    return body.replace("<CountPassed>2", f"<CountPassed>{passed}").replace(
        "<CountFailed>1" if "<CountFailed>1" in body else "<CountFailed>0", f"<CountFailed>{failed}"
    )


def last_case(body: str) -> str:
    """The same job with its last case alone."""
    start, end = body.index("<ExecutionDetailsTestCase>"), body.rindex("<ExecutionDetailsTestCase>")
    return body[:start] + body[end:]


def play(
    folder: Path, first: str, second: str = "", *, command: str = "run", **inputs: str
) -> tuple[int, Mapping[str, Any], list[str]]:
    """(exit code, report.json, the paths that were asked for)."""

    def reply(seen: Seen) -> Reply:
        body = first if FIRST.encode() in seen.body else second
        if not seen.path.endswith("/GetJobStatus"):
            again = seen.path.endswith("/RerunNotPassed")
            name = "rerun-not-passed.reply" if again else "run-job.reply"
            body = (WIRE / f"{name}.xml").read_text("utf-8").replace("JOB", SECOND if again else FIRST)
        return Reply(headers={"Content-Type": "text/xml; charset=utf-8"}, body=body.encode())

    with recorder(reply) as server:
        given = {**INPUTS, "VENDOR": "mendix-ats", "BASE_URL": server.url, "RESULTS_DIR": "out", **inputs}
        environment = {"PATH": os.defpath, "LANG": "C.UTF-8", "ATS_API_TOKEN": "t0ken-of-ats"} | {
            f"TEST_RUNNER_{name}": text for name, text in given.items()
        }
        done = subprocess.run(
            [sys.executable, ENTRYPOINT, command], env=environment, cwd=folder, capture_output=True, check=False
        )
        report = folder / "out" / "report.json"
        found = json.loads(report.read_text("utf-8")) if report.exists() else {}
        return done.returncode, found, [seen.path for seen in server.seen]


def test_a_rerun_heals_what_was_listed_and_not_what_was_only_counted(tmp_path: Path) -> None:
    again = last_case(counted(PASSED, 1, 0))
    (tmp_path / "healed").mkdir()
    assert play(tmp_path / "healed", FAILED, again, RERUN_FAILED="1")[0] == 0
    status, report, paths = play(tmp_path, counted(FAILED, 2, 2), again, RERUN_FAILED="1")
    assert paths.count("/ws/RerunNotPassed") == 1
    assert (status, report["reason"]) == (1, "tests-failed")


def test_a_pass_whose_counts_and_cases_differ_to_the_end_is_unknown(tmp_path: Path) -> None:
    status, report, _ = play(tmp_path, counted(PASSED, 5, 0), ALLOW_EMPTY="true")
    assert (status, report["reason"]) == (7, "protocol")
    assert "5 passed, 0 failed, 0 not executed, and lists 3 passed" in report["fact"]


def test_a_failed_case_out_of_its_place_is_never_green(tmp_path: Path) -> None:
    lost = "<ExecutionDetailsTestCase><Name>B</Name><Result>Failed</Result></ExecutionDetailsTestCase></TestRun>"
    body = counted(PASSED, 3, 0)
    (tmp_path / "whole").mkdir()
    assert play(tmp_path / "whole", body)[0] == 0
    status, report, _ = play(tmp_path, body.replace("</TestRun>", lost), TIMEOUT="3s")
    assert (status, report["conclusion"]) == (7, "error")


@pytest.mark.parametrize("run_id", ["not-a-uuid", "7"])
def test_a_cleanup_of_what_is_no_run_id_is_bad_input(run_id: str, tmp_path: Path) -> None:
    assert play(tmp_path, FAILED, command="cleanup", RUN_ID=run_id)[::2] == (2, [])


def test_without_details_nothing_is_run_again(tmp_path: Path) -> None:
    status, _, paths = play(tmp_path, FAILED, counted(PASSED, 1, 0), DETAILS="false", RERUN_FAILED="1")
    assert status == 2
    assert "/ws/RerunNotPassed" not in paths
