"""A port of how TeamCity reads service messages in a log, from its documentation.

https://www.jetbrains.com/help/teamcity/service-messages.html
"""

import re
from dataclasses import dataclass

_START = re.compile(r"##teamcity\[")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_ATTRIBUTE = re.compile(r"\s+([A-Za-z_$][\w$]*)\s*=\s*'((?:\|.|[^|'\n\r])*)'", re.DOTALL)
_ESCAPE = re.compile(r"\|(0x([0-9A-Fa-f]{4})|.)", re.DOTALL)
_SIGNS = {"n": "\n", "r": "\r", "x": "\x85", "l": "\u2028", "p": "\u2029"}


@dataclass(frozen=True, slots=True)
class Message:
    name: str
    attributes: dict[str, str]


class ServiceMessageError(Exception):
    """TeamCity would complain about the message in the build's log."""


def unescape(text: str) -> str:
    """Escapes undone; halves of a pair come together again."""
    found = _ESCAPE.sub(lambda match: chr(int(match[2], 16)) if match[2] else _SIGNS.get(match[1], match[1]), text)
    return found.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def read_messages(log: str) -> list[Message]:
    """Every message, anywhere in a line; raises ServiceMessageError for what starts like one and is none."""
    found: list[Message] = []
    for line in re.split(r"\r\n|\r|\n", log):
        for start in _START.finditer(line):
            name = _NAME.match(line, start.end())
            if name is None:
                raise ServiceMessageError(line)
            at, attributes = name.end(), {}
            while pair := _ATTRIBUTE.match(line, at):
                attributes[pair[1]] = unescape(pair[2])
                at = pair.end()
            if not re.match(r"\s*\]", line[at:]):
                raise ServiceMessageError(line)
            found.append(Message(name[0], attributes))
    return found
