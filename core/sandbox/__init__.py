"""The sandbox: vendors emulated on a loopback port, with scenarios and faults, a journal and the truth."""

from core.sandbox.boxes import BOXES
from core.sandbox.faults import FAULTS, Fault
from core.sandbox.forms import Form, Part
from core.sandbox.journal import Exchange
from core.sandbox.ledger import Ledger, Replacement, Run
from core.sandbox.progression import Phase, Progression
from core.sandbox.repertoire import faults_of, scenarios_of
from core.sandbox.sandbox import Sandbox
from core.sandbox.scenario import Order, Scenario, Shape, green
from core.sandbox.scenarios import SCENARIOS

__all__ = [
    "BOXES",
    "FAULTS",
    "SCENARIOS",
    "Exchange",
    "Fault",
    "Form",
    "Ledger",
    "Order",
    "Part",
    "Phase",
    "Progression",
    "Replacement",
    "Run",
    "Sandbox",
    "Scenario",
    "Shape",
    "faults_of",
    "green",
    "scenarios_of",
]
