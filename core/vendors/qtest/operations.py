"""qTest's API, declared once: the adapter calls these, and `api` offers them.

Wire: https://documentation.tricentis.com/qtest/od/en/content/apis/apis/automation_integration_apis.htm, and the
OpenAPI file of qTest Manager 3.0.
"""

from base64 import b64encode
from typing import Any
from urllib.parse import urlencode

from core.errors import CallFailedError, Fault
from core.payload import Payload
from core.ports import Answer, Operation

_HOST = "/api/v3/automation/hosts/{host_id}"
_AGENTS = "/api/v3/projects/{project_id}/automation/hosts/{host_id}/agents"
_AGENT = _AGENTS + "/{agent_id}"
_RUN = "/api/v3/projects/{project_id}/test-runs/{test_run_id}"
_BULK = ("type", "escapeXml")
_LISTS = 16 << 20  # bytes: jobs with hundreds of tests each


def _whatever(answer: Answer, line: str) -> Any:
    """Any 2xx is a success: what the body holds is promised nowhere. A page comes from somebody else, though."""
    if "html" in answer.content_type:
        raise CallFailedError(Fault.UNREADABLE, f"{line} answered {answer.status} with a page of HTML.")


def _empty(_: Any, __: Any, ___: str) -> Payload:
    """No body, under the content type of JSON."""
    return Payload(b"")


def _token_form(_: Any, value: Any, __: str) -> Payload:
    """A form, by a client whose name is the site (the first label of the host) and which has no password.

    The site is the field `site` of the JSON; without it, it is the client that refreshes tokens.
    """
    fields = {str(name): str(text) for name, text in value.items()} if isinstance(value, dict) else {}
    client = b64encode(f"{fields.pop('site', 'qtest-api')}:".encode()).decode()
    form = urlencode(fields).encode()
    return Payload(form, "application/x-www-form-urlencoded", {"Authorization": f"Basic {client}"})


OPERATIONS: dict[str, Operation] = {
    "register-host": Operation(
        method="POST",
        path="/api/v3/automation/host",
        summary="Register an automation host.",
        body=True,
        effect=True,
    ),
    "update-host": Operation(
        method="PUT", path=_HOST, summary="Update a host.", body=True, effect=True, decode=_whatever
    ),
    "ping-host": Operation(
        method="POST", path=_HOST + "/ping", summary="Say that a host is alive.", body=True, effect=True
    ),
    "create-agent": Operation(method="POST", path=_AGENTS, summary="Create an agent.", body=True, effect=True),
    "update-agent": Operation(
        method="PUT", path=_AGENT, summary="Update an agent.", body=True, effect=True, decode=_whatever
    ),
    "activate-agent": Operation(
        method="POST",
        path=_AGENT + "/activate",
        summary="Let jobs be scheduled for an agent.",
        effect=True,
        encode=_empty,
        decode=_whatever,
    ),
    "deactivate-agent": Operation(
        method="POST",
        path=_AGENT + "/deactivate",
        summary="Let no more jobs be scheduled for an agent.",
        effect=True,
        encode=_empty,
        decode=_whatever,
    ),
    "delete-agent": Operation(
        method="DELETE", path=_AGENT, summary="Delete an agent; documented nowhere.", effect=True, decode=_whatever
    ),
    "search-agents": Operation(
        method="POST",
        path="/api/v3/automation/automation-agents",
        summary="Search agents by name, project, host and more.",
        query=("page", "pageSize"),
        body=True,
        question=True,
        limit=_LISTS,
    ),
    "retrieve-jobs": Operation(
        method="GET",
        path=_HOST + "/jobs",
        summary="List the jobs of a host that wait in a span of time.",
        query=("start_date", "end_date"),
        limit=_LISTS,
    ),
    "update-job-status": Operation(
        method="PUT",
        path="/api/v3/projects/{project_id}/automation/jobs/{job_id}/status",
        summary="Claim a job with RUNNING, or end it with COMPLETED, FAILED or CANCELLED.",
        body=True,
        effect=True,
        decode=_whatever,
    ),
    "create-schedule": Operation(
        method="POST",
        path="/api/v3/automation/jobs/schedule/create",
        summary="Schedule test runs on an agent, to be run at once.",
        body=True,
        effect=True,
    ),
    "submit-test-log": Operation(
        method="POST",
        path=_RUN + "/auto-test-logs",
        summary="Log one result to a test run.",
        query=("encodeNote", "agentId", "suitePerDay", "suiteDate"),
        body=True,
        effect=True,
    ),
    "submit-suite-logs": Operation(
        method="POST",
        path="/api/v3.1/projects/{project_id}/test-runs/0/auto-test-logs",
        summary="Upload many results into a test suite; the queue takes them in.",
        query=_BULK,
        body=True,
        effect=True,
    ),
    "submit-cycle-logs": Operation(
        method="POST",
        path="/api/v3/projects/{project_id}/auto-test-logs",
        summary="Upload many results into a test cycle, with their folders; the queue takes them in.",
        query=_BULK,
        body=True,
        effect=True,
    ),
    "get-queue-state": Operation(
        method="GET", path="/api/v3/projects/queue-processing/{queue_id}", summary="Look at an upload in the queue."
    ),
    "get-last-run": Operation(
        method="GET", path=_RUN + "/test-logs/last-run", summary="Read the latest log of a test run."
    ),
    "list-execution-statuses": Operation(
        method="GET",
        path="/api/v3/projects/{project_id}/test-runs/execution-statuses",
        summary="List the statuses that a project knows.",
    ),
    "create-token": Operation(
        method="POST",
        path="/oauth/token",
        summary="Get a token with a user's name and password, or with a refresh token.",
        body=True,
        effect=True,
        encode=_token_form,
    ),
    "get-token-status": Operation(method="GET", path="/oauth/status", summary="Tell how long the token is valid."),
    "get-version": Operation(method="GET", path="/version", summary="Tell the version of qTest."),
}
