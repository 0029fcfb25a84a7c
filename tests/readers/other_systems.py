"""Ports of what other CI systems look for in a log: Azure's agent, TeamCity, GitLab, Buildkite, Jenkins.

https://github.com/microsoft/azure-pipelines-agent: Command.cs; the others from their documentation.
"""

import re
import sys
import unicodedata

from tests.readers.github_runner import read_lines, read_log


def azure(text: str) -> list[str]:
    """`##vso[area.event k=v;]data` anywhere in a line; without regard to case, to be on the safe side."""
    found = []
    for line in read_lines(text):
        start = line.casefold().find("##vso[")
        end = line.find("]", start) if start >= 0 else -1
        if end >= 0:
            name = line[start + 6 : end].partition(" ")[0]
            if len([part for part in name.split(".") if part]) == 2:
                found.append(name)
    return found


def teamcity(text: str) -> list[str]:
    return re.findall(r"(?i)##teamcity\[", text)


def gitlab(text: str) -> list[str]:
    return re.findall(r"section_(?:start|end):\d+:[\w.-]+", text) if "\x1b[0K" in text else []


def buildkite(text: str) -> list[str]:
    return re.findall(r"(?:^|(?<=[\r\n]))(?:---|\+\+\+|~~~|\^\^\^ \+\+\+)\s", text)


def jenkins(text: str) -> list[str]:
    """Console notes: serialised objects in the log, which Jenkins makes elements of the page (ConsoleNote.java)."""
    return re.findall("\x1b\\[8mha:", text)


def markers(text: str) -> list[str]:
    """Every command that any of the systems would execute."""
    found = [f"github:{command.name}" for command in read_log(text)[0]] if "::" in text or "##[" in text else []
    found += [*azure(text), *teamcity(text)] if "##" in text else []
    return found + gitlab(text) + buildkite(text) + jenkins(text)


def commands(text: str) -> list[tuple[str, ...]]:
    """Every command that any of the systems would execute, without the texts: a name and the names of properties."""
    found: list[tuple[str, ...]] = [(command.name, *command.properties) for command in read_log(text)[0]]
    others = {"azure": azure, "teamcity": teamcity, "gitlab": gitlab, "buildkite": buildkite, "jenkins": jenkins}
    return found + [(system, name) for system, read in others.items() for name in read(text)]


def without_ignorables(text: str) -> str:
    """What is left where a comparison ignores what Unicode lets it ignore, as .NET's cultural ones may."""
    return text.translate(IGNORABLE)


# DerivedCoreProperties.txt of Unicode 15, Default_Ignorable_Code_Point, where the category is not Cf
DEFAULT_IGNORABLE = (
    (0x034F, 0x034F),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x2065, 0x2065),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0xE0000, 0xE0FFF),
)
IGNORABLE = dict.fromkeys(code for first, last in DEFAULT_IGNORABLE for code in range(first, last + 1)) | dict.fromkeys(
    code
    for code, character in enumerate(map(chr, range(sys.maxunicode + 1)))
    if unicodedata.category(character) in {"Cc", "Cf", "Cs"} and character not in "\t\r\n"
)
