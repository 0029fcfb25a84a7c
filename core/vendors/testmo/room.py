"""Whether results can be recorded, asked before the tests run: a wrong token or run stays wrong."""

from core.errors import CallFailedError, Fault, NothingStartedError
from core.model import Reason
from core.ports import Calls, Log
from core.vendors.testmo import fields
from core.vendors.testmo.recorder import YOUNG, Recorder

FEW = 15  # runs on the smallest page that there is


def refuse_completed(seen: fields.Run) -> None:
    """Raise NothingStartedError where a shared run takes nothing more: one that lets us would be another one then."""
    if seen.completed:
        fact = f"Run {seen.id} is completed, so that nothing can be added to it."
        remedy = (
            "See that its `mode: wait` comes after all jobs that record in it. To run a job again, run the whole "
            "pipeline again: its `mode: start` makes a new run."
        )
        raise NothingStartedError(fact, remedy=remedy, reason=Reason.REFUSED)


def check_room(recorder: Recorder, calls: Calls, log: Log, *, run: int, project: int) -> None:
    """Raise what recording would raise: in this run, or if it is 0 in a new one of this project.

    An outage is no reason to keep the tests from running: it may be over before they are.
    """
    try:
        if run:
            refuse_completed(_look(recorder, calls, run))
        else:
            query = {"page": 1, "per_page": FEW}
            calls.peek("list-runs", parse=lambda _: None, path={"project_id": project}, query=query)
    except CallFailedError as failure:
        if not failure.fault.passes:
            raise
        log.warning(
            f"{failure.fact} The tests run all the same: Testmo is asked again when there is something to record."
        )


def _look(recorder: Recorder, calls: Calls, run: int) -> fields.Run:
    """What was created just now may not be found at once."""
    for wait in YOUNG:
        try:
            return recorder.peek(run)
        except CallFailedError as failure:
            if failure.fault is not Fault.ABSENT:
                raise
        calls.pause(wait)
    return recorder.peek(run)
