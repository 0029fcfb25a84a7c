"""The image as each CI system starts it, in a real Docker engine."""

import json
import os
import re
import time
from pathlib import Path

import pytest

from core.sandbox import Sandbox
from core.sandbox.qtest.truth import truth_of
from core.sandbox.testmo import recorded
from tests.verify.engine import Engine, build
from tests.verify.runner import Runner

TOKEN = "t0ken-0f-the-image-tests"
# What `python -v` says when it made bytecode from source, or wrote some.
_COMPILED = re.compile(r"(?m)^# (?:code object from (?!'[^']*\.pyc')|wrote ).*$")
ONE_CASE = """'<testsuite name="s"><testcase classname="c" name="adds"/></testsuite>'"""
INPUTS = {"vendor": "autify", "token": TOKEN, "project-id": "77", "scenarios": "501,502"}


@pytest.fixture
def runner(engine: Engine, image: str, tmp_path: Path) -> Runner:
    return Runner(engine, image, tmp_path)


def test_a_step_on_github_passes_and_leaves_outputs_summary_and_reports(runner: Runner, vendor: Sandbox) -> None:
    ended = runner.step({**INPUTS, "base-url": vendor.url_of("passing+1s")})
    assert (ended.status, ended.left) == (0, ())
    assert ended.outputs["conclusion"] == "passed"
    assert "passed" in ended.summary
    assert (runner.workspace / ended.outputs["junit"]).is_file()
    report = json.loads((runner.workspace / ended.outputs["json"]).read_text(encoding="utf-8"))
    assert report["conclusion"] == "passed"
    assert TOKEN not in ended.log.replace(f"::add-mask::{TOKEN}", "")


def test_what_a_step_leaves_in_a_workspace_belongs_to_the_workspaces_owner(runner: Runner, vendor: Sandbox) -> None:
    os.chown(runner.workspace, 1001, 127)  # GitHub's own user; the container is root's
    runner.step({**INPUTS, "base-url": vendor.url_of("passing")})
    left = [path.lstat() for path in runner.workspace.rglob("*")]
    assert len(left) >= 7  # three files of results, their folders, the journal
    assert {(one.st_uid, one.st_gid) for one in left} == {(1001, 127)}


def test_a_failing_run_fails_the_step(runner: Runner, vendor: Sandbox) -> None:
    ended = runner.step({**INPUTS, "base-url": vendor.url_of("one-failure+1s")})
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


def test_a_cancel_while_the_command_runs_leaves_no_container_and_no_job_running(runner: Runner) -> None:
    (runner.workspace / "x.sh").write_text(": > begun; exec sleep 600\n")

    def wait_for_the_command() -> None:
        while not (runner.workspace / "begun").exists():
            time.sleep(0.05)

    with Sandbox(vendor="qtest") as qtest:
        inputs = {"vendor": "qtest", "token": TOKEN, "base-url": qtest.url, "project-id": "77", "idle-timeout": "1m"}
        ended = runner.step({**inputs, "command": "sh x.sh {junit}"}, cancel=wait_for_the_command)
        (job,) = truth_of(qtest.ledger).jobs
    assert (ended.status, ended.left) == (130, ()), ended.log
    assert ended.seconds < 5
    assert job.words == ("PLANNED", "RUNNING", "CANCELLED")


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
        where = f"TEST_RUNNER_BASE_URL={vendor.url_of('passing+1s')}"
        words = [part for each in (*inputs, where, "TEST_RUNNER_TOKEN") for part in ("-e", each)]
        done = engine.run(
            "exec", *words, inside, "python", "/app/entrypoint.py", "run", environment={"TEST_RUNNER_TOKEN": TOKEN}
        )
        assert "passed" in done.stdout
    finally:
        engine.run("rm", "-f", inside)
    report = workspace / "test-results/test-runner/autify/junit.xml"
    assert (report.stat().st_uid, report.stat().st_gid) == (12345, 12345)


def test_modules_of_the_job_stand_in_for_none_of_ours_and_are_there_for_its_command(
    engine: Engine, image: str, tmp_path: Path
) -> None:
    for name in ("requests.py", "types.py", "sitecustomize.py"):
        (tmp_path / name).write_text("raise SystemExit(0)\n")
    (tmp_path / "theirs.sh").write_text(f'echo {ONE_CASE} > junit.xml; echo "path=$PYTHONPATH"\n')
    how = ("--rm", "--network", "host", "-v", f"{tmp_path}:/ws", "-w", "/ws", "-e", "PYTHONPATH=/ws", "-e", "CI=true")
    with Sandbox(vendor="testmo") as testmo:
        inputs = ["VENDOR=testmo", f"BASE_URL={testmo.url}", "PROJECT_ID=1", "SOURCE=shop", "TOKEN=t0ken"]
        inputs += ["COMMAND=sh theirs.sh", "RESULTS=junit.xml"]
        words = [part for each in inputs for part in ("-e", f"TEST_RUNNER_{each}")]
        done = engine.run("run", *how, *words, image, check=False)
        assert (done.returncode, "path=/ws" in done.stdout) == (0, True), done.stdout + done.stderr
        assert [run.completed for run in recorded(testmo.ledger) if run.ours] == [True]
        clean = engine.run("run", *how, *words, "--entrypoint=/usr/local/bin/test-runner-cleanup", image).stdout
    assert "Nothing was left behind" in clean


def test_azure_finds_what_it_prepares_its_user_with_and_gitlab_a_shell(engine: Engine, image: str) -> None:
    look = "for p in sh bash getent useradd groupadd su ps; do command -v $p >/dev/null || { echo $p; exit 1; }; done"
    engine.run("run", "--rm", "--network", "host", "--entrypoint", "bash", image, "-c", look)


def test_a_read_only_image_compiles_nothing_whatever_vendor_it_talks_to(
    engine: Engine, image: str, tmp_path: Path
) -> None:
    told = _demo(engine, image, tmp_path)
    assert _COMPILED.findall(told) == []
    assert {name for name in ("requests", "zeep", "lxml") if f"import '{name}'" not in told} == set()


def test_a_read_only_image_compiles_no_module_of_ours_nor_what_it_imports(engine: Engine, image: str) -> None:
    code = "import core, pkgutil as p; [__import__(m.name) for m in p.walk_packages(core.__path__, 'core.')]"
    words = (
        "--rm",
        "--read-only",
        "--network",
        "host",
        "-e",
        "PYTHONVERBOSE=1",
        "-w",
        "/app",
        "--entrypoint",
        "python",
    )
    told = engine.run("run", *words, image, "-c", code).stderr
    assert _COMPILED.findall(told) == []
    assert {name for name in ("yaml", "core.sandbox.qtest") if f"import '{name}'" not in told} == set()


def test_without_bytecode_that_would_show(engine: Engine, image: str) -> None:
    words = ("--rm", "--read-only", "--network", "host", "--entrypoint", "python3")
    options = ("-v", "-X", "pycache_prefix=/nowhere", "-E", "-s")
    done = engine.run("run", *words, image, *options, "/app/entrypoint.py", "run", check=False)
    assert done.returncode == 2
    assert "# code object from /app/core/cli.py" in _COMPILED.findall(done.stderr)


def test_it_works_as_nobody_in_particular_without_a_home_on_a_root_that_nobody_writes_to(
    engine: Engine, image: str, vendor: Sandbox, tmp_path: Path
) -> None:
    tmp_path.chmod(0o777)
    inputs = ("VENDOR=autify", "PROJECT_ID=77", "SCENARIOS=501", f"BASE_URL={vendor.url_of('passing+1s')}")
    words = [part for each in inputs for part in ("-e", f"TEST_RUNNER_{each}")]
    how = ("--rm", "--read-only", "--network", "host", "-u", "54321:54321", "--cap-drop", "ALL", "-e", "HOME")
    mounts = ("-v", f"{tmp_path}:/ws", "-w", "/ws", "-e", "TEST_RUNNER_TOKEN")
    engine.run("run", *how, *words, *mounts, image, environment={"TEST_RUNNER_TOKEN": TOKEN})
    assert (tmp_path / "test-results/test-runner/autify/junit.xml").stat().st_uid == 54321


def test_docker_stop_ends_it_in_time_and_in_order(engine: Engine, image: str, vendor: Sandbox, tmp_path: Path) -> None:
    space = vendor.space("never-ends-running")
    address = f"TEST_RUNNER_BASE_URL={vendor.url_of('never-ends-running')}"
    inputs = ("TEST_RUNNER_VENDOR=autify", "TEST_RUNNER_PROJECT_ID=77", "TEST_RUNNER_SCENARIOS=501", address)
    words = [part for each in (*inputs, "TEST_RUNNER_TOKEN") for part in ("-e", each)]
    mounts = ("-v", f"{tmp_path}:/ws", "-w", "/ws", "--network", "host")
    inside = engine.run("run", "-d", *words, *mounts, image, environment={"TEST_RUNNER_TOKEN": TOKEN}).stdout.strip()
    try:
        while not any(exchange.operation == "describe-result" for exchange in space.journal):
            time.sleep(0.05)
        began = time.monotonic()
        engine.run("stop", "-t", "8", inside)
        assert time.monotonic() - began < 7  # else the engine has killed it
        assert engine.run("inspect", "--format", "{{.State.ExitCode}}", inside).stdout.strip() == "143"
    finally:
        engine.run("rm", "-f", inside)


def test_our_packages_and_the_users_do_not_see_each_other(
    engine: Engine, image: str, vendor: Sandbox, tmp_path: Path
) -> None:
    """In an image FROM ours the user installs what his tests want: another requests, or one that is broken."""
    alone = ("run", "--rm", "--network", "host", "--entrypoint", "python", image, "-c", "import requests")
    assert "ModuleNotFoundError" in engine.run(*alone, check=False).stderr
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "requests.py").write_text("raise SystemExit('the requests of the user')\n")
    (theirs / "Dockerfile").write_text(f"FROM {image}\nCOPY requests.py /usr/local/lib/python3.11/site-packages/\n")
    derived = build(engine, image, tag="theirs:ci", folder=theirs)
    ended = Runner(engine, derived, tmp_path).step({**INPUTS, "base-url": vendor.url_of("passing+1s")})
    assert ended.status == 0, ended.log


def _demo(engine: Engine, image: str, folder: Path) -> str:
    """What Python tells of itself while the image, read-only, runs the main job with each vendor."""
    how = ("--rm", "--read-only", "--tmpfs", "/tmp", "--network", "host", "-e", "PYTHONVERBOSE=1")
    where = ("-v", f"{folder}:/ws", "-w", "/ws", "--entrypoint", "python3")
    done = engine.run("run", *how, *where, image, "/app/entrypoint.py", "demo")
    assert "All runs ended as expected." in done.stdout
    return done.stderr
