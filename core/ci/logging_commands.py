"""The syntax of Azure Pipelines' logging commands: escaping, and nothing of what is said.

Wire: https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands, and for `%` the agent's
docs/design/percentEncoding.md.
"""

from collections.abc import Mapping

_TRUE = ("1", "TRUE", "$TRUE")  # what the agent takes for true; whatever else is set is false


def decodes_percents(env: Mapping[str, str]) -> bool:
    """Whether the agent makes `%` of `%AZP25`: unless a variable of the pipeline says no."""
    given = env.get("DECODE_PERCENTS", "").strip().upper()
    return given in _TRUE if given else True


def command(name: str, data: str = "", *, decodes: bool = True, **properties: str) -> str:
    """`##vso[area.event key=value;]data`; empty properties are left out.

    Where the agent does not decode percents a text that holds one of the escapes, such as `%0A`, can't be told from
    one that was escaped; all others arrive as they are.
    """
    given = "".join(f"{key}={escape_property(value, decodes=decodes)};" for key, value in properties.items() if value)
    return f"##vso[{name}{' ' if given else ''}{given}]{escape_data(data, decodes=decodes)}"


def escape_data(text: str, *, decodes: bool = True) -> str:
    if decodes:
        text = text.replace("%", "%AZP25")
    return text.replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str, *, decodes: bool = True) -> str:
    return escape_data(text, decodes=decodes).replace("]", "%5D").replace(";", "%3B")
