"""Autify's entry in the registry."""

from core.ports import VendorSpec
from core.vendors.autify.client import Autify
from core.vendors.autify.operations import OPERATIONS

SPEC = VendorSpec(
    name="autify",
    title="Autify",
    base_url="https://app.autify.com/api/v1",
    hosts=("app.autify.com:443",),
    operations=OPERATIONS,
    headers=lambda settings: {"Authorization": f"Bearer {settings.token.reveal()}"},
    connect=Autify,
)
