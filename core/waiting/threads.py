"""Threads that a machine may not let begin: out of memory, or at the limit of a container's processes."""

import threading
from collections.abc import Callable

from core.errors import NoRoomError


def begin(work: Callable[..., None], *arguments: object) -> None:
    """Do this work in a thread that holds up nobody's end. Raises NoRoomError."""
    try:
        threading.Thread(target=work, args=arguments, daemon=True).start()
    except (RuntimeError, MemoryError) as error:  # "can't start new thread" is a plain RuntimeError
        raise NoRoomError("This machine lets no further thread begin.") from error
