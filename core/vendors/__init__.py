"""The vendors by name. Adding one is one package here, one line below, one box in the sandbox."""

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.ports import VendorSpec

VENDORS: dict[str, str] = {
    "autify": "core.vendors.autify",
}


def load(name: str) -> "VendorSpec":
    """The vendor's spec; only the vendor that is asked for is imported."""
    spec: VendorSpec = import_module(VENDORS[name]).SPEC
    return spec
