"""The vendors by name. Adding one is one package here, one line below, one box in the sandbox."""

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from core.options import Problem
    from core.ports import VendorSpec

    Check = Callable[[Any, str, str], list[Problem]]

VENDORS: dict[str, str] = {
    "autify": "core.vendors.autify",
}


def load(name: str) -> "VendorSpec":
    """The vendor's spec; only the vendor that is asked for is imported."""
    spec: VendorSpec = import_module(f"{VENDORS[name]}.spec").SPEC
    return spec


def inputs_of(name: str) -> "tuple[type, Check]":
    """The vendor's settings and their check, without the adapter: bad input must not pay for it."""
    module = import_module(f"{VENDORS[name]}.settings")
    return module.Settings, module.check
