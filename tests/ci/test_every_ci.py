"""What holds on every CI: hostile text does nothing, secrets stay hidden, no stream is too poor."""

import random
import re
from collections import Counter
from pathlib import Path

import pytest

from core.ci import CIS
from tests.ci.hostile import FRAGMENTS, HOSTILE, PLAIN, SECRET, Folder, Screen, a_ci, a_report, a_result, publish
from tests.readers.acts import Act, acts
from tests.readers.other_systems import without_ignorables


def _everything(name: str, out: Screen, text: str) -> None:
    """Say the text in every way that the protocol has."""
    ci = a_ci(name, out, vendor="autify")
    with ci.group(text):
        ci.info(text)
        ci.info(f"The word is {text}")
        ci.warning(text)
        ci.error(text)
        ci.debug(text)
        ci.live(text)
        ci.block(text)
        ci.outputs({"run-id": text, "run-url": f"https://v.example/{text}", "junit": "r/junit.xml"}, Folder().leave)
    publish(ci, a_report(text, failed=3, errored=2), a_result(text), summary=iter([text]), annotations=4)


def _acts(name: str, text: str) -> tuple[str, Counter[Act]]:
    """The log, and what the systems would do on reading it."""
    out = Screen()
    _everything(name, out, text)
    return out.getvalue(), acts(out.getvalue())


@pytest.mark.parametrize("name", CIS)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_makes_no_system_do_anything_that_a_plain_one_does_not(name: str, text: str) -> None:
    usual = _acts(name, PLAIN)[1]
    shown, done = _acts(name, text)
    assert done <= usual
    assert acts(without_ignorables(shown)) <= acts(without_ignorables(_acts(name, PLAIN)[0]))
    assert SECRET not in shown
    ours = "\x1b\\[(?:0K|[0-9;]*m)"  # as many as with a plain text, see above
    assert not set("\x00\x07\x08\x1b\x7f\x9b\u200b\u202e") & set(re.sub(ours, "", shown))
    assert len(shown) < 2_000_000


@pytest.mark.parametrize("name", CIS)
def test_random_command_fragments_change_no_command_on_the_way_through_an_adapter(name: str) -> None:
    chance = random.Random(21)
    plain, usual = _acts(name, "x")
    bare = acts(without_ignorables(plain))
    for number in range(300):
        text = "".join(chance.choices(FRAGMENTS, k=chance.randint(2, 12))) + "x"
        shown, done = _acts(name, text)
        assert done == usual, (number, text, shown)
        assert acts(without_ignorables(shown)) == bare, (number, text, shown)


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
