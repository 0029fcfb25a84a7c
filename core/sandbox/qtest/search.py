"""qTest: the search for agents: `'name' = 'shop' and 'project_id' = '77'`."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.sandbox.qtest.records import Agent
from core.sandbox.qtest.state import RefusedError, State

_LARGEST: Final = 999  # items of a page
_TEXT_OPERATORS: Final = ("=", "<>", "~", "!~", "is empty", "is not empty")
_NUMBER_OPERATORS: Final = ("=", "<>", ">", "<", ">=", "<=")
_OPERATORS: Final[dict[str, tuple[str, ...]]] = {
    "name": _TEXT_OPERATORS,
    "framework": _TEXT_OPERATORS,
    "host_name": _TEXT_OPERATORS[:4],
    "id": _NUMBER_OPERATORS,
    "project_id": _NUMBER_OPERATORS,
    "host_id": _NUMBER_OPERATORS,
    "active": ("=",),
}
_CONDITION: Final = re.compile(
    r"'(?P<field>[a-z_]+)'\s+(?:(?P<alone>is empty|is not empty)|(?P<operator><>|>=|<=|!~|[=~<>])\s+'(?P<value>[^']*)')"
)
_AND: Final = re.compile(r"\s+and\s+", re.IGNORECASE)
_TESTS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": lambda mine, asked: bool(mine == asked),
    "<>": lambda mine, asked: bool(mine != asked),
    "~": lambda mine, asked: asked.lower() in mine.lower(),
    "!~": lambda mine, asked: asked.lower() not in mine.lower(),
    ">": lambda mine, asked: bool(mine > asked),
    "<": lambda mine, asked: bool(mine < asked),
    ">=": lambda mine, asked: bool(mine >= asked),
    "<=": lambda mine, asked: bool(mine <= asked),
    "is empty": lambda mine, _asked: not mine,
    "is not empty": lambda mine, _asked: bool(mine),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One comparison. The value has the type of the field."""

    field: str
    operator: str
    value: str | int | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A search and the page of it that is wanted."""

    conditions: tuple[Condition, ...]
    fields: tuple[str, ...]  # `*`: all
    page: int
    size: int


def asked(query: Mapping[str, str], body: Mapping[str, Any]) -> Search:
    """Read a search. Raises RefusedError."""
    fields, text = body.get("fields", ["*"]), body.get("query", "")
    if not isinstance(fields, list) or not all(isinstance(name, str) for name in fields) or not isinstance(text, str):
        raise RefusedError(400, "fields is a list of texts, query is a text")
    return Search(
        conditions=_conditions(text),
        fields=tuple(fields) or ("*",),
        page=_positive(query, "page", 1, 10**9),
        size=_positive(query, "pageSize", 100, _LARGEST),
    )


def fits(conditions: Sequence[Condition], state: State, agent: Agent) -> bool:
    """Whether an agent meets all conditions."""
    host = state.hosts.get(agent.host)
    values = {
        "name": agent.asked.name,
        "framework": agent.asked.framework,
        "host_name": "" if host is None else host.asked.host_name,
        "id": agent.id,
        "project_id": agent.project,
        "host_id": agent.host,
        "active": agent.active,
    }
    return all(_TESTS[one.operator](values[one.field], one.value) for one in conditions)


def chosen(fields: Sequence[str], item: dict[str, Any]) -> dict[str, Any]:
    return item if "*" in fields else {name: value for name, value in item.items() if name in ("id", *fields)}


def _conditions(text: str) -> tuple[Condition, ...]:
    """Read conditions one by one: a value may hold the word `and`."""
    found, rest = [], text.strip()
    while rest:
        match = _CONDITION.match(rest)
        if match is None:
            raise RefusedError(400, "The query cannot be read")
        found.append(_condition(match["field"], match["alone"] or match["operator"], match["value"] or ""))
        rest = rest[match.end() :]
        link = _AND.match(rest)
        if rest and link is None:
            raise RefusedError(400, "The query cannot be read")
        rest = rest[link.end() :] if link else rest
    return tuple(found)


def _condition(field: str, operator: str, text: str) -> Condition:
    if operator not in _OPERATORS.get(field, ()):
        raise RefusedError(400, f"'{field}' cannot be searched with {operator}")
    value: str | int | bool = text
    if _OPERATORS[field] is _NUMBER_OPERATORS:
        if not (text.isascii() and text.isdigit()):
            raise RefusedError(400, f"'{field}' is compared with a number")
        value = int(text[:19])
    elif field == "active":
        if text not in ("active", "inactive"):
            raise RefusedError(400, "'active' is active or inactive")
        value = text == "active"
    return Condition(field=field, operator=operator, value=value)


def _positive(query: Mapping[str, str], name: str, otherwise: int, most: int) -> int:
    text = query.get(name, str(otherwise))
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:19]) <= most:
        raise RefusedError(400, f"{name} is a number from 1 to {most}")
    return int(text)
