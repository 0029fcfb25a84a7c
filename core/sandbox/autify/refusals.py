"""Autify: how it says no, on the web and for mobile alike."""

from typing import Final

from core.sandbox import hostile
from core.sandbox.autify.asks import NOT_FOUND
from core.sandbox.autify.state import RefusedError
from core.sandbox.box import Answer, Call, authorization, encoded

MESSAGES: Final = {401: "Bad credentials", 403: "Forbidden", 404: NOT_FOUND, 429: "Too Many Requests"}


def identified(call: Call) -> None:
    """Refuse strangers."""
    scheme, _, token = authorization(call).partition(" ")
    if scheme.lower() != "bearer" or token.strip() in {"", "wrong"} or "invalid" in token:
        raise RefusedError(401, MESSAGES[401])


def refusal(error: RefusedError, *, under_attack: bool) -> Answer:
    suffix = f" {hostile.EVERYTHING}" if under_attack else ""
    code = {"code": error.status} if error.code else {}
    items = [{**code, "message": message + suffix} for message in error.messages]
    return Answer(status=error.status, body=encoded({"errors": items}))
