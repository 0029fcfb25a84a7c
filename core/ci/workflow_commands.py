"""The syntax of GitHub's workflow commands and file commands: escaping, and nothing of what is said.

Wire: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

import re

from core.errors import OutputError

LONGEST_MESSAGE = 4096  # UTF-16 units of an annotation that the runner keeps


def command(name: str, data: str, **properties: str) -> str:
    """`::name key=value,key=value::data`; empty properties are left out."""
    given = ",".join(f"{key}={escape_property(value)}" for key, value in properties.items() if value)
    return f"::{name}{' ' if given else ''}{given}::{escape_data(data)}"


def escape_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    return escape_data(text).replace(":", "%3A").replace(",", "%2C")


def heredoc(name: str, value: str, delimiter: str) -> str:
    """One output as a file command. Raises OutputError for a name or value that could set another one."""
    if re.fullmatch("[a-z][a-z0-9-]*", name) is None:
        raise OutputError(f"{name!r} is no name for an output.")
    if delimiter in value or delimiter in name:
        raise OutputError(f"The output {name} holds its own delimiter.")
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"


def fit(text: str, limit: int = LONGEST_MESSAGE) -> str:
    """At most `limit` UTF-16 units, as .NET counts; a cut ends in an ellipsis and halves no character."""
    units = text.encode("utf-16-le", "replace")
    if len(units) <= 2 * limit:
        return text
    return units[: 2 * (limit - 1)].decode("utf-16-le", "ignore") + "…"
