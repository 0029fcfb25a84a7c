"""Mendix ATS: what a request asks for, checked as a published web service checks it."""

from collections.abc import Mapping
from typing import Final

from core.sandbox.ats.habits import Habits
from core.sandbox.ats.schema import SERVICES, MisfitError, fields_of, header_of
from core.sandbox.ats.soap import read, text_of
from core.sandbox.box import Call

_TYPES: Final = ("text/xml", "application/xml")
_LARGEST: Final = 1 << 20  # bytes


def asked(call: Call, habits: Habits) -> Mapping[str, str]:
    """Return the fields of a request by name. Raises MisfitError."""
    sent = next((value for name, value in call.headers if name.lower() == "content-type"), "")
    if sent.partition(";")[0].strip().lower() not in _TYPES:
        raise MisfitError(f"the content type is {sent!r}, not text/xml")
    if len(call.body) > _LARGEST:
        raise MisfitError("the request is too large")
    try:
        envelope = read(call.body)
    except ValueError as error:
        raise MisfitError(str(error)) from error
    fields = fields_of(SERVICES[call.operation], envelope, old=habits.old)
    by = header_of(envelope)
    if habits.on_premises and not (by.get("username") and by.get("password", "wrong") not in {"", "wrong"}):
        raise MisfitError("authentication failed: the web service wants a user and a password")
    return fields


def token_of(call: Call) -> str:
    """Return the token in a request, whatever else is wrong with it. Empty: there is none."""
    try:
        return text_of(read(call.body), "AppAPIToken") or ""
    except ValueError:
        return ""
