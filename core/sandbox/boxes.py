"""Which vendors the sandbox can be."""

from typing import Final

from core.sandbox.apptest import APPTEST
from core.sandbox.ats import ATS
from core.sandbox.autify import AutifyBox
from core.sandbox.autify_mobile import AUTIFY_MOBILE
from core.sandbox.box import Vendor
from core.sandbox.qtest import QTEST
from core.sandbox.testmo import TESTMO

BOXES: Final[dict[str, Vendor]] = {
    "autify": Vendor(box=AutifyBox),
    "autify-mobile": AUTIFY_MOBILE,
    "apptest-ai": APPTEST,
    "mendix-ats": ATS,
    "testmo": TESTMO,
    "qtest": QTEST,
}
