"""What must hold of every recording at Testmo, whatever happened to it: the box's ledger is the judge."""

from collections.abc import Iterator

from core.sandbox.testmo import RecordedRun
from tests.chaos.recording import CLOSED_BY_OTHERS, DOUBLING, Case, Played, once_only
from tests.contract.promises import breaches
from tests.harness import Ended

ENDING = 5.0  # seconds that a step may take after a signal
SHORTEST = 120.0  # seconds that a step may wait in all, at least
SIGNALS = {"2": 130, "15": 143}
OPEN = ("Left at the vendor", "may exist", "could not be cancelled", "may go on at the vendor")


def broken(case: Case, played: Played) -> list[str]:
    """Each breach is a sentence."""
    found = [*_left(case, played), *_copies(case, played)]
    if case.way in ("thread", "wait"):
        found += _shared(case, played)
    if played.ended is not None:
        found += [*_told(case, played, played.ended), *_files(case, played, played.ended)]
    return found


def _made(played: Played, runs: tuple[RecordedRun, ...]) -> list[RecordedRun]:
    """The runs that the step itself has made."""
    return [run for run in runs if run.id != played.shared]


def _left(case: Case, played: Played) -> Iterator[str]:
    """After a clean-up no run of ours is open, unless it is meant to be; before, one that is open is named."""
    started = played.ended if case.way == "start" and played.ended and played.ended.status == 0 else None
    still = [str(run.id) for run in _made(played, played.last) if not run.completed]
    if still != ([started.outputs["run-id"]] if started else []):
        yield f"open at last: {still}"
    if played.calmed.status:
        yield f"the last clean-up ended with {played.calmed.status}"
    if played.cleaned.status not in (0, 3, 7):
        yield f"a clean-up ended with {played.cleaned.status}"
    if started:
        return
    if played.cleaned.status == 0 and any(not run.completed for run in _made(played, played.after)):
        yield "a clean-up is content, and a run of ours is open"
    if played.ended is not None and any(not run.completed for run in _made(played, played.then)):
        yield from _unfinished(case, played, played.ended)


def _unfinished(case: Case, played: Played, ended: Ended) -> Iterator[str]:
    """A run that the step itself has left open: only trouble on the way explains it, and the log tells."""
    if not any(words in ended.log for words in OPEN):
        yield "a run is open, and nothing tells"
    if not case.faults and case.scenario == "passing" and played.rung is None:
        yield "a run is open without a reason"


def _shared(case: Case, played: Played) -> Iterator[str]:
    """A run of others is completed by who waits for it, and by nobody else."""
    for run in played.last:
        if run.id != played.shared:
            continue
        if case.way == "thread" and run.completed and case.scenario not in CLOSED_BY_OTHERS:
            yield "a shared run was completed by one of its jobs"
        waited = played.ended is not None and played.ended.status in (0, 1, 5)
        if case.way == "wait" and waited and not run.completed:
            yield "what was waited for is open"


def _told(case: Case, played: Played, ended: Ended) -> Iterator[str]:
    """The exit code against what is at the server."""
    mine = list(played.then) if case.way == "thread" else _made(played, played.then)
    ours = [run for run in mine if run.tests]
    whole = any(once_only(run, case) for run in ours)
    red = bool(case.bad) and case.way != "start"
    match ended.status:
        case 0:
            yield from _green(case, mine, red=red, whole=whole)
        case 1 if not red:
            yield "red without a failed test"
        case 1 if case.way in ("run", "thread") and not whole and not ended.report["problems"]:
            yield "failed tests hide that not all of them are recorded"
        case 3 | 4 | 7 if red and case.way != "wait":
            yield f"exit {ended.status} hides failed tests"
        case 3 if case.way != "wait" and any(run.id != played.shared or len(run.tests) > 1 for run in mine):
            yield "exit 3 says that nothing was recorded, but something was"
        case 4 if ended.seconds < SHORTEST:
            yield "timed out before the time"
        case 130 | 143 if SIGNALS.get(case.end) != ended.status or played.rung is None:
            yield f"exit {ended.status} without such a signal"
        case 1 | 3 | 4 | 7 | 130 | 143:
            pass
        case _:
            yield f"exit {ended.status}"
    if not case.faults and case.scenario == "passing" and not case.end and ended.status != int(red):
        yield f"exit {ended.status} on a good day"


def _green(case: Case, mine: list[RecordedRun], *, red: bool, whole: bool) -> Iterator[str]:
    if red:
        yield "green with failed tests"
    if case.way in ("run", "thread") and not whole:
        yield "green, and not every case is at the server once"
    if case.way == "run" and not all(run.completed for run in mine):
        yield "green, and a run is not complete"


def _copies(case: Case, played: Played) -> Iterator[str]:
    """Two copies of a case are there only where the server itself may have made them, or has lied about them."""
    if case.way not in ("run", "thread") or any(fault.startswith(DOUBLING) for fault in case.faults):
        return
    names = [test.name for run in played.last for test in run.tests]
    if len(names) != len(set(names)):
        yield "a case is at the server twice"


def _files(case: Case, played: Played, ended: Ended) -> Iterator[str]:
    """The promises that hold everywhere, time that is kept, and files that say what the exit code says."""
    if played.rung is not None and ended.seconds > played.rung + ENDING:
        yield f"{ended.seconds - played.rung:.1f} s from the signal to the end"
    misled = any(fault.startswith(("wrong-id", "stale")) for fault in case.faults)
    for breach in breaches(ended, green=False, misled=misled, unseen=True):
        if case.way == "wait" and "cases in JUnit" in breach:
            continue  # the counts are the server's, and it shows what failed alone
        if "is not named" not in breach or not any(words in ended.log for words in OPEN):
            yield breach
    if case.way == "wait" and any(name not in case.names[: case.bad] for name in _shown(ended)):
        yield "a test that has not failed is shown as one"
    if ended.report["exit-code"] != ended.status:
        yield f"report.json says {ended.report['exit-code']}"
    if case.way in ("run", "thread") and ended.status not in (2, 3) and ended.outputs["tests"] != str(case.cases):
        yield f"{ended.outputs['tests']} of {case.cases} cases are reported"


def _shown(ended: Ended) -> list[str]:
    return [case["name"] for suite in ended.report["suites"] for case in suite["cases"]]
