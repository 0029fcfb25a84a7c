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

import gc  # noqa: E402 -- after the help
import io  # noqa: E402 -- after the help
import signal  # noqa: E402 -- after the help

# What is imported stays for good: looking through it for garbage after every 700 objects is 4 % of a start.
gc.set_threshold(20_000)

noted: list[int] = []
CTRL_BREAK = getattr(signal, "SIGBREAK", None)  # Windows' only signal for a process that leads a group


def note(number: int, _frame: object) -> None:
    """Remember a signal until the program can act on it; as PID 1 it would otherwise be lost. The second one ends."""
    if noted:
        os._exit(128 + noted[0])
    noted.append(signal.SIGTERM if number == CTRL_BREAK else number)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, note)
    signal.signal(signal.SIGTERM, note)
    if CTRL_BREAK is not None:
        signal.signal(CTRL_BREAK, note)
    try:
        from contextlib import suppress

        from core.cli import main
        from core.process import Process
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
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):  # closed, or its reader has gone: that changes no exit code
            stream.flush()
    # Not by sys.exit: the interpreter tidies up for 8 % of a start, tries once more to write what nobody reads, and
    # gives the signals their defaults back, by which a second one would replace the exit code.
    os._exit(status)
