"""Answers that a fault puts in the place of the vendor's own."""

from dataclasses import replace
from typing import Final

from core.sandbox.box import HTML, Answer, Box, encoded
from core.sandbox.clock import http_date
from core.sandbox.faults import Fault

ELSEWHERE: Final = "http://redirected.invalid/elsewhere"
_LOGIN: Final = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>\n"
_GATEWAY: Final = b"<html><head><title>%d</title></head><body><center><h1>%d</h1></center><hr>proxy</body></html>\n"


def instead(fault: Fault, box: Box, secret: str, date: float) -> Answer | None:
    """Make the answer that the fault gives. None: the fault wants the vendor's own.

    `secret` is the credential of the call, `date` is the server's.
    """
    kind, answer = fault.kind.removesuffix("-after"), None
    match kind:
        case "html":
            answer = Answer(body=_LOGIN, content_type=HTML)
        case "502" | "504":
            answer = Answer(status=int(kind), body=_GATEWAY % (int(kind), int(kind)), content_type=HTML)
        case "422":
            answer = Answer(status=422, body=encoded({"error": {"base": ["cannot be processed"]}}))
        case "echo-secret":
            answer = _echo(secret or "none", int(fault.argument or 500), box)
        case _ if kind.startswith("redirect"):
            status = int(kind.removeprefix("redirect") or 302)
            answer = Answer(status=status, headers=(("Location", fault.argument or ELSEWHERE),), content_type=HTML)
        case _ if kind.isdigit():
            answer = replace(box.failure(int(kind)), headers=_retry_after(fault.argument, date))
    return answer


def _retry_after(argument: str | None, date: float) -> tuple[tuple[str, str], ...]:
    if argument is None:
        return ()
    if argument.startswith("date:"):
        return (("Retry-After", http_date(date + int(argument.removeprefix("date:")))),)
    return (("Retry-After", argument),)


def _echo(secret: str, status: int, box: Box) -> Answer:
    """Repeat the credential where careless programs print: in the reason phrase and in the body."""
    failure = box.failure(status, f"Cannot handle the request with the credential {secret}")
    return replace(failure, status=status, reason=f"Rejected {secret}")
