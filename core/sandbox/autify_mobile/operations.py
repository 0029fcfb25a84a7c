"""Autify for mobile: what the operations do. Each returns the JSON value of its answer."""

from typing import Any

from core.sandbox.autify.asks import NOT_FOUND, page_of
from core.sandbox.autify.state import RefusedError
from core.sandbox.autify_mobile import asks, wire
from core.sandbox.autify_mobile.runs import RunState, moment_of
from core.sandbox.autify_mobile.state import State, keep, listed, start_run
from core.sandbox.box import Call
from core.sandbox.course import gone, look
from core.sandbox.forms import Form


def upload_build(state: State, call: Call) -> Any:
    return {"id": keep(state, asks.file_of(call.form or Form())).id}


def run_test_plan(state: State, call: Call) -> Any:
    start = asks.start_of(state, call.values[0], call.body)
    return wire.started(state, start_run(state, start, ours=True))


def list_test_results(state: State, call: Call) -> Any:
    """Runs do not say which project they are of: each is in every project of ours."""
    wanted, now = call.query.get("test_plan_id"), state.clock.now()
    runs = [
        run
        for run in listed(state, list(state.runs.values()))
        if not _hidden(state, run) and not gone(run, now) and wanted in (None, "", run.plan)
    ]
    shown = [wire.plan_result(state, run, moment_of(run, now)) for run in runs[page_of(call.query)]]
    return {"total": len(runs), "data": shown}


def describe_test_result(state: State, call: Call) -> Any:
    run = state.runs.get(call.values[1])
    now = state.clock.now()
    if run is None or _hidden(state, run) or gone(run, now):
        raise RefusedError(404, NOT_FOUND)
    look(run, now)
    late = state.scenario.stale_by if state.rng.random() < state.scenario.stale_reads else 0.0
    return wire.result(state, run, moment_of(run, now, late=late), "" if call.own is None else call.own.kind)


def _hidden(state: State, run: RunState) -> bool:
    """Whether a run has not come through yet."""
    return run.ours and state.clock.now() < run.timeline.created + state.scenario.eventual
