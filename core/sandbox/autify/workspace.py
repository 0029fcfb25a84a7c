"""Autify: what every emulated workspace holds before anything runs."""

from typing import Final

from core.sandbox import hostile

PROJECT: Final = 77
FOREIGN_PROJECT: Final = 404404  # exists, but belongs to somebody else; every other number is a workspace of ours
FIRST_SCENARIO: Final = 501
SCENARIO_COUNT: Final = 120
PLANS: Final = {3001: "nightly", 3002: "smoke", 3003: "リリース前チェック", 3004: "R&D <staging>", 3005: "checkout"}
LABELS: Final = ((3, "smoke", "#00aa88"), (4, "決済", "#aa0088"))

_NAMES: Final = (
    "Sign in",
    "カートに商品を追加する",
    "Checkout <guest> & pay",
    "Search by name",
    "パスワードを再設定する",
    "Change the address",
    "Cancel an order",
    'Filter "on sale"',
)


def scenario_name(scenario: int, *, under_attack: bool) -> str:
    """Name of a scenario, unique in the workspace."""
    index = scenario - FIRST_SCENARIO
    if under_attack:
        return hostile.NAMES[index % len(hostile.NAMES)]
    name, turn = _NAMES[index % len(_NAMES)], index // len(_NAMES)
    return name if not turn else f"{name} ({turn + 1})"


def plan_name(plan: int, *, under_attack: bool) -> str:
    return hostile.EVERYTHING if under_attack else PLANS[plan]


def scenario_exists(scenario: int) -> bool:
    return FIRST_SCENARIO <= scenario < FIRST_SCENARIO + SCENARIO_COUNT


def plan_scenarios(plan: int) -> tuple[int, ...]:
    """Scenarios of a plan: three in a row, the first plan's begin at 501."""
    first = FIRST_SCENARIO + 3 * (plan - 3001)
    return tuple(range(first, first + 3))
