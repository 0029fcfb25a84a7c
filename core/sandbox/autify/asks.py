"""Autify: what a request asks for, checked as the vendor checks it."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from core.sandbox.autify import workspace
from core.sandbox.autify.capabilities import CAPABILITIES, Capability, asked
from core.sandbox.autify.starts import Start
from core.sandbox.autify.state import RefusedError, State

NOT_FOUND: Final = "Not Found"
_KEPT_DAYS: Final = 90  # of credit usage


def body_of(raw: bytes, *, optional: bool = False) -> dict[str, Any]:
    """Read a JSON object."""
    if not raw and optional:
        return {}
    try:
        value: Any = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise RefusedError(400, "The request body is not valid JSON") from error
    if not isinstance(value, dict):
        raise RefusedError(400, "The request body is not an object")
    return value


def texts_of(raw: bytes, names: tuple[str, ...], *, partial: bool = False) -> dict[str, str]:
    """Read some texts, all of them needed; or, with `partial`, at least one."""
    body = body_of(raw)
    wrong = [name for name in names if name in body and not _is_text(body[name], name)]
    missing = [name for name in names if name not in body]
    if wrong or (missing and not partial) or len(missing) == len(names):
        raise RefusedError(400, *(f"{name} is missing or not a text" for name in wrong + missing))
    return {name: body[name] for name in names if name in body}


def schedule_start(state: State, plan: int, raw: bytes) -> Start:
    """Read what executeSchedule asks for: the plan with the URL replacements that are on it now."""
    if plan not in workspace.PLANS:
        raise RefusedError(404, NOT_FOUND)
    body = body_of(raw, optional=True)
    problems: list[str] = []
    point = _access_point(body.get("autify_connect"), problems)
    _refuse(problems)
    _known(state, point)
    on_plan = (item.texts for item in state.replacements.values() if item.plan == plan)
    return Start(
        operation="execute-schedule",
        plan=plan,
        scenarios=workspace.plan_scenarios(plan),
        capabilities=CAPABILITIES[:1],
        replacements=tuple((texts["pattern_url"], texts["replacement_url"]) for texts in on_plan),
        access_point=point,
    )


def scenarios_start(state: State, project: int, raw: bytes) -> Start:
    """Read what executeScenarios asks for."""
    body = body_of(raw)
    problems: list[str] = []
    capabilities = _capabilities(body.get("capabilities"), problems, brief=state.scenario.brief_capabilities)
    scenarios = _scenarios(body.get("scenarios"), problems)
    replacements = _replacements(body.get("url_replacements") or [], problems)
    point = _access_point(body.get("autify_connect"), problems)
    name, execution = body.get("name"), body.get("execution_type") or "parallel"
    if not isinstance(name, str | None):
        problems.append("name is not a text")
    if execution not in ("parallel", "sequential"):
        problems.append("execution_type is neither parallel nor sequential")
    _refuse(problems)
    if not all(workspace.scenario_exists(number) for number in scenarios):
        raise RefusedError(404, NOT_FOUND)
    _known(state, point)
    return Start(
        operation="execute-scenarios",
        project=project,
        scenarios=scenarios,
        capabilities=capabilities,
        name=name,
        execution_type=execution,
        replacements=replacements,
        access_point=point,
    )


def page_of(query: Mapping[str, str], *, size: int | None = None) -> slice:
    """Read `page`, and `per_page` where the size is not fixed: out of range is moved into it."""
    page, per_page = _positive(query.get("page"), 1), size or min(100, _positive(query.get("per_page"), 30))
    return slice((page - 1) * per_page, page * per_page)


def days_of(query: Mapping[str, str], today: date) -> tuple[date, date]:
    """Read the days of a credit usage: the last week by default, never more than 90 days back."""
    try:
        last = date.fromisoformat(query["date_to"]) if query.get("date_to") else today
        first = date.fromisoformat(query["date_from"]) if query.get("date_from") else last - timedelta(days=7)
    except ValueError as error:
        raise RefusedError(400, "date_from and date_to are written YYYY-MM-DD") from error
    earliest = today - timedelta(days=_KEPT_DAYS)
    return max(first, earliest), max(last, earliest)


def _capabilities(value: Any, problems: list[str], *, brief: bool) -> tuple[Capability, ...]:
    if not isinstance(value, list) or not value:
        problems.append("capabilities is missing or empty")
        return ()
    found = [asked(item, brief=brief) for item in value]
    problems += [f"capabilities[{index}] is not supported" for index, one in enumerate(found) if one is None]
    return tuple(one for one in found if one is not None)


def _scenarios(value: Any, problems: list[str]) -> tuple[int, ...]:
    if not isinstance(value, list) or not value:
        problems.append("scenarios is missing or empty")
        return ()
    numbers = [item.get("id") if isinstance(item, dict) else None for item in value]
    problems += [f"scenarios[{index}].id is not a number" for index, one in enumerate(numbers) if type(one) is not int]
    return tuple(one for one in numbers if type(one) is int)


def _replacements(value: Any, problems: list[str]) -> tuple[tuple[str, str], ...]:
    pairs: list[tuple[str, str]] = []
    for item in value if isinstance(value, list) else [value]:
        match item:
            case {"pattern_url": str(pattern), "replacement_url": str(replacement)} if pattern and replacement:
                pairs.append((pattern, replacement))
            case _:
                problems.append("url_replacements needs pattern_url and replacement_url in each item")
                return ()
    return tuple(pairs)


def _access_point(value: Any, problems: list[str]) -> str | None:
    """Read the name of an access point; without one the run goes without Autify Connect."""
    name = value.get("name") if isinstance(value, dict) else value
    if name is not None and not (isinstance(value, dict) and isinstance(name, str)):
        problems.append("autify_connect.name is not a text")
        return None
    return name


def _known(state: State, point: str | None) -> None:
    if point is not None and point not in state.access_points:
        raise RefusedError(404, f"Access Point {point} was not found.", code=True)


def _is_text(value: Any, name: str) -> bool:
    return isinstance(value, str) and (value != "" or name == "default_value")


def _refuse(problems: list[str]) -> None:
    if problems:
        raise RefusedError(400, *problems)


def _positive(text: str | None, otherwise: int) -> int:
    if text is None or not (text.isascii() and text.isdigit()):
        return otherwise
    return max(1, int(text[:9]))
