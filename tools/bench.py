"""`make bench`: start-up, bytecode, pacing, JUnit, delay, uploads, Testmo, the image: ratios; nothing gates on them.

With words (`start`, `bytecode`, `pacing`, `junit`, `delay`, `upload`, `testmo`, `image`) only those parts.
"""

import os
import platform
import subprocess
import sys
import sysconfig
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from tools.benchmarks import compiled, delay, image, junit, layout, pacing, starting, testmo, uploading
from tools.benchmarks.counting import VALGRIND
from tools.benchmarks.output import note, title

PARTS = ("start", "bytecode", "pacing", "junit", "delay", "upload", "testmo", "image")
IN_LAYOUT = {"start", "bytecode", "delay", "upload", "testmo"}


def main(wanted: list[str]) -> int:
    if set(wanted) - set(PARTS):
        print(f"usage: bench.py [{'] ['.join(PARTS)}]")
        return 2
    parts = wanted or list(PARTS)
    _machine()
    if "pacing" in parts:
        pacing.measure()
    if "junit" in parts:
        junit.measure()
    if IN_LAYOUT & set(parts):
        _in_layout(parts)
    if "image" in parts:
        image.measure()
    return 0


def _in_layout(parts: list[str]) -> None:
    """What starts our program as the image has it."""
    with tempfile.TemporaryDirectory() as folder:
        made = layout.build(folder)
        if "start" in parts:
            starting.measure(made)
        if "bytecode" in parts:
            if not compiled.proof_that_it_shows(made):
                raise RuntimeError("`python -v` does not tell what is compiled")
            compiled.measure(made)
        if "delay" in parts:
            delay.measure(made)
        if "upload" in parts:
            uploading.measure(made)
        if "testmo" in parts:
            testmo.measure(made)


def _machine() -> None:
    """What the figures depend on."""
    title("Machine")
    note(f"interpreter: {platform.python_implementation()} {platform.python_version()}, {_build()}")
    note(f"processor: {_processor()}, {os.cpu_count()} cores, load average {os.getloadavg()[0]:.2f}")
    version = subprocess.run([VALGRIND, "--version"], capture_output=True, text=True, check=True) if VALGRIND else None
    note(f"instructions: {version.stdout.strip() + ', callgrind' if version else 'not counted, valgrind is missing'}")


def _build() -> str:
    """Profile-guided or not. Debian names no such option: its own rules call the make target for it."""
    if "--enable-optimizations" in str(sysconfig.get_config_var("CONFIG_ARGS")):
        return "an optimised build"
    return "not known as an optimised build: sysconfig lacks --enable-optimizations"


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.partition(":")[2].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
