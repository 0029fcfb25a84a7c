"""What this machine lacks: no bug, but a package that whoever set this up has left out, or room that it has not."""

import os
import re
import shlex
import sys
from dataclasses import dataclass

from core.errors import NoRoomError
from core.model import ExitCode, Reason

LOCK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "requirements.txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """Fact and remedy as sentences; reason and exit code for where nothing was started."""

    fact: str
    remedy: str
    reason: Reason
    exit_code: ExitCode


def lacking(error: BaseException) -> Lack | None:
    """What the error says is not there: one of our locked packages, memory, or room for a process; else None."""
    if isinstance(error, MemoryError | NoRoomError):
        fact = str(error) if isinstance(error, NoRoomError) else "This machine has no memory left for this program."
        return Lack(fact=fact, remedy=NoRoomError.remedy, reason=Reason.CAPACITY, exit_code=ExitCode.NOTHING_STARTED)
    name = error.name.partition(".")[0] if isinstance(error, ModuleNotFoundError) and error.name else ""
    if not name or not _is_locked(name):
        return None
    pip = (sys.executable, "-m", "pip", "install", "--no-deps", "--require-hashes", "-r")
    command = shlex.join([*pip, os.path.normpath(LOCK)])
    return Lack(
        fact=f"The Python package that holds {name} is not installed, and this program needs it.",
        remedy=f"Install what is locked: {command}",
        reason=Reason.BAD_INPUT,
        exit_code=ExitCode.BAD_INPUT,
    )


def _is_locked(name: str) -> bool:
    try:
        with open(LOCK, encoding="utf-8") as file:
            line = f"(?im)^(?:py)?{re.escape(name.replace('_', '-'))}=="  # yaml is in pyyaml
            return re.search(line, file.read()) is not None
    except OSError:
        return False
