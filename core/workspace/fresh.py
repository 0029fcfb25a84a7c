"""Which report files a command has written, and which were there before and tell of another run, perhaps yesterday's.

A file is the command's own where it is new, or where its size or the time of its last change is another than before.
Not its age decides: how coarse the clock of the file system is does not matter, nor another machine's clock, and a
command may copy reports with the times that they had elsewhere. The number of the file and the time of its last change
of rights or owner do not count: some file systems change them by themselves, and a command may do so with files that
it has not written. So a report that is put back just as it was, out of a cache, is one of the earlier run. Where
nobody can tell, a file is left out, and told: one that is taken by mistake would be a false green.
"""

import os
from collections.abc import Iterable

from core.ports import Snapshot


def snapshot(paths: Iterable[str]) -> Snapshot:
    """How the files are now: (nanoseconds of the last change, bytes) by the real path."""
    return {(real := os.path.realpath(path)): _mark(real) for path in paths}


def is_stale(real: str, before: Snapshot) -> bool:
    """Whether a file is as it was."""
    return real in before and before[real] == _mark(real)


def _mark(path: str) -> tuple[int, int]:
    try:
        found = os.stat(path)
    except OSError:
        return (0, 0)  # gone while we looked
    return found.st_mtime_ns, found.st_size
