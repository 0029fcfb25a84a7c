"""Reading JUnit to totals and the first failures, against expat alone and against ElementTree: CPU and memory."""

import os
import subprocess
import sys
import tempfile
from statistics import median

from tools.benchmarks import junit_files
from tools.benchmarks.layout import ROOT
from tools.benchmarks.output import figure, note, title

SIZES = (1_000, 200_000)
ROUNDS = 5
SYSTEM = "/usr/bin/python3"
# The process's own clock and peak: what wait4 gives also knows of the process that started it.
HEAD = "import gc, sys, time\ngc.set_threshold(20_000)\nbegan = time.process_time()\n"  # as entrypoint.py sets it
TAIL = """
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(time.process_time() - began, peak / 1024, *found)
"""
FEED = """
found = []
with open(sys.argv[1], "rb") as file:
    while piece := file.read(1 << 16):
        parser.Parse(piece, False)
parser.Parse(b"", True)
"""
# Each is a whole process. ITERPARSE counts the same totals and drops each element from its parent, as it must be done.
PROGRAMS = {
    "expat alone": "from xml.parsers import expat\nparser = expat.ParserCreate()" + FEED,
    "expat, empty handlers": "from xml.parsers import expat\nparser = expat.ParserCreate()\n"
    "parser.StartElementHandler = lambda tag, attributes: None\nparser.EndElementHandler = lambda tag: None" + FEED,
    "survey": "from core.junit_read import JUnitFile, survey\n"
    "t = survey([JUnitFile(sys.argv[1])]).totals\nfound = [t.tests, t.failed, t.skipped, round(t.seconds)]",
    "every case": "from core.junit_read import JUnitFile\ntests = failed = skipped = 0\nseconds = 0.0\n"
    "for case in JUnitFile(sys.argv[1]):\n"
    "    tests += 1\n    failed += case.outcome == 'failed'\n    skipped += case.outcome == 'skipped'\n"
    "    seconds += case.seconds or 0\nfound = [tests, failed, skipped, round(seconds)]",
    "ElementTree.iterparse": "from xml.etree.ElementTree import iterparse\n"
    "tests = failed = skipped = 0\nseconds = 0.0\nstack = []\n"
    "for event, element in iterparse(sys.argv[1], ('start', 'end')):\n"
    "    if event == 'start':\n        stack.append(element)\n        continue\n"
    "    stack.pop()\n    if element.tag == 'testcase':\n        tests += 1\n"
    "        failed += element.find('failure') is not None\n        skipped += element.find('skipped') is not None\n"
    "        seconds += float(element.get('time'))\n"
    "    if element.tag in ('testcase', 'testsuite') and stack:\n        stack[-1].remove(element)\n"
    "found = [tests, failed, skipped, round(seconds)]",
}


def measure() -> None:
    python = _interpreter()
    with tempfile.TemporaryDirectory() as folder:
        for cases in SIZES:
            path = os.path.join(folder, f"{cases}.xml")
            junit_files.write(path, cases)
            title(f"Reading JUnit, {cases:,} cases, {os.path.getsize(path) / 1e6:.1f} MB, medians of {ROUNDS} rounds")
            _one_size(python, path)


def _one_size(python: str, path: str) -> None:
    cpu: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    peak: dict[str, float] = {}
    totals: dict[str, tuple[str, ...]] = {}
    for _ in range(ROUNDS):
        for name, program in PROGRAMS.items():
            seconds, mebibytes, *found = _run(python, HEAD + program + TAIL, path)
            cpu[name].append(float(seconds))
            peak[name] = float(mebibytes)
            if found:
                totals[name] = tuple(found)
    if len(set(totals.values())) != 1:
        raise RuntimeError(f"the totals differ: {totals}")
    alone = median(cpu["expat alone"])
    for name, each in cpu.items():
        more = f"{alone / median(each):.2f} of expat's speed, peak {peak[name]:.1f} MiB"
        figure(name, median(each), " s", more=more)
    note(f"CPU of {python}, reading and the imports for it; whoever counts came to the same totals.")


def _interpreter() -> str:
    """The system's, an optimised build on Debian, if it is new enough for our code; else the one that runs this."""
    asked = [SYSTEM, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
    fits = os.path.exists(SYSTEM) and subprocess.run(asked, check=False).returncode == 0
    return SYSTEM if fits else sys.executable


def _run(python: str, program: str, path: str) -> list[str]:
    arguments = [python, "-c", program, path]
    done = subprocess.run(arguments, env={"PYTHONPATH": ROOT}, capture_output=True, text=True, check=True)
    return done.stdout.split()
