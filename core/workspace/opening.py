"""Opening what somebody else may have put there: it never waits, and gives no pipe, device or folder for a file.

A pipe without a writer would hold us up past every deadline, and past a signal.
"""

import os
import stat

_NEVER_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO


def plain(path: str, flags: int = os.O_RDONLY, mode: int = 0o644) -> int:
    """A descriptor of a plain file. Raises OSError, ValueError for a path that can't be one."""
    handle = os.open(path, flags | _NEVER_WAITING, mode)
    kind = os.fstat(handle).st_mode
    if stat.S_ISREG(kind):
        return handle
    os.close(handle)
    raise OSError(None, "it is a directory" if stat.S_ISDIR(kind) else "it is no plain file")


def reading(path: str) -> "BinaryIO":
    """The bytes of a plain file, for a `with`. Raises as plain()."""
    return os.fdopen(plain(path), "rb")


def folder(path: str) -> int:
    """A descriptor of a folder. Raises OSError."""
    return os.open(path, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | _NEVER_WAITING)
