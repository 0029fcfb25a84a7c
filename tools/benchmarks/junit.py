"""JUnit read and written, against expat alone; files that want too much; a million cases: CPU and memory."""

import os
import subprocess
import sys
import tempfile
from statistics import median

from tools.benchmarks import junit_files
from tools.benchmarks.layout import ROOT
from tools.benchmarks.output import figure, note, title

CASES, MANY, FEW = 100_000, 1_000_000, 10_000
WARM_UPS, ROUNDS = 1, 7
SYSTEM = "/usr/bin/python3"
# Every figure is of a process of its own: CPU of the work without the imports for it, and the peak that the process
# itself knows of (what wait4 gives also counts the process that started it).
HEAD = "import gc, sys, time\ngc.set_threshold(20_000)\nfound = []\n"  # as entrypoint.py sets it
START = "\nbegan = time.process_time()\n"
TAIL = """
took = time.process_time() - began
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(took, peak / 1024, began, *found)
"""
FEED = """
with open(sys.argv[1], "rb") as file:
    while piece := file.read(1 << 16):
        parser.Parse(piece, False)
parser.Parse(b"", True)
"""
EXPAT = "from xml.parsers import expat" + START + "parser = expat.ParserCreate()"
EMPTY = "\nparser.StartElementHandler = lambda tag, attributes: None\nparser.EndElementHandler = lambda tag: None"
SURVEY = (
    "from core.junit_read import JUnitFile, survey"
    + START
    + "t = survey([JUnitFile(sys.argv[1])]).totals\nfound = [t.tests, t.failed, t.skipped, round(t.seconds)]"
)
EVERY = f"""from core.junit_read import JUnitFile{START}
tests = failed = skipped = 0
seconds = 0.0
for case in JUnitFile(sys.argv[1]):
    tests += 1
    failed += case.outcome == "failed"
    skipped += case.outcome == "skipped"
    seconds += case.seconds or 0
found = [tests, failed, skipped, round(seconds)]"""
# The same totals; each element is dropped from its parent, as it must be done.
ITERPARSE = f"""from xml.etree.ElementTree import iterparse{START}
tests = failed = skipped = 0
seconds = 0.0
stack = []
for event, element in iterparse(sys.argv[1], ("start", "end")):
    if event == "start":
        stack.append(element)
        continue
    stack.pop()
    if element.tag == "testcase":
        tests += 1
        failed += element.find("failure") is not None
        skipped += element.find("skipped") is not None
        seconds += float(element.get("time"))
    if element.tag in ("testcase", "testsuite") and stack:
        stack[-1].remove(element)
found = [tests, failed, skipped, round(seconds)]"""
# The report is made while it is written, as a vendor's pages are; `{}` is that alone, or the writing.
WRITE = f"""from core.writers.junit import write_junit
from core.model import Build, Conclusion, ExitCode, Reason, Result, TestReport, count
from tools.benchmarks.junit_files import suites
cases = suites(int(sys.argv[2]))
totals = count(cases)
report = TestReport(title="bench", run=None, suites=cases, totals=totals)
result = Result(conclusion=Conclusion.FAILED, reason=Reason.TESTS_FAILED, exit_code=ExitCode.TESTS_FAILED, fact="f")
found = [totals.tests, totals.failed, totals.skipped, round(totals.seconds)]{START}
"""
WRITING = """with open(sys.argv[1], "w", encoding="utf-8", newline="") as file:
    file.writelines(write_junit(report, result, Build(ci="", step="")))"""
MAKING = "for _ in range(2):\n    for suite in report.suites:\n        for case in suite.cases:\n            pass"
READERS = {
    "expat alone": EXPAT + FEED,
    "expat, empty handlers": EXPAT + EMPTY + FEED,
    "survey": SURVEY,
    "every case": EVERY,
    "ElementTree.iterparse": ITERPARSE,
}
REFUSING = f"""from core.junit_read import JUnitError, JUnitFile, survey{START}
try:
    survey([JUnitFile(sys.argv[1])])
except JUnitError:
    found = ["refused"]"""
LAUGHS = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
# name: what the file begins with, and what fills it up to a gigabyte, if anything does
HOSTILE = {
    "a billion laughs": (f'<!DOCTYPE r [<!ENTITY a0 "ha">{LAUGHS}]><testsuite name="&a9;"/>', ""),
    "a file of the machine": ('<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><testsuite name="&a;"/>', ""),
    "a bare DTD": ("<!DOCTYPE testsuite><testsuite/>", ""),
    "a gigabyte of depth": ("<testsuite>", "<properties>"),
    "a gigabyte of text in a failure": ("<testsuite><testcase><failure>", "a line of text\n"),
    "a gigabyte of output": ("<testsuite><testcase><system-out>", "a line of text\n"),
    "a gigabyte in one attribute": ('<testsuite name="', "text"),
    "a gigabyte in a comment": ("<testsuite><!--", "text"),
}


def measure() -> None:
    python = _interpreter()
    note(f"JUnit is measured on {python}")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "read.xml")
        junit_files.write(path, CASES)
        title(f"JUnit, {CASES:,} cases, {os.path.getsize(path) / 1e6:.1f} MB, medians of {ROUNDS} rounds")
        _speed(python, path, os.path.join(folder, "written.xml"))
        title("JUnit that wants too much")
        for name, (begin, more) in HOSTILE.items():
            _fill(path, begin, more)
            took, peak, _, *found = _run(python, REFUSING, path)
            if found != ["refused"]:
                raise RuntimeError(f"{name} was read")
            figure(f"{name}, refused in", float(took), " s", aim=0.1, more=f"peak {float(peak):.1f} MiB, aim <= 50")
        title("JUnit, peak memory")
        for name, program in (("survey", SURVEY), ("every case", EVERY), ("written", WRITE + WRITING)):
            peaks = []
            for cases in (FEW, MANY):
                if name != "written":
                    junit_files.write(path, cases)
                peaks.append(float(_run(python, program, path, str(cases))[1]))
            figure(f"{name}, {MANY:,} cases", peaks[1], " MiB", aim=20, more=f"{FEW:,} cases: {peaks[0]:.1f} MiB")


def _speed(python: str, path: str, written: str) -> None:
    cpu: dict[str, list[float]] = {}
    peak: dict[str, float] = {}
    totals: dict[str, tuple[str, ...]] = {}
    imports = []
    for turn in range(WARM_UPS + ROUNDS):
        for name, program in {**READERS, "made": WRITE + MAKING, "written": WRITE + WRITING}.items():
            took, mebibytes, began, *found = _run(python, program, written if name == "written" else path, str(CASES))
            peak[name] = float(mebibytes)
            if found:
                totals[name] = tuple(found)
            if turn >= WARM_UPS:
                cpu.setdefault(name, []).append(float(took))
                imports += [float(began)] * (name == "survey")
        if tuple(_run(python, SURVEY, written)[3:]) != totals["written"]:
            raise RuntimeError("what was written does not read as what it was written from")
    if len({totals[name] for name in totals if name in READERS}) != 1:
        raise RuntimeError(f"the totals differ: {totals}")
    middle = {name: median(each) for name, each in cpu.items()}
    alone, read = middle["expat alone"], middle["survey"]
    for name in READERS:
        figure(name, middle[name], " s", more=f"{alone / middle[name]:.2f} of expat's speed, peak {peak[name]:.1f} MiB")
    figure("times of expat alone that survey takes", read / alone, " x", aim=2)
    figure("written, with its cases made twice", middle["written"], " s", more=f"peak {peak['written']:.1f} MiB")
    figure("the cases made twice, alone", middle["made"], " s")
    figure("written without that, against survey", (middle["written"] - middle["made"]) / read, " x", aim=1.4)
    figure("the same, against every case", (middle["written"] - middle["made"]) / middle["every case"], " x")
    note(f"Not in these figures: start and imports before survey, {median(imports):.3f} s of CPU.")
    note("Who counts came to the same totals; each file that was written was read again, to the totals written.")


def _fill(path: str, begin: str, more: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(begin)
        block = more * ((1 << 20) // max(len(more), 1))
        file.writelines(block for _ in range(1 << 10 if more else 0))


def _interpreter() -> str:
    """The system's, an optimised build on Debian, if it is new enough for our code; else the one that runs this."""
    asked = [SYSTEM, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
    fits = os.path.exists(SYSTEM) and subprocess.run(asked, check=False).returncode == 0
    return SYSTEM if fits else sys.executable


def _run(python: str, program: str, *arguments: str) -> list[str]:
    """Seconds of CPU, MiB, seconds of CPU before the work, and what was found."""
    command = [python, "-c", HEAD + program + TAIL, *arguments]
    done = subprocess.run(command, env={"PYTHONPATH": ROOT}, capture_output=True, text=True, check=True)
    return done.stdout.split()
