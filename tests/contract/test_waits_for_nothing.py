"""`mode: wait` with a run that was never seen: nothing is said of it but its id, whichever the vendor."""

from pathlib import Path

import pytest

from core.sandbox import SCENARIOS
from tests.harness import Bench

WAITS = {
    "autify": {"vendor": "autify", "project_id": "77"},
    "autify-mobile": {"vendor": "autify", "product": "mobile", "project_id": "4yyABC"},
    "mendix-ats": {"vendor": "mendix-ats", "app_id": "1b4e28ba-2fa1-41d2-883f-0016d3cca427"},
    "apptest-ai": {"vendor": "apptest-ai", "token": "user:key"},
    "testmo": {"vendor": "testmo"},
}
ID = dict.fromkeys(WAITS, "5") | {"mendix-ats": "6fa459ea-ee8a-4ca4-894e-db77e160355e"}
UNPROVEN = ("vanished", "may go on", "goes on", "5 slots", "up to 1m")


@pytest.mark.parametrize("box", WAITS)
def test_a_mistyped_id_is_named_and_nothing_is_said_of_a_run(box: str, tmp_path: Path) -> None:
    with Bench(tmp_path, scenario=SCENARIOS["passing"], vendor=box) as bench:
        ended = bench.run(mode="wait", run_id=ID[box], **WAITS[box])
    assert (ended.status, ended.reason) == (7, "refused"), ended.log
    assert f"The vendor shows no run {ID[box]}. Check `run-id`: it is the output" in ended.log
    assert "Trying again for up to 15s." in ended.log
    assert 10 < ended.seconds < 16.5
    assert not [word for word in UNPROVEN if word in ended.log]


@pytest.mark.parametrize("box", WAITS)
def test_in_an_outage_from_the_start_nothing_was_learned_of_it(box: str, tmp_path: Path) -> None:
    with Bench(tmp_path, scenario=SCENARIOS["passing"], faults=["502@any*1000"], vendor=box) as bench:
        ended = bench.run(mode="wait", run_id=ID[box], **WAITS[box])
    assert (ended.status, ended.reason) == (7, "unavailable"), ended.log
    assert f"Nothing was learned of run {ID[box]}." in ended.log
    assert not [word for word in UNPROVEN[:4] if word in ended.log]


@pytest.mark.parametrize("box", ["autify", "mendix-ats"])
def test_a_signal_before_the_first_answer_says_no_more(box: str, tmp_path: Path) -> None:
    with Bench(tmp_path, scenario=SCENARIOS["passing"], vendor=box) as bench:
        bench.stop_in_call(2)
        ended = bench.run(mode="wait", run_id=ID[box], **WAITS[box])
    assert ended.status == 143
    assert f"Run {ID[box]} was not seen yet: if there is such a run, it goes on at the vendor" in ended.log
    assert "5 slots" not in ended.log


def test_a_shared_run_that_is_not_there_is_named_by_its_input(tmp_path: Path) -> None:
    (tmp_path / "out.xml").write_text('<testsuite name="s"><testcase classname="c" name="n"/></testsuite>')
    with Bench(tmp_path, scenario=SCENARIOS["passing"], vendor="testmo") as bench:
        ended = bench.run(vendor="testmo", thread_of="5", results="out.xml")
    assert (ended.status, ended.reason) == (3, "refused")
    assert "Check `thread-of`: the token's user finds no run 5 at Testmo." in ended.log
