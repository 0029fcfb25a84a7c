"""The outputs as `TESTRUN_<NAME>=value` lines, for GitLab's dotenv reports and for whoever reads such a file.

GitLab takes neither a blank line nor a comment, no quotes, at most 20 variables in less than 5,120 bytes, and expands a
`$` later on (docs.gitlab.com/ci/yaml/artifacts_reports). A shell that sources the file finds nothing in it to act on.
"""

from collections.abc import Mapping

from core.ci.texts import escaped

FILE = "outputs.env"
PREFIX = "TESTRUN_"
MOST = 19  # variables
SIZE = 5_000  # bytes
LONGEST = 1_000  # characters of one value
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_PLAIN = frozenset(LETTERS + "_./:@%+=,?#-")


def variable(name: str) -> str:
    """The variable of an output: `run-id` is TESTRUN_RUN_ID."""
    return PREFIX + name.upper().replace("-", "_")


def dotenv(values: Mapping[str, str], *, most: int = MOST) -> str:
    """The values that are not empty, in their order, as many as fit."""
    lines: list[str] = []
    room = SIZE
    for name, text in values.items():
        line = f"{variable(name)}={plain(text)}\n"
        if text and len(text) <= LONGEST and len(lines) < most and len(line) <= room:
            lines.append(line)
            room -= len(line)
    return "".join(lines)


def plain(text: str) -> str:
    """A value of safe characters only: the others are escaped in an address, and `_` elsewhere."""
    if text.startswith(("https://", "http://")):
        return escaped(text, _PLAIN)
    return text if _PLAIN.issuperset(text) else "".join(letter if letter in _PLAIN else "_" for letter in text)
