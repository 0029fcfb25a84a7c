"""No start compiles or writes bytecode in the image's layout, and a start there is as quick as a warm one."""

import re
import subprocess
import tempfile
from collections.abc import Mapping

from tools.benchmarks.counting import VALGRIND, Command, cpu, instructions, start
from tools.benchmarks.layout import Layout, compile_all, listing, protect
from tools.benchmarks.output import figure, note, title
from tools.benchmarks.starting import BAD, FIRST, HELP, commands

# What `python -v` says when it made bytecode from source, or wrote some.
_COMPILED = re.compile(rb"^# (?:code object from (?!'[^']*\.pyc')|wrote ).*$", re.MULTILINE)
_LOADED = re.compile(rb"^# .* matches ", re.MULTILINE)


def measure(layout: Layout) -> None:
    """Leaves the layout as it was: writable, with bytecode that is never checked."""
    with commands(layout) as found:
        starts = {name: found[name] for name in (HELP, BAD, FIRST)}
        title("Bytecode in the image's layout, read-only")
        protect(layout, writable=False)
        before = listing(layout)
        try:
            for name, command in starts.items():
                compiled, loaded = _told(layout, command)
                figure(f"{name}: modules compiled or written", compiled, aim=0, more=f"{loaded} read as bytecode")
            figure("files of the layout changed", len(before.items() ^ listing(layout).items()), aim=0)
            read_only = _count(starts)
        finally:
            protect(layout, writable=True)
        compile_all(layout, "timestamp")
        warm = _count(starts)
        compile_all(layout, "unchecked-hash")
    for name in starts:
        figure(f"{name}: read-only / warm", read_only[name] / warm[name], " x", aim=1.1)
    note("Warm: the same files, writable, with bytecode that is checked by the source's time, as Python makes it.")
    note("Counted are modules: entrypoint.py itself has no bytecode in any layout, as Python's main script.")


def _count(starts: Mapping[str, Command]) -> dict[str, float]:
    return instructions(starts) if VALGRIND else cpu(starts)


def _told(layout: Layout, command: Command) -> tuple[int, int]:
    """What `python -v` tells of a start: modules compiled or written, and modules read as bytecode."""
    arguments = [layout.python, "-v", *command.arguments[1:]]
    with tempfile.TemporaryFile() as told:
        start(
            Command(arguments=arguments, environment=command.environment, status=command.status, before=command.before),
            error=told.fileno(),
        )
        told.seek(0)
        text = told.read()
    return len(_COMPILED.findall(text)), len(_LOADED.findall(text))


def proof_that_it_shows(layout: Layout) -> bool:
    """Whether `python -v` gives away a module that has no bytecode: without this a zero would mean nothing."""
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/without_bytecode.py", "w", encoding="ascii") as file:
            file.write("pass\n")
        command = [layout.python, "-v", "-c", "import without_bytecode"]
        done = subprocess.run(command, env=layout.environment, cwd=folder, capture_output=True, check=True)
    return bool(_COMPILED.search(done.stderr))
