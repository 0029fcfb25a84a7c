"""Testmo: state, wire and routes apart."""

from typing import Final

from core.sandbox.box import Vendor
from core.sandbox.testmo.box import TestmoBox
from core.sandbox.testmo.repertoire import FAULTS, SCENARIOS, WITHOUT
from core.sandbox.testmo.truth import RecordedRun, RecordedTest, RecordedThread, recorded

__all__ = ["TESTMO", "RecordedRun", "RecordedTest", "RecordedThread", "recorded"]

TESTMO: Final = Vendor(box=TestmoBox, scenarios=SCENARIOS, faults=FAULTS, without_scenarios=WITHOUT, uploads=True)
