"""A log that nobody reads: what is lost is told, and nothing else waits for it."""

import os
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
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
    for number in range(100):
        stream.say(f"{number:03} " + "x" * 3_996)


def _read(read: int, most: int = 1 << 20) -> str:
    """What lies in the pipe."""
    return os.read(read, most).decode()


@pytest.mark.parametrize(("noted", "which"), [([], "LATE"), ([15], "HURRY")])
def test_a_pipe_that_nobody_reads_is_waited_for_once(
    noted: list[int], which: str, pipe: tuple[int, TextIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "LATE", 1_000.0)
    monkeypatch.setattr(reader, which, 0.25)
    stream = Stream(pipe[1], str, noted, 0.0)
    began = time.monotonic()
    _fill(stream)
    assert 0.2 < time.monotonic() - began < 5
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


def test_a_reader_who_pauses_while_there_is_time_misses_nothing(
    pipe: tuple[int, TextIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    for which in ("LATE", "HURRY"):
        monkeypatch.setattr(reader, which, 0.0)
    read, out = pipe
    stream = Stream(out, str, [], 60.0)
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(_fill, stream)
        with pytest.raises(TimeoutError):
            writing.result(0.4)
        log = ""
        while log.count("\n") < 100:
            log += _read(read)
    stream.check()
    assert [line[:3] for line in log.splitlines()] == [f"{number:03}" for number in range(100)]


def test_what_a_late_reader_missed_is_told_between_whole_lines_and_costs_no_verdict(
    pipe: tuple[int, TextIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "LATE", 0.0)
    read, out = pipe
    stream = Stream(out, str, [], 0.0)
    _fill(stream)
    log = _read(read)
    stream.say("back")
    stream.check()
    lines = (log + _read(read)).splitlines()
    whole = len(lines) - 2
    assert [line[:3] for line in lines[:whole]] == [f"{number:03}" for number in range(whole)]
    assert {len(line) for line in lines[:whole]} == {4_000}
    assert lines[-2:] == [f"Warning: {100 - whole} lines of the log were dropped: nobody read them.", "back"]


def test_a_pipe_that_others_have_filled_holds_up_no_first_line(
    pipe: tuple[int, TextIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "HURRY", 0.0)
    read, out = pipe
    os.set_blocking(out.fileno(), False)
    while _fits(out.fileno()):
        pass
    os.set_blocking(out.fileno(), True)
    stream = Stream(out, str, [15])
    stream.say("first")
    with pytest.raises(OutputError, match="nobody reads it"):
        stream.check()
    _read(read)
    stream.check()
    assert _read(read) == "first\n"


def _fits(handle: int) -> bool:
    try:
        return os.write(handle, b"x" * 4_096) > 0
    except BlockingIOError:
        return False


def _pair() -> tuple[int, int]:
    read, write = socket.socketpair()
    return read.detach(), write.detach()


@pytest.mark.parametrize("size", [1, 40, 100, 4_000])
@pytest.mark.parametrize("make", [os.pipe, _pair], ids=["pipe", "socket"])
def test_what_was_found_to_have_room_never_blocks(make: Callable[[], tuple[int, int]], size: int) -> None:
    """As where one look is for many lines."""
    read, write = make()
    os.set_blocking(write, False)  # it would raise BlockingIOError
    try:
        with open(write, "w", encoding="utf-8") as out:
            stream = Stream(out, str, [15])
            stream._reader._spent = 1_000.0
            for _ in range(min(300_000 // size, 40_000)):
                stream.put("x" * size)
            with pytest.raises(OutputError, match="nobody reads it"):
                stream.check()
            assert len(_read(read)) > 100
    finally:
        os.close(read)


@pytest.mark.parametrize("text", ["x" * 30_000, "ü€𝄞" * 4_000])
def test_a_long_line_arrives_whole_whatever_its_letters(text: str, pipe: tuple[int, TextIO]) -> None:
    read, out = pipe
    Stream(out, str).put(text)
    out.close()
    with open(read, encoding="utf-8", closefd=False) as file:
        assert file.read() == text + "\n"
