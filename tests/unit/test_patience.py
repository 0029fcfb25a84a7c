"""How long we wait, on a clock that makes time up: outage windows, Retry-After, the deadline, signals."""

import random
from collections.abc import Callable

import pytest

from core.errors import CallFailedError, Fault, StoppedError
from core.waiting.patience import FIRST_WINDOW, Patience
from core.waiting.stop import Stop
from tests.support import MemoryCi, VirtualClock


def patience(timeout: float = 3600.0, window: float | None = None, *, good: bool = True) -> Patience:
    made = Patience(
        clock=VirtualClock(), stop=Stop(), log=MemoryCi(), rng=random.Random(1), timeout=timeout, window=window
    )
    if good:
        made.answered()
    return made


def lasts(of: Patience, failure: CallFailedError) -> tuple[float, int]:
    """(seconds until it gives up, failed calls until then)."""
    began, calls = of.clock.now(), 0
    while True:
        calls += 1
        try:
            of.failed(failure)
        except CallFailedError:
            return of.clock.now() - began, calls


DOWN = CallFailedError(Fault.SERVER, "GET /x answered 503.", status=503)


def test_an_outage_of_a_started_run_is_ridden_out_to_the_deadline() -> None:
    seconds, calls = lasts(patience(3600), DOWN)
    assert seconds == pytest.approx(3600, abs=1)
    assert calls < 250  # and the vendor is not hammered meanwhile


def test_the_outage_window_is_the_users_word() -> None:
    assert lasts(patience(3600, 300), DOWN)[0] == pytest.approx(300, abs=1)


def test_a_window_longer_than_the_deadline_ends_with_it() -> None:
    assert lasts(patience(100, 300), DOWN)[0] == pytest.approx(100, abs=1)


def test_before_the_first_good_answer_a_wrong_host_is_told_soon() -> None:
    assert lasts(patience(3600, good=False), DOWN)[0] == pytest.approx(FIRST_WINDOW, abs=1)
    assert lasts(patience(3600, 300, good=False), DOWN)[0] == pytest.approx(FIRST_WINDOW, abs=1)
    assert lasts(patience(3600, 5, good=False), DOWN)[0] == pytest.approx(5, abs=1)


def test_any_good_answer_opens_the_window_anew() -> None:
    mine = patience(3600, 100)
    for _ in range(5):
        mine.failed(DOWN)
    mine.answered()
    assert lasts(mine, DOWN)[0] == pytest.approx(100, abs=1)


@pytest.mark.parametrize("fault", [Fault.BUSY, Fault.SERVER])
@pytest.mark.parametrize("seconds", [0.0, 7.0, 90.0])
def test_retry_after_is_never_shortened_and_jitter_only_adds(fault: Fault, seconds: float) -> None:
    mine = patience()
    began = mine.clock.now()
    mine.failed(CallFailedError(fault, "x", retry_after=seconds))
    least = max(seconds, 1.0)
    assert least <= mine.clock.now() - began <= least * 1.1


def test_retry_after_is_cut_by_the_deadline_only() -> None:
    mine = patience(100)
    began = mine.clock.now()
    mine.failed(CallFailedError(Fault.BUSY, "x", retry_after=21_600))
    assert mine.clock.now() - began == pytest.approx(100, abs=0.1)


def test_retry_after_outlasts_the_window_before_the_first_answer_but_only_once() -> None:
    mine = patience(3600, good=False)
    began = mine.clock.now()
    busy = CallFailedError(Fault.BUSY, "x", retry_after=200)
    mine.failed(busy)
    assert 200 <= mine.clock.now() - began <= 220
    with pytest.raises(CallFailedError):
        mine.failed(busy)
    assert mine.clock.now() - began <= 220


def test_retry_after_past_the_users_window_ends_the_wait_at_once() -> None:
    mine = patience(3600, 100)
    began = mine.clock.now()
    with pytest.raises(CallFailedError):
        mine.failed(CallFailedError(Fault.BUSY, "x", retry_after=200))
    assert mine.clock.now() == began


def test_waits_between_tries_grow_to_half_a_minute_and_no_further() -> None:
    mine = patience()
    waits = []
    for _ in range(40):
        began = mine.clock.now()
        mine.failed(DOWN)
        waits.append(mine.clock.now() - began)
    assert all(0.5 <= wait <= 30 for wait in waits)
    assert max(waits[:2]) <= 4
    assert min(waits[5:]) >= 15


def test_an_outage_is_two_lines_however_long_it_is() -> None:
    mine = patience()
    log = mine.log
    assert isinstance(log, MemoryCi)
    for _ in range(50):
        mine.failed(DOWN)
    mine.answered()
    lines = [line for line in log.lines if ", no good answer for " not in line]
    assert [line[:22] for line in lines] == ["Warning: GET /x answer", "The vendor answers aga"]
    took = mine.clock.now() - 1_000.0
    assert took / 90 - 3 <= len(log.lines) - 2 <= took / 60 + 1  # and a sign of life a minute
    assert "50 failed calls" in log.lines[-1]


def test_a_single_failed_call_is_one_line() -> None:
    mine = patience()
    log = mine.log
    assert isinstance(log, MemoryCi)
    mine.failed(DOWN)
    mine.answered()
    assert len(log.lines) == 1


@pytest.mark.parametrize("wait", [lambda mine: mine.pause(60), lambda mine: mine.failed(DOWN)])
def test_a_signal_ends_every_wait(wait: Callable[[Patience], None]) -> None:
    mine = patience()
    mine.stop._handle(15, None)
    with pytest.raises(StoppedError) as caught:
        wait(mine)
    assert caught.value.exit_code == 143


def test_after_a_signal_there_is_time_to_clean_up_and_no_more() -> None:
    mine = patience()
    mine.stop._handle(2, None)
    mine.begin_closing(3.0)
    began = mine.clock.now()
    mine.pause(60)
    assert mine.clock.now() - began == pytest.approx(3, abs=0.1)
    with pytest.raises(CallFailedError):
        mine.failed(DOWN)


def test_a_signal_that_came_before_the_set_up_is_not_lost() -> None:
    stop = Stop()
    stop.signal = 15
    mine = Patience(clock=VirtualClock(), stop=stop, log=MemoryCi(), rng=random.Random(1), timeout=10)
    with pytest.raises(StoppedError):
        mine.pause(1)


def test_a_call_that_hung_is_a_part_of_the_outage() -> None:
    mine = patience(3600, good=False)
    began = mine.clock.now()
    mine.pause(30)
    mine.failed(DOWN, since=began)
    mine.pause(30)
    with pytest.raises(CallFailedError):
        mine.failed(DOWN, since=mine.clock.now() - 30)
    assert FIRST_WINDOW <= mine.clock.now() - began <= FIRST_WINDOW + 3


def test_a_long_wait_before_any_run_shows_signs_of_life() -> None:
    mine = patience(3600, good=False)
    log = mine.log
    assert isinstance(log, MemoryCi)
    mine.failed(CallFailedError(Fault.BUSY, "POST /x answered 429.", retry_after=600))
    beats = [line for line in log.lines if line.startswith("Waiting for the vendor, ")]
    assert len(beats) in (9, 10, 11)
    assert log.lines[0] == "Warning: POST /x answered 429. Trying again for up to 1h 00m."


def test_the_time_to_pay_is_its_own_and_no_longer_once_a_signal_came() -> None:
    mine = patience(10)
    assert lasts(mine, DOWN)[0] == pytest.approx(10, abs=1)
    mine.grant(30)  # the outage before it takes nothing of it
    assert lasts(mine, DOWN)[0] == pytest.approx(30, abs=1)
    mine.begin_closing(2.0)
    mine.grant(30)
    assert mine.left == pytest.approx(2.0)
