"""The user's patterns for files, as the names that they consist of, and what each of these names matches.

`*`, `?`, `[abc]`, and `[!abc]` or `[^abc]`, stand for parts of one name, `**` for any number of folders. A name with a
dot in front is matched only by a pattern that has the dot. A file that is really called `[1].xml` is matched by its
name, too.
"""

import os
import re
from collections.abc import Callable, Sequence
from fnmatch import translate

from core.errors import BadInputError

MAGIC = frozenset("*?[")
_SET = re.compile(r"\[([!^]?)(\]?[^\]]*\])")


def parts_of(pattern: str, workspace: str) -> tuple[str, ...]:
    """The names of a pattern, its `!` left out. Raises BadInputError for one that leads out of the workspace.

    An absolute one may lie in the workspace, since some CI systems make it so.
    """
    plain = pattern.removeprefix("!").strip().replace("\\", "/")
    names = [name for name in plain.split("/") if name not in ("", ".")]
    is_absolute = plain.startswith("/") or plain[1:2] == ":"
    inside = _inside(names, workspace, root="/" if plain.startswith("/") else "") if is_absolute else names
    if inside is None or ".." in names or "\0" in plain:
        raise BadInputError([("results", f"{pattern!r} must be relative to the workspace and stay in it.")])
    if not inside:
        raise BadInputError([("results", f"{pattern!r} names no file. Example: reports/**/*.xml.")])
    found = [name for at, name in enumerate(inside) if name != "**" or inside[at - 1 : at] != ["**"]]
    return (*found, "*") if found[-1] == "**" else tuple(found)


def _inside(names: Sequence[str], workspace: str, root: str) -> list[str] | None:
    """What is left of an absolute path below the workspace, by whichever links it leads there; None if it does not."""
    home = os.path.realpath(workspace)
    for at, name in enumerate(names, 1):
        if MAGIC.intersection(name) or "\0" in name or name == "..":
            return None
        real = os.path.realpath(root + "/".join(names[:at]) + ("/" if at == 1 and not root else ""))
        if real == home or real.startswith(home.rstrip(os.sep) + os.sep):
            below = os.path.relpath(real, home).replace(os.sep, "/").split("/")
            return [*(each for each in below if each != "."), *names[at:]]
    return None


def matcher(part: str) -> Callable[[str], bool]:
    """Whether a name is matched by this part of a pattern, which is not `**`."""
    if not MAGIC.intersection(part):
        return part.__eq__
    matches = re.compile(translate(_SET.sub(_with_python_s_sign, part))).match
    return lambda name: (
        name == part or ((part.startswith(".") or not name.startswith(".")) and matches(name) is not None)
    )


def _with_python_s_sign(found: re.Match[str]) -> str:
    """A shell knows `[^a]` as well as `[!a]`, Python only the latter: to it the former is a set with a `^`."""
    return f"[!{found[2]}" if found[1] == "^" and found[2] != "]" else found[0]


class Exclusion:
    """A line that begins with `!`. One that names a folder, or ends in `/` or `/**`, stands for all that is below.

    `has_matched` tells whether anything was left out for it.
    """

    def __init__(self, pattern: str, workspace: str) -> None:
        self.pattern = pattern
        parts = parts_of(pattern, workspace)
        self._is_folder = pattern.rstrip().endswith(("/", "\\"))
        if parts[-2:] == ("**", "*") and len(parts) > 2:
            self._is_folder, parts = True, parts[:-2]
        self._names_one = not MAGIC.intersection(parts[-1])
        self._parts = [None if part == "**" else matcher(part) for part in parts]
        self.has_matched = False

    def takes_out(self, path: str, *, is_folder: bool) -> bool:
        """Whether a path is left out. Those below a folder that is need not be asked about."""
        if is_folder and not (self._is_folder or self._names_one):
            return False
        if not is_folder and self._is_folder:
            return False
        found = self._fits(path.split("/"))
        self.has_matched |= found
        return found

    def _fits(self, names: Sequence[str]) -> bool:
        reached = self._after_stars({0})
        for name in names:
            further = set()
            for at in reached:
                part = self._parts[at] if at < len(self._parts) else _nothing
                if part is None:
                    further |= set() if name.startswith(".") else {at}
                elif part(name):
                    further.add(at + 1)
            reached = self._after_stars(further)
        return len(self._parts) in reached

    def _after_stars(self, reached: set[int]) -> set[int]:
        """`**` may stand for no folder at all; no two of them follow each other."""
        return reached | {at + 1 for at in reached if at < len(self._parts) and self._parts[at] is None}


def _nothing(_: str) -> bool:
    return False
