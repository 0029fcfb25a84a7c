"""Autify's entry in the registry: two products, each with an address, operations and a client of its own."""

from core.ports import Calls, Diary, Log, Vendor, VendorSpec, Wish
from core.vendors.autify.mobile.operations import OPERATIONS as MOBILE
from core.vendors.autify.options import Settings
from core.vendors.autify.references import HOSTS
from core.vendors.autify.web.operations import OPERATIONS as WEB


def _base_of(settings: Settings) -> str:
    return f"https://{HOSTS[settings.product]}/api/v1"


def _connect(settings: Settings, wish: Wish, calls: Calls, diary: Diary, log: Log, base_url: str) -> Vendor:
    if settings.product == "mobile":
        from core.vendors.autify.mobile.client import AutifyMobile  # noqa: PLC0415 -- a run is of one product

        return AutifyMobile(settings, wish, calls, diary, log, base_url)
    from core.vendors.autify.web.client import Autify  # noqa: PLC0415 -- the same

    return Autify(settings, wish, calls, diary, log, base_url)


SPEC = VendorSpec(
    name="autify",
    title="Autify",
    base_url=f"https://{HOSTS['web']}/api/v1",
    base_of=_base_of,
    hosts=tuple(f"{host}:443" for host in HOSTS.values()),
    operations={**WEB, **MOBILE},
    headers=lambda settings: {"Authorization": f"Bearer {settings.token.reveal()}"},
    connect=_connect,
)
