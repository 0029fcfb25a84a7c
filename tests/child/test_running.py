"""The user's command as a real process: its output, its end, its environment, and that nothing of it stays."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import BadInputError, NoRoomError
from tests.child.conftest import Runner
from tests.support import VirtualClock

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and process groups of POSIX")


def is_alive(pid: int) -> bool:
    """A zombie counts as dead here; whether one is left is a test of its own."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except (FileNotFoundError, ProcessLookupError):
        return False


def soon(is_so: Callable[[], bool]) -> bool:
    """Whether it comes true within the time that a busy machine may need."""
    gives_up = time.monotonic() + 20
    while not is_so():
        if time.monotonic() > gives_up:
            return False
        time.sleep(0.01)
    return True


def dies_soon(pid: int) -> bool:
    return soon(lambda: not is_alive(pid))


def our_children() -> set[int]:
    """Processes whose parent we are, zombies too."""
    found = set()
    for entry in os.listdir("/proc"):
        try:
            fields = Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split() if entry.isdigit() else []
        except (FileNotFoundError, ProcessLookupError):
            continue
        if fields and int(fields[1]) == os.getpid():
            found.add(int(entry))
    return found


def test_output_and_errors_are_shown_line_by_line_in_their_order(runner: Runner) -> None:
    ended = runner.python("import sys\nfor n in range(3):\n print('out', n); print('err', n, file=sys.stderr)")
    assert runner.lines == ["out 0", "err 0", "out 1", "err 1", "out 2", "err 2"]
    assert ended.output == "".join(f"{line}\n" for line in runner.lines)
    assert (ended.exit_code, ended.killed_by, ended.is_good) == (0, "", True)
    assert ended.fact.endswith("with exit code 0.")


def test_a_line_is_shown_while_the_command_still_runs(runner: Runner) -> None:
    (runner.folder / "wait").write_text("")
    runner.on_line = lambda _: (runner.folder / "wait").unlink()
    ended = runner.python("import os, time\nprint('ready')\nwhile os.path.exists('wait'): time.sleep(0.01)")
    assert ended.is_good
    assert runner.lines == ["ready"]


@pytest.mark.parametrize("code", [0, 1, 3, 255])
def test_the_exit_code_is_recorded(runner: Runner, code: int) -> None:
    ended = runner.python(f"raise SystemExit({code})")
    assert ended.exit_code == code
    assert ended.is_good == (code == 0)
    assert f"exit code {code}." in ended.fact


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM])
def test_death_by_a_signal_is_recorded_and_never_good(runner: Runner, number: signal.Signals) -> None:
    ended = runner.python(f"import os; os.kill(os.getpid(), {int(number)})")
    assert (ended.exit_code, ended.killed_by, ended.is_good) == (128 + number, number.name, False)
    assert number.name in ended.fact


def test_words_reach_the_program_as_they_are_and_no_shell_reads_them(runner: Runner) -> None:
    hostile = ["; touch pwned #", "$(touch pwned)", "`touch pwned`", "a  b", "", "*", "é\n"]
    runner.python("import sys; print(ascii(sys.argv[1:]))", *hostile)
    assert runner.lines == [ascii(hostile)]
    assert not (runner.folder / "pwned").exists()


def test_it_runs_in_its_folder_with_its_environment_and_no_input(runner: Runner) -> None:
    runner.environment["ONLY"] = "this"
    runner.python("import os, sys; print(os.getcwd(), sorted(os.environ), repr(sys.stdin.read()))")
    line = runner.lines[0].replace("'LC_CTYPE', ", "")
    assert line == f"{os.path.realpath(runner.folder)} ['ONLY', 'PATH'] ''"


def test_a_missing_program_is_bad_input_that_names_the_ways(runner: Runner) -> None:
    with pytest.raises(BadInputError) as caught:
        runner.run("no-such-program-here", "--flag")
    ((name, said),) = caught.value.problems
    assert name == "command"
    assert "'no-such-program-here' is not here" in said
    assert "native action" in said
    assert "FROM ours" in said


def test_a_program_that_cannot_be_started_is_bad_input(runner: Runner) -> None:
    (runner.folder / "plain.txt").write_text("no program")
    (runner.folder / "noexec").write_text("no program")
    (runner.folder / "noexec").chmod(0o755)
    for words, said in (
        (["./plain.txt"], "Permission denied"),
        (["./noexec"], "#!/bin/sh"),
        (["true", "x" * 3_000_000], "more arguments"),
        (["true", "a\0b"], "null byte"),
    ):
        with pytest.raises(BadInputError, match=said):
            runner.run(*words)


def test_a_missing_folder_is_bad_input(runner: Runner) -> None:
    runner.folder = runner.folder / "absent"
    with pytest.raises(BadInputError, match="working-directory"):
        runner.run("true")


def test_a_grandchild_that_keeps_the_pipe_does_not_hold_us_up_and_goes_on(runner: Runner) -> None:
    """It writes on, more than a pipe holds, to nobody: it must not hang on that either."""
    grandchild = (
        "import os,sys,time\nprint(os.getpid(), flush=True)\n"
        "while not os.path.exists('end'):\n print('x'*100_000, flush=True); time.sleep(.01)\n"
        " open('count','a').write('.')"
    )
    ended = runner.python(f"import subprocess,sys\nsubprocess.Popen([sys.executable, '-c', {grandchild!r}])")
    assert ended.exit_code == 0
    assert ended.fact.endswith("with exit code 0. Something that it started still runs.")
    pid = int(runner.lines[0])
    assert is_alive(pid)
    written = (runner.folder / "count").stat().st_size
    assert soon(lambda: (runner.folder / "count").stat().st_size > written + 20)
    (runner.folder / "end").write_text("")
    assert dies_soon(pid)


def test_at_the_timeout_the_whole_group_is_ended(runner: Runner) -> None:
    code = "import subprocess,time\np=subprocess.Popen(['sleep','600'])\nprint(p.pid)\ntime.sleep(600)"
    ended = runner.python(code, timeout=1.0)
    assert ended.timed_out
    assert not ended.is_good
    assert "time was over" in ended.fact
    assert dies_soon(int(runner.lines[0]))


# Neither it nor its child listens to a signal. It tells both numbers once both are deaf.
STUBBORN = """
import os, signal, subprocess, sys, time
deaf = "import signal,time; signal.signal(15, signal.SIG_IGN); signal.signal(2, signal.SIG_IGN); print(1, flush=True)"
signal.signal(signal.SIGTERM, lambda *_: print("no"))
signal.signal(signal.SIGINT, lambda *_: print("no"))
child = subprocess.Popen([sys.executable, "-c", deaf + "; time.sleep(600)"], stdout=subprocess.PIPE)
child.stdout.readline()
print(os.getpid(), child.pid)
while True:
    time.sleep(1)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_passed_on_and_what_does_not_listen_is_killed(runner: Runner, number: signal.Signals) -> None:
    rung: list[float] = []

    def ring(line: str) -> None:
        if not rung:
            rung.append(time.monotonic())
            runner.ring(number)

    runner.on_line = ring
    ended = runner.python(STUBBORN)
    assert time.monotonic() - rung[0] < 5
    assert ended.stopped_by == number
    assert ended.killed_by == "SIGKILL"
    assert runner.lines[1:] == ["no"]
    assert all(dies_soon(int(pid)) for pid in runner.lines[0].split())


def test_a_signal_that_is_heard_ends_it_gracefully_with_its_last_words(runner: Runner) -> None:
    runner.on_line = lambda line: runner.ring(signal.SIGTERM) if line == "ready" else None
    ended = runner.python(
        "import signal,sys,time\nsignal.signal(15, lambda *_: (print('saved'), sys.exit(4)))\n"
        "print('ready')\ntime.sleep(600)"
    )
    assert (ended.stopped_by, ended.exit_code, ended.killed_by) == (signal.SIGTERM, 4, "")
    assert runner.lines == ["ready", "saved"]


def test_a_signal_that_came_before_ends_it_at_once(runner: Runner) -> None:
    runner.stop._handle(signal.SIGINT, None)
    ended = runner.run("sleep", "600")
    assert (ended.stopped_by, ended.killed_by) == (signal.SIGINT, "SIGINT")


def test_a_second_signal_leaves_nothing_running(runner: Runner) -> None:
    """The program exits at once, in its handler: the group has to go before that."""
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from core.child import run\nfrom core.waiting.clock import SystemClock\nfrom core.waiting.stop import Stop\n"
        "stop = Stop(); stop.install()\n"
        "run([sys.executable, '-u', '-c', sys.argv[2]], directory='.', environment={}, clock=SystemClock(), stop=stop,"
        " show=lambda line: print(line, flush=True), timeout=60)"
    )
    root = str(Path(__file__).parents[2])
    arguments = [sys.executable, "-c", program, root, STUBBORN]
    with subprocess.Popen(arguments, cwd=runner.folder, stdout=subprocess.PIPE, text=True) as ours:
        assert ours.stdout is not None
        pids = [int(pid) for pid in ours.stdout.readline().split()]
        ours.send_signal(signal.SIGTERM)
        assert ours.stdout.readline() == "no\n"
        ours.send_signal(signal.SIGTERM)
        assert ours.wait(timeout=10) == 143
        assert all(dies_soon(pid) for pid in pids)


def test_an_error_of_ours_leaves_nothing_running(runner: Runner) -> None:
    def fail(line: str) -> None:
        raise RuntimeError(line)

    runner.on_line = fail
    with pytest.raises(RuntimeError) as caught:
        runner.python("import os,time; print(os.getpid()); time.sleep(600)")
    assert dies_soon(int(str(caught.value)))


def test_no_zombie_is_left(runner: Runner) -> None:
    before = our_children()
    for _ in range(3):
        runner.run("true")
    runner.python("import subprocess; subprocess.Popen(['sleep', '0'])")
    assert soon(lambda: our_children() <= before)


def test_meanwhile_is_called_as_often_as_it_wants(runner: Runner) -> None:
    called: list[float] = []

    def tick() -> float:
        called.append(time.monotonic())
        if len(called) == 5:
            (runner.folder / "end").write_text("")
        return 0.1

    runner.run(sys.executable, "-c", "import os,time\nwhile not os.path.exists('end'): time.sleep(.01)", meanwhile=tick)
    assert len(called) >= 5
    assert called[4] - called[0] >= 0.4


def test_under_a_clock_that_makes_time_up_a_command_still_gets_its_real_time(runner: Runner) -> None:
    runner.clock = VirtualClock()
    ended = runner.python("import time; print('a'); time.sleep(0.3); print('b')", timeout=5.0)
    assert ended.is_good
    assert runner.lines == ["a", "b"]


def test_the_listeners_are_gone_afterwards(runner: Runner) -> None:
    runner.run("true")
    assert runner.stop.at_once == []
    assert runner.stop._inboxes == []


@pytest.mark.parametrize("room", [0, 1])
def test_a_command_that_no_thread_can_watch_is_ended(
    room: int, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, begun = threading.Thread.start, list[threading.Thread]()

    def refuse(thread: threading.Thread) -> None:
        if len(begun) >= room:
            raise RuntimeError("can't start new thread")
        begun.append(thread)
        start(thread)

    before = our_children()
    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(NoRoomError, match="The command was ended at once"):
        runner.run("sleep", "302")
    assert our_children() == before
    assert runner.stop.at_once == []


def test_a_machine_without_room_for_a_process_is_told_as_such(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(subprocess, "Popen", refuse)
    with pytest.raises(NoRoomError, match="no further process begin"):
        runner.run("sleep", "302")
