"""What holds on every CI: hostile text does nothing, secrets stay hidden, no stream is too poor."""

import random
import re
from functools import cache
from pathlib import Path

import pytest

from core.ci import CIS
from tests.ci.hostile import FRAGMENTS, HOSTILE, PLAIN, SECRET, Folder, Screen, a_ci, a_report, a_result, publish
from tests.readers import gitlab as gitlabs
from tests.readers.other_systems import commands, without_ignorables


def _everything(name: str, out: Screen, text: str) -> None:
    """Say the text in every way that the protocol has."""
    ci = a_ci(name, out, vendor="autify")
    with ci.group(text):
        ci.info(text)
        ci.info(f"The word is {text}")
        ci.warning(text)
        ci.debug(text)
        ci.live(text)
        ci.block(text)
        ci.outputs({"run-id": text}, Folder().leave)
    publish(ci, a_report(text, failed=3, errored=2), a_result(text), summary=iter([text]), annotations=4)


@cache
def _plain_on_gitlab() -> gitlabs.Log:
    out = Screen()
    _everything("gitlab", out, PLAIN)
    return gitlabs.read_log(out.getvalue())


def _less_own(name: str, shown: str) -> str:
    """GitLab's log without the sections and colours of ours, which are those of plain text and no other."""
    if name != "gitlab":
        return shown
    found, plain = gitlabs.read_log(shown), _plain_on_gitlab()
    assert (found.sections, found.styles) == (plain.sections, plain.styles)
    assert len(plain.sections) == 2
    marker = r"\x1b\[0Ksection_(start:0:test_runner_1\[collapsed=true\]|end:0:test_runner_1)\r\x1b\[0K"
    return re.sub(rf"{marker}|\x1b\[(0|31|33)m", "", shown)


@pytest.mark.parametrize("name", CIS)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_no_command_of_any_system(name: str, text: str) -> None:
    out = Screen()
    _everything(name, out, text)
    shown = _less_own(name, out.getvalue())
    plain = Screen()
    _everything(name, plain, "x" if text.strip() else "")
    for read in (shown, without_ignorables(shown)):
        assert commands(read) == commands(_less_own(name, plain.getvalue()))
    assert SECRET not in shown
    assert not set("\x00\x07\x08\x1b\x7f\x9b\u200b\u202e") & set(shown)
    assert len(shown) < 2_000_000


@pytest.mark.parametrize("name", CIS)
def test_random_command_fragments_change_no_command_on_the_way_through_an_adapter(name: str) -> None:
    chance = random.Random(21)
    plain = Screen()
    _everything(name, plain, "x")
    ours = commands(_less_own(name, plain.getvalue()))
    for number in range(1000):
        text = "".join(chance.choices(FRAGMENTS, k=chance.randint(2, 12))) + "x"
        out = Screen()
        _everything(name, out, text)
        shown = _less_own(name, out.getvalue())
        assert commands(shown) == ours, (number, text, shown)
        assert commands(without_ignorables(shown)) == ours, (number, text, shown)


@pytest.mark.parametrize("name", CIS)
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_no_stream_is_too_poor(name: str, encoding: str) -> None:
    for text in HOSTILE.values():
        _everything(name, Screen(encoding=encoding), text)


@pytest.mark.parametrize("name", CIS)
def test_every_line_is_ended_and_reaches_the_stream_at_once(name: str, tmp_path: Path) -> None:
    with (tmp_path / "log").open("w", encoding="utf-8") as out:
        ci = a_ci(name, out)
        ci.info("one")
        assert (tmp_path / "log").read_text() == "one\n"
        ci.block("two")
        assert "| two\n" in (tmp_path / "log").read_text()
