"""Autify's list of results: what was there before a start, and what is new after one whose reply was lost."""

from dataclasses import dataclass
from typing import Any

from core.guarded import promised
from core.ports import Answer, Calls
from core.vendors.autify.history import LOOKS, RECENT, Before, every_entry, query
from core.vendors.autify.web import results


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline(Before):
    """What was there before the start: ids rise, so the highest is enough."""

    highest: int = 0


def baseline(calls: Calls, project: int, plan: int | None) -> Baseline:
    """Read once before a start."""
    return calls.read("list-results", parse=_read_baseline, path={"project_id": project}, query=query(1, plan))


def _read_baseline(answer: Answer) -> Baseline:
    listed = sorted(_entries(answer), key=lambda item: item.id, reverse=True)
    ended = [item.seconds for item in listed if item.status in ("passed", "failed") and item.seconds]
    return Baseline(highest=listed[0].id if listed else 0, server_time=answer.date, durations=tuple(ended[:RECENT]))


def new_since(before: Baseline, calls: Calls, project: int, plan: int | None) -> list[int]:
    """Ids of results that appeared after the baseline and are of the same kind as the lost start.

    All looks are made, whatever the first one shows: ours may be the one that shows up last.
    """
    found: set[int] = set()
    for wait in LOOKS:
        calls.pause(wait)
        found |= {
            item.id
            for item in every_entry(calls, "list-results", project, plan, _entries)
            if item.id > before.highest and item.plan_id == plan and before.precedes(item)
        }
    return sorted(found)


def _entries(answer: Answer) -> list[results.Result]:
    return [_entry(item) for item in promised.sequence(answer.value)]


def _entry(value: Any) -> results.Result:
    """A result without its cases, as the list has it."""
    return results.read(value | {"test_plan_capability_results": []})
