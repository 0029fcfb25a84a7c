"""A log that nobody reads: what is lost is told, and nothing else waits for it."""

import os
import time
from collections.abc import Iterator
from typing import TextIO

import pytest

from core.ci import reader
from core.ci.stream import Stream
from core.errors import OutputError


@pytest.fixture
def pipe() -> Iterator[tuple[int, TextIO]]:
    """(Where it can be read, what writes into it)."""
    read, write = os.pipe()
    with open(write, "w", encoding="utf-8") as out:
        yield read, out
    os.close(read)


def _fill(stream: Stream) -> None:
    for _ in range(100):
        stream.say("x" * 4_000)


@pytest.mark.parametrize(("noted", "which"), [([], "PATIENCE"), ([15], "HURRY")])
def test_a_pipe_that_nobody_reads_is_waited_for_once(
    noted: list[int], which: str, pipe: tuple[int, TextIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "PATIENCE", 1_000.0)
    monkeypatch.setattr(reader, which, 0.25)
    stream = Stream(pipe[1], str, noted)
    began = time.monotonic()
    _fill(stream)
    assert time.monotonic() - began < 5
    with pytest.raises(OutputError, match="nobody reads it"):
        stream.check()


def test_a_signal_that_comes_while_a_pipe_is_full_shortens_the_wait(
    pipe: tuple[int, TextIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Later(list[int]):
        def __bool__(self) -> bool:
            self.looks = getattr(self, "looks", 0) + 1
            return self.looks > 1

    monkeypatch.setattr(reader, "HURRY", 0.25)
    stream = Stream(pipe[1], str, Later())
    _fill(stream)
    with pytest.raises(OutputError, match="nobody reads it"):
        stream.check()


@pytest.mark.parametrize("text", ["x" * 30_000, "ü€𝄞" * 4_000])
def test_a_long_line_arrives_whole_whatever_its_letters(text: str, pipe: tuple[int, TextIO]) -> None:
    read, out = pipe
    Stream(out, str).put(text)
    out.close()
    with open(read, encoding="utf-8", closefd=False) as file:
        assert file.read() == text + "\n"
