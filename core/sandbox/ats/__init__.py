"""Mendix ATS: state, wire and schema apart."""

from typing import Final

from core.sandbox.ats.asks import token_of
from core.sandbox.ats.box import AtsBox
from core.sandbox.ats.faults import FAULTS, SENSELESS
from core.sandbox.ats.scenarios import SCENARIOS
from core.sandbox.box import Vendor

__all__ = ["ATS"]

ATS: Final = Vendor(box=AtsBox, scenarios=SCENARIOS, faults=FAULTS, without=SENSELESS, credential=token_of)
