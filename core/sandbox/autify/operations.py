"""Autify: what the operations of a workspace do. Each returns the JSON value of its answer."""

from datetime import UTC, datetime
from typing import Any, Final

from core.sandbox.autify import asks, wire, workspace
from core.sandbox.autify.capabilities import filtered, offered
from core.sandbox.autify.runs import RunState, moment_of
from core.sandbox.autify.starts import start_run
from core.sandbox.autify.state import AccessPoint, RefusedError, State, listed, new_key
from core.sandbox.box import Call
from core.sandbox.course import gone, look

_PAGE: Final = 20  # of scenarios and access points; the vendor does not tell its own


def execute_schedule(state: State, call: Call) -> Any:
    start = asks.schedule_start(state, call.numbers[0], call.body)
    return started("execute-schedule", start_run(state, start, ours=True).id)


def execute_scenarios(state: State, call: Call) -> Any:
    start = asks.scenarios_start(state, call.numbers[0], call.body)
    return started("execute-scenarios", start_run(state, start, ours=True).id)


def describe_result(state: State, call: Call) -> Any:
    project, number = call.numbers
    run = state.runs.get(number)
    if run is None or hidden(state, run, project):
        raise RefusedError(404, asks.NOT_FOUND)
    now = state.clock.now()
    if gone(run, now):
        raise RefusedError(404, asks.NOT_FOUND)
    look(run, now)
    late = state.scenario.stale_by if state.rng.random() < state.scenario.stale_reads else 0.0
    details = call.query.get("get_details") == "true"
    return wire.result(state, run, moment_of(run, now, late=late), home_of(call, project), details=details)


def list_results(state: State, call: Call) -> Any:
    wanted = call.query.get("test_plan_id")
    now = state.clock.now()
    runs = [
        run
        for run in state.runs.values()
        if not hidden(state, run, call.numbers[0]) and not gone(run, now) and wanted in (None, "", str(run.plan))
    ]
    return [wire.plan_result(state, run, moment_of(run, now)) for run in listed(state, runs)[asks.page_of(call.query)]]


def list_scenarios(state: State, call: Call) -> Any:
    numbers = range(workspace.FIRST_SCENARIO, workspace.FIRST_SCENARIO + workspace.SCENARIO_COUNT)
    return [wire.scenario(state, number) for number in numbers[asks.page_of(call.query, size=_PAGE)]]


def describe_scenario(state: State, call: Call) -> Any:
    number = call.numbers[1]
    if not workspace.scenario_exists(number):
        raise RefusedError(404, asks.NOT_FOUND)
    return wire.scenario(state, number)


def list_capabilities(state: State, call: Call) -> Any:
    return [offered(capability, state.scenario.shape) for capability in filtered(call.query)]


def list_access_points(state: State, call: Call) -> Any:
    points = list(state.access_points.values())[asks.page_of(call.query, size=_PAGE)]
    return [wire.access_point(state, point, key=False) for point in points]


def create_access_point(state: State, call: Call) -> Any:
    name = asks.texts_of(call.body, ("name",))["name"]
    if name in state.access_points:
        raise RefusedError(400, f"Access Point Name {name} has already been taken", code=True)
    point = AccessPoint(name=name, key=new_key(state.rng), created=state.clock.now())
    state.access_points[name] = point
    return wire.access_point(state, point, key=True)


def delete_access_point(state: State, call: Call) -> Any:
    name = asks.texts_of(call.body, ("name",))["name"]
    if state.access_points.pop(name, None) is None:
        raise RefusedError(404, f"Access Point {name} was not found.", code=True)
    return {}


def get_credit_usage(state: State, call: Call) -> Any:
    now = state.clock.now()
    first, last = asks.days_of(call.query, _day(state, now))
    plan, scenario = call.query.get("test_plan_id"), call.query.get("scenario_id")
    used = [
        sum(scenario in (None, "", str(number)) for number in run.scenarios) * len(run.capabilities)
        for run in state.runs.values()
        if state.scenario.credit_plan
        and plan in (None, "", str(run.plan))
        and first <= _day(state, run.timeline.created) <= last
    ]
    return {
        "date_from": first.isoformat(),
        "date_to": last.isoformat(),
        "credits_consumed": sum(used),
        "credit_consumption_event_count": sum(1 for credits_ in used if credits_),
    }


def get_project_info(_state: State, call: Call) -> Any:
    counts = {"scenarios_count": workspace.SCENARIO_COUNT, "test_plans_count": len(workspace.PLANS)}
    return {"id": call.numbers[0], "name": "Shop", **counts}


def hidden(state: State, run: RunState, project: int) -> bool:
    """Whether a run is not to be seen there: it belongs elsewhere, or has not come through yet."""
    if run.project not in (None, project):
        return True
    return run.ours and state.clock.now() < run.timeline.created + state.scenario.eventual


def home_of(call: Call, project: int) -> str:
    return f"{call.origin}/projects/{project}"


def started(operation: str, number: int) -> Any:
    """Return the answer to a start. One of the two tells the id as a text first."""
    if operation == "execute-scenarios":
        return {"result_id": number}
    return {"data": {"id": str(number), "type": "test_plan_result", "attributes": {"id": number}}}


def _day(state: State, reading: float) -> Any:
    return datetime.fromtimestamp(state.clock.date(reading), UTC).date()
