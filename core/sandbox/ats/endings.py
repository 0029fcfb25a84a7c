"""Mendix ATS: what a job comes to: the result of each case, and of the whole."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from core.sandbox import hostile
from core.sandbox.ats import workspace
from core.sandbox.ats.habits import habits_of
from core.sandbox.scenario import Scenario

DONE, PASSED, FAILED, NOT_EXECUTED = "Done", "Passed", "Failed", "Not_Executed"
_RESULTS: Final = {"passed": PASSED, "skipped": PASSED, "failed": FAILED, "canceled": FAILED, "error": ""}
_EXECUTED: Final = 0.6  # so much of a job is done when a person cancels it
_MESSAGES: Final = {FAILED: "Element <button id='pay'> was not found & clicked", NOT_EXECUTED: "Setup failed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test case of a job, as it will end."""

    name: str
    result: str
    seconds: int
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a job will end. An empty result or message is none."""

    status: str = DONE
    result: str = ""
    message: str = ""
    canceled: bool = False
    warning: bool = False


REJECTED: Final = Ending(result=FAILED, canceled=True, warning=True)  # one job too many


def planned_cases(scenario: Scenario) -> tuple[Case, ...]:
    """Return the cases of a first run. Its failures are the last ones."""
    usual = len(hostile.NAMES) if scenario.hostile else workspace.COUNT
    rows, columns = scenario.matrix or (usual, 1)
    count = 0 if scenario.empty else rows * columns
    return tuple(_case(scenario, index, result) for index, result in enumerate(_results(scenario, count)))


def planned_ending(scenario: Scenario) -> Ending:
    """Return how a first run ends. A word that ATS does not have stays its status."""
    habits = habits_of(scenario)
    result = "" if scenario.empty else _RESULTS.get(scenario.ending, "")
    return Ending(
        status=DONE if scenario.ending in _RESULTS else scenario.ending,
        result=result if habits.result is None else habits.result,
        message="An internal error has occurred" if scenario.ending == "error" else "",
        canceled=habits.canceled or scenario.ending == "canceled",
        warning=scenario.review > 0,
    )


def not_executed(cases: Sequence[Case]) -> tuple[Case, ...]:
    """Return the cases of a job that never came to run them."""
    return tuple(replace(case, result=NOT_EXECUTED, seconds=0, message="") for case in cases)


def cases_again(cases: Sequence[Case], heals: int) -> tuple[Case, ...]:
    """Return the cases of a rerun: those that did not pass. The first `heals` of them do so now."""
    left = [case for case in cases if case.result in (FAILED, NOT_EXECUTED)]
    healed = [replace(case, result=PASSED, message="") for case in left[:heals]]
    return (*healed, *left[heals:])


def ending_again(ending: Ending, cases: Sequence[Case]) -> Ending:
    """Return how a rerun ends: like the job before, unless all passes now."""
    return Ending(result=PASSED) if all(case.result == PASSED for case in cases) else ending


def _results(scenario: Scenario, count: int) -> list[str]:
    results = [PASSED] * count
    if scenario.ending == "skipped" or habits_of(scenario).setup_fails:
        results = [NOT_EXECUTED] * count
    elif scenario.ending == "canceled":
        executed = int(count * _EXECUTED)
        results[executed:] = [NOT_EXECUTED] * (count - executed)
    elif scenario.ending == "error":
        results[-1:] = [NOT_EXECUTED] * min(count, 1)
    else:
        failing = min(scenario.failing, count)
        results[count - failing :] = [FAILED] * failing
    if scenario.odd_case:
        results[-1:] = [scenario.odd_case] * min(count, 1)
    return results


def _case(scenario: Scenario, index: int, result: str) -> Case:
    message = _MESSAGES.get(result, "")
    return Case(
        name=workspace.case_name(index, under_attack=scenario.hostile),
        result=result,
        seconds=0 if result == NOT_EXECUTED else workspace.case_seconds(index),
        message=hostile.EVERYTHING if message and scenario.hostile else message,
    )
