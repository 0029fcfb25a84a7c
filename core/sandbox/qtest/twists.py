"""qTest: answers that are about something else, or out of date."""

from typing import Any, Final

from core.sandbox.box import Call
from core.sandbox.qtest.jobs import listed
from core.sandbox.qtest.state import State

_OWN_IDS: Final = ("host_server_id", "agent_server_id", "id", "test_run_id")
_FAR: Final = 1000  # numbers between something and an older one of its kind


def twisted(state: State, kind: str, call: Call, value: Any) -> Any:
    """Make a good answer `stale`, or one with a `wrong-id`, or of a `wrong-project`."""
    if kind == "wrong-project":
        return _moved(value, ("project_id",))
    if kind == "wrong-id":
        return value + 1 if isinstance(value, int) else _moved(value, ("job_id", *_OWN_IDS))
    return _stale(state, call, value)


def _stale(state: State, call: Call, value: Any) -> Any:
    match call.operation:
        case "retrieve-jobs":
            return listed(state, call, steps=1)
        case "create-schedule":
            return value - _FAR
        case "get-queue-state":
            return value | {"id": value["id"] - _FAR, "state": "SUCCESS", "content": ""}
        case "get-last-run":
            return value | {"id": value["id"] - _FAR, "status": {"id": 601, "name": "Passed"}}
        case "search-agents":
            return value | {"total": 0, "items": []}
        case _:
            return value


def _moved(value: Any, names: tuple[str, ...]) -> Any:
    """Count the ids of these names one up, wherever they are."""
    if isinstance(value, list):
        return [_moved(item, names) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: item + 1 if name in names and isinstance(item, int) else _moved(item, names)
        for name, item in value.items()
    }
