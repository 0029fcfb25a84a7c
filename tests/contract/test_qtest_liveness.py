"""qTest: a host that is at work for long stays Online, spares its calls, and comes back once when it was deleted."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from core.sandbox.qtest.truth import Truth, truth_of
from tests.contract.test_qtest import DONE, GIVEN_UP, SCENES, USUAL, paths, play
from tests.harness import EPOCH, Bench, Ended

WAITING = """\
import os, sys, time
while not os.path.exists("go"):
    time.sleep(0.005)
with open(sys.argv[1], "w") as file:
    file.write("<testsuite><testcase classname='shop.CartTest' name='addsItem'/>"
        "<testcase classname='shop.CartTest' name='removesItem'/>"
        "<testcase classname='shop.CheckoutTest' name='paysByCard'/></testsuite>")
"""
LENGTH = 45 * 60.0


@contextmanager
def a_long_command(folder: Path, *faults: str) -> Iterator[tuple[Bench, dict[str, str]]]:
    """A step whose command runs for 45 minutes, and its inputs."""
    (folder / "waiting.py").write_text(WAITING)
    with Bench(folder, scenario=SCENES["passing"], faults=faults, vendor="qtest") as bench:
        bench.clock.command_seconds = LENGTH
        bench.clock.at(LENGTH, (folder / "go").touch)
        yield bench, USUAL | {"command": f"{sys.executable} waiting.py {{junit}}", "timeout": "2h"}


def longest_silence(ended: Ended) -> float:
    times = [exchange.at for exchange in ended.calls("ping-host") if exchange.status == 200]
    return max(later - earlier for earlier, later in pairwise(times))


@pytest.mark.parametrize(("heartbeat", "seconds"), [("", 600.0), ("5m", 300.0)])
def test_a_host_stays_online_while_the_command_runs(heartbeat: str, seconds: float, tmp_path: Path) -> None:
    with a_long_command(tmp_path) as (bench, inputs):
        ended = bench.run(**inputs, heartbeat=heartbeat)
    truth = truth_of(ended.ledger)
    assert (ended.status, paths(truth)) == (0, [DONE]), ended.log
    assert ended.seconds > LENGTH
    assert [host.offline_at for host in truth.hosts] == [()]
    assert seconds <= longest_silence(ended) < seconds + 61
    assert "The command has been running for 30m" in ended.log, "a CI kills a silent job"


def test_signs_of_life_that_fail_while_the_command_runs_are_one_warning(tmp_path: Path) -> None:
    with a_long_command(tmp_path, "503@ping-host#2*forever") as (bench, inputs):
        ended = bench.run(**inputs)
    truth = truth_of(ended.ledger)
    assert (ended.status, paths(truth)) == (0, [DONE]), ended.log
    assert ended.log.count("may take this host for dead") == 1
    times = [exchange.at for exchange in ended.calls("ping-host")]
    assert all(later - earlier >= 0.5 for earlier, later in pairwise(times)), "a wait for the next try sends no other"
    assert [len(host.offline_at) > 0 for host in truth.hosts] == [True], "what the pings of the other test prevent"


@pytest.mark.parametrize("kind", ["hang", "reset-before", "html", "404", "401"])
def test_one_lost_sign_of_life_is_made_up_for(kind: str, tmp_path: Path) -> None:
    with a_long_command(tmp_path, f"{kind}@ping-host#2") as (bench, inputs):
        ended = bench.run(**inputs)
    truth = truth_of(ended.ledger)
    assert (ended.status, paths(truth), truth.hosts[0].offline_at) == (0, [DONE], ()), ended.log


def test_a_host_that_waits_for_jobs_stays_online(tmp_path: Path) -> None:
    ended, truth = play(tmp_path, scenario="never-ends", idle_timeout="50m", timeout="2h")
    assert (ended.status, ended.reason) == (5, "empty")
    assert 3000 <= ended.seconds < 3060
    assert [host.offline_at for host in truth.hosts] == [()]


@pytest.mark.parametrize(("left", "waits"), [("0", True), ("4", True), ("5", False), ("999999999", False)])
def test_hardly_any_call_left_is_a_wait_for_the_next_minute(left: str, waits: bool, tmp_path: Path) -> None:
    ended, truth = play(tmp_path, f"minute-left={left}@retrieve-jobs")
    assert (ended.status, paths(truth)) == (0, [DONE])
    listing = ended.calls("retrieve-jobs")[0]
    later = next(
        exchange for exchange in ended.journal if exchange.at > listing.at or exchange.operation == "update-job-status"
    )
    minute = (EPOCH + listing.at - 1_000) // 60
    assert ((EPOCH + later.at - 1_000) // 60 == minute + 1) is waits


def test_it_is_the_same_while_results_are_logged(tmp_path: Path) -> None:
    ended, truth = play(tmp_path, "minute-left=0@submit-test-log")
    first, second, third = (EPOCH + exchange.at - 1_000 for exchange in ended.calls("submit-test-log"))
    assert (ended.status, len(truth.logs)) == (0, 3)
    assert second // 60 == first // 60 + 1
    assert third // 60 == second // 60


@pytest.mark.parametrize("log", ["#1", "#2", "#3", "*forever"])
def test_no_job_is_given_up_to_spare_calls(log: str, tmp_path: Path) -> None:
    ended, truth = play(tmp_path, f"minute-left=0@submit-test-log{log}", timeout="50s", idle_timeout="5s")
    assert (ended.status, len(truth.logs), paths(truth)) == (0, 3, [DONE]), ended.log
    last, end = ended.calls("submit-test-log")[-1], ended.calls("update-job-status")[-1]
    assert end.at - last.at < 1, "a claimed job is ended at once"


@pytest.mark.parametrize(("left", "warned"), [("0", 1), ("99", 1), ("100", 0)])
def test_a_month_that_is_nearly_used_up_is_a_warning(left: str, warned: int, tmp_path: Path) -> None:
    ended, _ = play(tmp_path, f"month-left={left}@retrieve-jobs*forever", scenario="overdue", max_jobs="2")
    assert ended.status == 0
    assert ended.log.count(f"Only {left} calls to qTest are left in this month.") == warned


def test_a_host_that_was_deleted_registers_once_more(tmp_path: Path) -> None:
    ended, truth = play(tmp_path, "host-deleted@retrieve-jobs", idle_timeout="2m")
    assert (ended.status, paths(truth)[-1]) == (0, DONE), ended.log
    assert len(ended.calls("register-host")) == len(ended.calls("create-agent")) == 2
    assert ended.outputs["agent-id"] == str(truth.agents[0].id)


def test_a_host_that_is_deleted_again_and_again_gives_up(tmp_path: Path) -> None:
    ended, truth = play(tmp_path, "host-deleted@retrieve-jobs*forever", idle_timeout="2m")
    assert ended.status == 3, ended.log
    assert len(ended.calls("register-host")) == 2
    assert truth.running == ()


def test_a_404_that_passes_makes_no_second_host(tmp_path: Path) -> None:
    ended, truth = play(tmp_path, "404@retrieve-jobs*2")
    assert (ended.status, paths(truth)) == (0, [DONE]), ended.log
    assert len(ended.calls("register-host")) == 1


def test_an_agent_that_was_deleted_is_no_green(tmp_path: Path) -> None:
    ended, truth = play(tmp_path, "agent-deleted@retrieve-jobs", idle_timeout="2m")
    assert (ended.status, ended.reason) == (5, "empty")
    assert truth.running == ()


def test_an_agent_that_was_deleted_since_the_last_build_is_made_again(tmp_path: Path) -> None:
    with Bench(
        tmp_path, scenario=SCENES["passing"], faults=("agent-deleted@get-token-status#2",), vendor="qtest"
    ) as bench:
        first, second = bench.run(**USUAL), bench.run(**USUAL)
    truth: Truth = truth_of(second.ledger)
    assert (first.status, second.status) == (0, 0), second.log
    assert first.outputs["host-id"] == second.outputs["host-id"]
    assert [agent.id for agent in truth.agents] == [int(second.outputs["agent-id"])]


@pytest.mark.parametrize("call", ["submit-test-log#1", "submit-test-log#3", "update-job-status#2"])
@pytest.mark.parametrize("scenario", ["passing", "jobs-returned"])
def test_a_host_that_has_to_wait_before_it_can_go_on_stays_online(call: str, scenario: str, tmp_path: Path) -> None:
    ended, truth = play(tmp_path, f"429=3600@{call}", scenario=scenario, timeout="3h")
    assert (ended.status, paths(truth)) == (0, [DONE]), ended.log
    assert ended.seconds > 3600
    assert [host.offline_at for host in truth.hosts] == [()]
    assert longest_silence(ended) < 605


def test_signs_of_life_neither_end_nor_prolong_an_outage(tmp_path: Path) -> None:
    fault = "429=50@submit-test-log*forever"
    ended, truth = play(tmp_path, fault, timeout="3h", outage_window="20m", heartbeat="1m")
    assert (ended.status, ended.reason, paths(truth)) == (7, "unavailable", [GIVEN_UP]), ended.log
    assert 1100 < ended.seconds < 1300
    assert ended.log.count("answers again") == 1, "when the job is ended"
    assert len(ended.calls("ping-host")) > 15


def test_signs_of_life_that_fail_in_such_a_wait_are_one_warning(tmp_path: Path) -> None:
    faults = ("429=3600@submit-test-log#1", "503@ping-host#2*forever")
    ended, truth = play(tmp_path, *faults, timeout="3h")
    assert (ended.status, paths(truth)) == (0, [DONE]), ended.log
    assert ended.log.count("answered 503") == 1
    assert "may take this host for dead" in ended.log


@pytest.mark.parametrize("kind", ["hang", "429=60"])
def test_a_sign_of_life_delays_no_stop(kind: str, tmp_path: Path) -> None:
    faults = ("429=3600@submit-test-log#1", f"{kind}@ping-host#2*forever")
    with Bench(tmp_path, scenario=SCENES["passing"], faults=faults, vendor="qtest") as bench:
        bench.stop_at(603.0)
        ended = bench.run(**USUAL, timeout="3h")
    assert ended.status == 143, ended.log
    assert ended.seconds < 606
    assert truth_of(ended.ledger).running == ()
