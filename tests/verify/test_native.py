"""The action without Docker, from its script to its outputs, with dependencies from the package index."""

import os
import re
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.sandbox import Sandbox
from core.workspace.marked import MARK, closing
from tests.verify.native import Native

OURS = f"{MARK}<testsuites/>" + closing(len(MARK) + len("<testsuites/>"))
TOKEN = "t0ken-0f-the-native-tests"
INPUTS = {"vendor": "autify", "token": TOKEN, "project-id": "77", "scenarios": "501,502"}
PLAN = {"vendor": "autify", "token": TOKEN, "test-plan": "3001", "project-id": "77"}
REPLACED = {**PLAN, "url-replacements": "https://a.example.com https://b.example.net"}
# As self-hosted machines have them for other installations than ours.
SETTINGS = {"PIP_USER": "1", "PIP_REQUIRE_VIRTUALENV": "1", "PIP_TARGET": "/t", "PIP_PREFIX": "/p", "PIP_ROOT": "/r"}
# What pip says where it finds no index at all, or no package in it; whatever else it says is our own fault.
UNREACHABLE = re.compile("connection broken by|No matching distribution found|HTTP error|TimeoutError|ProtocolError")
NO_INDEX = {"PIP_INDEX_URL": "http://127.0.0.1:1/", "PIP_RETRIES": "0", "PIP_NO_CACHE_DIR": "1"}


def wait(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def temporary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """RUNNER_TEMP of one job, in which the first step has installed what all of them need."""
    native = Native(tmp_path_factory.mktemp("first"))
    native.environment |= SETTINGS
    ended = native.step({"vendor": "autify", "mode": "cleanup"})
    assert "activated virtualenv" not in ended.log
    if UNREACHABLE.search(ended.log):
        pytest.skip(f"no package index: {ended.log[-300:]}")
    assert ended.status == 0, ended.log
    return native.temporary


@pytest.fixture
def native(temporary: Path, tmp_path: Path) -> Native:
    """A job without a package index: whatever a step needs is there already."""
    job = Native(tmp_path)
    job.temporary = temporary
    job.environment |= NO_INDEX
    return job


@pytest.mark.parametrize(("scenario", "status", "conclusion"), [("passing", 0, "passed"), ("one-failure", 1, "failed")])
def test_a_step_tells_the_verdict_as_the_docker_action_does(
    scenario: str, status: int, conclusion: str, native: Native, vendor: Sandbox
) -> None:
    ended = native.step({**INPUTS, "base-url": vendor.url_of(scenario)})
    assert (ended.status, ended.outputs["conclusion"]) == (status, conclusion), ended.log
    assert (ended.outputs["exit-code"], bool(ended.outputs["run-id"])) == (str(status), True)
    assert ended.outputs["junit"] == "test-results/test-runner/e2e/junit.xml"
    assert (native.workspace / ended.outputs["junit"]).is_file()
    assert TOKEN not in ended.log.replace(f"::add-mask::{TOKEN}", "")


def test_hostile_inputs_stay_text(native: Native, vendor: Sandbox) -> None:
    hostile = "a\"; touch pwned; $(touch pwned) `touch pwned` ' \\ %PATH% \n::set-output name=x::y"
    ended = native.step({**INPUTS, "name": hostile, "base-url": vendor.url_of("passing")})
    assert ended.status in (0, 2), ended.log
    assert not list(native.workspace.glob("**/pwned"))


def test_nothing_in_the_workspace_stands_in_for_a_module(native: Native, vendor: Sandbox) -> None:
    for name in ("requests.py", "json.py", "core.py", "sitecustomize.py"):
        (native.workspace / name).write_text("open('pwned', 'w')\n")
    native.environment["PYTHONPATH"] = str(native.workspace)
    ended = native.step({**INPUTS, "base-url": vendor.url_of("passing")})
    assert (ended.status, (native.workspace / "pwned").exists()) == (0, False), ended.log


def test_a_cancel_ends_the_step_in_time_and_names_the_run(native: Native, vendor: Sandbox) -> None:
    space = vendor.space("never-ends-running")

    def wait_for_a_poll() -> None:
        wait(lambda: any(exchange.operation == "describe-result" for exchange in space.journal))

    ended = native.step({**INPUTS, "base-url": vendor.url_of("never-ends-running")}, cancel=wait_for_a_poll)
    assert (ended.status, ended.outputs["conclusion"]) == (130, "cancelled"), ended.log
    assert ended.outputs["run-id"]


def test_a_second_step_cleans_up_after_one_that_was_killed(native: Native) -> None:
    """A composite action has no post step, and the second step has a name of its own."""
    with Sandbox(vendor="autify") as server:
        space = server.space("never-ends+hang@start")

        def wait_for_the_replacement() -> None:
            wait(lambda: bool(space.ledger.url_replacements))

        url = server.url_of("never-ends+hang@start")
        native.step({**REPLACED, "base-url": url}, kill=wait_for_the_replacement)
        assert len(space.ledger.url_replacements) == 1
        ended = native.step({**REPLACED, "base-url": url, "mode": "cleanup"}, id_="__org_test-runner-action_native_2")
        assert ended.status == 0, ended.log
        assert not space.ledger.url_replacements


def test_without_an_index_nothing_is_started_and_the_job_may_be_repeated(tmp_path: Path, vendor: Sandbox) -> None:
    job = Native(tmp_path)
    job.environment |= NO_INDEX
    old = _old_report(job)
    ended = job.step({**INPUTS, "base-url": vendor.url_of("passing")})
    assert (ended.status, ended.outputs["conclusion"], ended.outputs["reason"]) == (3, "error", "unavailable")
    assert not old.exists()
    assert "::error title=test-runner-action::The dependencies can't be installed" in ended.log
    assert not vendor.space("passing").journal
    assert not list((job.temporary / "test-runner-action").iterdir())  # no half of it for the next step


def test_a_cancelled_installation_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    job = Native(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # an index that never answers
        silent.settimeout(30)
        for setting in ("PIP_NO_INDEX", "PIP_FIND_LINKS"):  # a machine's own would have pip ask nobody
            job.environment.pop(setting, None)
        job.environment |= NO_INDEX | {"PIP_INDEX_URL": f"http://127.0.0.1:{silent.getsockname()[1]}/"}

        def wait_for_pip() -> None:
            silent.accept()[0].detach()

        ended = job.step(INPUTS, cancel=wait_for_pip)
    told = [ended.outputs[name] for name in ("conclusion", "reason", "exit-code")]
    assert (ended.status, told) == (130, ["cancelled", "signal", "130"]), ended.log
    assert "Nothing was started." in ended.log
    assert not list((job.temporary / "test-runner-action").iterdir())


def _old_report(job: Native) -> Path:
    """What an earlier job of a self-hosted runner left for whoever publishes this step's."""
    old = job.workspace / "test-results" / "test-runner" / "e2e" / "junit.xml"
    old.parent.mkdir(parents=True)
    old.write_text(OURS)
    return old


def _break_python(job: Native, folder: Path) -> None:
    """Leave no Python in the job's PATH."""
    (folder / "bin").mkdir()
    for program in ("bash", "printf", "rm", "head"):
        os.symlink(f"/usr/bin/{program}", folder / "bin" / program)
    job.environment["PATH"] = str(folder / "bin")


def test_without_python_it_says_what_to_add(tmp_path: Path) -> None:
    job = Native(tmp_path)
    _break_python(job, tmp_path)
    old = _old_report(job)
    ended = job.step(INPUTS)
    assert (ended.status, ended.outputs["conclusion"], ended.outputs["exit-code"]) == (2, "error", "2"), ended.log
    assert not old.exists()
    assert "actions/setup-python" in ended.log


def test_without_python_only_an_old_report_of_ours_goes_wherever_a_variable_has_it(tmp_path: Path) -> None:
    job = Native(tmp_path)
    _break_python(job, tmp_path)

    def stays(text: str, folder: str, mode: str = "") -> bool:
        report = job.workspace / folder / "junit.xml"
        report.parent.mkdir(exist_ok=True)
        report.write_text(text)
        job.environment |= {"TEST_RUNNER_RESULTS_DIR": folder, "TEST_RUNNER_MODE": mode}
        assert job.step(INPUTS).outputs["conclusion"] == "error"
        return report.exists()

    assert not stays(OURS, "out")
    assert stays(OURS, "out", mode="cleanup")
    assert stays("<testsuites/>", "out")
    assert stays(OURS, ".")
