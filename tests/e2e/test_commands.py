"""sandbox, demo, --help, --version: what a person types first."""

import json
import re
import signal
from pathlib import Path

import pytest

from core import VERSION
from core.commands.demo import SHOWS
from core.inputs.options import declared
from core.inputs.settings import Common
from core.inputs.sources import COMMANDS
from core.vendors import VENDORS, inputs_of
from tests.e2e.support import ENTRYPOINT, LONGEST, Step
from tests.sandbox.support import client_of


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_sandbox_prints_its_address_and_serves(number: signal.Signals, terminal: Step) -> None:
    terminal.defaults = False
    process = terminal.start("sandbox", "--vendor", "autify", "--scenario", "one-failure", "--progression", "immediate")
    assert process.stdout is not None
    first = process.stdout.readline()
    match = re.fullmatch(
        r"sandbox: autify, scenario one-failure, listening at (http://127\.0\.0\.1:\d+/api/v1)\n", first
    )
    assert match, first
    terminal.defaults = True
    user = Step(folder=terminal.folder / "user", url=match[1])
    assert user.run(scenarios="501").verdict == (1, "failed", "tests-failed")
    with client_of(match[1]) as client:
        assert client.get("/projects/77/project_info").status == 200
    process.send_signal(number)
    assert terminal.finish(process).status == 0


def test_the_sandboxs_help_lists_scenarios_and_faults(terminal: Step) -> None:
    ended = terminal.run("sandbox", "--help")
    assert ended.status == 0
    assert "one-failure" in ended.log
    assert "503@describe-result" in ended.log


def test_the_demo_ends_well_and_names_its_files(terminal: Step) -> None:
    terminal.defaults = False
    ended = terminal.finish(terminal.start("demo"), most=5 * LONGEST)  # nine runs, one after another
    assert ended.status == 0, ended.log
    assert "All runs ended as expected." in ended.log
    written = re.findall(r"^Written: (.*)$", ended.log, re.MULTILINE)
    assert len(written) == len(SHOWS)
    for line in written:
        for path in line.split(", "):
            assert (terminal.workspace / path).is_file(), path
    report = json.loads((terminal.workspace / written[0].split(", ")[1]).read_text(encoding="utf-8"))
    assert report["conclusion"] == "passed"


def test_the_demo_takes_no_argument(terminal: Step) -> None:
    terminal.defaults = False
    ended = terminal.run("demo", "--vendor", "autify")
    assert (ended.status, ended.errors) == (2, "")
    assert "demo takes no argument, and '--vendor' is one" in ended.log


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_demo_hands_a_signal_on_and_stops(number: signal.Signals, terminal: Step) -> None:
    terminal.defaults = False
    process = terminal.start("demo")
    assert process.stdout is not None
    while not (line := process.stdout.readline()).startswith("Started run"):
        assert line
    process.send_signal(number)
    ended = terminal.finish(process)
    assert (ended.status, ended.errors) == (128 + number, "")
    assert "goes on at the vendor" in ended.log
    assert ended.log.count("===") == 0  # no further run was begun


@pytest.mark.parametrize("ci", ["github", "terminal"])
def test_the_version_is_one_line(ci: str, step: Step) -> None:
    step.ci = ci
    ended = step.run("--version")
    assert (ended.status, ended.log.strip()) == (0, f"test-runner-action {VERSION}")


@pytest.mark.parametrize("words", [("--help",), ("-h",), ("run", "--help"), ("cleanup", "--help"), ("demo", "--help")])
def test_help_names_every_input(words: tuple[str, ...], terminal: Step) -> None:
    ended = terminal.run(*words)
    assert ended.status == 0
    for name in (*declared(Common), *(name for vendor in VENDORS for name in declared(inputs_of(vendor).Settings))):
        assert f"\n  {name}\n" in ended.log
    for command in COMMANDS:
        assert command in ended.log


def test_nothing_at_all_is_bad_input_with_the_vendors(terminal: Step) -> None:
    terminal.defaults = False
    ended = terminal.run()
    assert ended.status == 2
    assert "`vendor`: is required." in ended.log


def test_the_program_runs_from_any_folder(terminal: Step) -> None:
    assert Path(ENTRYPOINT).parent not in [terminal.workspace, *terminal.workspace.parents]
    assert terminal.run("--version").status == 0
