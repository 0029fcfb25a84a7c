"""qTest: its own faults: what others do just before a call, and answers that are odd."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from core.sandbox.box import Answer, Call, encoded
from core.sandbox.qtest.records import Job
from core.sandbox.qtest.state import ANOTHER_RUNNER, PERSON, State, set_status
from core.sandbox.qtest.statuses import OPEN, OVER, JobStatus

MINUTE_LEFT: Final = "x-ratelimit-remaining-minute"
MONTH_LEFT: Final = "x-ratelimit-remaining-month"
_FAR: Final = 1000  # numbers between a job and an odd one like it
_ODD: Final[tuple[tuple[str, Any], ...]] = (
    ("agent_server_id", None),
    ("project_id", None),
    ("start_date", None),
    ("status", 17),
    ("automation_materials", [{"test_run_id": None, "automation_content": "a.B#c"}]),
    ("automation_materials", [{"test_run_id": 1, "automation_content": 17}]),
)
_LOGS_OF_UPLOAD: Final = re.compile(r'("totalTestLogs":)\d+')
_HEADERS: Final = {"minute-left": MINUTE_LEFT, "month-left": MONTH_LEFT}


def intervene(state: State, call: Call) -> None:
    """Let others act before the call does."""
    match "" if call.own is None else call.own.kind:
        case "claimed":
            for job in _jobs(state, call):
                if job.status in OPEN:
                    set_status(state, job, JobStatus.RUNNING, ANOTHER_RUNNER)
        case "cancelled":
            for job in _jobs(state, call):
                if job.status not in OVER:
                    set_status(state, job, JobStatus.CANCELLED, PERSON)
        case "agent-deleted":
            state.agents.clear()
        case "host-deleted":
            state.agents.clear()
            state.hosts.clear()


def spoilt(call: Call, answer: Answer) -> Answer:
    """Make an answer odd, as the fault of the call wants it."""
    kind = "" if call.own is None else call.own.kind
    if kind in _HEADERS:
        left = (call.own.argument if call.own else None) or "0"
        return replace(answer, headers=(*answer.headers, (_HEADERS[kind], left)))
    if kind == "odd-entries":
        return replace(answer, body=encoded(_among_odd_ones(json.loads(answer.body or b"null"))))
    change = _CHANGES.get(kind)
    if change is None or not answer.body:
        return answer
    return replace(answer, body=encoded(_everywhere(json.loads(answer.body), change)))


def _jobs(state: State, call: Call) -> list[Job]:
    """Return the job that a call is about, or else all of ours."""
    if call.operation == "update-job-status":
        return [job for job in state.jobs.values() if job.id == call.numbers[1]]
    return [job for job in state.jobs.values() if job.ours]


def _with_fields(item: dict[str, Any]) -> dict[str, Any]:
    link = {"rel": "self", "href": "https://qtest.invalid/api/v3/unknown"}
    return {**item, "links": [link], "flux_capacity": {"gigawatts": [1.21], "on": None}}


def _with_text_ids(item: dict[str, Any]) -> dict[str, Any]:
    ids = {name for name in item if name.lower().endswith("id")}
    return {name: str(value) if name in ids and type(value) is int else value for name, value in item.items()}


def _among_odd_ones(value: Any) -> Any:
    """Put entries that lack what is promised before the good ones of a list, or of a page of a search."""
    if isinstance(value, dict) and isinstance(value.get("items"), list):
        return {**value, "items": _among_odd_ones(value["items"])}
    if not isinstance(value, list):
        return value
    usual = next((item for item in value if isinstance(item, dict)), {})
    odd: list[Any] = [17, None, "entry", []]
    for at, (name, wrong) in enumerate(_ODD):
        number = {"job_id": usual["job_id"] + _FAR + at} if "job_id" in usual else {}
        odd.append({**usual, **number, name: wrong})
    return [*odd, *value]


def _with_less(item: dict[str, Any]) -> dict[str, Any]:
    """The result of an upload that took in nothing of it."""
    content = item.get("content")
    return {**item, "content": _LOGS_OF_UPLOAD.sub(r"\g<1>0", content)} if isinstance(content, str) else item


_CHANGES: Final[dict[str, Callable[[dict[str, Any]], dict[str, Any]]]] = {
    "unknown-fields": _with_fields,
    "text-ids": _with_text_ids,
    "fewer-logs": _with_less,
}


def _everywhere(value: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    if isinstance(value, list):
        return [_everywhere(item, change) for item in value]
    if isinstance(value, dict):
        return change({name: _everywhere(item, change) for name, item in value.items()})
    return value
