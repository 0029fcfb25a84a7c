"""Autify for mobile's list of results: what was there before a start, and which new one is ours after a lost reply.

Ids tell no order there, but a build's id is told with the cases that test it: a build uploaded for one run proves whose
run that is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from core.errors import CallFailedError, Fault
from core.guarded import promised
from core.ports import Answer, Calls
from core.vendors.autify.history import GATEWAY_SLACK, LOOK_SECONDS, LOOKS, RECENT, Before, every_entry, query
from core.vendors.autify.mobile import results

MORE_LOOKS = (20.0, 30.0)  # where a build of our own is looked for: a run shows its build only with its cases
MOST = 30  # results that are looked at, the latest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline(Before):
    """What was there before the start, as far as one page tells; ids have no order."""

    ids: frozenset[str] = frozenset()

    def proves_new(self, result: results.Result) -> bool:
        """Whether it was made since, beyond doubt."""
        return result.id not in self.ids and None not in (self.server_time, result.created) and self.precedes(result)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The run that a lost start may have made."""

    project: str
    plan: str
    build: str
    before: Baseline = field(default_factory=Baseline)


def baseline(calls: Calls, project: str, plan: str) -> Baseline:
    """Read once before a start."""
    return calls.read("list-test-results", parse=read_baseline, path={"project_id": project}, query=query(1, plan))


def read_baseline(answer: Answer) -> Baseline:
    """What one page of the list tells. Promised: data, and each entry's id and status."""
    listed = sorted(_entries(answer), key=lambda item: item.created or 0.0, reverse=True)
    ended = [item for item in listed if item.status in ("passed", "failed")]
    spans = [item.finished - item.created for item in ended if item.finished and item.created]
    return Baseline(
        ids=frozenset(item.id for item in listed),
        server_time=answer.date,
        durations=tuple(span for span in spans if span > 0)[:RECENT],
    )


def look(wanted: Wanted, calls: Calls, *, surely: bool) -> dict[str, frozenset[str]]:
    """What may be the wanted run, with the builds that it shows: none, or the wanted one.

    `surely`: the build is ours alone, so that the first run with it is the one. Else all looks are made, whatever the
    first one shows: ours may be the one that shows up last.
    """
    found: dict[str, frozenset[str]] = {}
    for wait in (*LOOKS, *MORE_LOOKS) if surely else LOOKS:
        calls.pause(wait)
        for id_, builds in _new(wanted, calls, surely=surely):
            found[id_] = found.get(id_, frozenset()) | builds
        if surely and any(wanted.build in builds for builds in found.values()):
            break
    return {id_: builds for id_, builds in found.items() if builds <= {wanted.build}}


def _new(wanted: Wanted, calls: Calls, *, surely: bool) -> Iterator[tuple[str, frozenset[str]]]:
    """The plan's results that were not there before, each with the builds that it shows by now.

    Where a build proves whose run it is, the clocks need not agree as closely.
    """
    before = wanted.before
    everything = every_entry(calls, "list-test-results", wanted.project, wanted.plan, _entries)
    listed = {item.id: item for item in everything if item.plan_id == wanted.plan and item.id not in before.ids}
    for item in sorted(listed.values(), key=lambda item: item.created or 0.0, reverse=True)[:MOST]:
        proven = before.proves_new(item)
        if proven or (surely and before.precedes(item, GATEWAY_SLACK)):
            builds = _builds(item.id, calls, wanted.project)
            if proven or builds:
                yield item.id, builds


def _builds(id_: str, calls: Calls, project: str) -> frozenset[str]:
    """The builds that a result's cases name; none while it can't be found, as just after its start."""
    try:
        return calls.read(
            "describe-test-result",
            parse=lambda answer: _builds_of(results.read(answer.value), id_),
            path={"project_id": project, "result_id": id_},
            seconds=LOOK_SECONDS,
        )
    except CallFailedError as failure:
        if failure.fault is not Fault.ABSENT:
            raise
        return frozenset()


def _builds_of(result: results.Result, id_: str) -> frozenset[str]:
    if result.id != id_:
        raise ValueError(f"it is about run {result.id}")
    return frozenset(result.builds)


def _entries(answer: Answer) -> list[results.Result]:
    return [_entry(item) for item in promised.sequence(answer.value["data"])]


def _entry(value: Any) -> results.Result:
    """A result without its cases, as the list has it."""
    return results.read(value | {"test_case_results": []})
