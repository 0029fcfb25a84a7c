"""The syntax of Azure's logging commands, read back by the port of its agent."""

import pytest

from core.ci.logging_commands import command, decodes_percents
from tests.ci.hostile import HOSTILE
from tests.readers.azure_agent import Command, parse

TEXTS = {name: text for name, text in HOSTILE.items() if len(text) < 10_000}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_any_text_arrives_as_it_was_as_data_and_as_a_property(text: str) -> None:
    line = command("task.x", text, key=f"v{text}", other="1")
    assert "\n" not in line
    assert "\r" not in line
    assert parse(line) == Command("task", "x", {"key": f"v{text}", "other": "1"}, text)


def test_a_command_is_written_as_microsofts_library_writes_it() -> None:
    line = command("task.logissue", "100% of\nx]y;z", type="error", sourcepath="a;b].py", code="")
    assert line == "##vso[task.logissue type=error;sourcepath=a%3Bb%5D.py;]100%AZP25 of%0Ax]y;z"


@pytest.mark.parametrize("text", ["a\nb]c;d\re", "100% and 7%", "%AZP25"])
def test_where_percents_are_not_decoded_none_is_escaped(text: str) -> None:
    line = command("task.x", text, decodes=False, key=text)
    assert parse(line, decodes=False) == Command("task", "x", {"key": text}, text)


@pytest.mark.parametrize(
    ("given", "decodes"),
    [("", True), ("true", True), ("1", True), ("$true", True), ("false", False), ("False", False), ("no", False)],
)
def test_percents_are_decoded_as_the_agent_understands_its_variable(given: str, *, decodes: bool) -> None:
    assert decodes_percents({"DECODE_PERCENTS": given}) is decodes
    assert decodes_percents({}) is True
