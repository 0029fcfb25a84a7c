"""qTest: what its box can vary, because nobody knows what the vendor does."""

import enum
from dataclasses import dataclass, replace
from typing import Any

from core.sandbox.qtest.statuses import Profile
from core.sandbox.scenario import Scenario


class KnownGuid(enum.StrEnum):
    """What becomes of a host that registers again."""

    UPSERT = "upsert"  # it is the host that it was
    DUPLICATE = "duplicate"  # there are two of that GUID now
    CONFLICT = "conflict"  # 409


class Agenda(enum.StrEnum):
    """Which jobs are scheduled, in qTest itself, for an agent that goes to work."""

    USUAL = "usual"  # one job, or as many as the scenario's matrix has columns
    RECURRING = "recurring"  # one schedule: a job now, and one in each of the next two weeks
    OVERDUE = "overdue"  # one schedule: a job in each of the last 50 hours, none of them run
    ODD = "odd"  # jobs without materials, without contents, with one content twice
    ZONES = "zones"  # jobs whose dates are written in all ways there are


@dataclass(frozen=True, slots=True, kw_only=True)
class Knobs:
    """It is a scenario's `own`."""

    profile: Profile = Profile.STRICT
    known_guid: KnownGuid = KnownGuid.UPSERT
    agenda: Agenda = Agenda.USUAL
    words: tuple[str, str, str] = ("PASSED", "FAILED", "SKIPPED")  # of a log, as the project maps them
    contents: tuple[tuple[str, ...], ...] = ()  # of the tests of each job, instead of the usual ones
    one_run: bool = False  # the tests of a job are all of its first test run, as the rows of a table may be
    split_orders: bool = False  # what is ordered through the API comes as a job for each test run
    other_schedules: bool = False  # a job names another schedule than the one that ordering it answered
    ordered_word: str = ""  # the status that a waiting job of a schedule that came through the API is shown with
    automation: bool = True  # the project's Automation Settings are activated
    inactive_listed: bool = False  # jobs of an agent that is not active are handed out all the same
    offline_listed: bool = False  # so are the jobs of a host that is Offline
    returned: bool = False  # a job that runs on a host which goes Offline is NOT_RUN again
    spaced: bool = False  # that status is written `NOT RUN`
    first_number: int = 0  # added to every id
    calls_a_minute: int = 0  # more are 429, and each answer tells what remains; 0: no limit, and nothing told
    attachment_limit: int = 50 << 20  # bytes, decoded


def with_knobs(scenario: Scenario, **changes: Any) -> Scenario:
    """Return a scenario with other knobs: any scenario may be played under any profile."""
    return replace(scenario, own=replace(knobs_of(scenario), **changes))


def knobs_of(scenario: Scenario) -> Knobs:
    return scenario.own if isinstance(scenario.own, Knobs) else Knobs()
