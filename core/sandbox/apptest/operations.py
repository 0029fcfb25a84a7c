"""apptest.ai: what the operations do. Each returns the `data` of its answer."""

from typing import Any, Final

from core.sandbox.apptest import asks, wire
from core.sandbox.apptest.callback import call_back
from core.sandbox.apptest.codes import RefusedError
from core.sandbox.apptest.repertoire import knobs_of
from core.sandbox.apptest.spoilt import KINDS
from core.sandbox.apptest.state import State, Testset, begin
from core.sandbox.box import Call
from core.sandbox.course import glance, gone, look
from core.sandbox.forms import Form
from core.sandbox.progression import Phase

_SEVERAL: Final = 3  # calls that see no result yet, where nobody says how many


def start_testset(state: State, call: Call) -> Any:
    start = asks.start_of(call.form or Form())
    testset = begin(state, start, ours=True, devices=0 if _kind(call) == "zero-devices" else None)
    return wire.started(testset, testset.id)


def get_testset(state: State, call: Call) -> Any:
    testset = _found(state, call, knobs_of(state.scenario).unknown_id)
    now = state.clock.now()
    look(testset, now)
    late = state.scenario.stale_by if state.rng.random() < state.scenario.stale_reads else 0.0
    seen = glance(testset, now, late=late)
    if seen.phase is Phase.OVER and seen.detour is None and not testset.called_back:
        testset.called_back = True
        call_back(testset.start.callback, wire.result(state, testset, call.origin, "xml", "")["result_xml"])
    return wire.status(state, testset, seen, _kind(call))


def get_result(state: State, call: Call) -> Any:
    testset = _found(state, call, 6003)
    knobs = knobs_of(testset.scenario)
    if call.own is not None and call.own.kind == "result-late":
        testset.late = int(call.own.argument or _SEVERAL)
    if not _ready(testset, state.clock.now()):
        raise RefusedError(6002)
    if _kind(call) == "incomplete":
        return wire.no_result()
    asked = call.query.get("data_type", "all") if knobs.data_type else "all"
    wanted = asked if asked in wire.FORMS else "all"
    spoilt = _kind(call) if _kind(call) in KINDS else knobs.spoilt
    return wire.result(state, testset, call.origin, wanted, spoilt)


def list_scenarios(_state: State, call: Call) -> Any:
    if not call.values[0].isdigit() or call.numbers[0] == asks.FOREIGN_PROJECT:
        raise RefusedError(2001)
    system, wanted = call.query.get("os_type"), call.query.get("q", "")
    if system not in (None, "", *asks.SCENARIO_IDS):
        raise RefusedError(4052, f"os_type : {system}")
    numbers = [one for os_type, some in asks.SCENARIO_IDS.items() if system in (None, "", os_type) for one in some]
    return {"scenarios": [number for number in numbers if wanted in str(number)]}


def _ready(testset: Testset, now: float) -> bool:
    """Whether the result is there by now. Being asked for it counts as a look only once the testset is over."""
    if glance(testset, now).phase is not Phase.OVER:
        return False
    testset.ended_looks += 1
    if glance(testset, now).detour is not None:
        return False
    if testset.late:
        testset.late -= 1
        return False
    return True


def _found(state: State, call: Call, code: int) -> Testset:
    """Return the testset that is asked about, unless it is not there: not yet, never, or not any more."""
    text = call.values[0]
    testset = state.testsets.get(int(text)) if text.isascii() and text.isdigit() else None
    now = state.clock.now()
    if testset is None or gone(testset, now):
        raise RefusedError(code, text)
    if testset.ours and now < testset.timeline.created + state.scenario.eventual:
        raise RefusedError(code, text)
    return testset


def _kind(call: Call) -> str:
    return "" if call.own is None else call.own.kind
