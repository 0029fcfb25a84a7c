"""A package of ours that is not installed: no bug, but a step that the person who set this up has left out."""

import os
import re
import shlex
import sys

LOCK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "requirements.txt")


def lacking(error: BaseException) -> tuple[str, str]:
    """Fact and remedy where the error is that one of our locked packages is not there; else two empty texts."""
    if not isinstance(error, ModuleNotFoundError) or not error.name:
        return "", ""
    name = error.name.partition(".")[0]
    try:
        with open(LOCK, encoding="utf-8") as file:
            line = f"(?im)^(?:py)?{re.escape(name.replace('_', '-'))}=="  # yaml is in pyyaml
            is_locked = re.search(line, file.read())
    except OSError:
        is_locked = None
    if not is_locked:
        return "", ""
    command = shlex.join([sys.executable, "-m", "pip", "install", "--require-hashes", "-r", os.path.normpath(LOCK)])
    fact = f"The Python package that holds {name} is not installed, and this program needs it."
    return fact, f"Install what is locked: {command}"
