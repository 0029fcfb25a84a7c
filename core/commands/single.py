"""One exchange with a vendor, outside any run."""

import random
from collections.abc import Mapping

from core.calls import START_SECONDS, ApiCalls
from core.clock import SystemClock
from core.commands.asked import base_url_of
from core.patience import Patience
from core.ports import Answer, Log, VendorSpec
from core.process import Process
from core.settings import Common
from core.stop import Stop
from core.transport import Transport


def single_call(
    process: Process,
    spec: VendorSpec,
    operation: str,
    *,
    common: Common,
    settings: object,
    path: Mapping[str, object],
    query: Mapping[str, object],
    body: object,
    file: str,
    log: Log,
) -> Answer:
    """Raises CallFailedError for anything but 2xx, StoppedError on a signal."""
    clock, stop = SystemClock(), Stop()
    stop.install(process.noted)
    rng = random.Random()  # noqa: S311 -- jitter
    patience = Patience(clock=clock, stop=stop, log=log, rng=rng, timeout=common.timeout)
    patience.heartbeat = lambda: ""  # the answer alone is what a script wants to read
    transport = Transport(
        base_url=common.base_url or base_url_of(spec, settings),
        headers=lambda: spec.headers(settings),
        clock=clock,
        stop=stop,
        inbox=patience.inbox,
        ca_bundle=common.ca_bundle,
        environment=process.environment,
    )
    calls = ApiCalls(spec.operations, transport, patience, settings=settings)
    return calls.once(operation, path=path, query=query, body=body, file=file, seconds=START_SECONDS)
