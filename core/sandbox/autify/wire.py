"""Autify: how state looks on the wire, after the vendor's own recordings.

Wire: https://github.com/autifyhq/autify-sdk-js (definition), https://github.com/autifyhq/autify-cli (recordings)
"""

from collections.abc import Iterator
from typing import Any, Final

from core.sandbox import hostile
from core.sandbox.autify import workspace
from core.sandbox.autify.capabilities import Capability
from core.sandbox.autify.runs import Moment, RunState
from core.sandbox.autify.state import AccessPoint, PlanItem, State
from core.sandbox.clock import iso
from core.sandbox.progression import Phase
from core.sandbox.scenario import Shape
from core.sandbox.timeline import Timeline, reading_at, start_of

_DAY: Final = 86_400.0
_MOVED: Final = 2.893  # seconds by which a run's start was seen to move, at most
_EARLY: Final = 1.107  # seconds by which updated_at was seen to lie before finished_at


def result(state: State, run: RunState, moment: Moment, home: str, *, details: bool = False) -> dict[str, Any]:
    """Return a run with its cases; while it queues there are none. `home` is the address of the project's pages."""
    groups = () if moment.phase is Phase.QUEUED else enumerate(run.capabilities)
    return {
        **plan_result(state, run, moment),
        "test_plan_capability_results": [
            {
                "id": run.first_capability + index,
                "capability": _capability(state, capability, 4401 + index),
                "test_case_results": list(_cases(state, run, moment, index, home, details=details)),
            }
            for index, capability in groups
        ],
    }


def plan_result(state: State, run: RunState, moment: Moment) -> dict[str, Any]:
    """Return a run as the list shows it."""
    line = run.timeline
    begun, ended = reading_at(line, start_of(line, Phase.RUNNING)), reading_at(line, start_of(line, Phase.SETTLING))
    over = moment.phase is Phase.OVER and (not moment.detour or "passed" in run.scenario.detour)
    updated = reading_at(line, start_of(line, moment.phase))
    if over and run.scenario.shape is Shape.Y2025:
        begun += min(_MOVED, 0.1 * (ended - begun))  # it does move in the terminal answer
        updated = max(line.created, ended - _EARLY)
    if not run.scenario.finish_times and moment.word in {"internal_error", "canceled"}:
        over = False
    return {
        "id": run.id,
        "status": moment.word,
        "duration": _milliseconds(ended - begun, 11_674) if over else None,
        "started_at": _date(state, begun) if moment.phase >= Phase.RUNNING else None,
        "finished_at": _date(state, ended) if over else None,
        "created_at": _date(state, line.created),
        "updated_at": _date(state, updated),
        "review_needed": run.scenario.review > 0 and moment.phase is Phase.OVER,
        "test_plan": None if run.plan is None else _plan(state, run.plan),
    }


def scenario(state: State, number: int) -> dict[str, Any]:
    dates = _old(state, 40)
    labels = workspace.LABELS[: number % 3]
    return {
        "id": number,
        "name": workspace.scenario_name(number, under_attack=state.scenario.hostile),
        **dates,
        "labels": [{"id": label, "name": name, "color": color, **dates} for label, name, color in labels],
    }


def access_point(state: State, point: AccessPoint, *, key: bool) -> dict[str, Any]:
    """Return an access point; only the answer to its creation tells the key."""
    date = _date(state, point.created)
    rest = {"last_use": None, "creator": "dana", "created_at": date, "updated_at": date}
    return {"name": point.name, "key": point.key, **rest} if key else {"name": point.name, **rest}


def plan_item(state: State, item: PlanItem) -> dict[str, Any]:
    dates = {"created_at": _date(state, item.created), "updated_at": _date(state, item.updated)}
    return {"id": item.id, "test_plan_id": item.plan, **item.texts, **dates}


def _cases(
    state: State, run: RunState, moment: Moment, group: int, home: str, *, details: bool
) -> Iterator[dict[str, Any]]:
    count = len(run.words)
    for row, number in enumerate(run.scenarios):
        index = group * len(run.scenarios) + row
        word = _case_word(run, moment, index)
        done = word not in {"waiting", "running"}
        begun, ended = _case_readings(run.timeline, index, count, sequential=run.execution_type == "sequential")
        case: dict[str, Any] = {
            "id": run.first_case + index,
            "test_case_id": number,
            "status": word,
            "duration": _milliseconds(ended - begun, 4_200 + 137 * (index % 9)) if done else None,
            "started_at": None if word == "waiting" else _date(state, begun),
            "finished_at": _date(state, ended) if done else None,
            "created_at": _date(state, run.timeline.created),
            "updated_at": _date(state, ended if done else begun),
            "project_url": _case_url(state, run, group, index, home),
            "review_needed": int(index < run.scenario.review and done),
        }
        if run.scenario.shape is Shape.Y2025:
            shown = [{"key": "plan", "value": "basic", "set_by": {"type": "scenario", "id": number}}] if details else []
            case |= {"number_of_credits_consumed": int(done), "import_variables": shown, "export_variables": []}
        yield case


def _case_word(run: RunState, moment: Moment, index: int) -> str:
    """What a case shows: cases finish one by one, before the run itself does."""
    count, final = len(run.words), run.words[index]
    if moment.phase is Phase.OVER:
        return "running" if moment.detour and index == count - 1 else final
    if moment.phase is Phase.WAITING:
        return "waiting"
    if final != "canceled" and (moment.phase is Phase.SETTLING or moment.fraction >= 0.98 * (index + 1) / count):
        return final
    begun = run.execution_type != "sequential" or moment.fraction >= index / count
    return "running" if begun else "waiting"


def _case_readings(line: Timeline, index: int, count: int, *, sequential: bool) -> tuple[float, float]:
    first, span = start_of(line, Phase.RUNNING), line.spans[Phase.RUNNING]
    begun = first + span * index / count if sequential else first
    return reading_at(line, begun), reading_at(line, first + span * (index + 1) / count)


def _case_url(state: State, run: RunState, group: int, index: int, home: str) -> str:
    if state.scenario.hostile:
        return f"javascript:alert(1)//{hostile.EVERYTHING}"
    path = f"results/{run.id}/capabilities/{run.first_capability + group}/scenarios/{run.first_case + index}"
    return f"{home}/{path}"


def _capability(state: State, capability: Capability, number: int) -> dict[str, Any]:
    """Return a capability inside a result: what is null in the list is empty here."""
    zone = {"timezone": "Etc/UTC"} if state.scenario.shape is Shape.Y2025 else {}
    return {
        **zone,
        "id": number,
        "os": capability.os,
        "os_version": capability.os_version or "",
        "browser": capability.browser,
        "browser_version": hostile.EVERYTHING if state.scenario.hostile else capability.browser_version,
        "device": capability.device or "",
        **_old(state, 3),
    }


def _plan(state: State, plan: int) -> dict[str, Any]:
    return {"id": plan, "name": workspace.plan_name(plan, under_attack=state.scenario.hostile), **_old(state, 60)}


def _old(state: State, days: int) -> dict[str, Any]:
    created = state.clock.started - days * _DAY
    return {"created_at": _date(state, created), "updated_at": _date(state, created + 488.43)}


def _date(state: State, reading: float) -> str:
    return iso(state.clock.date(reading))


def _milliseconds(seconds: float, otherwise: int) -> int:
    """A duration; looks may be no time apart, and no real case takes no time."""
    return round(seconds * 1000) or otherwise
