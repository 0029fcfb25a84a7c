"""The port itself, against examples from the runner's own tests (ActionCommandL0.cs, SetOutputFileCommandL0.cs)."""

import pytest

from tests.readers.github_runner import Command, FileCommandError, parse_v1, parse_v2, read_file_commands, read_log

DO = frozenset({"do-something"})


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("::do-something k1=v1,::msg", Command("do-something", "msg", {"k1": "v1"})),
        ("::do-something::", Command("do-something", "", {})),
        ("::do-something k1=,::", Command("do-something", "", {})),
        (
            "::do-something k1=;=%252C=%250D=%250A=]=%253A,::;-%250D-%250A-]-:-,",
            Command("do-something", ";-%0D-%0A-]-:-,", {"k1": ";=%2C=%0D=%0A=]=%3A"}),
        ),
        (" \u3000::do-something k=a%3Ab%2Cc::x%0Ay%25", Command("do-something", "x\ny%", {"k": "a:b,c"})),
        ("x ::do-something::", None),
        ("::unknown::", None),
        ("::do-something", None),
    ],
)
def test_a_command_of_today(line: str, command: Command | None) -> None:
    assert parse_v2(line, DO) == command


@pytest.mark.parametrize(
    ("line", "command"),
    [
        (">>>   ##[do-something k1=v1;]msg", Command("do-something", "msg", {"k1": "v1"})),
        ("##[do-something]", Command("do-something", "", {})),
        ("##[do-something k1=%3B%5D%25;]a%0Db", Command("do-something", "a\rb", {"k1": ";]%"})),
        ("##[do-something", None),
        ("#[do-something]", None),
    ],
)
def test_a_legacy_command(line: str, command: Command | None) -> None:
    assert parse_v1(line, DO) == command


def test_a_log_is_cut_at_lone_carriage_returns_and_a_fence_stops_everything_but_its_token() -> None:
    commands, shown = read_log("a\r::error::1\n::stop-commands::T\n::error::2\r\n##[error]3\n::t::\n::error::4")
    assert [(command.name, command.data) for command in commands] == [
        ("error", "1"),
        ("stop-commands", "T"),
        ("error", "4"),
    ]
    assert shown == ["a", "::error::2", "##[error]3"]


def test_a_leading_equals_sign_of_a_property_is_lost() -> None:
    command = parse_v2("::error title===x,file===::y")
    assert command is not None
    assert command.properties == {"title": "x"}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("", {}),
        ("\n\nA=1\nB=\nC=x=y<<z\n", {"A": "1", "B": "", "C": "x=y<<z"}),
        ("A<<EOF\none\n\n two \nEOF\nB<<EOF\nEOF\n", {"A": "one\n\n two ", "B": ""}),
        ("A<<EOF\n=\n<<\r\nEOF", {"A": "=\n<<\r"}),
        ("A<<E\n\nE\nA=2", {"A": "2"}),
        ("A<<E=F\nx\nE=F\n", {"A": "x"}),
    ],
)
def test_an_output_file(text: str, values: dict[str, str]) -> None:
    assert read_file_commands(text) == values


@pytest.mark.parametrize("text", ["A", "<<EOF\nEOF\n", "A<<\nx\n\n", "A<<EOF\nx\n", "A<<EOF\nx EOF", "=x"])
def test_an_output_file_that_fails_the_step(text: str) -> None:
    with pytest.raises(FileCommandError):
        read_file_commands(text)
