"""The one file that runs: help and signals before any import, then core.cli."""

import os
import sys
from os.path import abspath, dirname, join

HERE = dirname(abspath(__file__))
FIRST = sys.argv[1] if len(sys.argv) > 1 else ""
OPTIONS = ("-E", "-s") if sys.flags.ignore_environment else ()
OWN_HELP = ("api", "sandbox")  # these know more than one generated text

if sys.version_info < (3, 11):  # noqa: UP036 -- an older one would only tell of a syntax error, with exit code 1
    sys.stderr.write(f"test-runner-action needs Python 3.11 or newer, and this is {sys.version.split()[0]}.\n")
    sys.exit(2)

if FIRST == "--version" or ({"--help", "-h"} & set(sys.argv[1:]) and FIRST not in OWN_HELP):
    # Printed before anything is imported: this answers in the time that the interpreter takes to start.
    with open(join(HERE, "core", "version.txt" if FIRST == "--version" else "help.txt"), encoding="utf-8") as text:
        try:
            sys.stdout.write(text.read())
            sys.stdout.flush()
        except (AttributeError, OSError):  # nobody can read it: closed, or on a full disk
            os._exit(6)
    sys.exit(0)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

import gc  # noqa: E402 -- after the help
import io  # noqa: E402 -- after the help
import signal  # noqa: E402 -- after the help

# What is imported stays for good: looking through it for garbage after every 700 objects is 4 % of a start.
gc.set_threshold(20_000)

noted: list[int] = globals().get("noted", [])  # native/launch.py hears signals before us
CTRL_BREAK = getattr(signal, "SIGBREAK", None)  # Windows' only signal for a process that leads a group
HANG_UP = getattr(signal, "SIGHUP", None)  # a terminal is closed; nohup(1) ignores it


def note(number: int, _frame: object) -> None:
    """Remember a signal until the program can act on it; as PID 1 it would otherwise be lost.

    The second wish ends, as core.waiting.signals has it, whose import is not worth its time.
    """
    wishes = [each for each in noted if each != HANG_UP]
    if wishes and number != HANG_UP:
        os._exit(128 + (signal.SIGTERM if wishes[0] == CTRL_BREAK else wishes[0]))
    noted.append(number)


def give_up(name: str) -> "NoReturn":
    """Leave by the exit code of a bug: the interpreter's own for what nobody catches is that of failed tests."""
    try:
        os.write(2, f"The program could not go on, nor say more: {name}. Exit code 70.\n".encode())
    finally:  # also where standard error is closed
        os._exit(70)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, note)
    signal.signal(signal.SIGTERM, note)
    if CTRL_BREAK is not None:
        signal.signal(CTRL_BREAK, note)
    if HANG_UP is not None and signal.getsignal(HANG_UP) != signal.SIG_IGN:
        signal.signal(HANG_UP, note)
    try:
        from contextlib import suppress

        from core.cli import main
        from core.process import Process
    except MemoryError:  # not by an exit code that means failed tests
        give_up("MemoryError")
    except SystemExit as error:  # a file of the job's own that ends when it is imported; whatever its code, no green
        sys.stderr.write(
            "A module of the job, found by PYTHONPATH, stands in for one of ours: start us by python -E -s.\n"
        )
        raise SystemExit(70) from error

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")
    try:
        workspace = os.getcwd()
    except OSError:
        sys.stderr.write("The working directory does not exist any more: the job needs a workspace.\n")
        sys.exit(2)
    try:
        status = main(
            Process(
                arguments=sys.argv[1:],
                environment=os.environ,
                out=sys.stdout or open(os.devnull, "w"),  # noqa: SIM115 -- for the whole process; `>&-` closes the real one
                workspace=workspace,
                noted=noted,
                program=(sys.executable, *OPTIONS, join(HERE, "entrypoint.py")),
            )
        )
    except SystemExit:  # argparse's, in `sandbox`
        raise
    except BaseException as error:  # noqa: BLE001 -- what tells of a bug has itself failed, as without memory
        give_up(type(error).__name__)
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):  # closed, or its reader has gone: that changes no exit code
            stream.flush()
    # Not by sys.exit: the interpreter tidies up for 8 % of a start, tries once more to write what nobody reads, and
    # gives the signals their defaults back, by which a second one would replace the exit code.
    os._exit(status)
