"""What a step left at qTest, undone: jobs that run with nobody to run them, schedules, an agent that is active."""

from collections.abc import Mapping

from core.errors import CallFailedError, Fault, ResultUnknownError
from core.guarded import promised
from core.model import Reason
from core.ports import Calls
from core.vendors.qtest.agents import Agent, nothing
from core.vendors.qtest.claims import FAILED, REFUSALS, Claims
from core.vendors.qtest.hosting import Hosting
from core.vendors.qtest.settings import Settings


def undo(
    debt: Mapping[str, str], settings: Settings, hosting: Hosting, claims: Claims, calls: Calls, page: str
) -> None:
    """Pay one debt. Raises KeyError or ValueError for what is none, ResultUnknownError for what must be left alone."""
    match debt["kind"]:
        case "job" if debt["state"] == "running":
            claims.close(int(debt["project"]), int(debt["job"]), debt.get("wanted", FAILED))
        case "job":
            _unanswered(debt, settings, hosting, claims, page)
        case "schedule":
            _cancel_schedule(int(debt["schedule"]), debt, hosting, calls)
        case "agent":
            _deactivate(debt, calls)
        case kind:
            raise ValueError(kind)


def _unanswered(debt: Mapping[str, str], settings: Settings, hosting: Hosting, claims: Claims, page: str) -> None:
    """A claim whose answer nobody read: the job waits still, or it is RUNNING for us, or for another host."""
    job, project = int(debt["job"]), int(debt["project"])
    _at(hosting, debt)
    if hosting.is_listed(job):
        return
    if settings.on_ambiguous_claim == "run":
        claims.close(project, job)
        return
    fact = f"The job {job} of the project {project} may be RUNNING for this step, or for another host."
    raise ResultUnknownError(fact, remedy=f"Look at it: {page}", reason=Reason.MAY_EXIST)


def _cancel_schedule(schedule: int, debt: Mapping[str, str], hosting: Hosting, calls: Calls) -> None:
    """CANCELLED for the jobs that still wait: an edge of the table that is certain."""
    _at(hosting, debt)
    for job in hosting.retrieve():
        if job.schedule == schedule:
            path = {"project_id": job.project, "job_id": job.id}
            try:
                calls.read("update-job-status", parse=nothing, path=path, body={"status": "CANCELLED"})
            except CallFailedError as failure:
                if failure.fault not in REFUSALS:
                    raise


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
