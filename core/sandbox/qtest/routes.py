"""qTest: which request is which operation."""

import re
from collections.abc import Callable
from typing import Any, Final

from core.sandbox.box import Call
from core.sandbox.qtest import access, hosts, jobs, logs
from core.sandbox.qtest.state import State

UNKNOWN: Final = "unknown"  # a path of the API that is none: still a call, and a 404
MISPLACED: Final = "misplaced"  # a path that is one, with another method: 405
Handler = Callable[[State, Call], Any]

_ID: Final = r"(\d{1,19})"
_V3: Final = "/api/v3"
_HOST: Final = f"{_V3}/automation/hosts/{_ID}"
_PROJECT: Final = f"{_V3}/projects/{_ID}"
_AGENTS: Final = f"{_PROJECT}/automation/hosts/{_ID}/agents"
_AGENT: Final = f"{_AGENTS}/{_ID}"

ROUTES: Final[tuple[tuple[str, str, Handler], ...]] = (
    ("POST", f"{_V3}/automation/host", hosts.register_host),
    ("PUT", _HOST, hosts.update_host),
    ("POST", f"{_HOST}/ping", hosts.ping_host),
    ("POST", _AGENTS, hosts.create_agent),
    ("PUT", _AGENT, hosts.update_agent),
    ("POST", f"{_AGENT}/activate", hosts.activate_agent),
    ("POST", f"{_AGENT}/deactivate", hosts.deactivate_agent),
    ("DELETE", _AGENT, hosts.delete_agent),
    ("GET", f"{_HOST}/jobs", jobs.retrieve_jobs),
    ("PUT", f"{_PROJECT}/automation/jobs/{_ID}/status", jobs.update_job_status),
    ("POST", f"{_V3}/automation/automation-agents", hosts.search_agents),
    ("POST", f"{_V3}/automation/jobs/schedule/create", jobs.create_schedule),
    ("POST", f"{_PROJECT}/test-runs/{_ID}/auto-test-logs", logs.submit_test_log),
    ("POST", rf"/api/v3\.1/projects/{_ID}/test-runs/{_ID}/auto-test-logs", logs.submit_suite_logs),
    ("POST", f"{_PROJECT}/auto-test-logs", logs.submit_cycle_logs),
    ("GET", f"{_V3}/projects/queue-processing/{_ID}", logs.get_queue_state),
    ("GET", f"{_PROJECT}/test-runs/{_ID}/test-logs/last-run", logs.get_last_run),
    ("GET", f"{_PROJECT}/test-runs/execution-statuses", logs.list_execution_statuses),
    ("POST", "/oauth/token", access.create_token),
    ("GET", "/oauth/status", access.get_token_status),
    ("GET", "/version", access.get_version),
)
READS: Final = frozenset(("search-agents",))  # sent with POST, but nothing changes


def named(handler: Handler) -> str:
    """Name an operation as people write it: in kebab-case."""
    return handler.__name__.replace("_", "-")


OPERATIONS: Final[dict[str, Handler]] = {named(handler): handler for _, _, handler in ROUTES}
_PATTERNS: Final = tuple((verb, re.compile(pattern, re.ASCII), named(handler)) for verb, pattern, handler in ROUTES)
_API: Final = re.compile(r"/(?:api|oauth)(?:/.*)?|/version", re.DOTALL)


def find(method: str, path: str) -> tuple[str, tuple[str, ...]] | None:
    """Name the operation and the ids in the path. None: no API path.

    Old installations have it all below `/tc`. A doubled slash is never forgiven.
    """
    inner = path.removeprefix("/tc") if path.startswith("/tc/") else path
    matches = [(verb, match, name) for verb, pattern, name in _PATTERNS if (match := pattern.fullmatch(inner))]
    for verb, match, name in matches:
        if verb == method:
            return name, match.groups()
    if matches:
        return MISPLACED, ()
    return (UNKNOWN, ()) if _API.fullmatch(re.sub("/+", "/", inner)) else None
