"""Testmo: the objects that an answer refers to, on request."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from core.sandbox import hostile
from core.sandbox.testmo.state import Run, State
from core.sandbox.testmo.workspace import CONFIGS, FAILURE, MILESTONES, STATUSES, SUCCESS, UNTESTED, USERS

Expand = Callable[[State, Sequence[Run]], list[dict[str, Any]]]


def _sources(state: State, runs: Sequence[Run]) -> list[dict[str, Any]]:
    names = {number: name for name, number in state.sources.items()}
    return _named(state, ((one.source_id, names[one.source_id]) for one in runs))


def _configs(state: State, runs: Sequence[Run]) -> list[dict[str, Any]]:
    return _named(state, ((one.config, CONFIGS[one.config]) for one in runs if one.config is not None))


def _milestones(state: State, runs: Sequence[Run]) -> list[dict[str, Any]]:
    return _named(state, ((one.milestone, MILESTONES[one.milestone]) for one in runs if one.milestone is not None))


def _users(state: State, runs: Sequence[Run]) -> list[dict[str, Any]]:
    closers = {one.closed.by for one in runs if one.closed is not None}
    return _named(state, ((number, USERS[number]) for number in closers | {one.by for one in runs}))


def _statuses(state: State, _runs: Sequence[Run]) -> list[dict[str, Any]]:
    """Return all that are configured, and last the one of tests that have not run."""
    configured = [
        {
            "id": status.slot,
            "name": _shown(state, status.name),
            "system_name": f"status{status.slot}",
            "color": status.color,
            "is_final": True,
            "is_untested": False,
            "is_passed": status.state == SUCCESS,
            "is_failed": status.state == FAILURE,
            "aliases": list(status.aliases),
        }
        for status in STATUSES
    ]
    untested = {**configured[0], "id": UNTESTED, "name": _shown(state, "Untested"), "system_name": "untested"}
    marks = {"is_final": False, "is_untested": True, "is_passed": False, "aliases": ["untested"]}
    return [*configured, {**untested, "color": "#bdbdbd", **marks}]


EXPANDS: Final[dict[str, Expand]] = {
    "automation_sources": _sources,
    "configs": _configs,
    "milestones": _milestones,
    "statuses": _statuses,
    "users": _users,
}


def expanded(state: State, names: Iterable[str], runs: Sequence[Run]) -> dict[str, Any]:
    return {name: EXPANDS[name](state, runs) for name in names}


def _named(state: State, pairs: Iterable[tuple[int | None, str]]) -> list[dict[str, Any]]:
    return [{"id": number, "name": _shown(state, name)} for number, name in sorted(set(pairs), key=str)]


def _shown(state: State, name: str) -> str:
    return hostile.EVERYTHING if state.scenario.hostile else name
