"""The outputs as `TESTRUN_<NAME>=value` lines, for whoever reads such a file: GitLab, Bitbucket, Jenkins, a shell.

No two of them agree on quotes and blanks, and GitLab expands a `$` later on. So a value is one word in which nobody
finds anything to act on; a path that is none stays empty, since a mended one would be the path of another file.
"""

from collections.abc import Mapping

from core.ci.outputs import PATHS, variable
from core.ci.texts import escaped

FILE = "outputs.env"
LONGEST = 1_000  # characters of one value
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_PLAIN = frozenset(LETTERS + "_./:@%+=,?#-")


def dotenv(values: Mapping[str, str]) -> str:
    """The values that are not empty, in their order."""
    given = ((name, written(name, text)) for name, text in values.items())
    return "".join(line(name, text) for name, text in given if text)


def line(name: str, text: str) -> str:
    return f"{variable(name)}={text}\n"


def written(name: str, text: str) -> str:
    """The value of an output as such a file has it: empty where it would be too long, or the path of another file."""
    if lost(name, text):
        return ""
    return text if name in PATHS else plain(text)


def lost(name: str, text: str) -> str:
    """Why a value can't be written; empty for one that can."""
    if len(text) > LONGEST:
        return f"{len(text)} characters are too many"
    if name in PATHS and not all(map(_in_a_path, text)):
        return "the path holds a space or a sign that a shell would act on"
    return ""


def plain(text: str) -> str:
    """A value of safe characters only: the others are escaped in an address, and `_` elsewhere."""
    if text.startswith(("https://", "http://")):
        return escaped(text, _PLAIN)
    return text if _PLAIN.issuperset(text) else "".join(letter if letter in _PLAIN else "_" for letter in text)


def _in_a_path(letter: str) -> bool:
    """Beyond ASCII nothing that can be seen means anything to a shell, to GitLab or to Jenkins."""
    return letter in _PLAIN or (not letter.isascii() and letter.isprintable())
