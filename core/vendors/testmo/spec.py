"""Testmo's entry in the registry."""

from urllib.parse import urlsplit

from core.ports import VendorSpec
from core.vendors.testmo.client import Testmo
from core.vendors.testmo.operations import OPERATIONS
from core.vendors.testmo.recording import about, owed

API = "/api/v1"


def address(given: str) -> str:
    """The base of the API: of a page of an instance its origin counts, elsewhere a path prefix is kept."""
    parts = urlsplit(given)
    if (parts.hostname or "").endswith(".testmo.net"):
        return f"{parts.scheme}://{parts.netloc}{API}"
    return given if given.endswith(API) else given + API


SPEC = VendorSpec(
    name="testmo",
    title="Testmo",
    base_url=f"https://NAME.testmo.net{API}",
    address=address,
    hosts=("<name>.testmo.net:443",),
    operations=OPERATIONS,
    headers=lambda settings: {"Authorization": f"Bearer {settings.token.reveal()}"},
    credentials=("token",),
    connect=Testmo,
    about=about,
    owed=owed,
)
