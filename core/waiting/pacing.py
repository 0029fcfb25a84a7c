"""When to look next: a pure policy. Backoff belongs to outages; for pacing it is worse on delay and on requests.

The figures and the rule for known durations: E[delay] = ∫ f/2n and E[requests] = ∫ S·n over the density of polls n
are balanced by n = √(h/2c), where h = f/S is the hazard of the run's end and c the seconds one request is worth.
"""

import math
import random

PRICE = 0.2  # c: one request is worth 0.2 s of delay
SPREAD = 0.15  # σ of the logarithm of a run's duration, from run to run of the same suite
SHORTEST_HINT = 30.0  # a shorter run is over while polls still come every second or two
SHORTEST, LONGEST = 2.0, 30.0
OVERDUE = 1.5  # past this multiple of the hint the hint is wrong, and no rule follows from it
JITTER = 0.1


class Pacing:
    """Seconds from one look at a run to the next, jittered by ±10 % with the given randomness."""

    def __init__(self, rng: random.Random, *, fixed: float | None = None, usual: float | None = None) -> None:
        self._rng = rng
        self._fixed = fixed
        self._usual = usual if usual and usual >= SHORTEST_HINT else None
        self._slower = 1.0

    def after(self, elapsed: float) -> float:
        """The wait after a look `elapsed` seconds into the run."""
        if self._fixed is not None:
            return self._fixed
        if self._usual is not None and elapsed < OVERDUE * self._usual:
            interval = _by_hazard(elapsed, self._usual)
        else:
            interval = _by_age(elapsed)
        return min(interval * self._slower, LONGEST) * self._rng.uniform(1 - JITTER, 1 + JITTER)

    def slow_down(self) -> None:
        """The vendor said that we ask too often: ask less often for the rest of this run."""
        self._slower = min(self._slower * 1.5, LONGEST)


def _by_age(elapsed: float) -> float:
    if elapsed < 10:
        return 1.0
    if elapsed < 30:
        return 2.0
    return 5.0 if elapsed < 600 else min(0.01 * elapsed, LONGEST)


def _by_hazard(elapsed: float, usual: float) -> float:
    """√(2c/h), looking ahead so that no step jumps past where the hazard rises; early failures are probed first."""
    for probe in (2.0, 5.0, 10.0):
        if elapsed < probe * (1 - JITTER):
            return probe - elapsed
    step = SHORTEST
    while step < LONGEST:
        hazard = _hazard(elapsed + step, usual)
        if hazard > 0 and step >= math.sqrt(2 * PRICE / hazard):
            return step
        step += 1.0
    return LONGEST


def _hazard(elapsed: float, usual: float) -> float:
    """f/S of a lognormal duration with median `usual`."""
    z = math.log(elapsed / usual) / SPREAD
    survival = 0.5 * math.erfc(z / math.sqrt(2))
    density = math.exp(-z * z / 2) / (elapsed * SPREAD * math.sqrt(2 * math.pi))
    return density / survival if survival > 1e-12 else 1 / SHORTEST
