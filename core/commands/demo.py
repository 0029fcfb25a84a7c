"""`demo`: the main job against the sandbox, vendor by vendor, in this very program as its users start it."""

import os
import shlex
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass

from core.commands import demo_tests
from core.process import Process
from core.sandbox import Sandbox

PACE = "2s"  # how long an emulated run takes
SLICE = 0.1  # seconds between two looks for a signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """One run to show. `{app}` in its inputs is a made-up app, `{tests}` a program that stands for the user's tests."""

    box: str
    vendor: str
    scenario: str
    what: str
    status: int
    inputs: tuple[str, ...]


SHOWS = (
    Show(
        box="autify",
        vendor="autify",
        scenario="passing",
        what="two scenarios that pass",
        status=0,
        inputs=("--project-id", "77", "--scenarios", "501,502"),
    ),
    Show(
        box="autify",
        vendor="autify",
        scenario="one-failure",
        what="a test plan with a failing case",
        status=1,
        inputs=("--project-id", "77", "--test-plan", "3001"),
    ),
    Show(
        box="autify",
        vendor="autify",
        scenario="empty",
        what="a run in which nothing ran: not a green one",
        status=5,
        inputs=("--project-id", "77", "--scenarios", "501"),
    ),
    Show(
        box="autify-mobile",
        vendor="autify",
        scenario="passing",
        what="a build is uploaded and tested on devices",
        status=0,
        inputs=("--product", "mobile", "--project-id", "4yyABC", "--test-plan", "tPl001", "--app-file", "{app}"),
    ),
    Show(
        box="mendix-ats",
        vendor="mendix-ats",
        scenario="rerun-passes",
        what="a job with a failing case, which passes when it is run again: flaky",
        status=0,
        inputs=(
            *("--app-id", "1b4e28ba-2fa1-41d2-883f-0016d3cca427"),
            *("--template-id", "6fa459ea-ee8a-4ca4-894e-db77e160355e", "--rerun-failed", "1"),
        ),
    ),
    Show(
        box="apptest-ai",
        vendor="apptest-ai",
        scenario="one-failure",
        what="an app is uploaded, and fails on one device",
        status=1,
        inputs=("--project-id", "509", "--app-file", "{app}"),
    ),
    Show(
        box="testmo",
        vendor="testmo",
        scenario="passing",
        what="tests of our own run here, one fails, and Testmo keeps what they came to",
        status=1,
        inputs=(
            *("--project-id", "1", "--source", "demo", "--results", "test-results/demo-tests/TEST-shop.xml"),
            *("--command", "{tests} test-results/demo-tests/TEST-shop.xml"),
        ),
    ),
    Show(
        box="qtest",
        vendor="qtest",
        scenario="passing",
        what="a job that is due in qTest is claimed, run here, logged and completed",
        status=0,
        inputs=(
            *("--project-id", "77", "--agent-name", "shop-web", "--idle-timeout", "20s", "--max-jobs", "1"),
            *("--command", "{tests} {junit} {material_file}"),
        ),
    ),
)


def demo(process: Process) -> int:
    """0 when each run ended as it should; the files it leaves are named by each run. 2 for an argument."""
    if process.arguments[1:]:
        text = f"demo takes no argument, and {process.arguments[1]!r} is one: it shows a run or more of each vendor."
        process.out.write(f"{text}\nTo try a single vendor, start its emulator: sandbox --vendor NAME.\n")
        return 2
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        app = _made_up_app(folder)
        for show in SHOWS:
            name = f"{show.box}, {show.scenario}"
            process.out.write(f"\n=== {name}: {show.what} (exit code {show.status} expected) ===\n")
            process.out.flush()
            got = _run(process, show, app)
            if process.noted:
                return 128 + process.noted[0]
            if got != show.status:
                wrong.append(f"{name} ended with {got}, expected was {show.status}")
    process.out.write("\n" + ("\n".join(wrong) if wrong else "All runs ended as expected.") + "\n")
    return 1 if wrong else 0


def _run(process: Process, show: Show, app: str) -> int:
    """One run to its end; a signal is handed on, and heard there as in any pipeline."""
    folder = f"test-results/test-runner/demo-{show.box}-{show.scenario}"
    with Sandbox(vendor=show.box) as sandbox:
        address = sandbox.url_of(f"{show.scenario}+{PACE}")
        fixed = ("run", "--vendor", show.vendor, "--base-url", address, "--results-dir", folder)
        inputs = [text.replace("{app}", app).replace("{tests}", _tests()) for text in show.inputs]
        # A made-up token: the sandbox takes any. It travels in the environment, as a real one should.
        environment = {**process.environment, "INPUT_TOKEN": "made-up-user:made-up-key"}
        told = False
        with subprocess.Popen([*process.program, *fixed, *inputs], env=environment) as run:  # noqa: S603 -- ourselves
            while True:
                try:
                    return run.wait(SLICE)
                except subprocess.TimeoutExpired:
                    if process.noted and not told:
                        run.send_signal(process.noted[0])
                        told = True


def _tests() -> str:
    return shlex.join([sys.executable, demo_tests.__file__])


def _made_up_app(folder: str) -> str:
    path = os.path.join(folder, "demo.apk")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("AndroidManifest.xml", "made up: there is no app in it")
    return path
