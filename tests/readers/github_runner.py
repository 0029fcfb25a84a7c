"""A port of how GitHub's runner reads a step's log and its output file, written from its source.

https://github.com/actions/runner: ActionCommand.cs, ActionCommandManager.cs, OutputManager.cs, FileCommandManager.cs.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

REGISTERED = frozenset(
    {
        "add-mask",
        "add-matcher",
        "add-path",
        "debug",
        "echo",
        "endgroup",
        "error",
        "group",
        "notice",
        "remove-matcher",
        "save-state",
        "set-env",
        "set-output",
        "stop-commands",
        "warning",
    }
)
# char.IsWhiteSpace, which TrimStart() trims
WHITE = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    data: str
    properties: dict[str, str] = field(default_factory=dict)


def read_lines(text: str) -> list[str]:
    """StreamReader.ReadLine: CR, LF and CRLF end a line, and nothing else does."""
    return re.split(r"\r\n|\r|\n", text)


def _pairs(text: str, separator: str, mapping: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for piece in text.split(separator):
        # Split('=', 2, RemoveEmptyEntries): leading `=` of the value are lost, and without a value the key is
        key, _, value = piece.lstrip("=").partition("=")
        value = value.lstrip("=")
        if key and value:
            yield key.lower(), unescape(value, mapping)


def unescape(text: str, mapping: Iterable[tuple[str, str]]) -> str:
    for replacement, token in mapping:
        text = text.replace(replacement, token)
    return text


DATA = (("%0D", "\r"), ("%0A", "\n"), ("%25", "%"))
PROPERTY = (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))
LEGACY = (("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%25", "%"))


def parse_v2(line: str, registered: frozenset[str] = REGISTERED) -> Command | None:
    """`::name k=v,k=v::data` at the start of a line, white space aside."""
    line = line.lstrip(WHITE)
    if not line.startswith("::"):
        return None
    end = line.find("::", 2)
    if end < 0:
        return None
    name, _, properties = line[2:end].partition(" ")
    if name.lower() not in registered:
        return None
    return Command(name.lower(), unescape(line[end + 2 :], DATA), dict(_pairs(properties.strip(WHITE), ",", PROPERTY)))


def parse_v1(line: str, registered: frozenset[str] = REGISTERED) -> Command | None:
    """`##[name k=v;k=v]data` anywhere in a line."""
    start = line.find("##[")
    end = line.find("]", start) if start >= 0 else -1
    if end < 0:
        return None
    name, _, properties = line[start + 3 : end].partition(" ")
    if name.lower() not in registered:
        return None
    return Command(name.lower(), unescape(line[end + 1 :], LEGACY), dict(_pairs(properties, ";", LEGACY)))


def read_log(text: str) -> tuple[list[Command], list[str]]:
    """The commands that the runner would execute, and the lines that it would only show."""
    commands: list[Command] = []
    shown: list[str] = []
    token = ""
    for line in read_lines(text):
        registered = REGISTERED | {token} if token else REGISTERED
        found = None
        if "##[" in line or "::" in line:
            found = parse_v2(line, registered) or parse_v1(line, registered)
        if found is None or (token and found.name != token):
            shown.append(line)
        elif token:
            token = ""
        else:
            commands.append(found)
            if found.name == "stop-commands":
                token = found.data.lower()
    return commands, shown


class FileCommandError(Exception):
    """The step fails: "Unable to process file command 'output' successfully"."""


def read_file_commands(text: str) -> dict[str, str]:
    """What a GITHUB_OUTPUT or GITHUB_STATE file sets, on Linux."""
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        line, _, at = _next(text, at)
        if not line:
            continue
        equals, heredoc = line.find("="), line.find("<<")
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            name, _, value = line.partition("=")
            if not name:
                raise FileCommandError(f"Invalid format {line!r}")
            found[name] = value
        elif heredoc >= 0:
            name, _, delimiter = line.partition("<<")
            if not name or not delimiter:
                raise FileCommandError(f"Invalid format {line!r}: name and delimiter must not be empty")
            found[name], at = _heredoc(text, at, delimiter)
        else:
            raise FileCommandError(f"Invalid format {line!r}")
    return found


def _heredoc(text: str, at: int, delimiter: str) -> tuple[str, int]:
    start = end = at
    while True:
        if at >= len(text):
            raise FileCommandError(f"Matching delimiter not found {delimiter!r}")
        line, newline, at = _next(text, at)
        if line == delimiter:
            return text[start:end] if end > start else "", at
        if not newline:
            raise FileCommandError("EOF marker missing new line")
        end = at - len(newline)


def _next(text: str, at: int) -> tuple[str, str, int]:
    end = text.find("\n", at)
    return (text[at:], "", len(text)) if end < 0 else (text[at:end], "\n", end + 1)
