"""What may happen at a vendor: what may happen at every one, and what is its own."""

from collections.abc import Mapping

from core.sandbox.box import Vendor
from core.sandbox.faults import FAULTS, UPLOAD_FAULTS, Fault
from core.sandbox.scenario import Scenario
from core.sandbox.scenarios import SCENARIOS


def scenarios_of(vendor: Vendor) -> Mapping[str, Scenario]:
    """Return the common ones that make sense there, and its own; one of a common name takes that one's place."""
    common = {name: one for name, one in SCENARIOS.items() if name not in vendor.without_scenarios}
    return {**common, **vendor.scenarios}


def faults_of(vendor: Vendor) -> Mapping[str, str]:
    """Return what every fault that the vendor can have does."""
    every = {**FAULTS, **extra_faults(vendor)}
    return {kind: text for kind, text in every.items() if kind not in vendor.without}


def extra_faults(vendor: Vendor) -> Mapping[str, str]:
    """Return those that not every vendor can have."""
    own = {kind: fault.text for kind, fault in vendor.faults.items()}
    return {**UPLOAD_FAULTS, **own} if vendor.uploads else own


def check(vendor: Vendor, fault: Fault) -> None:
    """Raise ValueError if the vendor cannot have such a fault."""
    kinds = faults_of(vendor)
    if fault.kind in vendor.without:
        raise ValueError(f"fault {fault.kind!r} makes no sense at this vendor: choose from {', '.join(kinds)}")
    if fault.kind not in kinds:
        raise ValueError(f"unknown fault {fault.kind!r}: choose from {', '.join(kinds)}")
    own = vendor.faults.get(fault.kind)
    if own is None or fault.argument is None:
        return
    if own.argument is None or not own.argument.fullmatch(fault.argument):
        raise ValueError(f"fault {fault.kind!r} takes no argument like {fault.argument!r}")
