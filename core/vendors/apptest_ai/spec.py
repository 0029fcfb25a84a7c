"""apptest.ai's entry in the registry."""

from core.ports import VendorSpec
from core.vendors.apptest_ai.client import API_HOST, ApptestAi
from core.vendors.apptest_ai.operations import OPERATIONS, VERSION
from core.vendors.apptest_ai.settings import basic

SPEC = VendorSpec(
    name="apptest-ai",
    title="apptest.ai",
    base_url=f"https://{API_HOST}{VERSION}",
    hosts=(f"{API_HOST}:443",),
    operations=OPERATIONS,
    headers=lambda settings: {"Authorization": f"Basic {basic(settings.token.reveal())}"},
    connect=ApptestAi,
)
