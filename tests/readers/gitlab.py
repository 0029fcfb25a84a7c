"""Ports of what GitLab reads of a job: its log, its dotenv and its annotations.

https://gitlab.com/gitlab-org/gitlab: lib/gitlab/ci/ansi2json/converter.rb, lib/gitlab/regex.rb, app/services/ci/
parse_dotenv_artifact_service.rb, parse_annotations_artifact_service.rb. Its JUnit reader is in tests/writers.
"""

import json
import re
from dataclasses import dataclass, field

SECTION = r"section_(start|end):(\d+):([a-zA-Z0-9_.-]+)((?:\[\w+=\w+(?:, ?\w+=\w+)*\])?)\r\x1b\[0K"
TOKEN = re.compile(rf"{SECTION}|\x1b([@-_])(.*?)([@-~])|\x1b(?:[@-_].*?)?$|(\r?\n)|(\r)|.[^\x1b\r\ns]*", re.DOTALL)
LARGEST_DOTENV = 5 * 1024  # bytes; a file of this size is refused already
MOST_VARIABLES = 20  # of an instance that nobody has configured


class RefusedError(Exception):
    """The upload gets 400, and the job fails."""


@dataclass
class Log:
    """`sections` as (start or end, name, options), `styles` the commands of colours, `lines` the text."""

    sections: list[tuple[str, str, str]] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


def read_log(text: str) -> Log:
    """What is shown, and what is acted on. A CR drops what stands before it in its line."""
    log, line = Log(), ""
    for part in re.findall(r"[^\n]*\n|[^\n]+", text):  # each_line
        at = 0
        while at < len(part):
            found = TOKEN.match(part, at)
            assert found is not None
            at = found.end()
            kind, _, name, options, start, style, end, newline, back = found.groups()
            if kind:
                log.sections.append((kind, re.sub("[^a-z0-9]", "-", name.lower()), options))
                line = _flushed(log, line)
            elif start:
                log.styles += [style] if (start, end) == ("[", "m") else []
            elif newline:
                line = _flushed(log, line)
            elif back:
                line = ""
            elif found[0].startswith("\x1b"):
                break
            else:
                line += found[0]
    _flushed(log, line)
    return log


def _flushed(log: Log, line: str) -> str:
    log.lines += [line] if line else []
    return ""


def read_dotenv(text: str) -> dict[str, str]:
    """The variables that later jobs get, before a `$` in them is expanded."""
    if len(text.encode()) >= LARGEST_DOTENV:
        raise RefusedError("Dotenv Artifact Too Big")
    variables = {}
    for line in re.findall(r"[^\n]*\n|[^\n]+", text):
        found = re.findall(r"(?m)^(.*?)=(.*)$", line)
        if not found:
            raise RefusedError("Invalid Format")
        key, value = (part.strip() for part in found[-1])
        if not re.fullmatch("[a-zA-Z0-9_]+", key):
            raise RefusedError("Key can contain only letters, digits and '_'.")
        variables[key] = value
    if len(variables) > MOST_VARIABLES:
        raise RefusedError("Dotenv files cannot have more variables")
    return variables


def read_annotations(text: str) -> dict[str, list[tuple[str, str]]]:
    """The lists of links beside a job: title, then (label, address) of each."""
    read = json.loads(text)
    if not isinstance(read, dict):
        raise RefusedError("Annotations files must be a JSON object")
    for links in read.values():
        if not isinstance(links, list) or any(set(each) - {"external_link"} for each in links):
            raise RefusedError("data must be a valid json schema")
        if any(set(each["external_link"]) - {"label", "url"} for each in links):
            raise RefusedError("data must be a valid json schema")
    return {
        title: [(each["external_link"]["label"], each["external_link"]["url"]) for each in links]
        for title, links in read.items()
    }
