"""apptest.ai: state, wire and routes apart."""

from typing import Final

from core.sandbox.apptest.box import ApptestBox
from core.sandbox.apptest.repertoire import FAULTS, SCENARIOS
from core.sandbox.box import Vendor

__all__ = ["APPTEST"]

APPTEST: Final = Vendor(box=ApptestBox, scenarios=SCENARIOS, faults=FAULTS, uploads=True)
