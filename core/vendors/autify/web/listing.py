"""Autify's list of results: what was there before a start, and what is new after one whose reply was lost."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.ports import Answer, Calls
from core.vendors.autify import fields
from core.vendors.autify.web import results

SLACK = 5.0  # seconds that the vendor's clocks may disagree among themselves
GATEWAY_SLACK = 120.0  # the same where a gateway on the way may have set the date
RECENT = 10  # results that a usual duration is learned from
PAGE = 100
PAGES = 20
LOOKS = (0.0, 3.0, 7.0)  # seconds before each look: a run whose start was lost may show up late


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What was there before the start. `server_time` is the vendor's own clock at that moment."""

    highest: int = 0
    server_time: float | None = None
    durations: tuple[float, ...] = ()

    def precedes(self, result: results.Result, slack: float = SLACK) -> bool:
        """Whether the vendor's own clock says that this result can be ours."""
        return self.server_time is None or result.created is None or result.created >= self.server_time - slack


def baseline(calls: Calls, project: int, plan: int | None) -> Baseline:
    """Read once before a start."""
    return calls.read("list-results", parse=_read_baseline, path={"project_id": project}, query=_query(1, plan))


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
            for item in _all(calls, project, plan)
            if item.id > before.highest and item.plan_id == plan and before.precedes(item)
        }
    return sorted(found)


def _all(calls: Calls, project: int, plan: int | None) -> Iterator[results.Result]:
    """The whole list, whatever its order; an empty page ends it."""
    for page in range(1, PAGES + 1):
        entries = calls.read(
            "list-results",
            parse=_entries,
            path={"project_id": project},
            query=_query(page, plan),
            seconds=60.0,
        )
        if not entries:
            return
        yield from entries


def _query(page: int, plan: int | None) -> dict[str, object]:
    return {"page": page, "per_page": PAGE, "test_plan_id": plan}


def _entries(answer: Answer) -> list[results.Result]:
    return [_entry(item) for item in fields.sequence(answer.value)]


def _entry(value: Any) -> results.Result:
    """A result without its cases, as the list has it."""
    return results.read(value | {"test_plan_capability_results": []})
