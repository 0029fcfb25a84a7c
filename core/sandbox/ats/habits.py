"""Mendix ATS: the knobs of a scenario that only this vendor has."""

import enum
from dataclasses import dataclass

from core.sandbox.scenario import Scenario


class Absent(enum.StrEnum):
    """How a field without a value is written; the real service's way is not confirmed."""

    NIL = "nil"
    OMITTED = "omitted"
    EMPTY = "empty"


class Full(enum.StrEnum):
    """What a start gets when five jobs are there already; the real service's answer is not confirmed."""

    CANCELS = "cancels"  # it starts, and is canceled with a warning
    REFUSES = "refuses"


FLAGS, BREAKDOWN, DETAILS = "flags", "breakdown", "details"


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How this ATS is, what its jobs come to, and what its answers show."""

    on_premises: bool = False  # asks for the user and the password of a web service, too
    old: bool = False  # older than 2.11.2: knows neither the Include fields nor RerunNotPassed
    maintenance: bool = False  # from the middle of a run to its end there is only a web page that says so
    token_replaced: bool = False  # from the middle of a run on the token is refused
    busy: int = 0  # so many jobs of others are active all the time
    full: Full = Full.CANCELS
    result: str | None = None  # the job's result, whatever its cases came to; empty: none
    canceled: bool = False  # the flag, whatever the result is
    setup_fails: bool = False  # no case is executed
    miscounted: int = 0  # failures in the breakdown that no case shows
    heals: int = 0  # so many of the cases that did not pass do so in each rerun
    absent: Absent = Absent.NIL
    cdata: bool = True
    blocks: tuple[str, ...] = (FLAGS, BREAKDOWN, DETAILS)  # given if asked for, in this order
    rerun_record: str = "RunJob"  # what the answer of RerunNotPassed has around its fields


def habits_of(scenario: Scenario) -> Habits:
    return scenario.own if isinstance(scenario.own, Habits) else Habits()
