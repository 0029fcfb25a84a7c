"""The parts of one run, put together: patience, transport, calls, vendor, journal."""

import random
from dataclasses import dataclass

from core.ci.jobs import job
from core.commands.asked import Asked
from core.commands.machine import ThisMachine, secrets_in
from core.commands.publishing import own_files
from core.commands.sealing import seal_of
from core.http.calls import ApiCalls
from core.http.transport import Transport
from core.inputs.sources import usual_secrets
from core.model import Build
from core.ports import Clock, Log, Vendor, Wish
from core.process import Process
from core.recovery.holder import holder
from core.recovery.journal import Journal
from core.text.secret import Secret
from core.waiting.clock import SystemClock
from core.waiting.patience import Patience
from core.waiting.stop import Stop
from core.workspace.private import PrivateFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What makes a run unrepeatable: time, signals, jitter. A test brings its own."""

    clock: Clock
    stop: Stop
    rng: random.Random


def usual_means(process: Process) -> Means:
    stop = Stop()
    stop.install(process.noted)
    return Means(clock=SystemClock(), stop=stop, rng=random.Random())  # noqa: S311 -- jitter


def journal_of(process: Process, asked: Asked, build: Build, means: Means) -> Journal:
    """A journal of its own for what is asked. Raises OutputError where none can be written."""
    return Journal.create(
        process.workspace,
        step=build.step,
        vendor=asked.spec.name,
        mode=asked.common.mode,
        at=means.clock.wall(),
        base_url=asked.base_url,
        holder=holder(job(process.environment, build.ci), asked.common.results_dir),
        seal=seal_of(asked.settings),
    )


def assemble(
    process: Process,
    asked: Asked,
    build: Build,
    log: Log,
    journal: Journal,
    means: Means,
    private: PrivateFolder,
    *,
    report: str = "",
) -> tuple[Patience, ApiCalls, Vendor]:
    """A vendor with its calls, ready for one run. Whoever has made the private folder removes it.

    `report` is the path of the one report that there is to record.
    """
    common, spec = asked.common, asked.spec
    patience = Patience(
        clock=means.clock,
        stop=means.stop,
        log=log,
        rng=means.rng,
        timeout=common.timeout,
        window=common.outage_window,
    )
    transport = Transport(
        base_url=asked.base_url,
        headers=lambda: spec.headers(asked.settings),
        clock=means.clock,
        stop=means.stop,
        inbox=patience.inbox,
        ca_bundle=common.ca_bundle,
        environment=process.environment,
    )
    calls = ApiCalls(spec.operations, transport, patience, journal, asked.settings)
    name = common.name or build.name or "test-runner-action"
    machine = ThisMachine(
        workspace=process.workspace,
        ours=own_files(common.results_dir, build.step),
        environment=process.environment,
        secrets=[
            *secrets_in(asked.settings, asked.recorder and asked.recorder.settings),
            *map(Secret, usual_secrets(process.environment)),
        ],
        report=report,
        build=build,
        patience=patience,
        stop=means.stop,
        private=private,
        journal=journal,
    )
    wish = Wish(
        name=name,
        adopt=common.adopt,
        mode=common.mode,
        run_id=common.run_id,
        allow_empty=common.allow_empty,
        machine=machine,
    )
    return patience, calls, spec.connect(asked.settings, wish, calls, journal, log, asked.base_url)
