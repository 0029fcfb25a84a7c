"""At the real clock: from `finished` being visible at the server to the exit of the process, and its memory."""

import random
import shutil
from statistics import median, quantiles

from core.sandbox import Progression, Sandbox
from tools.benchmarks.counting import start
from tools.benchmarks.layout import Layout
from tools.benchmarks.output import figure, note, title
from tools.benchmarks.starting import a_run

RUNS = 21
SHORTEST, LONGEST = 2.5, 3.5  # seconds


def measure(layout: Layout) -> None:
    title(f"From `finished` at the server to the exit, {RUNS} runs of {SHORTEST} to {LONGEST} s")
    rng = random.Random(7)
    delays, peaks = [], []
    for _ in range(RUNS):
        length = rng.uniform(SHORTEST, LONGEST)
        with Sandbox(progression=Progression(total=length)) as box:
            ended = start(a_run(layout, box.url))
            delays.append(ended.at - (box.ledger.ours[0].started_at + length))
        peaks.append(ended.peak)
    figure("p50", median(delays), " s", aim=0.6)
    figure("p90", quantiles(delays, n=10)[-1], " s")
    figure("max", max(delays), " s")
    figure("peak RSS", max(peaks), " MiB")
    absent = shutil.which("autify") is None
    note(f"the vendor's own command line: {'skipped: autify CLI is not installed' if absent else 'not compared here'}")
