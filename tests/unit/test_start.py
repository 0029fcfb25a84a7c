"""What a start imports: help nothing of ours, bad input nothing that only a run needs."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

EMPTY: Mapping[str, str] = MappingProxyType({})
ENTRYPOINT = Path(__file__).parents[2] / "entrypoint.py"
ONLY_A_RUN = {
    "argparse",
    "asyncio",
    "core.http.calls",
    "core.child",
    "core.commands.recorder",
    "core.commands.recording",
    "core.engine",
    "core.workspace.globs",
    "core.recovery.journal",
    "core.junit_read",
    "core.ports",
    "core.sandbox",
    "core.http.transport",
    "core.vendors.autify.fields",
    "core.vendors.autify.mobile.client",
    "core.vendors.autify.web.client",
    "core.vendors.autify.spec",
    "datetime",
    "email",
    "hashlib",
    "http.client",
    "logging",
    "pathlib",
    "random",
    "requests",
    "ssl",
    "shlex",
    "statistics",
    "subprocess",
    "tempfile",
    "threading",
    "typing",
    "urllib",
    "urllib3",
    "xml",
    "yaml",
}
BAD = {
    "nothing at all": [],
    "inputs missing": ["run", "--vendor", "autify"],
    "an unknown vendor": ["run", "--vendor", "nobody"],
    "a wrong value": ["run", "--vendor", "autify", "--timeout", "30"],
    "an unknown mode": ["run", "--vendor", "autify", "--mode", "guess"],
}


def imported(
    arguments: list[str], folder: Path, given: Mapping[str, str] = EMPTY, *, packages: bool = False
) -> tuple[int, set[str]]:
    """The exit code, and every module that the interpreter reports as imported."""
    command = [sys.executable, *([] if packages else ["-S"]), "-X", "importtime", str(ENTRYPOINT), *arguments]
    done = subprocess.run(
        command, env={"LANG": "C.UTF-8", **given}, cwd=folder, capture_output=True, text=True, check=False
    )
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return done.returncode, {line.rpartition("|")[2].strip() for line in lines}


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["-h"], ["--version"]], ids=" ".join)
def test_help_imports_nothing_of_ours(arguments: list[str], tmp_path: Path) -> None:
    status, modules = imported(arguments, tmp_path)
    assert status == 0
    assert modules
    assert not {name for name in modules if name.partition(".")[0] in ("core", "dataclasses", "enum", "re")}


@pytest.mark.parametrize("arguments", BAD.values(), ids=BAD)
def test_bad_input_imports_nothing_that_only_a_run_needs(arguments: list[str], tmp_path: Path) -> None:
    status, modules = imported(arguments, tmp_path)
    assert status == 2
    assert "core.commands.step" in modules
    assert not modules & ONLY_A_RUN


@pytest.mark.parametrize("module", ["dataclasses", "difflib", "shutil", "requests"])
def test_a_module_of_the_job_that_ends_the_program_is_no_green(module: str, tmp_path: Path) -> None:
    """It stands in for ours where somebody starts us without -E: at once, or in the middle of a step.

    `difflib` is one that a run does without: so it is the module that makes the difference.
    """
    (tmp_path / f"{module}.py").write_text("raise SystemExit(0)\n")
    words = ["run", "--vendor", "autify", "--project-id", "77", "--scenarios", "1", "--base-url", "http://127.0.0.1:1"]
    environment = {"PYTHONPATH": str(tmp_path), "TEST_RUNNER_TOKEN": "t0ken", "CI": "true", "LANG": "C.UTF-8"}
    program = [sys.executable, str(ENTRYPOINT), *words, "--outage-window", "1s"]
    done = subprocess.run(program, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    told = done.stdout + done.stderr
    assert (done.returncode, bool(told)) == (3 if module == "difflib" else 70, True), told


def test_nothing_changes_the_exit_code_once_it_is_known(tmp_path: Path) -> None:
    """While an interpreter tidies up, signals have their defaults back: a late one would be the exit code."""
    (tmp_path / "sitecustomize.py").write_text("import atexit, os\natexit.register(os._exit, 77)\n")
    environment = {"PYTHONPATH": str(tmp_path), "CI": "true"}
    program = [sys.executable, str(ENTRYPOINT), "run", "--vendor", "autify"]
    done = subprocess.run(program, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done
    assert "error: 3 inputs are wrong." in done.stdout


def test_a_run_at_a_vendor_imports_nothing_of_those_who_run_or_read_the_users_tests(tmp_path: Path) -> None:
    address = ("--base-url", "http://127.0.0.1:1", "--outage-window", "1s")
    arguments = ["run", "--vendor", "autify", "--project-id", "77", "--scenarios", "1", *address]
    status, modules = imported(arguments, tmp_path, {"TEST_RUNNER_TOKEN": "t0ken"}, packages=True)
    assert status == 3
    assert {"core.commands.machine", "core.vendors.autify.web.client"} <= modules
    others = ("core.commands.record", "core.child", "core.workspace.globs", "core.junit_read", "core.vendors.testmo")
    others_too = ("core.vendors.mendix_ats", "zeep")
    named = ("subprocess", "shlex", "lxml")
    assert not {name for name in modules if name in named or name.startswith(others + others_too)}


@pytest.mark.parametrize("is_heard", [True, False], ids=["", "closed stderr"])
@pytest.mark.parametrize("error", ["MemoryError", "KeyboardInterrupt", "RecursionError"])
def test_what_the_last_net_does_not_catch_is_no_failed_test(error: str, is_heard: bool, tmp_path: Path) -> None:
    """As where there is no memory left to tell of it in: the interpreter's own code would be 1."""
    program = (
        "import os, runpy, sys; sys.argv = ['entrypoint.py', 'run']; entrypoint = sys.orig_argv[-1];"
        "sys.path.insert(0, os.path.dirname(entrypoint)); import core.cli as cli;"
        f"cli.main = lambda process: (_ for _ in ()).throw({error}('s3cret'));"
        "runpy.run_path(entrypoint, run_name='__main__')"
    )
    words = [sys.executable, "-c", program, str(ENTRYPOINT)]
    shell = ["sh", "-c", 'exec "$@"' + " 2>&-" * (not is_heard), "sh"]
    done = subprocess.run([*shell, *words], env={}, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (70, "")
    assert not is_heard or done.stderr == f"The program could not go on, nor say more: {error}. Exit code 70.\n"
