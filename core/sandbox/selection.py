"""Which vendor behind one server a path means: `/s/one-failure+503@describe-result/api/v1/…`."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import unquote

from core.sandbox.faults import Fault
from core.sandbox.progression import Progression
from core.sandbox.scenario import Scenario

PREFIX: Final = "/s/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """A scenario with faults, as a path names it."""

    scenario: Scenario
    faults: tuple[Fault, ...]


def split(path: str) -> tuple[str, str]:
    """Part a path into the selection (empty: the default one) and the vendor's own path."""
    if not path.startswith(PREFIX):
        return "", path
    name, slash, rest = path.removeprefix(PREFIX).partition("/")
    return name, slash + rest


def parse(text: str, scenarios: Mapping[str, Scenario]) -> Selection:
    """Read `NAME[+PROGRESSION][+FAULT]…[+~LABEL]`, percent-encoded where needed. Raises ValueError.

    A label does nothing but tell two users of the same selection apart.
    """
    name, *parts = (unquote(part) for part in text.split("+"))
    if name not in scenarios:
        raise ValueError(f"unknown scenario {name!r}: choose from {', '.join(scenarios)}")
    scenario, faults = scenarios[name], []
    for part in parts:
        if "@" in part:
            faults.append(Fault.parse(part))
        elif not part.startswith("~"):
            scenario = replace(scenario, progression=Progression.parse(part))
    return Selection(scenario=scenario, faults=tuple(faults))
