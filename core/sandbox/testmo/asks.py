"""Testmo: what the body of a request asks for, checked as the vendor checks it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from core.sandbox.testmo.checks import Checks
from core.sandbox.testmo.repertoire import Knobs
from core.sandbox.testmo.state import Attached
from core.sandbox.testmo.workspace import CONFIGS, MILESTONE_TAGS, MILESTONES, SLOT_OF

NOTE, KEY, TEXT, LONG_TEXT = 80, 64, 750, 16_384  # most characters; the last two are what the vendor's client keeps to
_KEY: Final = re.compile(r"[a-z0-9]+")
_URL: Final = re.compile(r"https?://[^\s/]\S*", re.IGNORECASE)
_TYPES: Final = range(1, 6)  # string, text, html, console, url
_LONG: Final = (2, 3, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    """A run that may be created."""

    name: str
    source: str
    config: int | None
    milestone: int | None
    tags: tuple[str, ...]
    attached: Attached


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What is to be added to a thread. Times in microseconds; without one there is nothing to add."""

    observed: int
    computed: int
    attached: Attached
    tests: list[dict[str, Any]]


def run_of(body: dict[str, Any], knobs: Knobs) -> NewRun:
    checks = Checks()
    name = checks.text(body, "name", required=True, most=_most(knobs))
    source = checks.text(body, "source", required=True, most=_most(knobs))
    tags = checks.texts(body, "tags")
    config = _named(checks, body, "config", CONFIGS)
    milestone = _named(checks, body, "milestone", MILESTONES)
    attached = _attached(checks, body, knobs, links=True)
    checks.settle()
    if milestone is None:
        milestone = next((MILESTONE_TAGS[tag] for tag in tags if tag in MILESTONE_TAGS), None)
    return NewRun(
        name=name or "", source=source or "", config=config, milestone=milestone, tags=tags, attached=attached
    )


def attached_of(body: dict[str, Any], knobs: Knobs) -> Attached:
    """Read what is to hang on a run."""
    checks = Checks()
    attached = _attached(checks, body, knobs, links=True)
    checks.settle()
    return attached


def piece_of(body: dict[str, Any], knobs: Knobs) -> Piece:
    """Read what is to be added to a thread; only an append has tests."""
    checks = Checks()
    piece = Piece(
        observed=checks.number(body, "elapsed_observed") or 0,
        computed=checks.number(body, "elapsed_computed") or 0,
        attached=_attached(checks, body, knobs, links=False),
        tests=[test for path, test in checks.items(body, "tests") if _check_test(checks, test, path, knobs)],
    )
    if knobs.most_tests is not None and len(piece.tests) > knobs.most_tests:
        checks.add("tests", f"may not have more than {knobs.most_tests} items")
    checks.settle()
    return piece


def measured(body: dict[str, Any]) -> bool:
    """Read whether the run's time is that between its creation and its completion."""
    checks = Checks()
    flag = checks.flag(body, "measure_elapsed")
    checks.settle()
    return flag


def _named(checks: Checks, body: dict[str, Any], name: str, known: Mapping[int, str]) -> int | None:
    """Find something by its id or else by its name."""
    number, text = checks.number(body, f"{name}_id"), checks.text(body, name)
    if number is None and text is not None:
        number = next((one for one, label in known.items() if label == text), -1)
    if number is None or number in known:
        return number
    checks.add(name if body.get(f"{name}_id") is None else f"{name}_id", "that was selected is invalid")
    return None


def _attached(checks: Checks, holder: dict[str, Any], knobs: Knobs, *, links: bool, path: str = "") -> Attached:
    attached = Attached()
    for where, item in checks.items(holder, "artifacts", path):
        _check_link(checks, item, where, knobs)
        checks.text(item, "mime_type", where)
        checks.number(item, "size", where)
        attached.artifacts.append(item)
    for where, item in checks.items(holder, "fields", path):
        _check_field(checks, item, where, knobs)
        attached.fields.append(item)
    for where, item in checks.items(holder, "links", path) if links else ():
        _check_link(checks, item, where, knobs)
        attached.links.append(item)
    return attached


def _check_link(checks: Checks, item: dict[str, Any], where: str, knobs: Knobs) -> None:
    checks.text(item, "name", where, required=True, most=_most(knobs))
    checks.text(item, "url", where, required=True, pattern=_URL)
    checks.text(item, "note", where, most=NOTE)


def _check_field(checks: Checks, item: dict[str, Any], where: str, knobs: Knobs) -> None:
    checks.text(item, "name", where, required=True, most=_most(knobs))
    kind = checks.number(item, "type", where, required=True)
    if kind is not None and kind not in _TYPES:
        checks.add(f"{where}type", "that was selected is invalid")
    checks.text(item, "value", where, most=_most(knobs, LONG_TEXT if kind in _LONG else TEXT))
    checks.mapping(item, "meta", where)
    checks.flag(item, "is_highlight", where)


def _check_test(checks: Checks, test: dict[str, Any], where: str, knobs: Knobs) -> bool:
    checks.text(test, "key", where, required=True, most=KEY, pattern=_KEY)
    for name in ("name", "folder"):
        checks.text(test, name, where, required=True, most=_most(knobs))
    status = checks.text(test, "status", where, required=True)
    if knobs.strict_statuses and status and status not in SLOT_OF:
        checks.add(f"{where}status", "that was selected is invalid")
    checks.text(test, "file", where, most=_most(knobs))
    for name in ("elapsed", "line", "assertions"):
        checks.number(test, name, where)
    _attached(checks, test, knobs, links=False, path=where)
    return True


def _most(knobs: Knobs, most: int = TEXT) -> int | None:
    return most if knobs.strict_lengths else None
