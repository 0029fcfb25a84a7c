"""The shipped poll policy in a seeded simulation, against what others do: delay bought with requests."""

import math
import random
from collections.abc import Callable
from statistics import mean

from core.waiting.pacing import Pacing
from tools.benchmarks.output import figure, note, title

RUNS = 20_000
MEDIAN = 300.0  # seconds
EARLY, WITHIN = 0.05, 10.0  # the share of runs that fail at once, and the seconds that this takes
SEED = 20_261_125

After = Callable[[float], float]


def measure() -> None:
    _compare("5-minute runs, known within 15 %", 0.15, MEDIAN, delay=3.0, requests=25)
    _compare("5-minute runs, unknown (sigma 0.5)", 0.5, None, delay=2.6, requests=80)
    note(f"{RUNS} runs of lognormal duration, {EARLY:.0%} fail within {WITHIN:.0f} s; seed {SEED}; jitter as shipped.")


def _compare(what: str, sigma: float, usual: float | None, *, delay: float, requests: int) -> None:
    title(f"Polling {what}: mean delay and mean requests")
    durations = _durations(random.Random(SEED), sigma)
    shipped = Pacing(random.Random(SEED + 1), usual=usual)
    found = _simulate(shipped.after, durations)
    figure("shipped policy: delay", found[0], " s", aim=delay)
    figure("shipped policy: requests", found[1], aim=requests)
    others: dict[str, After] = {
        "every second": lambda _: 1.0,
        "every 5 s": lambda _: 5.0,
        "every 10 s": lambda _: 10.0,
        "exponential, 1 s x 1.5, at most 30 s": _exponential,
    }
    for name, after in others.items():
        late, asked = _simulate(after, durations)
        note(f"{name:54} {late:8.2f} s at {asked:6.1f} requests")


def _exponential(elapsed: float) -> float:
    """The interval that follows when each is 1.5 times the one before: 1 + 1.5 + … + 1.5^(n-1) have elapsed."""
    return min(1.5 ** round(math.log(elapsed * 0.5 + 1, 1.5)), 30.0)


def _durations(rng: random.Random, sigma: float) -> list[float]:
    return [
        rng.lognormvariate(math.log(MEDIAN), sigma) if rng.random() > EARLY else rng.uniform(0, WITHIN)
        for _ in range(RUNS)
    ]


def _simulate(after: After, durations: list[float]) -> tuple[float, float]:
    found = [_one(after, duration) for duration in durations]
    return mean(late for late, _ in found), mean(asked for _, asked in found)


def _one(after: After, duration: float) -> tuple[float, int]:
    """(delay in seconds, requests); the first look comes at once."""
    now, requests = 0.0, 1
    while now < duration:
        now += after(now)
        requests += 1
    return now - duration, requests
