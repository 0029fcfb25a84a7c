"""qTest's entry in the registry: a host that runs jobs, or an upload of what has been run."""

from core.ports import Calls, Diary, Log, Vendor, VendorSpec, Wish
from core.vendors.qtest.operations import OPERATIONS
from core.vendors.qtest.settings import Settings


def _connect(settings: Settings, wish: Wish, calls: Calls, diary: Diary, log: Log, base_url: str) -> Vendor:
    if settings.qtest_mode == "report-only":
        from core.vendors.qtest.report_only import ReportOnly  # noqa: PLC0415 -- a step does one of the two

        return ReportOnly(settings, wish, calls, diary, log, base_url)
    from core.vendors.qtest.client import QTest  # noqa: PLC0415 -- the same

    return QTest(settings, wish, calls, diary, log, base_url)


SPEC = VendorSpec(
    name="qtest",
    title="qTest",
    base_url="https://NAME.qtestnet.com",
    hosts=("<name>.qtestnet.com:443",),
    operations=OPERATIONS,
    headers=lambda settings: {"Authorization": f"bearer {settings.token.reveal()}"},
    connect=_connect,
)
