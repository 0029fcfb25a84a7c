"""qTest: how state looks on the wire."""

from collections.abc import Mapping
from typing import Any, Final

from core.sandbox.box import encoded
from core.sandbox.clock import Clock
from core.sandbox.qtest.dates import write_date
from core.sandbox.qtest.records import Agent, Host, Job, Log, Material, QueueItem
from core.sandbox.qtest.state import State

_CLIENT: Final = 3  # the site that all is in
_SUITES_AHEAD: Final = 900
_CASES_AHEAD, _VERSIONS_AHEAD = 47_113, 36_109  # a test run's number less its case's; a version's less the run's
_OTHER_SCHEDULES_AHEAD: Final = 1657
STATUSES: Final = ((601, "Passed", "#0cdda8"), (602, "Failed", "#ff7e95"), (603, "Skipped", "#c8d0d8"))


def host(one: Host) -> dict[str, Any]:
    return {
        "host_server_id": one.id,
        "host_name": one.asked.host_name,
        "ip_address": one.asked.ip_address,
        "mac_address": one.asked.mac_address,
        "host_guid": one.asked.host_guid,
    }


def pong(clock: Clock) -> dict[str, Any]:
    return {"received_time": write_date(clock.date(clock.now())), "pong_message": "true"}


def agent(one: Agent) -> dict[str, Any]:
    return {
        "agent_server_id": one.id,
        "name": one.asked.name,
        "project_id": one.project,
        "host_id": one.host,
        "framework": one.asked.framework,
        "framework_id": one.asked.framework_id,
        "agent_id": one.asked.agent_id,
        "active": one.active,
    }


def found_agent(one: Agent) -> dict[str, Any]:
    """Return an agent as the search tells it."""
    return {"id": one.id, **agent(one), "configuration": ""}


def job(state: State, one: Job, word: str) -> dict[str, Any]:
    """Return a job whose status is told as `word`."""
    return {
        "client_id": _CLIENT,
        "project_id": one.project,
        "job_id": one.id,
        "host_server_id": one.host,
        "status": word.replace("_", " ") if state.knobs.spaced else word,
        "agent_server_id": one.agent,
        "agent_id": state.agents[one.agent].asked.agent_id,
        "schedule_id": one.schedule + (_OTHER_SCHEDULES_AHEAD if state.knobs.other_schedules else 0),
        "automation_materials": [_material(material) for material in one.materials],
        "start_date": write_date(state.clock.date(one.start), one.style),
    }


def log(one: Log) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.asked.name,
        "automation_content": one.asked.content,
        "status": one.asked.status,
        "test_case_version_id": one.asked.version,
        "exe_start_date": write_date(one.asked.started),
        "exe_end_date": write_date(one.asked.ended),
        "test_step_logs": [],
        "links": [],
    }


def last_run(state: State, one: Log) -> dict[str, Any]:
    """Return a log as `last-run` tells it: the status is an object there."""
    number, name, _ = STATUSES[state.knobs.words.index(one.asked.status)]
    return {
        "id": one.id,
        "test_run_id": one.test_run,
        "status": {"id": number, "name": name},
        "exe_start_date": write_date(one.asked.started),
        "exe_end_date": write_date(one.asked.ended),
    }


def status(number: int, name: str, color: str) -> dict[str, Any]:
    return {"id": number, "name": name, "is_default": False, "color": color, "active": True, "links": []}


def queue_item(one: QueueItem, word: str, content: str) -> dict[str, Any]:
    kind = {"type": "AUTOMATION_TEST_LOG", "state": word, "contentType": "application/json"}
    return {"id": one.id, **kind, "content": content}


def queue_result(one: QueueItem) -> str:
    """Return what came of an upload: JSON in a text."""
    suite = {"testSuiteId": one.id + _SUITES_AHEAD, "testSuiteName": one.container, "totalTestLogs": len(one.logs)}
    return encoded(suite).decode("utf-8")


def page(items: list[dict[str, Any]], number: int, size: int) -> Mapping[str, Any]:
    shown = items[(number - 1) * size : number * size]
    return {"page": number, "page_size": size, "total": len(items), "items": shown}


def _material(one: Material) -> dict[str, Any]:
    content = {} if one.absent else {"automation_content": one.content}
    return {
        "test_run_id": one.test_run,
        "test_case_id": one.test_run - _CASES_AHEAD,
        "test_case_name": one.name,
        "test_case_version_id": one.test_run - _VERSIONS_AHEAD,
        **content,
    }
