"""qTest: which jobs are taken for those of an order, and from when on."""

from collections.abc import Sequence
from typing import Any

import pytest

from core.vendors.qtest.agents import Agent
from core.vendors.qtest.jobs import Job, Material
from core.vendors.qtest.scheduling import Order
from core.vendors.qtest.settings import Settings
from tests.support import MemoryCi

NOBODY: Any = None


def order(*test_runs: int, patience: float | None = None) -> Order:
    settings = Settings(qtest_mode="trigger", test_run_ids=test_runs, idle_timeout=patience)
    made = Order(settings, NOBODY, NOBODY, MemoryCi(), Agent(id=903, host=512, active=True), "ci #7")
    made.id = 6120
    return made


def job(number: int, schedule: int | None, *test_runs: int) -> Job:
    materials = tuple(Material(test_run=run, name="", content="a.B#c", version=None) for run in test_runs)
    return Job(id=number, project=77, schedule=schedule, status="PLANNED", start=float(number), materials=materials)


def taken(of: Order, jobs: Sequence[Job], *, idle: float, also: Sequence[int] = ()) -> list[Job]:
    """Of these jobs, where qTest lists them and others of the schedules `also`."""
    return of.mine(jobs, listed={job.schedule for job in jobs if job.schedule} | set(also), idle=idle)


@pytest.mark.parametrize(("patience", "moment"), [(None, 60), (600.0, 60), (90.0, 45), (6.0, 3), (0.0, 0)])
def test_a_job_of_another_number_is_taken_after_half_of_the_wait_or_a_minute(
    patience: float | None, moment: float
) -> None:
    mine, found = order(1, 2, patience=patience), [job(5, 7777, 1, 2)]
    if moment:
        assert taken(mine, found, idle=moment - 0.1) == []
    assert taken(mine, found, idle=moment) == found


def test_so_is_one_without_a_number_and_none_that_is_for_other_test_runs() -> None:
    found = [job(4, None, 3), job(5, None, 1), job(6, 7777, 1, 2, 3), job(7, 7777)]
    assert taken(order(1, 2), found, idle=60) == [found[1]]


def test_of_several_for_one_test_run_the_newest_is_taken() -> None:
    found = [job(4, 7001, 1), job(5, 7002, 1, 2), job(6, 7777, 2), job(7, 7778, 1)]
    assert taken(order(1, 2), found, idle=60) == found[2:]


def test_once_the_number_has_proven_good_no_other_one_is_taken() -> None:
    mine, person = order(1, 2), job(4, 7001, 2)
    first = job(5, 6120, 1)
    assert taken(mine, [person, first], idle=0) == [first]
    mine.taken(first)
    assert taken(mine, [person], idle=600) == []


def test_nor_is_where_a_job_of_that_number_is_listed_that_is_not_to_be_run_here() -> None:
    mine, person = order(1, 2), job(4, 7001, 1, 2)
    assert taken(mine, [person], idle=600, also=[6120]) == []
    assert taken(mine, [person], idle=600) == []
