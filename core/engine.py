"""One run from start to report: start once, watch, collect, and leave nothing unnamed. Knows the Protocols only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from core.clock import span
from core.errors import (
    CallFailedError,
    ResultUnknownError,
    RunnerError,
    StoppedError,
)
from core.journal import Journal, Left
from core.model import Conclusion, ExitCode, Phase, Progress, Reason, RemoteRun, Result, TestReport, Verdict
from core.pacing import Pacing
from core.patience import Patience
from core.ports import Vendor
from core.rerun import merged, worth_repeating
from core.sanitize import one_line
from core.translate import nothing_started, result_unknown
from core.verdict import ended_by, judge

CLOSING_SECONDS = 2.5  # of the 5 s that a stop may take: the answer to a start may have had 2, files need the rest
PAYING_SECONDS = 20.0  # for the same when no signal came; past the deadline, if need be
CONFIRM_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What is asked of one run. `title` heads the report; `timeout` is only shown, Patience enforces it."""

    vendor: str
    mode: str
    title: str
    timeout: float
    run_id: str = ""
    cancel_on_timeout: bool = False
    rerun_failed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """What the engine tells while it works: a run exists; the vendor asked for fewer requests so often."""

    started: Callable[[RemoteRun], None]
    grace: Callable[[], None]
    busy: Callable[[], int]
    pacing: Callable[[float | None], Pacing]


def execute(
    request: RunRequest, vendor: Vendor, *, patience: Patience, journal: Journal, hooks: Hooks
) -> tuple[TestReport, Result]:
    """Run to the end, whatever it is: every way out is a report and a result, never an exception of ours."""
    began = patience.clock.now()
    run: RemoteRun | None = None
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
            journal.finished(run)
            report, problems = _again(request, vendor, report, patience=patience, journal=journal, hooks=hooks)
            result = judge(report) if last.verdict else _timed_out(request, vendor, run, last, patience)
    except StoppedError as stopped:
        patience.begin_closing(CLOSING_SECONDS)
        report, result = _stopped(stopped, vendor, next(iter(journal.open_runs.values()), run), report, journal)
    except CallFailedError as failure:
        result = ended_by(nothing_started(failure) if run is None else result_unknown(failure, run))
    except RunnerError as error:
        result = ended_by(error)
    for left in list(journal.open_runs.values()):
        if left == run:  # what was known of the cases when the run was given up: for the report, not for a verdict
            report = replace(vendor.collect(run, complete=False), verdict=None)
        journal.finished(left)
    problems += pay(vendor, journal, patience)
    return report, replace(
        result, problems=(*result.problems, *problems, *journal.problems), seconds=patience.clock.now() - began
    )


def _obtain(request: RunRequest, vendor: Vendor, *, journal: Journal, hooks: Hooks) -> RemoteRun:
    if request.mode == "wait":
        run = vendor.attach(request.run_id)
    else:
        run = vendor.start()
        hooks.grace()
    journal.started(run)
    hooks.started(run)
    return run


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
            hooks.grace()
            journal.started(run)
            hooks.started(run)
            last = _watch(request, vendor, run, patience=patience, hooks=hooks)
            second = vendor.collect(run, complete=last.verdict is not None)
        except StoppedError:
            raise  # the rerun is what has to be cancelled now: it stays open
        except (RunnerError, CallFailedError) as error:
            if run is not None:
                journal.finished(run)
            return report, [f"What did not pass could not be run again: {error}"]
        journal.finished(run)
        if second.verdict not in (Verdict.PASSED, Verdict.FAILED):
            word = one_line(second.word, 60)
            return report, [f"The rerun {run.id} gave no verdict of its own ({word}). Its page: {run.url}".strip()]
        report = merged(report, second)
    return report, []


def _watch(request: RunRequest, vendor: Vendor, run: RemoteRun, *, patience: Patience, hooks: Hooks) -> Progress:
    """Look at the run until the vendor's word is final and believable, or the deadline is there."""
    began = patience.clock.now()
    pacing = hooks.pacing(vendor.usual_seconds())
    last: Progress | None = None
    doubted: Progress | None = None
    busy = hooks.busy()

    def heartbeat() -> str:
        return _status(last, patience.clock.now() - began, request.timeout)

    before, patience.heartbeat = patience.heartbeat, heartbeat
    try:
        while True:
            now = vendor.poll(run)
            _announce(now, last, patience)
            last = now
            if now.verdict is not None:
                if now.consistent or (doubted is not None and doubted.verdict is now.verdict):
                    return now
                if doubted is None:
                    patience.say("The vendor's answer contradicts itself: looking once more.")
                    wait = CONFIRM_SECONDS
                elif patience.left <= 0:
                    raise _contradiction(doubted, now, run)
                else:
                    wait = pacing.after(patience.clock.now() - began)
                doubted = now
                patience.pause(wait)
                continue
            doubted = None
            if patience.left <= 0:
                return now
            while busy < hooks.busy():
                busy += 1
                pacing.slow_down()
            patience.pause(pacing.after(patience.clock.now() - began))
    finally:
        patience.heartbeat = before


def _contradiction(before: Progress, now: Progress, run: RemoteRun) -> ResultUnknownError:
    words = f"{one_line(before.word, 60)!r}, then {one_line(now.word, 60)!r}"
    fact = f"The vendor's final words contradict its cases and each other up to the deadline: {words}."
    return ResultUnknownError(fact, remedy=f"Look at the run's page: {run.url}", reason=Reason.PROTOCOL)


def _announce(now: Progress, last: Progress | None, patience: Patience) -> None:
    """One line per change of phase, and one warning per word that nobody knows."""
    word = one_line(now.word, 60)
    if not now.known and (last is None or last.word != now.word):
        patience.log.warning(f"The vendor's status {word!r} is unknown here: it never counts as passed. Waiting on.")
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
    cancelled = _cancel(vendor, run, patience) if request.cancel_on_timeout else "It goes on at the vendor."
    if not last.known:
        fact = f"After {span(request.timeout)} the vendor's status is {word!r}, which is unknown here. {cancelled}"
        remedy = "This tool may be older than the vendor's API: look for a newer version, or at the run's page."
        return ended_by(ResultUnknownError(fact, remedy=remedy, reason=Reason.PROTOCOL))
    return Result(
        conclusion=Conclusion.TIMED_OUT,
        reason=Reason.TIMEOUT,
        exit_code=ExitCode.TIMED_OUT,
        fact=f"No verdict after {span(request.timeout)}: the run is still {last.phase} ({word}). {cancelled}",
        remedy="Raise `timeout`, or collect the result later with `mode: wait` and the output `run-id`.",
        status=int(ExitCode.TIMED_OUT),
    )


def _cancel(vendor: Vendor, run: RemoteRun, patience: Patience) -> str:
    """Cancel and say what came of it, in a sentence."""
    patience.grant(PAYING_SECONDS)
    try:
        if vendor.cancel(run):
            return "It was cancelled at the vendor."
    except (RunnerError, CallFailedError) as error:
        return f"It could not be cancelled ({error}) and may go on at the vendor."
    return "The vendor's API can't cancel: it goes on there."


def _stopped(
    stopped: StoppedError, vendor: Vendor, run: RemoteRun | None, report: TestReport, journal: Journal
) -> tuple[TestReport, Result]:
    result = ended_by(stopped)
    if run is None:
        fact = "Nothing was started."
        if journal.doubtful:
            fact = "A start was on its way: a run may exist at the vendor. Look there before starting another."
        return report, replace(result, fact=f"{result.fact} {fact}")
    try:
        done = vendor.cancel(run)
        what = "was cancelled" if done else "goes on at the vendor, whose API can't cancel it"
    except (RunnerError, CallFailedError) as error:
        what = f"could not be cancelled ({error}) and may go on at the vendor"
    return report, replace(result, fact=f"{result.fact} Run {run.id} {what}.", remedy=f"Its page: {run.url}")


def pay(vendor: Vendor, journal: Journal, patience: Patience) -> list[str]:
    """Undo what this process still owes at the vendor; sentences about what could not be undone."""
    problems: list[str] = []
    if journal.debts:
        patience.grant(PAYING_SECONDS)
    for debt in list(journal.debts):
        try:
            _undo(debt, vendor, patience)
            journal.settle(debt)
        except (RunnerError, CallFailedError) as error:
            name = debt.get("label") or debt.get("kind", "something of this step")
            problems.append(f"Left at the vendor: {name}. {error} Run `mode: cleanup`, or remove it there.")
    return problems


def _undo(debt: Mapping[str, str], vendor: Vendor, patience: Patience) -> None:
    """Undo one thing; a signal meanwhile makes it hurry."""
    try:
        vendor.undo(debt)
    except StoppedError:
        patience.begin_closing(CLOSING_SECONDS)
        vendor.undo(debt)


def clean_up(left: Left, vendor: Vendor, patience: Patience, done: list[str], problems: list[str]) -> None:
    """End what a killed invocation left; adds sentences on what was done, and on what could not be."""
    if left.mode in ("run", "wait"):
        for run in list(left.runs.values()):
            if end_run(vendor, run, done, problems):
                left.journal.finished(run)
    if left.doubtful:
        done.append("A start went out and its answer never came: a run may exist at the vendor. Look there.")
        left.journal.not_started()
    before = len(left.journal.debts)
    problems += pay(vendor, left.journal, patience)
    settled = before - len(left.journal.debts)
    if settled:
        done.append(f"Removed at the vendor: {settled} left-over{'s' if settled > 1 else ''} of this step.")


def end_run(vendor: Vendor, run: RemoteRun, done: list[str], problems: list[str]) -> bool:
    """Cancel one run, or say why not; False where it should be tried again."""
    try:
        cancelled = vendor.cancel(vendor.attach(run.id))
    except (RunnerError, CallFailedError) as error:
        problems.append(f"Run {run.id} could not be cancelled: {error} Its page: {run.url}")
        return False
    what = "was cancelled." if cancelled else "may go on: the vendor's API can't cancel it."
    done.append(f"Run {run.id} {what} Its page: {run.url}")
    return True
