"""What any of the systems would do on reading a log, without the texts: to compare a hostile log with a plain one."""

import re
from collections import Counter

from tests.readers import gitlab
from tests.readers.github_runner import read_log
from tests.readers.other_systems import azure, buildkite
from tests.readers.teamcity import read_messages

Act = tuple[str, ...]


def acts(log: str) -> Counter[Act]:
    """Commands by system, name and properties; groups, sections, and whatever moves a cursor or paints."""
    found: list[Act] = [("github", command.name, *command.properties) for command in read_log(log)[0]]
    found += [("azure", name) for name in azure(log)]
    found += [
        ("azure's properties", *_properties(text)) for text in re.findall(r"(?i)##vso\[[\w.]+ ([^\]\r\n]*)\]", log)
    ]
    for message in read_messages(log):
        what = message.attributes.get("name", "") if message.name == "setParameter" else ""
        found.append(("teamcity", message.name, *message.attributes, what, message.attributes.get("status", "")))
    found += [("teamcity", "in another case") for _ in range(len(re.findall(r"(?i)##teamcity\[", log)))]
    if "\x1b" in log:
        seen = gitlab.read_log(log)
        found += [("gitlab", *section) for section in seen.sections]
        found += [("gitlab style", style) for style in seen.styles]
    found += [("buildkite", group.strip()) for group in buildkite(log)]
    found += [("escape", sequence) for sequence in re.findall("\x1b(?:\\[[0-9;]*[A-Za-z])?", log)]
    return Counter(found)


def _properties(text: str) -> list[str]:
    """Their names; with the value where that says what is set or how a step ends."""
    telling = ("variable=", "result=", "type=")
    return [pair if pair.startswith(telling) else pair.partition("=")[0] for pair in text.split(";") if pair]
