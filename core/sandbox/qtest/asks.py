"""qTest: what requests about hosts, agents, jobs and schedules ask for, checked."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.sandbox.qtest.dates import read_date
from core.sandbox.qtest.records import AgentAsked, HostAsked
from core.sandbox.qtest.state import RefusedError, State
from core.sandbox.qtest.statuses import WRITABLE, JobStatus, Profile

_HOST: Final = ("host_name", "ip_address", "mac_address", "host_guid")
_AGENT: Final = ("name", "framework", "framework_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleAsked:
    """An order for test runs. `start` is Unix time; None is at once."""

    agent: int
    project: int
    test_runs: tuple[int, ...]
    name: str
    start: float | None


def object_of(raw: bytes) -> dict[str, Any]:
    """Read a JSON object. Raises RefusedError, as all functions here do."""
    try:
        value: Any = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise RefusedError(400, "The request body is not valid JSON") from error
    if not isinstance(value, dict):
        raise RefusedError(400, "The request body is not an object")
    return value


def host_of(raw: bytes) -> HostAsked:
    texts = _texts(object_of(raw), _HOST)
    return HostAsked(**texts)


def guid_of(raw: bytes) -> str:
    return _texts(object_of(raw), ("host_guid",))["host_guid"]


def agent_of(raw: bytes) -> AgentAsked:
    """Read an agent. Its number with the host comes as `agent_client_id`, as `agent_id`, or as both."""
    body = object_of(raw)
    texts = _texts(body, _AGENT)
    numbers = {_number(body[name], name) for name in ("agent_client_id", "agent_id") if body.get(name) is not None}
    if len(numbers) != 1:
        raise RefusedError(400, "agent_client_id is missing, or another than agent_id")
    if not isinstance(body.get("active"), bool):
        raise RefusedError(400, "active is missing or neither true nor false")
    return AgentAsked(**texts, agent_id=numbers.pop(), active=body["active"])


def status_of(raw: bytes) -> JobStatus:
    word = object_of(raw).get("status")
    known = next((status for status in WRITABLE if status == word), None)
    if known is None:
        raise RefusedError(400, f"status is none of {', '.join(WRITABLE)}")
    return known


def window_of(state: State, query: Mapping[str, str]) -> tuple[float | None, float]:
    """Read the two ends of a list of jobs as Unix time: the first is inclusive, the second is not."""
    if not query.get("end_date"):
        raise RefusedError(400, "end_date is missing")
    needed = state.knobs.profile is not Profile.LENIENT
    try:
        start = read_date(query["start_date"], offset_needed=needed) if query.get("start_date") else None
        return start, read_date(query["end_date"], offset_needed=needed)
    except ValueError as error:
        raise RefusedError(400, str(error)) from error


def schedule_of(raw: bytes) -> ScheduleAsked:
    body = object_of(raw)
    runs = body.get("testRunIds")
    runs = [] if runs is None else runs
    if not isinstance(runs, list) or not all(type(run) is int for run in runs):
        raise RefusedError(400, "testRunIds is no list of numbers")
    name, start, dynamic = body.get("name"), body.get("startDate"), body.get("dynamic")
    if not isinstance(name, str | None) or not isinstance(start, str | None) or not isinstance(dynamic, dict | None):
        raise RefusedError(400, "name and startDate are texts, dynamic is an object")
    try:
        date = None if not start else read_date(start)
    except ValueError as error:
        raise RefusedError(400, str(error)) from error
    return ScheduleAsked(
        agent=_id(body, "agentId"),
        project=_id(body, "projectId"),
        test_runs=tuple(runs),
        name=name or "",
        start=date,
    )


def _id(body: Mapping[str, Any], name: str) -> int:
    if type(body.get(name)) is not int:
        raise RefusedError(400, f"{name} is missing or not a number")
    return int(body[name])


def _texts(body: Mapping[str, Any], names: Sequence[str]) -> dict[str, str]:
    """Read texts that must be there, without the blanks around them."""
    found = {name: value.strip() for name in names if isinstance(value := body.get(name), str)}
    missing = [name for name in names if not found.get(name)]
    if missing:
        raise RefusedError(400, f"{', '.join(missing)} must be a text that is not empty")
    return found


def _number(value: Any, name: str) -> int:
    """Read a number, or a text of digits."""
    text = str(value) if type(value) is int else value
    if not isinstance(text, str) or not (text.isascii() and text.isdigit()) or len(text) > 19:
        raise RefusedError(400, f"{name} is not a number")
    return int(text)
