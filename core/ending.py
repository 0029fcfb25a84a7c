"""What is left to do at the vendor when a run is over for us: cancel it, undo what was made for it, name the rest."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from core.errors import CallFailedError, ResultUnknownError, RunnerError, StoppedError
from core.model import Progress, Reason, RemoteRun, Result, TestReport
from core.ports import COVERS_START, Vendor
from core.recovery.journal import Journal
from core.recovery.left import Left
from core.text.sanitize import one_line
from core.verdict import ended_by
from core.waiting.patience import Patience

CLOSING_SECONDS = 2.5  # of the 5 s that a stop may take: the answer to a start may have had 2, files need the rest
VENDOR = "the vendor"
MOST_AT_A_STOP = 10_000  # cases that can be written in what is left of these 5 s on a busy runner
PAYING_SECONDS = 20.0  # for the same when no signal came; past the deadline, if need be


def cancelled(vendor: Vendor, run: RemoteRun, patience: Patience) -> str:
    """Cancel at the deadline, and say what came of it in a sentence."""
    patience.grant(PAYING_SECONDS)
    return f"It {_cancelled_or_not(vendor, run, seen=True)}."


def stopped_by(
    stopped: StoppedError,
    vendor: Vendor,
    run: RemoteRun | None,
    last: Progress | None,
    journal: Journal,
    *,
    seen: bool = True,
    at: str = VENDOR,
) -> Result:
    """What a signal came to, in the middle of whatever it was; `seen` says whether the run is known to be there.

    `at` names the vendor.
    """
    result = ended_by(stopped)
    doubt = f" A start was on its way: a run may exist at {at}. Look there before starting another."
    doubt = doubt if journal.doubtful else ""
    if run is None:
        return replace(result, fact=f"{result.fact}{doubt or ' Nothing was started.'}")
    if last is not None and last.verdict is not None:
        what = f"had finished ({one_line(last.word, 60)}), and its results were being read"
    else:
        what = _cancelled_or_not(vendor, run, seen=seen, at=at)
    return replace(result, fact=f"{result.fact} Run {run.id} {what}.{doubt}", remedy=run.where if seen else run.page)


def bearable(report: TestReport) -> TestReport:
    """What can be written in the time that a signal leaves: of very many cases the counts alone."""
    if report.totals.tests <= MOST_AT_A_STOP:
        return report
    warning = f"Of {report.totals.tests} cases only the counts are here: there was no time to write them all."
    return replace(report, suites=(), warnings=(*report.warnings, warning))


def _cancelled_or_not(vendor: Vendor, run: RemoteRun, *, seen: bool, at: str = VENDOR) -> str:
    if run.shared:
        return f"stays open at {at}, for the other jobs that use it"
    try:
        done = vendor.cancel(run)
    except (RunnerError, CallFailedError) as error:
        return f"could not be cancelled ({error}) and may go on at {at}"
    if done is None:
        return f"had nothing running at {at}"
    if not (done or seen):
        return f"was not seen yet: if there is such a run, it goes on at {at}, whose API can't cancel it"
    return f"was ended at {at}" if done else f"goes on at {at}, whose API can't cancel it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """The debts that were undone, and sentences about what could not be."""

    undone: list[dict[str, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def pay(vendor: Vendor, journal: Journal, patience: Patience) -> Payment:
    """Undo what this process still owes at the vendor. What is for a person to look at is named and owed no more."""
    payment = Payment()
    problems = payment.problems
    if journal.debts:
        patience.grant(PAYING_SECONDS)
    for debt in reversed(journal.debts.copy()):  # the last first: what it was made with must still be there
        try:
            _undo(debt, vendor, patience)
            journal.settle(debt)
            payment.undone.append(debt)
        except (LookupError, TypeError, ValueError):
            journal.settle(debt)  # no line of ours, or of another version: nothing can be done about it
            problems.append("An entry of the journal makes no sense and was dropped.")
        except (RunnerError, CallFailedError) as error:
            name = debt.get("label") or debt.get("kind", "something of this step")
            if isinstance(error, ResultUnknownError) and error.reason is Reason.MAY_EXIST:
                journal.settle(debt)  # it is for a person to look at, and has been named: no clean-up will know more
                problems.append(f"Left at the vendor: {name}. {error.advice}")
            else:
                problems.append(f"Left at the vendor: {name}. {error} Run `mode: cleanup`, or remove it there.")
    return payment


def _undo(debt: Mapping[str, str], vendor: Vendor, patience: Patience) -> None:
    """Undo one thing; a signal meanwhile makes it hurry."""
    try:
        vendor.undo(debt)
    except StoppedError:
        patience.begin_closing(CLOSING_SECONDS)
        vendor.undo(debt)


def clean_up(left: Left, vendor: Vendor, patience: Patience, done: list[str], problems: list[str]) -> None:
    """End what a killed invocation left; adds sentences on what was done, and on what could not be."""
    before = left.journal.debts.copy()
    payment = pay(vendor, left.journal, patience)
    problems += payment.problems
    paid = payment.undone
    if left.mode in ("run", "wait"):
        for run in list(left.runs.values()):
            if run.shared or end_run(vendor, run, done, problems):
                left.journal.finished(run)
    if left.doubtful and any(COVERS_START in debt for debt in paid):
        done.append("A start went out and its answer never came: no run of it is open at the vendor.")
        left.journal.not_started()
    elif left.doubtful and not any(COVERS_START in debt for debt in before):
        done.append("A start went out and its answer never came: a run may exist at the vendor. Look there.")
        left.journal.not_started()
    if paid:
        done.append(f"Undone at the vendor: {len(paid)} left-over{'s' if len(paid) > 1 else ''} of this step.")


def end_run(vendor: Vendor, run: RemoteRun, done: list[str], problems: list[str]) -> bool:
    """Cancel one run, or say why not; False where it should be tried again."""
    try:
        attached = vendor.attach(run.id)
        if attached.shared:
            done.append(f"Run {run.id} stays open at the vendor, for the other jobs that use it. {run.where}".strip())
            return True
        run = replace(run, note=attached.note)
        cancelled = vendor.cancel(attached)
    except (RunnerError, CallFailedError) as error:
        problems.append(f"Run {run.id} could not be cancelled: {error} {run.where}".strip())
        return False
    if cancelled is None:
        done.append(
            f"Of run {run.id} nothing is running that this step knows of. {replace(run, note='').where}".strip()
        )
    elif cancelled:
        done.append(f"Run {run.id} was ended. {replace(run, note='').where}".strip())
    else:
        done.append(f"Run {run.id} may go on: the vendor's API can't cancel it. {run.where}".strip())
    return True
