"""Autify for mobile: how state looks on the wire, after the vendor's own recordings.

Wire: https://github.com/autifyhq/autify-sdk-js (swagger-mobile.yml), github.com/autifyhq/autify-cli (recordings)
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from core.sandbox import hostile
from core.sandbox.autify_mobile import workspace
from core.sandbox.autify_mobile.repertoire import knobs_of
from core.sandbox.autify_mobile.runs import Build, Moment, RunState, case_word
from core.sandbox.autify_mobile.state import State
from core.sandbox.autify_mobile.workspace import Device
from core.sandbox.progression import Phase
from core.sandbox.timeline import reading_at, start_of

_DAY: Final = 86_400.0
_JAPAN: Final = timezone(timedelta(hours=9))
_UNDONE: Final = {"waiting", "wait_device", "running"}

Written = Callable[[float], str]  # a date as text, from a reading


def started(state: State, run: RunState) -> dict[str, Any]:
    """Return the answer to a start, the only one whose dates are in UTC."""
    date = _dates(state, UTC)
    plan = _plan(state, run.plan, date)
    places = [_place(device, index, under_attack=state.scenario.hostile) for index, device in enumerate(run.devices)]
    return {
        "id": run.id,
        "test_plan": {**plan, "build": _build(state, run.build, date), "execute_environments": places},
    }


def result(state: State, run: RunState, moment: Moment, kind: str) -> dict[str, Any]:
    """Return a run with its cases. `kind` is the fault of this answer, if it has one."""
    return {**plan_result(state, run, moment), "test_case_results": list(_cases(state, run, moment, kind))}


def plan_result(state: State, run: RunState, moment: Moment) -> dict[str, Any]:
    """Return a run as the list shows it."""
    line, date = run.timeline, _dates(state, _JAPAN)
    begun, ended = start_of(line, Phase.WAITING), start_of(line, Phase.SETTLING)
    over = moment.phase is Phase.OVER and (not moment.detour or "passed" in run.scenario.detour)
    if not run.scenario.finish_times and moment.word in {"internal_error", "canceled"}:
        over = False
    began = moment.phase >= Phase.WAITING and run.scenario.ending != "canceled"
    spent = reading_at(line, ended) - reading_at(
        line, start_of(line, Phase.RUNNING)
    )  # the wait for a device is left out
    return {
        "id": run.id,
        "status": moment.word,
        "duration": (round(spent * 1000) or 10_292) if over and began else None,
        "started_at": date(reading_at(line, begun)) if began else None,
        "finished_at": date(reading_at(line, ended)) if over else None,
        "created_at": date(line.created),
        "updated_at": date(reading_at(line, start_of(line, moment.phase))),
        "test_plan": _plan(state, run.plan, date),
    }


def _cases(state: State, run: RunState, moment: Moment, kind: str) -> Iterator[dict[str, Any]]:
    count, under_attack = len(run.words), state.scenario.hostile
    span = run.timeline.spans[Phase.RUNNING]
    build = workspace.RESIDENT_BUILD if kind == "other-build" else run.build.id
    pairs = [(device, case) for device in run.devices for case in run.cases]
    for index, (device, case) in enumerate(pairs):
        word = case_word(run, moment, index)
        name = {"name": workspace.case_name(case, under_attack=under_attack)}
        test = {
            "id": case,
            "environment_variables": [],
            "build": {"id": build},
            "capability": _capability(device, under_attack=under_attack),
        }
        yield {
            "id": f"cRs{run.first_case + index:04}",
            **(name if knobs_of(run.scenario).names else {}),
            "status": word,
            "duration": None if word in _UNDONE else round(span * 1000 / count) or 4_200 + 137 * (index % 9),
            **({} if kind == "no-test-case" else {"test_case": test}),
        }


def _plan(state: State, plan: str, date: Written) -> dict[str, Any]:
    name = workspace.plan_name(plan, under_attack=state.scenario.hostile)
    created = state.clock.started - 46 * _DAY
    return {"id": plan, "name": name, "created_at": date(created), "updated_at": date(created + 3 * _DAY)}


def _build(state: State, build: Build, date: Written) -> dict[str, Any]:
    name = hostile.EVERYTHING if state.scenario.hostile else "Shop"
    dates = {"created_at": date(build.created), "updated_at": date(build.created)}
    return {"id": build.id, "name": name, "version": "1.1.0 2", **dates}


def _place(device: Device, index: int, *, under_attack: bool) -> dict[str, Any]:
    return {
        "id": f"eNv{index + 1:03}",
        "name": hostile.EVERYTHING if under_attack else device.name,
        "device": device.device,
        "use_type": "real",
        "os": device.os,
        "os_version": device.os_version,
        "beta": False,
        "selectable_as_default_recorder": True,
    }


def _capability(device: Device, *, under_attack: bool) -> dict[str, Any]:
    name = hostile.EVERYTHING if under_attack else device.device
    return {"os": device.os.lower(), "os_version": device.os_version, "device": name}


def _dates(state: State, zone: timezone) -> Written:
    def date(reading: float) -> str:
        text = datetime.fromtimestamp(state.clock.date(reading), zone).isoformat(timespec="milliseconds")
        return text.replace("+00:00", "Z")

    return date
