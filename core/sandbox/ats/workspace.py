"""Mendix ATS: what every emulated workspace holds: apps, templates, and the cases that a template runs."""

import re
from typing import Final

from core.sandbox import hostile

NOBODY: Final = "00000000-0000-0000-0000-000000000000"  # the app and the template that do not exist; all others do
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)

CASES: Final = (  # name, and seconds that it takes
    ("Sign in", 4),
    ("Search for a product", 31),
    ("Order & pay <guest>", 97),
    ("Cancel an order", 12),
    ("Nightly import", 3725),
    ("Wachtwoord vergeten", 8),
    ("注文を確認する", 59),
)
COUNT: Final = 3  # cases of a template, unless the scenario wants more


def exists(identity: str) -> bool:
    """Whether there is such an app or template."""
    return _UUID.fullmatch(identity) is not None and identity != NOBODY


def case_name(index: int, *, under_attack: bool) -> str:
    if under_attack:
        return hostile.NAMES[index % len(hostile.NAMES)]
    name, turn = CASES[index % len(CASES)][0], index // len(CASES)
    return name if not turn else f"{name} ({turn + 1})"


def case_seconds(index: int) -> int:
    return CASES[index % len(CASES)][1]
