"""The user's patterns for report files, as the files in the workspace that they name. Nothing is skipped in silence.

`*`, `?` and `[abc]` stand for parts of one name, `**` for any number of folders; `!` in front takes files out again.
Both separators are understood. A name with a dot in front is matched only by a pattern that has the dot, and `**`
enters neither such folders nor links. What we wrote ourselves is never a report of the user's.
"""

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import translate

from core.errors import BadInputError

OURS = ("test-results/test-runner", ".test-runner")
_MAGIC = frozenset("*?[")


class Lack(StrEnum):
    """What may be wrong with a pattern or a file, in a word."""

    NOTHING = "nothing"  # a pattern matches no file
    EMPTY = "empty"  # a file of no bytes
    STALE = "stale"  # a file that is as it was before the command
    UNREADABLE = "unreadable"  # no right to read, no plain file, or a link out of the workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """`text` is a sentence that names the pattern or the file; `path` is the file's, relative to the workspace."""

    lack: Lack
    text: str
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`files` are sorted, each once, relative to the workspace and with `/`. They are plain, readable and not empty."""

    files: tuple[str, ...]
    problems: tuple[Problem, ...]


def find(
    patterns: Sequence[str],
    workspace: str,
    *,
    ours: Iterable[str] = (),
    check: Callable[[], None] = lambda: None,
    is_stale: Callable[[str], bool] = lambda _: False,
) -> Found:
    """Look for the files of all patterns.

    `ours` are further folders or files of ours, relative to the workspace, such as `results-dir`. `check` is called
    for each folder that is read and may raise, so that a signal ends a long walk. `is_stale` says of a real path
    whether the file is left out as one of an earlier run. Raises BadInputError for a pattern that leads out of the
    workspace.
    """
    search = _Search(workspace, (*OURS, *(path.strip("/") for path in ours if path.strip("/"))), check)
    wanted = [(pattern, pattern_parts(pattern, workspace)) for pattern in patterns]
    excluded = [search.glob(parts) for pattern, parts in wanted if pattern.startswith("!")]
    taken_out: list[str] = []
    files: dict[str, str] = {}  # by the real path, so that two names of one file count once
    for pattern, parts in wanted:
        if pattern.startswith("!"):
            continue
        matched = search.glob(parts)
        wished = matched.difference(*excluded)
        readable = {path: real for path in sorted(wished) if (real := search.readable(path))}
        stale = [path for path, real in readable.items() if is_stale(real)]
        for path in sorted(readable.keys() - stale):
            files.setdefault(readable[path], path)
        search.problems += _left_out(pattern, stale, of=len(readable))
        if not matched:
            search.problems.append(Problem(lack=Lack.NOTHING, text=f"{pattern!r} matches no file.{search.hint(parts)}"))
        taken_out += sorted(matched - wished)
    if taken_out and not files and not search.problems:
        text = f"The lines that begin with `!` take out all that the others match: {taken_out[0]!r} and the like."
        search.problems.append(Problem(lack=Lack.NOTHING, text=text))
    return Found(files=tuple(sorted(files.values())), problems=tuple(dict.fromkeys(search.problems)))


def _left_out(pattern: str, stale: Sequence[str], *, of: int) -> Iterator[Problem]:
    """What there is to say on files of an earlier run; a pattern that has nothing else gives nothing."""
    if stale and len(stale) == of:
        more = f" and {of - 1} more" if of > 1 else ""
        text = f"{pattern!r} matches only what was there before the command, and is as it was: {stale[0]}{more}."
        yield Problem(lack=Lack.NOTHING, text=text)
        return
    for path in stale:
        yield Problem(
            lack=Lack.STALE, text=f"{path!r} was left out: it was there before the command, and is as it was."
        )


def pattern_parts(pattern: str, workspace: str) -> tuple[str, ...]:
    """The names of a pattern; an absolute one may lie in the workspace, since some CI systems make it so."""
    plain = pattern.removeprefix("!").strip().replace("\\", "/")
    home = workspace.replace("\\", "/").rstrip("/") + "/"
    plain = plain.removeprefix(home)
    names = [name for name in plain.split("/") if name not in ("", ".")]
    if plain.startswith("/") or plain[1:2] == ":" or ".." in names or "\0" in plain:
        raise BadInputError([("results", f"{pattern!r} must be relative to the workspace and stay in it.")])
    if not names:
        raise BadInputError([("results", f"{pattern!r} names no file. Example: reports/**/*.xml.")])
    names = [name for at, name in enumerate(names) if name != "**" or names[at - 1 : at] != ["**"]]
    return (*names, "*") if names[-1] == "**" else tuple(names)


class _Search:
    """One walk for all patterns of an input; collects what it meets on its way."""

    def __init__(self, workspace: str, ours: Sequence[str], check: Callable[[], None]) -> None:
        self._root = os.path.realpath(workspace)
        self._ours = tuple(f"{path}/" for path in ours)
        self._check = check
        self.problems: list[Problem] = []

    def glob(self, parts: tuple[str, ...]) -> set[str]:
        """Every path that the parts match, folders left out."""
        found: set[str] = set()
        seen: set[tuple[str, int]] = set()
        todo = [("", 0)]
        while todo:
            folder, at = todo.pop()
            if (folder, at) in seen:  # several ** lead to the same place in many ways
                continue
            seen.add((folder, at))
            self._check()
            if parts[at] == "**":
                todo += self._below(folder, at)
                continue
            for path, is_folder in self._matching(folder, parts[at]):
                if at + 1 == len(parts):
                    if not is_folder and not self._is_ours(path):
                        found.add(path)
                elif is_folder and self._inside(path):
                    todo.append((path, at + 1))
        return found

    def readable(self, path: str) -> str:
        """The real path of a file that can be read; empty, and a problem the more, for any other."""
        real = os.path.realpath(os.path.join(self._root, path))
        if not self._inside(path):
            return self._problem(Lack.UNREADABLE, f"{path!r} is a link that leads out of the workspace.", path)
        if self._is_ours(os.path.relpath(real, self._root).replace(os.sep, "/")):
            return ""
        try:
            fd = os.open(real, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))  # a pipe must not hold us up
            try:
                status = os.fstat(fd)
            finally:
                os.close(fd)
        except OSError as error:
            return self._problem(Lack.UNREADABLE, f"{path!r} can't be read: {error.strerror or error}.", path)
        if not stat.S_ISREG(status.st_mode):
            return self._problem(Lack.UNREADABLE, f"{path!r} is no plain file.", path)
        if not status.st_size:
            return self._problem(Lack.EMPTY, f"{path!r} is empty.", path)
        return real

    def hint(self, parts: tuple[str, ...]) -> str:
        """More about a pattern that matches nothing."""
        path = "/".join(parts)
        if os.path.isdir(os.path.join(self._root, path)):
            return f" It is a folder: write {path}/**/*.xml for the reports in it."
        if self._is_ours(path):
            return " What this program wrote itself is no report to read."
        return " It is relative to the workspace: were the tests run, and where do they write?"

    def _below(self, folder: str, at: int) -> Iterator[tuple[str, int]]:
        """`**` at this folder: nothing, or one folder more."""
        yield folder, at + 1
        for name, is_folder, is_link in self._entries(folder):
            if is_folder and not is_link and not name.startswith("."):
                yield _join(folder, name), at

    def _matching(self, folder: str, part: str) -> Iterator[tuple[str, bool]]:
        if not _MAGIC.intersection(part):
            path = _join(folder, part)
            real = os.path.join(self._root, path)
            if os.path.lexists(real):
                yield path, os.path.isdir(real)
            return
        matches = re.compile(translate(part)).match
        for name, is_folder, _ in self._entries(folder):
            if matches(name) and (part.startswith(".") or not name.startswith(".")):
                yield _join(folder, name), is_folder

    def _entries(self, folder: str) -> Iterator[tuple[str, bool, bool]]:
        """(name, is it a folder, is it a link)."""
        try:
            with os.scandir(os.path.join(self._root, folder)) as entries:
                for entry in entries:
                    yield entry.name, entry.is_dir(), entry.is_symlink()
        except OSError as error:
            if not isinstance(error, FileNotFoundError | NotADirectoryError):  # gone while we looked
                self._problem(
                    Lack.UNREADABLE, f"the folder {folder or '.'!r} can't be read: {error.strerror or error}."
                )

    def _inside(self, path: str) -> bool:
        real = os.path.realpath(os.path.join(self._root, path))
        return real == self._root or real.startswith(self._root.rstrip(os.sep) + os.sep)

    def _is_ours(self, path: str) -> bool:
        return f"{path}/".startswith(self._ours)

    def _problem(self, lack: Lack, text: str, path: str = "") -> str:
        self.problems.append(Problem(lack=lack, text=text, path=path))
        return ""


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
