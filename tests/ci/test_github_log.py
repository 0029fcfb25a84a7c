import io
from pathlib import Path

import pytest

from core.errors import OutputError
from tests.ci.hostile import HOSTILE, PLAIN, SECRET, Screen, a_ci, a_report, a_result, publish
from tests.readers.github_runner import Command, read_log
from tests.readers.other_systems import azure, without_ignorables


def _log(out: io.StringIO) -> tuple[list[Command], list[str]]:
    commands, shown = read_log(out.getvalue())
    assert shown.pop() == "", "the last line is ended"
    return commands, shown


def test_every_secret_and_every_line_of_it_is_masked_exactly_as_it_is() -> None:
    out = Screen()
    a_ci("github", out).mask(["100%25 sure", "first line\nsecond: 1,2\r\n\n}", "", " ", "ab"])
    commands, shown = _log(out)
    assert {command.name for command in commands} == {"add-mask"}
    assert [command.data for command in commands] == [
        "100%25 sure",
        "first line\nsecond: 1,2\r\n\n}",
        "first line",
        "second: 1,2",
    ]
    assert shown == []


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_in_a_log_line_is_text(text: str) -> None:
    out = Screen()
    ci = a_ci("github", out)
    ci.info(text)
    ci.info(f"The vendor's word is {text}")
    ci.debug(text)
    commands, shown = _log(out)
    assert commands == []
    assert read_log(without_ignorables(out.getvalue()))[0] == []
    assert azure(out.getvalue()) == []
    assert all(line.startswith(("| ", "debug: ", "The vendor's word is ")) for line in shown[1:] if line.strip())
    assert SECRET not in out.getvalue()


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_in_a_warning_is_one_warning(text: str) -> None:
    out = Screen()
    ci = a_ci("github", out)
    for _ in range(6):
        ci.warning(f"The vendor says {text}")
    commands, shown = _log(out)
    assert [command.name for command in commands] == ["warning"] * 4
    assert all(command.properties == {"title": "autify"} for command in commands)
    assert sum(line.startswith("Warning: The vendor says") for line in shown) == 2
    assert all(line.startswith(("| ", "Warning: ")) for line in shown)
    assert SECRET not in out.getvalue()


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_block_of_hostile_text_stands_in_a_fence_and_harms_nothing_even_without_it(text: str) -> None:
    out = Screen()
    ci = a_ci("github", out)
    ci.block(text)
    ci.block(text)
    ci.info("after")
    commands, shown = _log(out)
    tokens = [command.data for command in commands]
    assert {command.name for command in commands} <= {"stop-commands"}
    assert len(set(tokens)) == len(tokens) == (2 if text.strip() else 0)
    assert all(len(token) == 32 for token in tokens)
    assert shown[-1] == "after"
    assert all(line.startswith("| ") for line in shown[:-1])
    assert read_log("\n".join(shown))[0] == []
    assert SECRET not in out.getvalue()


def test_a_secret_at_the_edge_of_a_cut_line_leaves_no_half_of_itself() -> None:
    for name in ("github", "terminal"):
        out = Screen()
        a_ci(name, out).block("x" * 3995 + SECRET)
        a_ci(name, out).info("x" * 3995 + SECRET)
        assert SECRET[:4] not in out.getvalue()


class _BrokenOnce(Screen):
    def write(self, text: str) -> int:
        if text.startswith("| "):
            raise BrokenPipeError(32, "Broken pipe")
        return super().write(text)


@pytest.mark.parametrize("name", ["github", "terminal"])
def test_a_log_whose_reader_has_gone_is_told_at_the_end_and_nothing_more_is_written(name: str) -> None:
    out = _BrokenOnce()
    ci = a_ci(name, out)
    ci.info("before")
    ci.block("text")
    before = out.getvalue()
    ci.info("after")
    with pytest.raises(OutputError, match="Broken pipe"):
        publish(ci, a_report(), a_result(), summary=iter([]), annotations=8)
    assert out.getvalue() == before


def test_groups_do_not_nest_and_are_closed_by_an_error() -> None:
    out = Screen()
    ci = a_ci("github", out)

    def work() -> None:
        with ci.group("Start: 100% of a,b"):
            ci.info("one")
            with ci.group("inner"):
                ci.info("two")
            raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        work()
    with ci.group(HOSTILE["after CR"]):
        ci.info("three")
    commands, shown = _log(out)
    assert [(command.name, command.data) for command in commands] == [
        ("group", "Start: 100% of a,b"),
        ("endgroup", ""),
        ("group", "fine ::set-output name=conclusion::passed"),
        ("endgroup", ""),
    ]
    assert shown == ["one", "inner", "two", "three"]


def test_debug_lines_show_when_the_runner_or_our_own_input_asks_for_them() -> None:
    out = Screen()
    a_ci("github", out, debug=False).debug("hidden")
    a_ci("github", out, debug=True).debug("ours")
    a_ci("github", out, {"RUNNER_DEBUG": "1"}, debug=True).debug("a\n::error::b 100%")
    commands, shown = _log(out)
    assert shown == ["debug: ours"]
    assert commands == [Command("debug", "a\n| ::error::b 100%")]


def test_there_is_no_live_line_in_a_log() -> None:
    out = Screen(tty=True)
    assert a_ci("github", out).live(PLAIN) is False
    assert out.getvalue() == ""


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8", "utf-16"])
def test_a_stream_that_lacks_characters_shows_escapes_and_never_dies(encoding: str, tmp_path: Path) -> None:
    with (tmp_path / "log").open("w", encoding=encoding, newline="\n") as out:
        ci = a_ci("github", out)
        ci.mask(["한국어\udcff"])
        for text in HOSTILE.values():
            ci.info(text)
            ci.warning(text)
            ci.block(text)
    with (tmp_path / "log").open(encoding=encoding, newline="\n") as log:
        commands, _ = read_log(log.read())
    assert {command.name for command in commands} == {"add-mask", "warning", "stop-commands"}
