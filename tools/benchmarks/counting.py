"""What a start costs: instructions by callgrind, or medians of CPU seconds from interleaved rounds."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

WARM_UPS, ROUNDS = 2, 11
VALGRIND = shutil.which("valgrind")


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One process to start. `before` runs before each start; `status` is the exit code that it must leave with."""

    arguments: Sequence[str]
    environment: Mapping[str, str]
    status: int = 0
    before: Callable[[], object] = lambda: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a process ended: seconds of user and system CPU, the highest resident set in MiB, `at` by time.monotonic."""

    cpu: float
    peak: float
    at: float


def start(command: Command, *, error: int = subprocess.DEVNULL) -> Ended:
    """Run it to its end in a folder of its own. Raises RuntimeError if it ends in another way than it must."""
    command.before()
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            command.arguments, env=command.environment, cwd=folder, stdout=subprocess.DEVNULL, stderr=error
        )
        _, waited, usage = os.wait4(process.pid, 0)
        at = time.monotonic()
        process.returncode = os.waitstatus_to_exitcode(waited)
    if process.returncode != command.status:
        raise RuntimeError(f"{' '.join(command.arguments)}: exit {process.returncode}, expected {command.status}")
    return Ended(cpu=usage.ru_utime + usage.ru_stime, peak=usage.ru_maxrss / 1024, at=at)


def instructions(commands: Mapping[str, Command]) -> dict[str, float]:
    """Millions of instructions of each, all its threads, by callgrind."""
    found = {}
    for name, command in commands.items():
        with tempfile.TemporaryDirectory() as folder:
            out = os.path.join(folder, "out")
            grind = [str(VALGRIND), "-q", "--tool=callgrind", f"--callgrind-out-file={out}", *command.arguments]
            start(
                Command(arguments=grind, environment=command.environment, status=command.status, before=command.before)
            )
            found[name] = _total(out) / 1e6
    return found


def cpu(commands: Mapping[str, Command]) -> dict[str, float]:
    """Milliseconds of CPU of each: the median of rounds in which each has its turn."""
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(WARM_UPS + ROUNDS):
        for name, command in commands.items():
            ended = start(command)
            if turn >= WARM_UPS:
                seconds[name].append(ended.cpu)
    return {name: median(each) * 1000 for name, each in seconds.items()}


def _total(path: str) -> int:
    with open(path, encoding="ascii", errors="replace") as file:
        for line in file:
            if line.startswith("totals:"):
                return int(line.split()[1])
    raise RuntimeError("callgrind left no totals")
