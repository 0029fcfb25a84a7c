"""A vendor that is away for 40 minutes: ridden out by default, given up where the user said so."""

from pathlib import Path

from core.sandbox import SCENARIOS, Progression
from tests import harness

OUTAGE = ("502@any[60-1260]", "reset-before@any[1260-2460]")


def test_an_outage_of_40_minutes_is_ridden_out(tmp_path: Path) -> None:
    ended = harness.run(
        tmp_path,
        scenario=SCENARIOS["one-failure"],
        faults=OUTAGE,
        progression=Progression(total=600),
        scenarios="501\n502",
        timeout="60m",
    )
    assert (ended.status, ended.reason) == (1, "tests-failed")
    assert 2460 <= ended.seconds <= 2500
    assert "The vendor answers again, after 40m" in ended.log


def test_an_outage_longer_than_the_window_is_not(tmp_path: Path) -> None:
    ended = harness.run(
        tmp_path,
        scenario=SCENARIOS["passing"],
        faults=OUTAGE,
        progression=Progression(total=600),
        scenarios="501",
        timeout="60m",
        outage_window="5m",
    )
    assert (ended.status, ended.reason) == (7, "unavailable")
    assert 300 <= ended.seconds <= 400
    assert ended.outputs["run-url"] in ended.log


def test_a_call_that_hangs_through_the_outage_costs_no_more_than_its_time(tmp_path: Path) -> None:
    ended = harness.run(
        tmp_path,
        scenario=SCENARIOS["passing"],
        faults=("hang@describe-result[10-2410]",),
        progression=Progression(total=600),
        scenarios="501",
    )
    assert ended.status == 0
    assert 2410 <= ended.seconds <= 2480
