"""What a step left at qTest, undone: jobs that run with nobody to run them, schedules, an agent that is active."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import CallFailedError, Fault, ResultUnknownError
from core.guarded import promised
from core.model import Reason
from core.ports import Calls
from core.vendors.qtest.agents import Agent, nothing
from core.vendors.qtest.claims import FAILED, REFUSALS, Claims
from core.vendors.qtest.hosting import Hosting
from core.vendors.qtest.settings import Settings


@dataclass(frozen=True, slots=True)
class Means:
    """What it takes. `page` is the project's."""

    settings: Settings
    hosting: Hosting
    claims: Claims
    calls: Calls
    page: str


def undo(debt: Mapping[str, str], means: Means, *, again: bool) -> None:
    """Pay one debt. Raises KeyError or ValueError for what is none, ResultUnknownError for what must be left alone.

    `again`: a clean-up comes after us, so that what can't be told yet is left to it.
    """
    match debt["kind"]:
        case "job" if (int(debt["project"]), int(debt["job"])) in means.claims.closed:
            pass  # the latest entry of a job is paid first, and says what it is to become
        case "job" if debt["state"] == "running":
            means.claims.close(int(debt["project"]), int(debt["job"]), debt.get("wanted", FAILED))
        case "job":
            _unanswered(debt, means)
        case "schedule":
            _cancel_schedule(int(debt["schedule"]), debt, means, again=again)
        case "agent":
            _deactivate(debt, means.calls)
        case kind:
            raise ValueError(kind)


def _unanswered(debt: Mapping[str, str], means: Means) -> None:
    """A claim whose answer nobody read: the job waits still, or it is RUNNING for us, or for another host.

    While qTest does not tell which, it is nobody's to end, and is owed.
    """
    job, project = int(debt["job"]), int(debt["project"])
    _at(means.hosting, debt)
    listed = means.hosting.is_listed(job, float(debt["start"]) if "start" in debt else None)
    if listed:
        return
    fact = f"The job {job} of the project {project} may be RUNNING for this step, or for another host."
    if listed is None:
        raise ResultUnknownError(f"{fact} qTest does not say whether it still waits.", reason=Reason.UNAVAILABLE)
    if means.settings.on_ambiguous_claim == "run":
        means.claims.close(project, job)
        return
    raise ResultUnknownError(fact, remedy=f"Look at it: {means.page}", reason=Reason.MAY_EXIST)


def _cancel_schedule(schedule: int, debt: Mapping[str, str], means: Means, *, again: bool) -> None:
    """CANCELLED for the jobs that still wait: an edge of the table that is certain. Those to come can't be."""
    _at(means.hosting, debt)
    found = [job for job in means.hosting.retrieve().jobs if job.schedule == schedule]
    for job in found:
        path = {"project_id": job.project, "job_id": job.id}
        try:
            means.calls.read("update-job-status", parse=nothing, path=path, body={"status": "CANCELLED"})
        except CallFailedError as failure:
            if failure.fault not in REFUSALS:
                raise
    if not found:
        fact = f"No job of the schedule {schedule} waits: one may still come, and a later step with this agent runs it."
        reason = Reason.UNAVAILABLE if again else Reason.MAY_EXIST
        raise ResultUnknownError(fact, remedy=f"Look for it, and cancel it: {means.page}", reason=reason)


def _deactivate(debt: Mapping[str, str], calls: Calls) -> None:
    """An agent that is gone is not active; a 404 alone does not prove that."""
    path = {name: debt[name] for name in ("project_id", "host_id", "agent_id")}
    try:
        calls.read("deactivate-agent", parse=nothing, path=path)
    except CallFailedError as failure:
        if failure.fault is not Fault.ABSENT or _is_known(debt, calls):
            raise


def _is_known(debt: Mapping[str, str], calls: Calls) -> bool:
    query = f"'id' = '{int(debt['agent_id'])}' and 'project_id' = '{int(debt['project_id'])}'"
    body = {"fields": ["*"], "query": query}
    return calls.read(
        "search-agents",
        parse=lambda answer: bool(promised.sequence(answer.value["items"])),
        query={"page": 1, "pageSize": 1},
        body=body,
    )


def _at(hosting: Hosting, debt: Mapping[str, str]) -> None:
    hosting.take_place(Agent(id=int(debt["agent"]), host=int(debt["host"]), active=True))
