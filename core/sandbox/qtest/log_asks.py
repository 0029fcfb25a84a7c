"""qTest: what test logs are made of, checked."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from typing import Any, Final

from core.sandbox.qtest.dates import is_day, read_date
from core.sandbox.qtest.records import Attachment, LogAsked
from core.sandbox.qtest.state import RefusedError, State

_TEXTS: Final = ("name", "automation_content", "status")
_OPTIONAL: Final = ("note", "build_number", "build_url")


def log_of(state: State, body: Any, *, modules: bool = False) -> LogAsked:
    """Read one log; its `module_names` are needed where a tree is made of them. Raises RefusedError, as all here do."""
    if not isinstance(body, dict):
        raise RefusedError(400, "a test log is not an object")
    missing = [name for name in _TEXTS if not isinstance(body.get(name), str) or not body[name]]
    wrong = [name for name in _OPTIONAL if not isinstance(body.get(name, ""), str)]
    if missing or wrong:
        raise RefusedError(400, f"{', '.join(missing + wrong)} must be a text")
    version = body.get("test_case_version_id")
    if version is not None and type(version) is not int:
        raise RefusedError(400, "test_case_version_id is not a number")
    return LogAsked(
        name=body["name"],
        content=body["automation_content"],
        status=_mapped(state, body["status"]),
        started=_date(body, "exe_start_date"),
        ended=_date(body, "exe_end_date"),
        note=body.get("note", ""),
        version=version,
        build_number=body.get("build_number", ""),
        build_url=body.get("build_url", ""),
        modules=_modules(body.get("module_names"), needed=modules),
        attachments=_attachments(state, body.get("attachments")),
        steps=_steps(state, body.get("test_step_logs")),
    )


def logs_of(state: State, body: Mapping[str, Any], *, modules: bool) -> tuple[LogAsked, ...]:
    """Read the logs of an upload."""
    items = body.get("test_logs")
    if not isinstance(items, list) or not items:
        raise RefusedError(400, "test_logs is missing or empty")
    return tuple(log_of(state, item, modules=modules) for item in items)


def container_of(body: Mapping[str, Any], name: str) -> str:
    """Read the test suite or cycle that logs go to: its id, or a text like `TS-9`."""
    value = body.get(name)
    if type(value) is int or (isinstance(value, str) and value):
        return str(value)
    raise RefusedError(400, f"{name} is missing")


def check_execution_date(body: Mapping[str, Any]) -> None:
    """Refuse what is neither a day nor a date with a time: the documents have both."""
    value = body.get("execution_date")
    if value is not None and not (isinstance(value, str) and is_day(value)):
        _date(body, "execution_date")


def _mapped(state: State, word: Any) -> str:
    if not isinstance(word, str) or word not in state.knobs.words:
        raise RefusedError(400, f"Status {word!r} is not mapped in the Automation Settings of this project")
    return word


def _date(body: Mapping[str, Any], name: str) -> float:
    value = body.get(name)
    try:
        return read_date(value if isinstance(value, str) else "")
    except ValueError as error:
        raise RefusedError(400, f"{name}: {error}") from error


def _modules(value: Any, *, needed: bool) -> tuple[str, ...]:
    if value is None and not needed:
        return ()
    if not isinstance(value, list) or not value or not all(isinstance(item, str) and item for item in value):
        raise RefusedError(400, "module_names is missing or no list of texts")
    return tuple(value)


def _attachments(state: State, value: Any) -> tuple[Attachment, ...]:
    if not isinstance(value, list | None):
        raise RefusedError(400, "attachments is no list")
    found = tuple(_attachment(item) for item in value or [])
    if any(one.size > state.knobs.attachment_limit for one in found):
        raise RefusedError(413, "An attachment is too large")
    return found


def _attachment(item: Any) -> Attachment:
    match item:
        case {"name": str(name), "content_type": str(kind), "data": str(data)} if name and kind:
            pass
        case _:
            raise RefusedError(400, "an attachment needs name, content_type and data")
    try:
        content = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise RefusedError(400, "the data of an attachment is not base64") from error
    return Attachment(name=name, content_type=kind, size=len(content), sha256=hashlib.sha256(content).hexdigest())


def _steps(state: State, value: Any) -> tuple[str, ...]:
    """Read the steps of a log. Their numbers must go from 0 without a gap, whatever their order in the list."""
    if not isinstance(value, list | None):
        raise RefusedError(400, "test_step_logs is no list")
    steps: list[tuple[int, str]] = []
    for item in value or []:
        match item:
            case {"order": int(number), "description": str(), "expected_result": str()} if type(number) is int:
                steps.append((number, _mapped(state, item.get("status"))))
            case _:
                raise RefusedError(400, "a step needs order, description and expected_result")
    if sorted(number for number, _ in steps) != list(range(len(steps))):
        raise RefusedError(400, "the order of the steps is no continuous series from 0")
    return tuple(status for _, status in sorted(steps))
