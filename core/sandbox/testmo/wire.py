"""Testmo: how runs, threads and tests look on the wire, as of a moment.

Wire: https://docs.testmo.com/api/reference/automation-runs
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from core.sandbox.clock import iso
from core.sandbox.testmo.batches import Batch
from core.sandbox.testmo.repertoire import knobs_of
from core.sandbox.testmo.search import Hit
from core.sandbox.testmo.state import Closed, Run, State, Thread
from core.sandbox.testmo.workspace import FAILURE, RUNNING, SLOTS, STATE_OF, SUCCESS, UNTESTED


def run(state: State, one: Run, as_of: float, *, threads: bool = True) -> dict[str, Any]:
    """Return a run; `threads`: with its threads."""
    shown = [thread for thread in one.threads if thread.created <= as_of]
    closed = _closed(one.closed, as_of)
    active = sum(_closed(thread.closed, as_of) is None for thread in shown)
    tally = tally_of(batch for thread in shown for batch in thread.batches if batch.at <= as_of)
    return {
        "id": one.id,
        "project_id": one.project,
        "source_id": one.source_id,
        "config_id": one.config,
        "milestone_id": one.milestone,
        "name": one.name,
        "status": state_of(state, tally, closed),
        "elapsed": elapsed_of(one),
        "is_completed": closed is not None,
        "tags": list(one.tags),
        "artifacts": one.attached.artifacts,
        "fields": one.attached.fields,
        "links": one.attached.links,
        **({"threads": [_thread(state, thread, as_of) for thread in shown]} if threads else {}),
        **_counts(tally),
        "thread_count": len(shown),
        "thread_active_count": active,
        "thread_completed_count": len(shown) - active,
        **_made(state, one.created, one.by),
        "updated_at": None,
        "updated_by": None,
        **_completed(state, closed),
    }


def test(state: State, hit: Hit, sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of the list of tests. What there is beyond a case's id is not confirmed."""
    return {
        "id": hit.id,
        "key": sent["key"],
        "name": sent["name"],
        "folder": sent["folder"],
        "status": hit.state,
        "elapsed": sent.get("elapsed"),
        "created_at": iso(state.clock.date(hit.batch.at)),
        "repository_case_id": None,
    }


def tally_of(batches: Iterable[Batch]) -> Counter[int]:
    """Count tests by the slots of their statuses."""
    tally: Counter[int] = Counter()
    for batch in batches:
        tally.update(batch.tally)
    return tally


def state_of(state: State, tally: Mapping[int, int], closed: Closed | None) -> int:
    if closed is None:
        return RUNNING
    if _in_state(tally, FAILURE):
        return FAILURE
    return SUCCESS if sum(tally.values()) else knobs_of(state.scenario).empty_state


def elapsed_of(one: Run) -> int:
    """Return microseconds: between creation and completion, or those of the longest thread."""
    if one.measured and one.closed is not None:
        return round((one.closed.at - one.created) * 1_000_000)
    return max((thread.observed or thread.computed for thread in one.threads), default=0)


def _thread(state: State, one: Thread, as_of: float) -> dict[str, Any]:
    closed = _closed(one.closed, as_of)
    tally = tally_of(batch for batch in one.batches if batch.at <= as_of)
    return {
        "id": one.id,
        "index": one.index,
        "name": f"Thread {one.index}",
        "status": state_of(state, tally, closed),
        "elapsed": one.observed or one.computed,
        "is_completed": closed is not None,
        "artifacts": one.attached.artifacts,
        "fields": one.attached.fields,
        **_counts(tally),
        **_made(state, one.created, one.by),
        **_completed(state, closed),
    }


def _counts(tally: Mapping[int, int]) -> dict[str, int]:
    total, untested = sum(tally.values()), tally.get(UNTESTED, 0)
    return {
        "untested_count": untested,
        **{f"status{slot}_count": tally.get(slot, 0) for slot in SLOTS},
        "success_count": _in_state(tally, SUCCESS),
        "failure_count": _in_state(tally, FAILURE),
        "completed_count": total - untested,
        "total_count": total,
    }


def _in_state(tally: Mapping[int, int], wanted: int) -> int:
    return sum(count for slot, count in tally.items() if STATE_OF[slot] == wanted)


def _closed(closed: Closed | None, as_of: float) -> Closed | None:
    return closed if closed is not None and closed.at <= as_of else None


def _made(state: State, created: float, by: int) -> dict[str, Any]:
    return {"created_at": iso(state.clock.date(created)), "created_by": by}


def _completed(state: State, closed: Closed | None) -> dict[str, Any]:
    if closed is None:
        return {"completed_at": None, "completed_by": None}
    return {"completed_at": iso(state.clock.date(closed.at)), "completed_by": closed.by}
