"""One exchange with a vendor, outside any run."""

import random

from core.commands.api_inputs import Order
from core.commands.asked import address
from core.http.calls import START_SECONDS, ApiCalls
from core.http.transport import Transport
from core.ports import Answer, Log
from core.process import Process
from core.waiting.clock import SystemClock
from core.waiting.patience import Patience
from core.waiting.stop import Stop


def single_call(process: Process, order: Order, log: Log) -> Answer:
    """Raises CallFailedError for anything but 2xx, StoppedError on a signal."""
    spec, common = order.spec, order.common
    clock, stop = SystemClock(), Stop()
    stop.install(process.noted)
    rng = random.Random()  # noqa: S311 -- jitter
    patience = Patience(clock=clock, stop=stop, log=log, rng=rng, timeout=common.timeout)
    patience.heartbeat = lambda: ""  # the answer alone is what a script wants to read
    transport = Transport(
        base_url=address(spec, order.settings, common.base_url),
        headers=lambda: spec.headers(order.settings),
        clock=clock,
        stop=stop,
        inbox=patience.inbox,
        ca_bundle=common.ca_bundle,
        environment=process.environment,
    )
    calls = ApiCalls(spec.operations, transport, patience, settings=order.settings)
    return calls.once(
        order.operation, path=order.path, query=order.query, body=order.body, file=order.file, seconds=START_SECONDS
    )
