"""A gigabyte of output, in lines and in one, passes through in little memory."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
from core.child import run
from core.waiting.clock import SystemClock
from core.waiting.stop import Stop
shown = [0]
def show(line):
    shown[0] += 1
ended = run(sys.argv[1:], directory=".",
    environment={"PATH": "/usr/bin:/bin"}, clock=SystemClock(), stop=Stop(), show=show, timeout=300)
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(ended.exit_code, shown[0], len(ended.output), peak // 1024)
"""


@pytest.mark.parametrize(
    ("words", "lines"),
    [(["head", "-c", "1G", "/dev/zero"], 1), (["sh", "-c", f"yes {'a' * 999} | head -c 1000000000"], 1_000_000)],
    ids=["one line", "a million lines"],
)
def test_a_gigabyte_passes_in_flat_memory(words: list[str], lines: int) -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM, *words], cwd=ROOT, capture_output=True, text=True, check=True)
    exit_code, shown, kept, peak = (int(word) for word in done.stdout.split())
    assert (exit_code, shown) == (0, lines)
    assert kept < 70_000
    assert peak < 40
