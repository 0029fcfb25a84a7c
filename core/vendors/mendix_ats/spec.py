"""Mendix ATS's entry in the registry."""

from core.ports import VendorSpec
from core.vendors.mendix_ats.client import MendixAts
from core.vendors.mendix_ats.operations import OPERATIONS

SPEC = VendorSpec(
    name="mendix-ats",
    title="Mendix ATS",
    base_url="https://ats100.mendixcloud.com",
    hosts=("ats100.mendixcloud.com:443",),
    operations=OPERATIONS,
    headers=lambda _: {"Accept": "text/xml", "SOAPAction": '""'},
    credentials=("token", "username", "password"),
    connect=MendixAts,
)
