"""The shipped poll policy, driven over simulated runs: what a delay costs in requests."""

import random
from statistics import mean

from core.waiting.pacing import LONGEST, Pacing


def simulate(pacing: Pacing, duration: float) -> tuple[float, int]:
    """(overshoot in seconds, requests) for a run of this duration."""
    now, requests = 0.0, 1
    while now < duration:
        now += pacing.after(now)
        requests += 1
    return now - duration, requests


def lognormal_runs(rng: random.Random, sigma: float, count: int) -> list[float]:
    return [rng.lognormvariate(5.703782, sigma) if rng.random() > 0.05 else rng.uniform(0, 10) for _ in range(count)]


def test_a_run_of_known_duration_costs_little_delay_and_few_requests() -> None:
    rng = random.Random(1)
    found = [simulate(Pacing(rng, usual=300.0), run) for run in lognormal_runs(rng, 0.15, 4_000)]
    assert mean(overshoot for overshoot, _ in found) <= 3.0
    assert mean(requests for _, requests in found) <= 25


def test_a_run_of_unknown_duration_keeps_within_its_bounds() -> None:
    rng = random.Random(2)
    found = [simulate(Pacing(rng), run) for run in lognormal_runs(rng, 0.5, 4_000)]
    assert mean(overshoot for overshoot, _ in found) <= 2.6
    assert mean(requests for _, requests in found) <= 80


def test_a_hint_that_is_wrong_by_two_does_little_harm() -> None:
    rng = random.Random(3)
    for hint in (150.0, 600.0):
        found = [simulate(Pacing(rng, usual=hint), run) for run in lognormal_runs(rng, 0.15, 2_000)]
        assert mean(overshoot for overshoot, _ in found) <= LONGEST / 2
        assert mean(requests for _, requests in found) <= 80


def test_a_fixed_interval_is_the_users_word() -> None:
    pacing = Pacing(random.Random(4), fixed=7.0, usual=300.0)
    assert {pacing.after(elapsed) for elapsed in (0.0, 10.0, 400.0)} == {7.0}


def test_no_wait_is_longer_than_the_longest_and_none_is_nothing() -> None:
    rng = random.Random(5)
    for pacing in (Pacing(rng), Pacing(rng, usual=300.0), Pacing(rng, usual=20_000.0)):
        for elapsed in range(0, 40_000, 7):
            assert 0.1 < pacing.after(float(elapsed)) <= LONGEST * 1.1


def test_a_vendor_that_limits_us_is_asked_less_often() -> None:
    pacing = Pacing(random.Random(6))
    before = max(pacing.after(100.0) for _ in range(50))
    pacing.slow_down()
    assert min(pacing.after(100.0) for _ in range(50)) > before
