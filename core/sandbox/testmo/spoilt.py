"""Testmo: answers about a run that are not as they should be, each a fault by name, and those about another run."""

import json
from collections.abc import Callable
from typing import Any, Final

from core.sandbox.box import encoded
from core.sandbox.testmo import wire
from core.sandbox.testmo.state import State
from core.sandbox.testmo.workspace import RUNNING, SUCCESS
from core.sandbox.testmo.world import green_twin

_UNKNOWN_STATE: Final = 9
Holder = dict[str, Any]  # a run or a thread, both of which have counts


def _shifted(by: int) -> Callable[[Holder], None]:
    def change(holder: Holder) -> None:
        for name in ("total_count", "completed_count", "success_count", "status1_count"):
            holder[name] += by

    return change


def _green(holder: Holder) -> None:
    failed = holder["failure_count"]
    holder.update(failure_count=0, status2_count=0)
    for name in ("success_count", "status1_count"):
        holder[name] += failed
    if holder["is_completed"]:
        holder["status"] = SUCCESS


def _untested(holder: Holder) -> None:
    failed = holder["failure_count"]
    holder.update(failure_count=0, status2_count=0)
    holder["untested_count"] += failed
    holder["completed_count"] -= failed
    if holder["is_completed"]:
        holder["status"] = SUCCESS


def _reopened(holder: Holder) -> None:
    holder.update(status=RUNNING, is_completed=False, completed_at=None, completed_by=None)


RUNS: Final[dict[str, Callable[[Holder], None]]] = {
    "lost-test": _shifted(-1),
    "extra-test": _shifted(1),
    "green-counts": _green,
    "unknown-aliases": _untested,
    "still-open": _reopened,
    "unknown-state": lambda holder: holder.update(status=_UNKNOWN_STATE),
    "no-threads": lambda holder: holder.pop("threads", None),
}

# These spoil the run alone: its threads say otherwise.
ALONE: Final[dict[str, dict[str, int]]] = {
    "many-counted": {"success_count": 50_000},
    "none-counted": {"total_count": 0},
    "none-ended": {"untested_count": 5, "completed_count": 0},
}
SPOILT: Final[dict[str, tuple[str, ...]]] = {"get-run": (*RUNS, *ALONE), "list-runs": ("shifted",)}


def spoilt(kind: str, body: bytes) -> bytes:
    """Spoil the answer to a look at a run, with its threads: they tell the same story. Or a list, each row twice."""
    value: Any = json.loads(body)
    if kind == "shifted":
        value["result"] = [row for row in value["result"] for _ in range(2)]
        return encoded(value)
    run = value["result"]
    if kind in ALONE:
        run.update(ALONE[kind])
        return encoded(value)
    for holder in (run, *run["threads"]):
        RUNS[kind](holder)
    return encoded(value)


def about_another(state: State, kind: str, operation: str, body: bytes) -> bytes:
    """Make an answer about something else out of one about our run."""
    value: Any = json.loads(body)
    match operation:
        case "create-run" if kind == "stale":
            twin = green_twin(state, state.runs[value["id"]])
            state.runs[twin.id] = twin
            value["id"] = twin.id
        case "create-run" | "create-thread" if kind == "wrong-id":
            value["id"] += 1
        case "get-run" if kind == "stale":
            twin = green_twin(state, state.runs[value["result"]["id"]])
            value["result"] = wire.run(state, twin, state.clock.now())
        case "get-run":
            _misnamed(kind, value["result"])
        case "list-runs" if kind == "stale":
            shown = [row for row in value["result"] if not state.runs[row["id"]].ours]
            value.update(result=shown, total=len(shown), next_page=None, last_page=1)
        case "list-runs":
            for row in value["result"]:
                _misnamed(kind, row)
        case _:
            pass
    return encoded(value)


def _misnamed(kind: str, run: Holder) -> None:
    run["id" if kind == "wrong-id" else "project_id"] += 1
