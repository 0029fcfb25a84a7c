"""A port of how Azure's agent reads a step's log and acts on it, written from its source.

https://github.com/microsoft/azure-pipelines-agent: Command.cs, CommandStringConvertor.cs, WorkerCommandManager.cs,
TaskCommandExtension.cs, ExecutionContext.cs.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.readers.github_runner import read_lines

PREFIX = "##vso["
SPECIAL = (("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"))
RESULTS = ("Succeeded", "SucceededWithIssues", "Canceled", "Failed")  # a merge keeps the later one
MOST_ISSUES = 10  # of each type and step
COSMETIC = ("##[group]", "##[endgroup]", "##[section]", "##[warning]", "##[error]", "##[debug]", "##[command]")


@dataclass(frozen=True, slots=True)
class Command:
    area: str
    event: str
    properties: dict[str, str]
    data: str

    @property
    def name(self) -> str:
        return f"{self.area}.{self.event}".lower()


def unescape(text: str, *, decodes: bool = True) -> str:
    """Data and values alike: all of these, and the percent sign last."""
    for escaped, token in SPECIAL:
        text = text.replace(escaped, token)
    return text.replace("%AZP25", "%") if decodes else text


def parse(line: str, *, decodes: bool = True) -> Command | None:
    """Command.TryParse: the first marker, wherever it stands in the line."""
    start = line.find(PREFIX)
    end = line.find("]", start) if start >= 0 else -1
    if end < 0:
        return None
    info = line[start + len(PREFIX) : end]
    name, space, rest = info.partition(" ")
    parts = [part for part in name.split(".") if part]
    if len(parts) != 2:
        return None
    properties = {}
    for piece in rest.split(";") if space and name else ():
        # Split('=', 2, RemoveEmptyEntries): leading `=` of the value are lost, and without a value the key is
        key, _, value = piece.lstrip("=").partition("=")
        value = value.lstrip("=")
        if key and value:
            properties[key.lower()] = unescape(value, decodes=decodes)
    return Command(parts[0], parts[1], properties, unescape(line[end + 1 :], decodes=decodes))


@dataclass(slots=True)
class Step:
    """What the agent makes of a step's log; `problems` are what it warns of or fails the step by."""

    result: str = "Succeeded"
    issues: list[tuple[str, str]] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list)
    summaries: list[str] = field(default_factory=list)
    progress: list[int] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)

    def merge(self, result: str) -> None:
        self.result = merged(self.result, result)


def merged(one: str, other: str) -> str:
    """TaskResultUtil.MergeTaskResults: what has failed stays so."""
    return max(one, other, key=RESULTS.index)


def read_log(text: str, *, decodes: bool = True) -> Step:
    """Do what a log of a step asks the agent for. Secrets are hidden in the lines that come after their command."""
    step = Step()
    for line in read_lines(text):
        command = parse(line, decodes=decodes)
        if command is None:
            if "##vso" in line:
                step.problems.append(f"warning: {line!r} has the keyword of a command and is none")
            step.shown.append(_masked(line, step.secrets))
        elif command.area.lower() != "task":
            step.problems.append(f"warning: no area {command.area}, or none that a test run needs")
        else:
            for problem in _execute(command, step):
                step.problems.append(f"error: {problem}")
                step.merge("Failed")
    return step


def _execute(command: Command, step: Step) -> Iterator[str]:  # noqa: C901, PLR0912 -- one branch for each command
    given = command.properties
    match command.event.lower():
        case "setsecret":
            if not command.data or "\n" in command.data or "\r" in command.data:
                yield "a secret must be one line"
            step.secrets.append(command.data)
        case "logissue" | "issue":
            kind = given.get("type", "").lower()
            if kind not in ("error", "warning"):
                yield f"issue type {kind} is not an expected issue type"
            elif sum(one == kind for one, _ in step.issues) < MOST_ISSUES:
                step.issues.append((kind, _masked(command.data, step.secrets)))
            step.shown += [_masked(f"##[{kind}]{line}", step.secrets) for line in read_lines(command.data)]
        case "setvariable":
            if not given.get("variable"):
                yield "a variable needs a name"
            where = step.outputs if given.get("isoutput", "").lower() == "true" else step.variables
            where[given.get("variable", "")] = command.data
        case "setprogress":
            value = given.get("value", "")
            if not (value.isdigit() and int(value) <= 100):
                yield f"{value!r} is no progress"
            else:
                step.progress.append(int(value))
        case "uploadsummary":
            if not os.path.isabs(command.data) or not os.path.isfile(command.data):
                yield f"cannot upload {command.data!r}: the file does not exist"
            step.summaries.append(command.data)
        case "debug":
            step.shown.append(_masked(f"##[debug]{command.data}", step.secrets))
        case "complete":
            result = given.get("result", "")
            if result not in RESULTS:
                yield f"{result!r} is no result"
            else:
                step.merge(result)
        case _:
            yield f"task.{command.event} is not a recognized command"


def _masked(text: str, secrets: list[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, "***")
    return text
