"""How long things may take, in time that is made up: stopping with debts, names that hang, silence before a run."""

from pathlib import Path

import pytest

from core.sandbox import SCENARIOS, Progression
from tests import harness
from tests.harness import Bench

PAIRS = "\n".join(f"https://{name}.example.com https://pr-9.example.net/{name}" for name in "abcd")
LONGEST_STOP = 5.0


@pytest.mark.parametrize("fault", ["hang", "hang-after", "503", "502", "reset-before", "slow-loris", "404"])
@pytest.mark.parametrize("call", ["delete-url-replacement", "list-url-replacements", "any"])
def test_a_stop_takes_five_seconds_however_much_is_owed(fault: str, call: str, tmp_path: Path) -> None:
    first = 20 if call == "list-url-replacements" else 1
    faults = [f"{fault}@{call}[30-]" if call == "any" else f"{fault}@{call}#{first}*forever"]
    with Bench(tmp_path, scenario=SCENARIOS["never-ends-running"], faults=faults) as bench:
        bench.stop_at(60.0)
        rung: list[float] = []
        bench.on_signal = lambda: rung.append(bench.clock.now())
        ended = bench.run(test_plan="3001", url_replacements=PAIRS)
        assert ended.status == 143
        assert bench.clock.now() - rung[0] <= LONGEST_STOP
        left = len(ended.ledger.url_replacements)
        named = [text for text in ended.report["problems"] if text.startswith("Left at the vendor: ")]
        assert len(named) >= left  # more where a lost answer hides that it is gone


def test_what_is_owed_is_waited_for_when_nobody_hurries(tmp_path: Path) -> None:
    faults = ["503@delete-url-replacement#1*9"]
    ended = harness.run(
        tmp_path,
        scenario=SCENARIOS["passing"],
        progression=Progression(looks=2),
        faults=faults,
        test_plan="3001",
        url_replacements=PAIRS,
    )
    assert (ended.status, ended.ledger.url_replacements, ended.report["problems"]) == (0, (), [])


@pytest.mark.parametrize("fault", ["hang", "slow-loris"])
def test_names_that_hang_hold_a_verdict_for_seconds_only(fault: str, tmp_path: Path) -> None:
    ended = harness.run(
        tmp_path,
        scenario=SCENARIOS["many"],
        progression=Progression.immediate(),
        faults=[f"{fault}@describe-scenario*forever"],
        scenarios="501",
        capabilities="os: Linux\nbrowser: Chrome",
    )
    assert ended.status == 0
    assert ended.seconds < 20
    assert "No name could be read for 100 scenarios" in ended.log


def test_names_are_not_asked_for_past_the_deadline(tmp_path: Path) -> None:
    ended = harness.run(
        tmp_path,
        scenario=SCENARIOS["many"],
        progression=Progression(total=9.0),
        faults=["hang@describe-scenario*forever"],
        scenarios="501",
        timeout="10s",
        poll_interval="9s",
    )
    assert ended.seconds <= 10 + 5


def test_silence_before_a_run_exists_is_filled(tmp_path: Path) -> None:
    ended = harness.run(
        tmp_path,
        scenario=SCENARIOS["passing"],
        faults=["hang@start"],
        progression=Progression.immediate(),
        scenarios="501",
    )
    assert (ended.status, ended.reason) == (7, "may-exist")
    assert "Waiting for the vendor, 1m 00s of at most 1h 00m" in ended.log


def test_a_vendor_that_hangs_from_the_first_call_on_is_told_after_a_minute(tmp_path: Path) -> None:
    ended = harness.run(tmp_path, scenario=SCENARIOS["passing"], faults=["hang@any*forever"], scenarios="501")
    assert (ended.status, ended.reason) == (3, "unavailable")
    assert 60 <= ended.seconds < 65
