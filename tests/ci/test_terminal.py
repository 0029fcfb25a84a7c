import fcntl
import os
import pty
import struct
import termios

import pytest

from tests.ci.hostile import HOSTILE, Folder, Screen, a_ci, a_report, a_result, publish

RED, GREEN, YELLOW, BOLD, DIM, OFF, CLEAR = (
    *("\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[1m", "\x1b[2m"),
    *("\x1b[0m", "\r\x1b[K"),
)


def _colourless(text: str) -> str:
    for code in (RED, GREEN, YELLOW, BOLD, DIM, OFF, CLEAR):
        text = text.replace(code, "")
    return text


def test_a_live_line_replaces_itself_and_gives_way_to_any_other_line() -> None:
    out = Screen(tty=True)
    ci = a_ci("terminal", out)
    assert ci.live("1 of 3 done")
    assert ci.live("2 of 3 done")
    ci.info("Finished.")
    ci.info("Bye.")
    assert out.getvalue() == f"{CLEAR}1 of 3 done{CLEAR}2 of 3 done{CLEAR}Finished.\nBye.\n"


@pytest.mark.parametrize("name", ["terminal", "generic"])
@pytest.mark.parametrize("tty", [False, True])
@pytest.mark.parametrize("env", [{}, {"TERM": "dumb"}])
def test_there_is_a_live_line_only_on_a_terminal_that_can_erase_one(
    name: str, env: dict[str, str], *, tty: bool
) -> None:
    out = Screen(tty=tty)
    can = name == "terminal" and tty and not env
    assert a_ci(name, out, env).live("x") is can
    assert bool(out.getvalue()) is can


@pytest.mark.parametrize(
    ("env", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)]
)
def test_colours_only_where_they_are_wanted(env: dict[str, str], *, coloured: bool) -> None:
    out = Screen(tty=True)
    ci = a_ci("terminal", out, env)
    ci.warning("careful")
    assert out.getvalue() == (f"{YELLOW}Warning: careful{OFF}\n" if coloured else "Warning: careful\n")


def test_a_real_terminal_is_measured_and_no_live_line_is_wider() -> None:
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 20, 0, 0))
    with os.fdopen(follower, "w", encoding="utf-8") as out:
        ci = a_ci("terminal", out)
        assert ci.live("x" * 50)
        assert ci.live("한" * 50)
        wanted = f"{CLEAR}{'x' * 16}...{CLEAR}{'한' * 9}".encode()
        seen = b""
        while len(seen) < len(wanted):
            seen += os.read(leader, 1000)
        assert seen == wanted
    os.close(leader)


def test_without_a_size_the_width_is_the_environments_or_80() -> None:
    for env, width in (({"COLUMNS": "30"}, 29), ({}, 79), ({"COLUMNS": "x"}, 79)):
        out = Screen(tty=True)
        a_ci("terminal", out, env).live("x" * 200)
        assert len(out.getvalue()) == len(CLEAR) + width


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_moves_no_cursor_and_paints_nothing(text: str) -> None:
    out = Screen(tty=True)
    ci = a_ci("terminal", out)
    ci.live(text)
    ci.info(text)
    ci.warning(text)
    ci.block(text)
    publish(ci, a_report(text, failed=2), a_result(text), summary=iter([]), annotations=8)
    assert not set("\x1b\r\x07\x08\x9b") & set(_colourless(out.getvalue()))


def test_a_stream_that_lacks_our_signs_gets_plain_ones() -> None:
    for encoding, sign in (("utf-8", "✘"), ("latin-1", "x"), ("ascii", "x")):
        out = Screen(encoding=encoding)
        publish(a_ci("terminal", out), a_report(), a_result(), summary=iter([]), annotations=8)
        assert out.getvalue().startswith(f"{sign} failed: The vendor says")


def test_nothing_needs_masking_and_a_person_needs_no_file_of_outputs() -> None:
    out, folder = Screen(tty=True), Folder()
    ci = a_ci("terminal", out)
    ci.mask(["secret"])
    ci.outputs({"tests": "1"}, folder.leave)
    ci.block(" \n")
    a_ci("terminal", out, debug=False).debug("x")
    assert (out.getvalue(), folder) == ("", {})


@pytest.mark.parametrize("env", [{}, {"TERM": "dumb"}])
def test_where_no_terminal_listens_the_outputs_are_left(env: dict[str, str]) -> None:
    out, folder = Screen(), Folder()
    ci = a_ci("terminal", out, env)
    ci.outputs({"run-id": "7"}, folder.leave)
    ci.outputs({"tests": "1"}, folder.leave)
    assert (out.getvalue(), folder) == ("", {"outputs.env": "TESTRUN_RUN_ID=7\nTESTRUN_TESTS=1\n"})
