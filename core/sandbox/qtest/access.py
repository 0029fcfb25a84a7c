"""qTest: who may come in, and how to get a token."""

import base64
import binascii
from typing import Any, Final
from urllib.parse import parse_qsl

from core.sandbox.box import Call, authorization
from core.sandbox.qtest.state import FORBIDDEN_PROJECT, MISSING_PROJECT, RefusedError, State

OPEN_TO_ALL: Final = frozenset(("get-version", "create-token"))
_OUTSIDE_PROJECTS: Final = frozenset(("update-host", "ping-host", "retrieve-jobs", "get-queue-state"))
_VALID: Final = 86_400  # seconds
_EXPIRES: Final = 300


def caller_of(call: Call) -> str:
    """Return the token of a call. Empty: there is none."""
    scheme, _, token = authorization(call).partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def admit(call: Call) -> None:
    """Refuse strangers, and projects that are not ours. Raises RefusedError."""
    if call.operation not in OPEN_TO_ALL:
        token = caller_of(call)
        if token in {"", "wrong"} or "invalid" in token:
            raise RefusedError(401, f"Invalid access token: {token}", oauth="invalid_token")
    if call.values and call.operation not in _OUTSIDE_PROJECTS:
        check_project(call.numbers[0])


def check_project(project: int) -> None:
    if project == FORBIDDEN_PROJECT:
        raise RefusedError(403, "You do not have permission in this project")
    if project == MISSING_PROJECT:
        raise RefusedError(404, "Project does not exist")


def check_content_type(call: Call) -> None:
    """Refuse what is not sent as JSON, or as a form where a token is asked for; a call without a body is told too."""
    if call.method not in {"POST", "PUT"}:
        return
    sent = next((value for name, value in call.headers if name.lower() == "content-type"), "")
    wanted = "application/x-www-form-urlencoded" if call.operation == "create-token" else "application/json"
    if sent.partition(";")[0].strip().lower() != wanted:
        raise RefusedError(415, f"Content type {sent!r} is not {wanted}")


def create_token(state: State, call: Call) -> Any:
    """Give a token to whoever names a site: the user name of the Basic header, before the colon."""
    scheme, _, pair = authorization(call).partition(" ")
    try:
        site, colon, _ = base64.b64decode(pair.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        site, colon = "", ""
    if scheme.lower() != "basic" or not (site and colon):
        raise RefusedError(401, "Full authentication is required", oauth="unauthorized")
    form = dict(parse_qsl(call.body.decode("utf-8", "replace")))
    given = {"password": ("username", "password"), "refresh_token": ("refresh_token",)}.get(form.get("grant_type", ""))
    if given is None:
        raise RefusedError(400, "Unsupported grant type", oauth="unsupported_grant_type")
    values = [form.get(name, "") for name in given]
    if not all(values) or any(value == "wrong" or "invalid" in value for value in values):
        raise RefusedError(400, "Bad credentials", oauth="invalid_grant")
    made = {name: _uuid(state) for name in ("access_token", "refresh_token")}
    return {**made, "token_type": "bearer", "scope": "read write", "agent": "", "expires_in": _EXPIRES}


def get_token_status(state: State, _call: Call) -> Any:
    now = state.clock.date(state.clock.now())
    return {"expiration": int((now + _VALID) * 1000), "validityInMilliseconds": _VALID * 1000}


def get_version(_state: State, _call: Call) -> Any:
    return {"name": "test-conductor", "version": "12.3.1"}


def _uuid(state: State) -> str:
    digits = f"{state.rng.getrandbits(128):032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
