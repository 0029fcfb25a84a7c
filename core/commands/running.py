"""One run of what is asked, by the engine."""

from contextlib import closing

from core.commands.asked import Asked
from core.commands.assembling import Means, assemble, journal_of, usual_means
from core.commands.publishing import Publisher
from core.engine import Hooks, RunRequest, execute
from core.model import RemoteRun, Result, TestReport
from core.ports import Ci
from core.process import Process
from core.waiting.pacing import Pacing


def execute_asked(
    process: Process, asked: Asked, ci: Ci, publisher: Publisher, means: Means | None = None
) -> tuple[TestReport, Result]:
    """Run what is asked."""
    means = means or usual_means(process)
    rng, common = means.rng, asked.common
    journal = publisher.journal = journal_of(process, asked, publisher.build, means)
    patience, calls, vendor = assemble(process, asked, publisher.build, ci, journal, means, publisher.private)
    if asked.recorder:
        from core.commands.recording import Recording  # noqa: PLC0415 -- only who records pays for it

        publisher.recording = Recording(process, asked, ci, means, publisher.build)

    def pacing(usual: float | None) -> Pacing:
        return Pacing(rng, fixed=common.poll_interval, usual=common.expected_duration or usual)

    def started(run: RemoteRun) -> None:
        publisher.started(run)
        page = f": {run.url}" if run.url else "."
        verb = "Waiting for" if common.mode == "wait" else "Adding to" if run.shared else "Started"
        patience.say(f"{verb} run {run.id}{page}")

    request = RunRequest(
        mode=common.mode,
        title=f"Test run at {asked.spec.title}",
        timeout=common.timeout,
        run_id=common.run_id,
        cancel_on_timeout=common.on_timeout == "cancel",
        rerun_failed=common.rerun_failed,
    )
    hooks = Hooks(calls=calls, started=started, pacing=pacing)
    with closing(journal):
        return execute(request, vendor, patience=patience, journal=journal, hooks=hooks)
