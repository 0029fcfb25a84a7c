"""Signals as they are on this system and, by injection, on Windows."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import SimpleQueue
from types import SimpleNamespace
from typing import Any

import pytest

from core.child.group import WindowsGroup
from core.errors import StoppedError
from core.waiting.early_stop import stopping_at_once
from core.waiting.signals import ending
from core.waiting.stop import Stop

PAIRS = [
    ((signal.SIGTERM, signal.SIGHUP), 143),
    ((signal.SIGHUP, signal.SIGTERM), 143),
    ((signal.SIGINT, signal.SIGHUP), 130),
    ((signal.SIGHUP, signal.SIGINT), 130),
]
WINDOWS = SimpleNamespace(SIGINT=2, SIGTERM=15, SIGBREAK=21)


@pytest.fixture
def handlers() -> Iterator[None]:
    """Puts back what a test installs."""
    caught = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1, signal.SIGHUP)
    before = [signal.getsignal(number) for number in caught]
    yield
    for number, handler in zip(caught, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.parametrize(("numbers", "status"), PAIRS)
def test_the_first_lines_of_the_program_know_it_too(numbers: tuple[int, ...], status: int, tmp_path: Path) -> None:
    program = (
        "import os, runpy, signal, sys; sys.argv = ['entrypoint.py', 'run'];"
        "sys.path.insert(0, os.path.dirname(sys.orig_argv[-1])); import core.cli as cli; real = cli.main;"
        f"cli.main = lambda process: ([os.kill(os.getpid(), number) for number in {[*map(int, numbers)]}],"
        " real(process))[1];"
        "runpy.run_path(sys.orig_argv[-1], run_name='__main__')"
    )
    environment = {"TEST_RUNNER_VENDOR": "autify", "TEST_RUNNER_CI": "generic"}
    words = [sys.executable, "-c", program, str(Path(__file__).parents[2] / "entrypoint.py")]
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, "Nothing was started." in done.stdout) == (status, True), done.stdout + done.stderr


def test_ctrl_break_counts_as_the_signal_that_windows_lacks() -> None:
    assert ending(WINDOWS) == {2: 2, 15: 15, 21: 15}
    assert ending(SimpleNamespace(SIGINT=2, SIGTERM=15)) == {2: 2, 15: 15}


@pytest.mark.parametrize(("handler", "caught"), [(0, {2: 2, 15: 15, 1: 15}), (1, {2: 2, 15: 15})])
def test_a_closed_terminal_counts_as_a_wish_to_end_unless_it_is_to_be_ignored(
    handler: int, caught: dict[int, int]
) -> None:
    """As by nohup."""
    system = SimpleNamespace(SIGINT=2, SIGTERM=15, SIGHUP=1, SIG_IGN=1, getsignal=lambda _: handler)
    assert ending(system) == caught


def test_a_terminal_that_is_closed_is_told_of_twice_and_means_it_once(handlers: None) -> None:
    """By the shell, and by the kernel. A stop goes on, where a second signal of another kind would end all."""
    stop, noted = Stop({signal.SIGHUP: signal.SIGTERM}), list[int]()
    stop.install(noted)
    for _ in range(3):
        os.kill(os.getpid(), signal.SIGHUP)
    assert (stop.signal, noted) == (signal.SIGTERM, 3 * [signal.SIGHUP])


def send(numbers: Sequence[int]) -> None:
    """All at once: Python then hears the smallest number first."""
    signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    for number in numbers:
        signal.pthread_kill(threading.get_ident(), number)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)


@pytest.mark.parametrize("is_apart", [False, True])
@pytest.mark.parametrize(("numbers", "status"), PAIRS)
def test_a_closed_terminal_beside_a_signal_is_no_second_wish(
    numbers: tuple[int, ...], status: int, is_apart: bool, handlers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As service managers send both."""
    ends: list[int] = []
    monkeypatch.setattr(os, "_exit", ends.append)
    stop = Stop()
    stop.install()
    for some in [[number] for number in numbers] if is_apart else [numbers]:
        send(some)
    assert (128 + stop.signal, stop.rung, ends) == (status, True, [])
    send([signal.SIGTERM])
    assert ends == [status]


@pytest.mark.parametrize(("numbers", "status"), PAIRS)
def test_while_inputs_are_read_it_is_none_either(
    numbers: tuple[int, ...], status: int, handlers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends, noted = list[int](), list[int]()
    monkeypatch.setattr(os, "_exit", ends.append)
    with pytest.raises(StoppedError) as stopped, stopping_at_once(noted):
        send(numbers)
    assert (int(stopped.value.exit_code), stopped.value.remedy, ends) == (status, "Nothing was started.", [])
    assert sorted(noted) == sorted(numbers)


@pytest.mark.parametrize(
    ("noted", "ends"), [([1, 15], []), ([15, 1], []), ([1, 1], []), ([15, 15], [143]), ([2, 1, 15], [130])]
)
def test_of_signals_that_came_before_the_set_up_two_wishes_end_at_once(
    noted: list[int], ends: list[int], handlers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the native action hands them on."""
    found: list[int] = []
    monkeypatch.setattr(os, "_exit", found.append)
    stop = Stop()
    stop.install(noted)
    assert (found, bool(stop.signal)) == (ends, True)


def test_a_signal_rings_as_the_one_that_it_counts_as(handlers: None) -> None:
    stop, inbox = Stop({signal.SIGUSR1: signal.SIGTERM}), SimpleQueue[Any]()
    stop.subscribe(inbox)
    stop.install()
    os.kill(os.getpid(), signal.SIGUSR1)
    inbox.get(timeout=5)
    assert (stop.rung, stop.signal) == (True, signal.SIGTERM)


def test_the_first_lines_of_the_program_catch_ctrl_break_too(tmp_path: Path) -> None:
    """With another signal in its place: it is noted, and ends a step as SIGTERM does."""
    entrypoint = Path(__file__).parents[2] / "entrypoint.py"
    program = (
        "import os, runpy, signal, sys; signal.SIGBREAK = signal.SIGUSR1; sys.argv = ['entrypoint.py', 'run'];"
        "sys.path.insert(0, os.path.dirname(sys.orig_argv[-1]));"
        "import core.cli as cli; real = cli.main;"
        "cli.main = lambda process: (os.kill(os.getpid(), signal.SIGUSR1), real(process))[1];"
        "runpy.run_path(sys.orig_argv[-1], run_name='__main__')"
    )
    environment = {"TEST_RUNNER_VENDOR": "autify", "TEST_RUNNER_CI": "generic"}
    done = subprocess.run(
        [sys.executable, "-c", program, str(entrypoint)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 128 + signal.SIGTERM, done.stdout + done.stderr
    assert "Nothing was started." in done.stdout


class Process:
    """What WindowsGroup needs of a process, and a list of what it did to it."""

    pid = 4711

    def __init__(self) -> None:
        self.done: list[object] = []

    def send_signal(self, number: int) -> None:
        self.done.append(number)

    def kill(self) -> None:
        self.done.append("kill")


def windows_group(process: Any, *, tool: Exception | None = None) -> WindowsGroup:
    def run(words: tuple[str, ...], **_options: object) -> None:
        process.done.append(words)
        if tool:
            raise tool

    return WindowsGroup(process, run, ctrl_break=1)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_on_windows_a_command_is_asked_by_ctrl_break_whatever_came(number: int) -> None:
    process = Process()
    windows_group(process).ask(number)
    assert process.done == [1]


@pytest.mark.parametrize("tool", [None, FileNotFoundError(), subprocess.TimeoutExpired("taskkill", 2)])
def test_on_windows_a_command_is_killed_with_its_children_first(tool: Exception | None) -> None:
    process = Process()
    windows_group(process, tool=tool).kill()
    assert process.done == [("taskkill", "/T", "/F", "/PID", "4711"), "kill"]
