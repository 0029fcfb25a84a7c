"""Autify for mobile: another host, other ids and another wire than Autify's for the web."""

from typing import Final

from core.sandbox.autify_mobile.box import AutifyMobileBox
from core.sandbox.autify_mobile.repertoire import FAULTS, SCENARIOS, SENSELESS
from core.sandbox.box import Vendor

__all__ = ["AUTIFY_MOBILE"]

AUTIFY_MOBILE: Final = Vendor(
    box=AutifyMobileBox, scenarios=SCENARIOS, without_scenarios=SENSELESS, faults=FAULTS, uploads=True
)
