"""Put the parts together for one run: patience, transport, calls, vendor, journal; then let the engine work."""

import random

from core.calls import ApiCalls
from core.clock import SystemClock
from core.commands.asked import Asked
from core.commands.publishing import Publisher
from core.engine import Hooks, RunRequest, execute
from core.journal import Journal
from core.model import RemoteRun, Result, TestReport
from core.pacing import Pacing
from core.patience import Patience
from core.ports import Ci, Clock, Vendor, Wish
from core.process import Process
from core.stop import Stop
from core.transport import Transport


def execute_asked(
    process: Process,
    asked: Asked,
    ci: Ci,
    publisher: Publisher,
    *,
    clock: Clock | None = None,
    stop: Stop | None = None,
) -> tuple[TestReport, Result]:
    """Run what is asked. A test brings its own clock, and its own stop that no signal reaches."""
    clock = clock or SystemClock()
    if stop is None:
        stop = Stop()
        stop.install(process.noted)
    common, build = asked.common, ci.build()
    journal = Journal.create(
        process.workspace, step=build.step, vendor=asked.spec.name, mode=common.mode, at=clock.wall()
    )
    patience, calls, vendor = assemble(process, asked, ci, journal, clock=clock, stop=stop)
    rng = random.Random()  # noqa: S311 -- jitter

    def pacing(usual: float | None) -> Pacing:
        return Pacing(rng, fixed=common.poll_interval, usual=common.expected_duration or usual)

    def started(run: RemoteRun) -> None:
        publisher.started(run)
        patience.say(f"{'Waiting for' if common.mode == 'wait' else 'Started'} run {run.id}: {run.url}")

    request = RunRequest(
        vendor=asked.spec.name,
        mode=common.mode,
        title=f"Test run at {asked.spec.title}",
        timeout=common.timeout,
        run_id=common.run_id,
        cancel_on_timeout=common.on_timeout == "cancel",
    )
    hooks = Hooks(started=started, grace=calls.begin_grace, busy=lambda: calls.busy, pacing=pacing)
    return execute(request, vendor, patience=patience, journal=journal, hooks=hooks)


def assemble(
    process: Process, asked: Asked, ci: Ci, journal: Journal, *, clock: Clock, stop: Stop
) -> tuple[Patience, ApiCalls, Vendor]:
    """A vendor with its calls, ready for one run."""
    common, spec = asked.common, asked.spec
    patience = Patience(
        clock=clock,
        stop=stop,
        log=ci,
        rng=random.Random(),  # noqa: S311 -- jitter
        timeout=common.timeout,
        window=common.outage_window,
    )
    transport = Transport(
        base_url=asked.base_url,
        headers=lambda: spec.headers(asked.settings),
        clock=clock,
        stop=stop,
        inbox=patience.inbox,
        ca_bundle=common.ca_bundle,
        environment=process.environment,
    )
    calls = ApiCalls(spec.operations, transport, patience, journal)
    wish = Wish(name=common.name or ci.build().name or "test-runner-action", adopt=common.adopt)
    return patience, calls, spec.connect(asked.settings, wish, calls, journal, ci, asked.base_url)
