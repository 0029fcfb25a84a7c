"""What an emulated vendor does with the runs that it is asked to start."""

import enum
from dataclasses import dataclass
from typing import Final

from core.sandbox.progression import Phase, Progression, Spans

PLEASANT: Final = Progression(total=6.0)  # for a person who watches


class Order(enum.StrEnum):
    """Order of the vendor's lists where the vendor promises none."""

    OLDEST = "oldest"
    NEWEST = "newest"
    SHUFFLED = "shuffled"


class Shape(enum.StrEnum):
    """Which year's recorded wire is followed."""

    Y2023 = "2023"
    Y2025 = "2025"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One behaviour, vendor-independent; every knob is its own, so that tests can mix them."""

    description: str = ""
    progression: Progression = PLEASANT
    shares: Spans | None = None  # of the progression, for queuing, waiting, running, settling
    jitter: float = 0.0  # the running time varies by up to this part, seeded
    ending: str = "passed"  # passed, failed, skipped, error, canceled; any other word reaches the wire as it is
    failing: int = 0  # so many cases fail, the last ones
    odd_case: str = ""  # this status word on the last case
    review: int = 0  # so many cases want a person's review, the first ones
    empty: bool = False  # no case at all
    matrix: tuple[int, int] | None = None  # at least so many scenarios and capabilities, whatever was asked for
    stuck: Phase | None = None  # never gets beyond this phase
    detour: tuple[str, ...] = ()  # words that the first looks at the finished run see instead of its ending
    vanishes: bool = False  # 404 from the middle of the run on
    neighbours: bool = False  # other builds start the same just before and just after us, and end the other way
    history: int = 0  # so many finished runs, of about five minutes each, are there before us
    hostile: bool = False  # every text is an attack on whoever shows it
    skew: float = 0.0  # seconds by which the server's clock is off; the seed decides the direction
    eventual: float = 0.0  # a new run answers 404 and is in no list for so many seconds
    stale_reads: float = 0.0  # probability that a read answers an older state
    stale_by: float = 3.0  # seconds; by looks always one look
    order: Order = Order.OLDEST
    shape: Shape = Shape.Y2025
    finish_times: bool = True  # error and canceled runs have a time of finishing (not confirmed for the real vendor)
    brief_capabilities: bool = True  # a capability with only `os` and `browser` is accepted (not confirmed either)
    credit_plan: bool = True  # off credit plans the usage is always 0
    latency: float = 0.0  # real seconds before each answer
    own: object | None = None  # what one vendor alone can vary, in that box's own type; other boxes ignore it


def green(scenario: Scenario) -> bool:
    """Whether a run of this scenario may turn a build green: the oracle of all tests."""
    return (
        scenario.ending == "passed"
        and not scenario.failing
        and not scenario.odd_case
        and not scenario.empty
        and scenario.stuck is None
        and not scenario.vanishes
    )
