"""Autify: what the operations on a test plan do: its URL replacements and its variables."""

from typing import Any, Final

from core.sandbox.autify import asks, wire, workspace
from core.sandbox.autify.state import PlanItem, RefusedError, State
from core.sandbox.box import Call

_REPLACEMENT: Final = ("pattern_url", "replacement_url")
_VARIABLE: Final = ("key", "default_value")


def create_url_replacement(state: State, call: Call) -> Any:
    item = _created(state, call, state.next_replacement, _REPLACEMENT)
    state.replacements[item.id] = item
    state.next_replacement += 1
    return wire.plan_item(state, item)


def list_url_replacements(state: State, call: Call) -> Any:
    return _listed(state, call, state.replacements)


def update_url_replacement(state: State, call: Call) -> Any:
    return _updated(state, call, state.replacements, _REPLACEMENT)


def delete_url_replacement(state: State, call: Call) -> Any:
    return _deleted(call, state.replacements)


def create_test_plan_variable(state: State, call: Call) -> Any:
    item = _created(state, call, state.next_variable, _VARIABLE)
    _free(state, item.plan, item.texts["key"], but=item.id)
    state.variables[item.id] = item
    state.next_variable += 1
    return wire.plan_item(state, item)


def list_test_plan_variable(state: State, call: Call) -> Any:
    return _listed(state, call, state.variables)


def update_test_plan_variable(state: State, call: Call) -> Any:
    key = asks.texts_of(call.body, _VARIABLE, partial=True).get("key", "")
    _free(state, call.numbers[0], key, but=call.numbers[1])
    return _updated(state, call, state.variables, _VARIABLE)


def delete_test_plan_variable(state: State, call: Call) -> Any:
    return _deleted(call, state.variables)


def _created(state: State, call: Call, number: int, names: tuple[str, ...]) -> PlanItem:
    now, plan = state.clock.now(), _plan_of(call)
    return PlanItem(id=number, plan=plan, texts=asks.texts_of(call.body, names), created=now, updated=now)


def _listed(state: State, call: Call, items: dict[int, PlanItem]) -> Any:
    plan = _plan_of(call)
    return [wire.plan_item(state, item) for item in items.values() if item.plan == plan]


def _updated(state: State, call: Call, items: dict[int, PlanItem], names: tuple[str, ...]) -> Any:
    item = _found(call, items)
    item.texts.update(asks.texts_of(call.body, names, partial=True))
    item.updated = state.clock.now()
    return wire.plan_item(state, item)


def _deleted(call: Call, items: dict[int, PlanItem]) -> Any:
    del items[_found(call, items).id]
    return "ok"


def _found(call: Call, items: dict[int, PlanItem]) -> PlanItem:
    plan, number = _plan_of(call), call.numbers[1]
    item = items.get(number)
    if item is None or item.plan != plan:
        raise RefusedError(404, asks.NOT_FOUND)
    return item


def _plan_of(call: Call) -> int:
    if call.numbers[0] not in workspace.PLANS:
        raise RefusedError(404, asks.NOT_FOUND)
    return call.numbers[0]


def _free(state: State, plan: int, key: str, *, but: int) -> None:
    taken = any(item.plan == plan and item.texts["key"] == key and item.id != but for item in state.variables.values())
    if taken:
        raise RefusedError(400, "Key has already been taken")
