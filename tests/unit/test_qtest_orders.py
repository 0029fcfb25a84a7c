"""qTest: which jobs are taken for those of an order, and from when on."""

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


@pytest.mark.parametrize(("patience", "moment"), [(None, 60), (600.0, 60), (90.0, 45), (6.0, 3), (0.0, 0)])
def test_a_job_of_another_number_is_taken_after_half_of_the_wait_or_a_minute(
    patience: float | None, moment: float
) -> None:
    mine, found = order(1, 2, patience=patience), [job(5, 7777, 1, 2)]
    if moment:
        assert mine.mine(found, idle=moment - 0.1) == []
    assert mine.mine(found, idle=moment) == found


def test_so_is_one_without_a_number_and_none_that_is_for_other_test_runs() -> None:
    found = [job(4, None, 3), job(5, None, 1), job(6, 7777, 1, 2, 3), job(7, 7777)]
    assert order(1, 2).mine(found, idle=60) == [found[1]]


def test_of_several_for_one_test_run_the_newest_is_taken() -> None:
    found = [job(4, 7001, 1), job(5, 7002, 1, 2), job(6, 7777, 2), job(7, 7778, 1)]
    assert order(1, 2).mine(found, idle=60) == found[2:]


def test_once_the_number_has_proven_good_no_other_one_is_taken() -> None:
    mine, person = order(1, 2), job(4, 7001, 2)
    first = job(5, 6120, 1)
    assert mine.mine([person, first], idle=0) == [first]
    mine.taken(first)
    assert mine.mine([person], idle=600) == []
