import random
import sys
import time

import pytest

from core.text.sanitize import LONGEST_TEXT, MOST_LINES, defuse, one_line, quoted_block, sanitize
from tests.ci.hostile import FRAGMENTS, HOSTILE
from tests.readers.other_systems import IGNORABLE, markers, without_ignorables


def _live(text: str) -> bool:
    bare = without_ignorables(text)
    return bool(markers(text)) or (bare != text and bool(markers(bare)))


def test_no_string_built_of_command_fragments_acts_as_a_command_in_a_log_line_or_a_block() -> None:
    chance = random.Random(20)
    live = 0
    for number in range(200_000):
        raw = "".join(chance.choices(FRAGMENTS, k=chance.randint(2, 12)))
        live += _live(raw)
        line = sanitize(raw)
        block = "\n".join(quoted_block(raw))
        assert not _live(line), (number, raw, line)
        assert not _live(block), (number, raw, block)
    assert live > 10_000, "a corpus without live strings proves nothing"


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_hostile_text_acts_as_a_command(text: str) -> None:
    assert not _live(sanitize(text))
    assert not _live("\n".join(quoted_block(text)))
    assert not _live("Status: " + one_line(text))


@pytest.mark.parametrize(
    "text", ["", "Run 7 is running: 3 of 12 done, 00:31 of 60:00.", "한국어 ✔", "a::b ## c", "  x"]
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert sanitize(text) == defuse(text) == text


def test_further_lines_get_a_gutter_so_that_none_can_pass_for_a_line_of_ours() -> None:
    assert sanitize("first\r\nsecond\rthird\n") == "first\n| second\n| third"
    assert sanitize("a\u2028b\u2029c") == "a\n| b\n| c"


def test_markers_are_broken_visibly_as_azures_own_library_does() -> None:
    assert defuse("a ##[error]b ##vso[x.y]z ##TeamCity[q") == "a ##_[error]b ##_vso[x.y]z ##_TeamCity[q"
    assert sanitize(" ::error::x") == " : :error::x"


def test_colours_leave_no_litter() -> None:
    assert defuse("\x1b[1;31mred\x1b[0m and \x1b[38;5;9mred") == "red and red"


def test_half_a_surrogate_pair_is_replaced_since_no_stream_could_carry_it() -> None:
    sanitize("a \ud83d b").encode()


def test_long_lines_long_blocks_and_long_texts_are_cut_and_say_so() -> None:
    assert sanitize("x" * 4001) == "x" * 4000 + "… and 1 more characters"
    block = quoted_block("x\n" * 1000)
    assert len(block) == MOST_LINES + 1
    assert block[-1] == "| … cut here: the whole text has 2000 characters"
    cut = sanitize("x" * 1_000_000).splitlines()
    assert cut == ["x" * 4000 + "… and 61536 more characters", "| … cut here: the whole text has 1000000 characters"]
    assert sum(map(len, quoted_block("y\n" * 1_000_000))) < LONGEST_TEXT
    assert quoted_block(" \n ") == []


def test_a_word_in_a_sentence_is_one_short_line() -> None:
    assert one_line(" a\r\n\tb\x1b[31m  c ") == "a b c"
    assert one_line("x" * 300) == "x" * 199 + "…"


def test_every_character_that_acts_or_hides_is_taken_out() -> None:
    assert [chr(code) for code in IGNORABLE if defuse(chr(code)) not in ("", "?")] == []


@pytest.mark.parametrize(
    "piece",
    [
        "#",
        "##",
        "##v",
        "##[",
        ":",
        "::",
        " ",
        "\t",
        "\r",
        "\n",
        "\n ",
        "\x1b",
        "\x1b[",
        "\x1b[1",
        "\x1b[ ",
        "\u200b",
        "\u3000",
        "\ud83d",
        "한",
        "-",
        "--- ",
    ],
    ids=ascii,
)
def test_a_megabyte_of_anything_takes_linear_time(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    started = time.process_time()
    sanitize(text)
    quoted_block(text)
    one_line(text)
    fast = time.process_time() - started
    defuse(text)  # the part without a cut in front of it
    slow = time.process_time() - started - fast
    sys.stdout.write(f"{piece!a}: cut {fast * 1000:.1f} ms, whole {slow * 1000:.1f} ms\n")
    assert fast < 0.5
    assert slow < 2.0
