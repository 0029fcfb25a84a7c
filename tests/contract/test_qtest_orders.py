"""qTest: which jobs come of an order, where qTest's numbers of schedules can be trusted and where they can't."""

from pathlib import Path
from typing import Any

import pytest

from tests.contract.test_qtest import DONE, GIVEN_UP, play

ORDER: dict[str, Any] = {"qtest_mode": "trigger", "test_run_ids": "88120,88121"}
AGAIN = ORDER | {"test_run_ids": "88120,88121,88122"}  # the tests that a person has scheduled, too
WAITING = ("PLANNED",)


@pytest.mark.parametrize(("idle", "least", "most"), [("6s", 3, 6), ("90s", 45, 60), ("", 60, 80)])
def test_jobs_whose_schedule_has_another_number_are_known_by_their_test_runs(
    idle: str, least: float, most: float, tmp_path: Path
) -> None:
    ended, truth = play(tmp_path, knobs={"other_schedules": True}, **ORDER, idle_timeout=idle)
    ours = [job for job in truth.jobs if job.test_runs == (88120, 88121)]
    assert (ended.status, [job.words for job in ours]) == (0, [DONE]), ended.log
    assert least <= ours[0].claims[0].at - 1000 <= most
    assert "for the same test runs" in ended.log


def test_several_jobs_of_such_an_order_are_all_run(tmp_path: Path) -> None:
    knobs = {"other_schedules": True, "split_orders": True}
    ended, truth = play(tmp_path, knobs=knobs, **ORDER, idle_timeout="")
    assert (ended.status, [job.words for job in truth.jobs if len(job.test_runs) == 1]) == (0, [DONE, DONE]), ended.log


def test_of_two_jobs_for_the_same_test_runs_the_newer_one_alone_is_taken_for_the_order(tmp_path: Path) -> None:
    ended, truth = play(tmp_path, knobs={"other_schedules": True}, **AGAIN, idle_timeout="")
    older, newer = sorted(truth.jobs, key=lambda job: job.id)
    assert older.test_runs == newer.test_runs
    assert (ended.status, older.words, newer.words) == (0, WAITING, DONE), ended.log


@pytest.mark.parametrize("word", ["RUNNING", "SCHEDULED"])
def test_an_order_whose_own_job_is_not_to_be_run_here_takes_no_other(word: str, tmp_path: Path) -> None:
    ended, truth = play(tmp_path, knobs={"ordered_word": word}, **AGAIN, idle_timeout="90s")
    person, _ = sorted(truth.jobs, key=lambda job: job.id)
    assert (ended.status, ended.reason, person.words) == (7, "may-exist", WAITING), ended.log
    assert ended.seconds > 90
    assert word in ended.log


def test_an_order_whose_job_holds_no_test_is_red_at_once(tmp_path: Path) -> None:
    ended, truth = play(tmp_path, scenario="empty", **ORDER, idle_timeout="")
    assert (ended.status, [job.words for job in truth.jobs]) == (1, [GIVEN_UP]), ended.log
    assert ended.seconds < 60
    assert ended.report["problems"] == []


@pytest.mark.parametrize("knobs", [{}, {"other_schedules": True, "split_orders": True}])
@pytest.mark.parametrize("call", range(1, 17))
def test_a_signal_in_any_call_of_an_order_leaves_nothing_unnamed(
    call: int, knobs: dict[str, Any], tmp_path: Path
) -> None:
    ended, truth = play(tmp_path, stop_in=call, knobs=knobs, **ORDER, idle_timeout="10s")
    assert (ended.status, truth.running) == (143, ()), ended.log
    assert not any(agent.active for agent in truth.agents if agent.ours)
    waiting = [job for job in truth.jobs if job.words == WAITING and set(job.test_runs) <= {88120, 88121}]
    assert not waiting or f"the schedule {waiting[0].schedule}" in ended.log
