"""The port itself, against examples from the agent's own tests (CommandL0.cs) and its documentation."""

from pathlib import Path

import pytest

from tests.readers.azure_agent import Command, parse, read_log


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("##vso[area.event]msg", Command("area", "event", {}, "msg")),
        (">>>   ##vso[area.event k1=v1;]msg", Command("area", "event", {"k1": "v1"}, "msg")),
        ("##vso[area.event k1=;=%3B=%0D=%0A=%5D;]a%0Db%3B%5D", Command("area", "event", {"%3b": "\r=\n=]"}, "a\rb;]")),
        ("##vso[area.event k1=x%3B%5D%AZP250A;K2==y;]", Command("area", "event", {"k1": "x;]%0A", "k2": "y"}, "")),
        ("##vso[a.b]##vso[c.d]", Command("a", "b", {}, "##vso[c.d]")),
        ("##vso[area.event", None),
        ("##vso[area]x", None),
        ("##vso[a.b.c]x", None),
        ("##vso[]x", None),
        ("##[error]x", None),
    ],
)
def test_a_command(line: str, command: Command | None) -> None:
    assert parse(line) == command


def test_percents_are_decoded_unless_the_pipeline_says_no() -> None:
    assert parse("##vso[a.b]100%AZP25") == Command("a", "b", {}, "100%")
    assert parse("##vso[a.b]100%AZP25", decodes=False) == Command("a", "b", {}, "100%AZP25")


def test_what_a_log_asks_for_is_done_and_what_it_must_not_ask_for_fails_the_step(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.touch()
    good = read_log(
        "##vso[task.setsecret]abc\nabc\r##vso[task.setvariable variable=X;isoutput=true]7\n"
        f"##vso[task.logissue type=warning;]abc%0Ax\n##vso[task.uploadsummary]{page}\n"
        "##vso[task.setprogress value=3;]\n##vso[task.complete result=SucceededWithIssues;]"
    )
    assert (good.shown[0], good.outputs, good.issues) == ("***", {"X": "7"}, [("warning", "***\nx")])
    assert (good.summaries, good.progress, good.result, good.problems) == ([str(page)], [3], "SucceededWithIssues", [])
    for line in (
        "##vso[task.logissue type=notice]x",
        "##vso[task.uploadsummary]page.md",
        "##vso[task.setsecret]a%0Ab",
        "##vso[task.complete result=succeeded]",
        "##vso[task.nothing]",
        "##vso[task.setprogress value=x]",
    ):
        assert (read_log(line).result, len(read_log(line).problems)) == ("Failed", 1), line
    assert read_log("x ##vso[oops").problems


def test_the_eleventh_issue_of_a_type_is_lost_and_a_failure_can_t_be_undone() -> None:
    step = read_log("##vso[task.logissue type=error]x\n" * 12 + "##vso[task.logissue type=warning]y")
    assert [kind for kind, _ in step.issues] == ["error"] * 10 + ["warning"]
    assert read_log("##vso[task.complete result=Failed]\n##vso[task.complete result=Succeeded]").result == "Failed"
