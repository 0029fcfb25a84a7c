"""Mendix ATS: what the three operations do. Each returns the record of its answer."""

import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from typing import Final

from core.sandbox.ats import replies, workspace
from core.sandbox.ats.endings import PASSED
from core.sandbox.ats.habits import Full
from core.sandbox.ats.jobs import Job, moment_of, over
from core.sandbox.ats.state import RefusedError, Start, State, full, start_again, start_first
from core.sandbox.course import gone, half_way, look

Fields = Mapping[str, str]  # of a request, by name


def run_job(state: State, fields: Fields) -> ET.Element:
    admit(state, fields)
    start = start_of(fields)
    _make_room(state)
    return replies.started("RunJob", start_first(state, start).id, state.habits)


def rerun_not_passed(state: State, fields: Fields) -> ET.Element:
    admit(state, fields)
    before = found(state, fields["FinishedJobID"], fields["AppID"])
    if not over(before, state.clock.now()):
        raise RefusedError(f"Job {before.id} has not finished")
    if all(case.result == PASSED for case in before.cases):
        raise RefusedError(f"Job {before.id} has no test case to run again")
    _make_room(state)
    return replies.started(state.habits.rerun_record, start_again(state, before).id, state.habits)


def get_test_run(state: State, fields: Fields) -> ET.Element:
    admit(state, fields)
    job = found(state, fields["JobID"], fields["AppID"])
    now = state.clock.now()
    look(job, now)
    late = state.scenario.stale_by if state.rng.random() < state.scenario.stale_reads else 0.0
    return replies.test_run(job, moment_of(job, now, late=late), fields)


def admit(state: State, fields: Fields) -> None:
    """Refuse strangers and apps that do not exist. A token may be anything that does not call itself bad."""
    token = fields["AppAPIToken"].strip()
    if token in {"", "wrong"} or "invalid" in token:
        raise RefusedError(INVALID)
    if any(job.habits.token_replaced and half_way(job, state.clock.now()) for job in state.jobs.values()):
        raise RefusedError(INVALID)
    if not workspace.exists(fields["AppID"]):
        raise RefusedError(f"There is no app {fields['AppID']}")


def start_of(fields: Fields) -> Start:
    template = fields["JobTemplateID"]
    if not workspace.exists(template):
        raise RefusedError(f"There is no CI/CD template {template}")
    return Start(operation="run-job", app=fields["AppID"], template=template)


def found(state: State, identity: str, app: str) -> Job:
    """Return a job of an app. A new one may not have come through yet, an old one may have vanished."""
    job, now = state.jobs.get(identity), state.clock.now()
    if job is None or job.app != app or gone(job, now):
        raise RefusedError(f"There is no job {identity}")
    if job.ours and now < job.timeline.created + state.scenario.eventual:
        raise RefusedError(f"There is no job {identity}")
    return job


def _make_room(state: State) -> None:
    if state.habits.full is Full.REFUSES and full(state):
        raise RefusedError("There are 5 jobs queued or running. Wait for one of them to finish")


INVALID: Final = "The API token is not valid"
OPERATIONS: Final[dict[str, Callable[[State, Fields], ET.Element]]] = {
    "run-job": run_job,
    "get-test-run": get_test_run,
    "rerun-not-passed": rerun_not_passed,
}
