"""qTest: state, wire and routes apart."""

from typing import Final

from core.sandbox.box import Vendor
from core.sandbox.qtest.box import QtestBox
from core.sandbox.qtest.repertoire import FAULTS, SCENARIOS, SENSELESS

__all__ = ["QTEST"]

QTEST: Final = Vendor(box=QtestBox, scenarios=SCENARIOS, without_scenarios=SENSELESS, faults=FAULTS, uploads=True)
