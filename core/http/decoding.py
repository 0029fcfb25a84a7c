"""The usual answer: JSON under its own content type. Whatever is not what was promised is one fault, UNREADABLE."""

from typing import Any

from core.errors import CallFailedError, Fault
from core.guarded.json import loads
from core.ports import Answer


def json_value(answer: Answer, line: str) -> Any:
    """The decoded body; `line` names the call in the fact. Raises CallFailedError (UNREADABLE)."""
    if "html" in answer.content_type:
        raise CallFailedError(Fault.UNREADABLE, f"{line} answered {answer.status} with a page of HTML.")
    if answer.content_type != "application/json" and not answer.content_type.endswith("+json"):
        kind = answer.content_type or "no content type"
        raise CallFailedError(Fault.UNREADABLE, f"{line} answered {answer.status} with {kind} in place of JSON.")
    try:
        return loads(answer.body)
    except ValueError:
        fact = f"{line} answered {answer.status} with JSON that is cut or broken."
        raise CallFailedError(Fault.UNREADABLE, fact) from None
