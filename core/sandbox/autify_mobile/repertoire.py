"""Autify for mobile: what its box can vary, and the scenarios and faults that exist there alone."""

from dataclasses import dataclass
from typing import Final

from core.sandbox.box import OwnFault
from core.sandbox.progression import Phase
from core.sandbox.scenario import Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Knobs:
    """What is defined but was never seen, or is said in the help alone. It is a scenario's `own`."""

    names: bool = False  # cases have a name
    rest_skipped: bool = False  # what follows the first case that failed is skipped


def knobs_of(scenario: Scenario) -> Knobs:
    return scenario.own if isinstance(scenario.own, Knobs) else Knobs()


SENSELESS: Final = frozenset(("review-needed",))  # nothing on this wire asks a person to review
SCENARIOS: Final[dict[str, Scenario]] = {
    "no-device": Scenario(description="waits for a device for ever, and says that it runs", stuck=Phase.WAITING),
    "rest-skipped": Scenario(
        description="the second case fails, those after it are skipped",
        ending="failed",
        failing=2,
        own=Knobs(rest_skipped=True),
    ),
    "case-names": Scenario(description="every case passes and has a name", own=Knobs(names=True)),
}
FAULTS: Final[dict[str, OwnFault]] = {
    "other-build": OwnFault("the answer is about a run with another build"),
    "no-test-case": OwnFault("the cases do not say which test and which build they are of"),
}
