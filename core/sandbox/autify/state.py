"""Autify: everything that the emulated vendor remembers."""

from dataclasses import dataclass, field
from random import Random
from typing import Final

from core.sandbox.autify.runs import RunState
from core.sandbox.clock import Clock
from core.sandbox.ledger import Ledger, Replacement
from core.sandbox.scenario import Order, Scenario

RESIDENT: Final = "ap-1"  # an access point that the workspace already has
FIRST_CAPABILITY, FIRST_CASE, FIRST_REPLACEMENT, FIRST_VARIABLE = 9901, 7701, 61, 71


class RefusedError(Exception):
    """The vendor says no: a status and one message for each thing that is wrong."""

    def __init__(self, status: int, *messages: str, code: bool = False) -> None:
        super().__init__(*messages)
        self.status = status
        self.messages = messages
        self.code = code  # some of the vendor's errors repeat the status in each item


@dataclass(slots=True, kw_only=True)
class PlanItem:
    """A URL replacement or a variable of a test plan: two texts and the times."""

    id: int
    plan: int
    texts: dict[str, str]
    created: float
    updated: float


@dataclass(slots=True, kw_only=True)
class AccessPoint:
    """A way for the vendor's browsers into somebody's network."""

    name: str
    key: str
    created: float


@dataclass(slots=True, kw_only=True)
class State:
    """All of it. Readings of `now` throughout; dates are made on the wire only."""

    scenario: Scenario
    clock: Clock
    rng: Random
    next_run: int
    runs: dict[int, RunState] = field(default_factory=dict)
    replacements: dict[int, PlanItem] = field(default_factory=dict)
    variables: dict[int, PlanItem] = field(default_factory=dict)
    access_points: dict[str, AccessPoint] = field(default_factory=dict)
    next_case: int = FIRST_CASE
    next_capability: int = FIRST_CAPABILITY
    next_replacement: int = FIRST_REPLACEMENT
    next_variable: int = FIRST_VARIABLE


def listed(state: State, runs: list[RunState]) -> list[RunState]:
    """Put runs into the order in which this vendor lists them."""
    match state.scenario.order:
        case Order.SHUFFLED:
            return sorted(runs, key=lambda run: run.shuffle)
        case Order.NEWEST:
            return sorted(runs, key=lambda run: -run.id)
        case Order.OLDEST:
            return sorted(runs, key=lambda run: run.id)


def new_key(rng: Random) -> str:
    return f"{rng.getrandbits(128):032x}"


def left_behind(state: State) -> Ledger:
    """What is on the plans and among the access points, except what was there before us."""
    return Ledger(
        url_replacements=tuple(
            Replacement(
                id=item.id,
                test_plan=item.plan,
                pattern_url=item.texts["pattern_url"],
                replacement_url=item.texts["replacement_url"],
            )
            for item in state.replacements.values()
        ),
        access_points=tuple(name for name in state.access_points if name != RESIDENT),
    )
