"""One run from start to report: start once, watch, collect, and leave nothing unnamed. Knows no vendor and no CI."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from core.doubt import CONFIRM_PAUSE, Doubt
from core.ending import CLOSING_SECONDS, VENDOR, bearable, cancelled, pay, stopped_by
from core.errors import (
    CallFailedError,
    ResultUnknownError,
    RunnerError,
    StoppedError,
)
from core.http.translate import ended_by_failure
from core.model import Conclusion, ExitCode, Phase, Progress, Reason, RemoteRun, Result, TestReport, Verdict
from core.ports import Calls, Vendor
from core.recovery.journal import Journal
from core.rerun import merged, proves_something, worth_repeating
from core.text.sanitize import one_line
from core.text.wording import span
from core.verdict import despite, ended_by, judge
from core.waiting.pacing import Pacing
from core.waiting.patience import Patience

WAIT_GRACE = 15.0  # a run to wait for may have been started just now, by the step before


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What is asked of one run. `title` heads the report; `timeout` is only shown, Patience enforces it.

    `vendor` is how its sentences call the vendor: by name where the step knows two.
    """

    mode: str
    title: str
    timeout: float
    vendor: str = VENDOR
    run_id: str = ""
    cancel_on_timeout: bool = False
    rerun_failed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """What the engine asks and tells while it works.

    `calls` are the vendor's. `started` is told of each run as soon as it exists. `pacing` says when to look at a run
    that usually takes so many seconds, None where nobody knows.
    """

    calls: Calls
    started: Callable[[RemoteRun], None]
    pacing: Callable[[float | None], Pacing]


def execute(
    request: RunRequest, vendor: Vendor, *, patience: Patience, journal: Journal, hooks: Hooks
) -> tuple[TestReport, Result]:
    """Run to the end, whatever it is: every way out is a report and a result, never an exception of ours."""
    began = patience.clock.now()
    run: RemoteRun | None = None
    last: Progress | None = None
    report = TestReport(title=request.title, run=None)
    problems: list[str] = []
    try:
        run = _obtain(request, vendor, journal=journal, hooks=hooks)
        report = replace(report, run=run)
        if request.mode == "start":
            journal.finished(run)
            result = _started(run)
        else:
            last = _watch(request, vendor, run, patience=patience, hooks=hooks)
            report = vendor.collect(run, complete=last.verdict is not None)
            journal.finished(run, final=last.verdict is not None)
            report, problems = _again(request, vendor, report, patience=patience, journal=journal, hooks=hooks)
            result = judge(report) if last.verdict else _timed_out(request, vendor, run, last, patience)
    except StoppedError as stopped:
        patience.begin_closing(CLOSING_SECONDS)
        at_work = next(iter(journal.open_runs.values()), run)
        seen = _is_seen(request, patience)
        result = stopped_by(
            stopped, vendor, at_work, last if at_work == run else None, journal, seen=seen, at=request.vendor
        )
        report = replace(report, run=at_work)  # a rerun, maybe: the one to look at now
    except CallFailedError as failure:
        seen, is_known = _is_seen(request, patience), vendor.known() is not None
        result = ended_by(ended_by_failure(failure, run, seen=seen, known=is_known))
    except RunnerError as error:
        result = ended_by(error)
    except Exception:
        pay(vendor, journal, patience)  # a bug of ours is no reason to leave anything behind
        raise
    known = vendor.known()
    if known is not None and report.verdict is None:
        report, result = replace(known, run=run, verdict=None), despite(result, known)
    for left in list(journal.open_runs.values()):
        if left == run and known is None:  # what was known of the cases: for the report, not for a verdict
            report = replace(vendor.collect(run, complete=False), verdict=None)
        journal.finished(left)
    problems += pay(vendor, journal, patience).problems
    report = bearable(report) if result.reason is Reason.SIGNAL else report
    return report, replace(
        result, problems=(*result.problems, *problems, *journal.problems), seconds=patience.clock.now() - began
    )


def _obtain(request: RunRequest, vendor: Vendor, *, journal: Journal, hooks: Hooks) -> RemoteRun:
    if request.mode == "wait":
        run = vendor.attach(request.run_id)
        hooks.calls.begin_grace(WAIT_GRACE)
    else:
        run = vendor.start()
        hooks.calls.begin_grace()
    journal.started(run)
    hooks.started(run)
    return run


def _is_seen(request: RunRequest, patience: Patience) -> bool:
    """Whether the run is known to be there: we have started it, or the vendor has told us something of it."""
    return request.mode != "wait" or patience.ever_good


def _again(
    request: RunRequest, vendor: Vendor, report: TestReport, *, patience: Patience, journal: Journal, hooks: Hooks
) -> tuple[TestReport, list[str]]:
    """Run again what did not pass, as often as asked; (the merged report, what went wrong with that).

    A verdict is known already: a rerun that gives none of its own changes nothing but what there is to tell.
    """
    for _ in range(request.rerun_failed):
        if not worth_repeating(report) or report.run is None:
            break
        patience.say("Running again what did not pass.")
        run: RemoteRun | None = None
        try:
            run = vendor.rerun(report.run)
            hooks.calls.begin_grace()
            journal.started(run)
            hooks.started(run)
            last = _watch(request, vendor, run, patience=patience, hooks=hooks)
            second = vendor.collect(run, complete=last.verdict is not None)
        except StoppedError:
            raise  # the rerun is what has to be cancelled now: it stays open
        except (RunnerError, CallFailedError) as error:
            if run is not None:
                journal.finished(run)
            goes_on = f" Run {run.id} may go on at the vendor. {run.where}" if run else ""
            said = error.advice if isinstance(error, RunnerError) else error.fact
            return report, [f"What did not pass could not be run again: {said}{goes_on}".strip()]
        journal.finished(run, final=last.verdict is not None)
        if second.verdict not in (Verdict.PASSED, Verdict.FAILED):
            word = one_line(second.word, 60)
            return report, [f"The rerun {run.id} gave no verdict of its own ({word}). {run.where}".strip()]
        if not proves_something(report, second):
            return report, [f"The rerun {run.id} passed, but shows no case that failed before. {run.where}".strip()]
        report = merged(report, second)
    return report, []


def _watch(request: RunRequest, vendor: Vendor, run: RemoteRun, *, patience: Patience, hooks: Hooks) -> Progress:
    """Look at the run until the vendor's word is final and believable, or the deadline is there."""
    began = patience.clock.now()
    pacing = hooks.pacing(vendor.usual_seconds())
    last: Progress | None = None
    doubt = Doubt()
    busy = hooks.calls.busy

    def heartbeat() -> str:
        return _status(last, patience.clock.now() - began, request.timeout)

    before, patience.heartbeat = patience.heartbeat, heartbeat
    try:
        while True:
            now = vendor.poll(run)
            _announce(now, last, patience)
            last = now
            if now.verdict is not None:
                if doubt.is_new and not now.consistent:
                    patience.say("The vendor's answer contradicts itself: looking again.")
                if doubt.believes(now, patience.clock.now(), run, last_look=patience.left <= 0):
                    return now
                elapsed = patience.clock.now() - began
                patience.pause(CONFIRM_PAUSE if doubt.is_fresh(patience.clock.now()) else pacing.after(elapsed))
                continue
            doubt.forget()
            if patience.left <= 0:
                return now
            if now.more:
                patience.stop.check()
                continue
            while busy < hooks.calls.busy:
                busy += 1
                pacing.slow_down()
            patience.pause(pacing.after(patience.clock.now() - began))
    finally:
        patience.heartbeat = before


def _announce(now: Progress, last: Progress | None, patience: Patience) -> None:
    """One line per change of phase, and one warning per word that nobody knows."""
    word = one_line(now.word, 60)
    if not now.known and (last is None or last.word != now.word):
        patience.log.warning(f"The vendor's status {word!r} is unknown here: it never counts as passed. Waiting on.")
    if now.awaited and (last is None or not last.awaited):
        patience.say(f"{now.awaited} Waiting on.")
    if last is not None and last.phase is Phase.FINISHED and now.phase is not Phase.FINISHED:
        patience.say(f"The run went back from finished to {now.phase} ({word}).")
    elif last is None or last.phase is not now.phase:
        cases = f", {now.total} cases" if now.total else ""
        patience.say(f"The run is {now.phase} ({word}{cases}).")


def _status(last: Progress | None, elapsed: float, timeout: float) -> str:
    """The line a waiting person sees."""
    if last is None:
        return f"Waiting for the first answer, {span(elapsed)} of at most {span(timeout)}"
    cases = f", {last.done} of {last.total} cases done" if last.total else ""
    return f"{last.phase.capitalize()}{cases}, {span(elapsed)} of at most {span(timeout)}"


def _started(run: RemoteRun) -> Result:
    return Result(
        conclusion=Conclusion.STARTED,
        reason=Reason.NONE,
        exit_code=ExitCode.PASSED,
        fact=f"Run {run.id} was started; nobody waits for it here.",
        remedy="Wait for it with `mode: wait` and its `run-id`.",
    )


def _timed_out(request: RunRequest, vendor: Vendor, run: RemoteRun, last: Progress, patience: Patience) -> Result:
    word = one_line(last.word, 60)
    then = cancelled(vendor, run, patience) if request.cancel_on_timeout else "It goes on at the vendor."
    then = f"{then} {run.note}".strip()
    if not last.known:
        fact = f"After {span(request.timeout)} the vendor's status is {word!r}, which is unknown here. {then}"
        remedy = f"This tool may be older than the vendor's API: look for a newer version. {run.remains}"
        return ended_by(ResultUnknownError(fact, remedy=remedy, reason=Reason.PROTOCOL))
    if last.awaited:
        fact = f"After {span(request.timeout)} the result of run {run.id} is unknown. {last.awaited}"
        return ended_by(ResultUnknownError(fact, remedy=run.remains, reason=Reason.PROTOCOL))
    later = ", or collect the result later with `mode: wait` and the output `run-id`" if run.collectable else ""
    return Result(
        conclusion=Conclusion.TIMED_OUT,
        reason=Reason.TIMEOUT,
        exit_code=ExitCode.TIMED_OUT,
        fact=f"No verdict after {span(request.timeout)}: run {run.id} is still {last.phase} ({word}). {then}",
        remedy=f"Raise `timeout`{later}.",
        status=int(ExitCode.TIMED_OUT),
    )
