"""Start the user's program, or say why that can't be done."""

import errno
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from core.child.program import startable
from core.errors import BadInputError, NoRoomError


def start(words: Sequence[str], directory: str, environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    """A process in a group of its own, its outputs in one pipe.

    Raises BadInputError, naming the ways out, and NoRoomError.
    """
    if not os.path.isdir(directory):
        raise BadInputError([("working-directory", f"{directory!r} is no folder.")])
    group: dict[str, Any] = {}
    if sys.platform == "win32":
        group["creationflags"] = subprocess.CREATE_NEW_PROCESS_GROUP
    else:
        group["start_new_session"] = True
    try:
        return subprocess.Popen(  # noqa: S603 -- the user's own words, and no shell
            startable(words, directory, environment),
            cwd=directory,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
            **group,
        )
    except (OSError, ValueError, MemoryError) as error:
        if isinstance(error, MemoryError) or getattr(error, "errno", None) in (errno.EAGAIN, errno.ENOMEM):
            raise NoRoomError("This machine lets no further process begin.") from error
        raise BadInputError([("command", _why_not(words[0], error))]) from None


def check(words: Sequence[str], directory: str, environment: Mapping[str, str]) -> None:
    """Raise BadInputError where it is sure already that start() would."""
    if not os.path.isdir(directory):
        raise BadInputError([("working-directory", f"{directory!r} is no folder.")])
    try:
        startable(words, directory, environment)
    except FileNotFoundError as error:
        raise BadInputError([("command", _why_not(words[0], error))]) from None


def _why_not(program: str, error: Exception) -> str:
    reason = getattr(error, "errno", None)
    if reason == errno.E2BIG:
        return "has more arguments than the system can pass on."
    if reason == errno.ENOENT:
        return (
            f"the program {program!r} is not here. The image of this tool holds no test tools. Run the native action, "
            "or this tool itself on the agent, where your programs are; or build an image FROM ours that has them."
        )
    if reason == errno.ENOEXEC:
        return f"{program!r} can't be run by itself: it lacks a first line such as #!/bin/sh."
    return f"the program {program!r} can't be started: {getattr(error, 'strerror', None) or error}."
