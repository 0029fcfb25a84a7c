"""A page that is cut where the system would refuse all of it."""

import os
from collections.abc import Callable, Iterator


def capped(pieces: Iterator[str], room: int, redact: Callable[[str], str], cut: str) -> str:
    """The pieces as far as they fit into `room` bytes; else cut at the end of a line, and `cut` says so."""
    kept: list[str] = []
    size = 0
    for piece in pieces:
        kept.append(piece)
        size += len(piece.encode("utf-8", "replace"))
        if size > room:
            break
    text = redact("".join(kept)).encode("utf-8", "replace")
    if size > room:
        text = text[: max(room - len(cut), 0)]
        text = text[: text.rfind(b"\n") + 1] + cut.encode()
    return text.decode("utf-8") if len(text) <= room else ""


def size_of(path: str) -> int:
    """Bytes in a file; 0 where there is none."""
    try:
        return os.stat(path).st_size
    except OSError:
        return 0
