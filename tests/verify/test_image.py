"""The image as each CI system starts it, in a real Docker engine."""

import json
import re
import time
from pathlib import Path

import pytest

from core.sandbox import Sandbox
from tests.verify.engine import ROOT, Engine
from tests.verify.runner import Runner

TOKEN = "t0ken-0f-the-image-tests"
INPUTS = {"vendor": "autify", "token": TOKEN, "project-id": "77", "scenarios": "501,502"}


@pytest.fixture
def runner(engine: Engine, image: str, tmp_path: Path) -> Runner:
    return Runner(engine, image, tmp_path)


def test_a_step_on_github_passes_and_leaves_outputs_summary_and_reports(runner: Runner, vendor: Sandbox) -> None:
    ended = runner.step({**INPUTS, "base-url": vendor.url_of("passing")})
    assert (ended.status, ended.left) == (0, ())
    assert ended.outputs["conclusion"] == "passed"
    assert "passed" in ended.summary
    assert (runner.workspace / ended.outputs["junit"]).is_file()
    report = json.loads((runner.workspace / ended.outputs["json"]).read_text(encoding="utf-8"))
    assert report["conclusion"] == "passed"
    assert TOKEN not in ended.log.replace(f"::add-mask::{TOKEN}", "")


def test_a_failing_run_fails_the_step(runner: Runner, vendor: Sandbox) -> None:
    ended = runner.step({**INPUTS, "base-url": vendor.url_of("one-failure")})
    assert (ended.status, ended.outputs["conclusion"]) == (1, "failed")
    assert "::error title=" in ended.log


def test_a_cancel_ends_the_container_in_time_and_names_the_run(runner: Runner, vendor: Sandbox) -> None:
    space = vendor.space("never-ends-running")

    def wait_for_a_poll() -> None:
        while not any(exchange.operation == "describe-result" for exchange in space.journal):
            time.sleep(0.05)

    ended = runner.step({**INPUTS, "base-url": vendor.url_of("never-ends-running")}, cancel=wait_for_a_poll)
    assert (ended.status, ended.left) == (130, ())
    assert ended.seconds < 7.5  # the runner's SIGTERM was not needed
    assert ended.outputs["conclusion"] == "cancelled"
    assert ended.outputs["run-id"]
    after = runner.step({**INPUTS, "mode": "run"}, entrypoint="/usr/local/bin/test-runner-cleanup")
    assert (after.status, "Nothing was left behind" in after.log) == (0, True)


def test_jenkins_keeps_it_alive_with_cat_as_a_stranger_and_looks_at_its_processes(
    engine: Engine, image: str, vendor: Sandbox, tmp_path: Path
) -> None:
    workspace = tmp_path / "ws"
    workspace.mkdir()
    workspace.chmod(0o777)
    how = ("-d", "-t", "-u", "12345:12345", "--network", "host", "--entrypoint=")
    mounts = ("-v", f"{workspace}:{workspace}", "-w", str(workspace))
    started = engine.run("run", *how, *mounts, image, "cat")
    inside = started.stdout.strip()
    try:
        engine.run("exec", inside, "ps", "-e")
        inputs = ("TEST_RUNNER_VENDOR=autify", "TEST_RUNNER_PROJECT_ID=77", "TEST_RUNNER_SCENARIOS=501")
        where = f"TEST_RUNNER_BASE_URL={vendor.url_of('passing')}"
        words = [part for each in (*inputs, where, "TEST_RUNNER_TOKEN") for part in ("-e", each)]
        done = engine.run(
            "exec", *words, inside, "python", "/app/entrypoint.py", "run", environment={"TEST_RUNNER_TOKEN": TOKEN}
        )
        assert "passed" in done.stdout
    finally:
        engine.run("rm", "-f", inside)
    report = workspace / "test-results/test-runner/autify/junit.xml"
    assert (report.stat().st_uid, report.stat().st_gid) == (12345, 12345)


def test_azure_finds_what_it_prepares_its_user_with_and_gitlab_a_shell(engine: Engine, image: str) -> None:
    look = "for p in sh bash getent useradd groupadd su ps; do command -v $p >/dev/null || { echo $p; exit 1; }; done"
    engine.run("run", "--rm", "--network", "host", "--entrypoint", "bash", image, "-c", look)


def test_a_read_only_image_compiles_nothing_and_works(engine: Engine, image: str) -> None:
    words = ("--rm", "--read-only", "--network", "host", "-e", "PYTHONVERBOSE=1", image, "--version")
    done = engine.run("run", *words)
    assert done.stdout.startswith("test-runner-action ")
    assert "wrote" not in done.stderr
    sources = re.findall(r"code object from '?([^'\n]+\.py)\b(?!c)", done.stderr)
    assert sources == []  # else it is from a .pyc


def test_no_layer_holds_more_than_the_program(engine: Engine, image: str) -> None:
    history = engine.run("history", "--no-trunc", "--format", "{{.CreatedBy}}", image).stdout
    assert "token" not in history.lower()
    found = engine.run("run", "--rm", "--network", "host", "--entrypoint", "find", image, "/app", "-type", "f").stdout
    files = {line.removeprefix("/app/") for line in found.splitlines() if "__pycache__" not in line}
    tracked = {str(path.relative_to(ROOT)) for path in (ROOT / "core").rglob("*") if path.is_file()} | {"entrypoint.py"}
    assert files == {name for name in tracked if "__pycache__" not in name}
