"""What people see, for review as a diff. UPDATE_GOLDEN=1 writes the files anew."""

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from core.model import Outcome, RemoteRun, TestCase, TestReport, TestSuite, count
from core.ports import Ci
from tests.ci.hostile import Folder, Screen, a_ci, a_result, publish

GOLDEN = Path(__file__).parent / "golden"


def _report() -> TestReport:
    def case(name: str, outcome: Outcome, message: str = "") -> TestCase:
        url = "https://app.autify.com/projects/743/results/1042/test_cases/" + str(len(name))
        return TestCase(
            name=name, classname="Shop / Linux Chrome", outcome=outcome, message=message, url=url, seconds=9.5
        )

    cases = [
        case("Sign in", Outcome.PASSED),
        case(
            "Pay by card",
            Outcome.FAILED,
            "Expected 'Thank you' but saw '500: 100% broken'.\n##[error]or so\n::error::forged",
        ),
        case("한국어 주소", Outcome.FAILED, "Step 4: the element was not found."),
        case("Search", Outcome.ERRORED, "The browser did not start."),
        case("Print", Outcome.SKIPPED),
    ]
    suite = TestSuite(name="Shop", cases=cases, timestamp="2026-01-02T03:04:05Z")
    run = RemoteRun(vendor="autify", id="1042", url="https://app.autify.com/projects/743/results/1042")
    warning = "1 case needs a review: neither passed nor failed."
    return TestReport(title="Shop", run=run, suites=[suite], totals=count([suite]), warnings=(warning,))


def _a_run(ci: Ci) -> None:
    ci.mask(["hunter2-token"])
    with ci.group("Start at autify"):
        ci.info("Started run 1042: https://app.autify.com/projects/743/results/1042")
        ci.debug("POST /projects/743/execute_scenarios 200 in 0.3 s, token hunter2-token")
    ci.info("queued (waiting), 0 of 5 done, 2s of 60m")
    ci.live("running, 1 of 5 done, 30s of 60m")
    ci.info("running, 3 of 5 done, 1m 2s of 60m")
    ci.warning("The vendor's status word `paused ##vso[task.complete result=Succeeded;]` is unknown: polling on.")
    ci.block("<html>\r\n<h1>502 Bad Gateway</h1>\r::set-output name=conclusion::passed\n</html>")
    ci.outputs({"conclusion": "failed", "run-id": "1042", "junit": "test-results/junit.xml"}, Folder().leave)
    result = replace(a_result(), fact="Tests failed: 3 of 5 cases did not pass.", remedy="", problems=())
    publish(ci, _report(), result, summary=iter(["# Shop\n"]), annotations=2)


@pytest.mark.parametrize(
    ("golden", "name", "tty"),
    [
        ("github.log", "github", False),
        ("terminal-plain.log", "terminal", False),
        ("terminal-tty.log", "terminal", True),
        ("azure.log", "azure", False),
        ("generic.log", "generic", True),
        ("gitlab.log", "gitlab", False),
        ("jenkins.log", "jenkins", True),
        ("buildkite.log", "buildkite", True),
        ("teamcity.log", "teamcity", True),
    ],
)
def test_the_log_of_a_typical_run(golden: str, name: str, *, tty: bool, tmp_path: Path) -> None:
    files = {key: tmp_path / key for key in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for path in files.values():
        path.touch()
    out = Screen(tty=tty)
    _a_run(a_ci(name, out, {key: str(path) for key, path in files.items()}, debug=name in ("azure", "github")))
    seen = re.sub("[0-9a-f]{32}", "<random>", out.getvalue()).replace("\x1b", "<ESC>").replace("\r", "<CR>")
    if os.environ.get("UPDATE_GOLDEN"):
        (GOLDEN / golden).write_text(seen, "utf-8")
    assert seen == (GOLDEN / golden).read_text("utf-8")
