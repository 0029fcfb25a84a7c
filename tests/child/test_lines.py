"""Output of any shape as lines."""

import pytest

from core.child import Lines
from core.text.secret import Redactor, Secret

TEXT = "a\nb\r\nc\rd\r\r\n\n\ré장\U0001f600 end".encode()
LINES = ["a", "b", "c", "d", "", "", "", "é장\U0001f600 end"]


@pytest.mark.parametrize("size", range(1, len(TEXT) + 1))
def test_lines_are_the_same_wherever_the_pieces_end(size: int) -> None:
    lines = Lines()
    found: list[str] = []
    for at in range(0, len(TEXT), size):
        found += lines.feed(TEXT[at : at + size])
    found += lines.feed(b"", final=True)
    assert found == LINES


def test_a_line_is_given_as_soon_as_it_ends() -> None:
    lines = Lines()
    assert list(lines.feed(b"one\rtwo\nthr")) == ["one", "two"]
    assert list(lines.feed(b"ee\r")) == ["three"]
    assert list(lines.feed(b"\nfour")) == []
    assert list(lines.feed(b"", final=True)) == ["four"]


def test_an_endless_line_keeps_its_beginning_and_tells_its_length() -> None:
    lines = Lines(longest=10)
    for _ in range(1_000):
        assert list(lines.feed(b"x" * 1_000)) == []
    assert list(lines.feed(b"\nshort\n")) == ["xxxxxxxxxx… and 999990 more characters", "short"]


def test_bytes_that_are_no_text_become_visible() -> None:
    assert list(Lines().feed(b"\xff\xfe\x00a\n")) == ["\ufffd\ufffd\0a"]


@pytest.mark.parametrize("at", range(0, 60, 3))
@pytest.mark.parametrize("copies", [1, 5])
def test_no_part_of_a_secret_is_left_where_a_line_is_cut(at: int, copies: int) -> None:
    secret = "s3cr3t-t0k3n"
    lines = Lines(longest=40, redact=Redactor([Secret(secret)]))
    text = "x" * at + (secret + "-") * copies + "y" * 100
    (found,) = lines.feed(f"{text}\n".encode())
    assert not any(secret[:length] in found for length in range(3, len(secret)))
    assert found.startswith(("x" * at)[:40])
    assert "more characters" in found
