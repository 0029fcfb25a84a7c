"""One walk through the workspace for all patterns of an input, which tells of all that it had to leave out."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.workspace import marked, opening
from core.workspace.patterns import MAGIC, Exclusion, matcher
from core.workspace.places import RESULTS, STATE

OURS = (RESULTS, STATE)
_MOST_TOLD = 3
_NO_REPORTS = "node_modules"  # package managers fill it with links, and no test runner writes there


class Lack(StrEnum):
    """What may be wrong with a pattern or a file, in a word."""

    NOTHING = "nothing"  # a pattern matches no file
    EMPTY = "empty"  # a file of no bytes
    STALE = "stale"  # a file that is as it was before the command
    UNSEEN = "unseen"  # left out by a rule: a link that `**` does not enter, a file of ours, or `!` without effect
    UNREADABLE = "unreadable"  # no right to read, no plain file, or a link out of the workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """`text` is a sentence that names the pattern or the file; `path` is the file's, relative to the workspace."""

    lack: Lack
    text: str
    path: str = ""


class Search:
    """One walk for all patterns of an input; collects what it meets on its way."""

    def __init__(
        self, workspace: str, ours: Sequence[str], excluded: Sequence[Exclusion], check: Callable[[], None]
    ) -> None:
        self._root = os.path.realpath(workspace)
        self._ours = tuple(f"{path}/" for path in (*OURS, *ours) if path)
        self._told = {path for path in ours if not f"{path}/".startswith(tuple(f"{each}/" for each in OURS))}
        self._excluded = excluded
        self._check = check
        self.problems: list[Problem] = []
        self.own: list[str] = []  # reports that readable() has found to be ours, wherever they lie

    def glob(self, pattern: str, parts: tuple[str, ...]) -> set[str]:
        """Every path that the parts match, folders left out."""
        found: set[str] = set()
        seen: set[tuple[str, int]] = set()
        passed_by: list[tuple[str, int]] = []
        todo = [("", 0)]
        while todo:
            folder, at = todo.pop()
            if (folder, at) in seen:  # several ** lead to the same place in many ways
                continue
            seen.add((folder, at))
            self._check()
            if parts[at] == "**":
                todo.append((folder, at + 1))
                for path, is_link in self._below(folder):
                    (passed_by if is_link else todo).append((path, at))
            elif at + 1 == len(parts):
                found.update(path for path, is_folder in self._matching(folder, parts[at]) if not is_folder)
            else:
                todo += [(path, at + 1) for path in self._entered(folder, parts[at:])]
        self._tell_links(pattern, {path for path, at in passed_by if (self._real(path), at) not in seen})
        return {path for path in found if not self._is_ours(path)}

    def has_only_unseen(self, since: int = 0) -> bool:
        """Whether nothing else says why there is no file."""
        return all(each.lack is Lack.UNSEEN for each in self.problems[since:])

    def takes_out(self, path: str, *, is_folder: bool) -> bool:
        """Whether a `!` line does; each is asked, to know which had an effect."""
        return sum(each.takes_out(path, is_folder=is_folder) for each in self._excluded) > 0

    def readable(self, path: str) -> str:
        """The real path of a file that can be read; else empty, and a problem or a report of `own` the more."""
        real = os.path.realpath(os.path.join(self._root, path))
        if not self._inside(path):
            return self._lead_out(path)
        if self._is_ours(self._real(path)):
            return ""
        try:
            with opening.reading(real) as file:
                size = os.fstat(file.fileno()).st_size
                is_ours = marked.is_ours(file, size, real)
        except OSError as error:
            return self._problem(Lack.UNREADABLE, f"{path!r} can't be read: {error.strerror or error}.", path)
        if not size:
            return self._problem(Lack.EMPTY, f"{path!r} is empty.", path)
        if is_ours:
            self.own.append(path)
            real = ""
        return real

    def hint(self, parts: tuple[str, ...]) -> str:
        """More about a pattern that matches nothing."""
        path = "/".join(parts)
        if os.path.isdir(os.path.join(self._root, path)):
            return f" It is a folder: write {path}/**/*.xml for the reports in it."
        if self._is_ours(path):
            return " What this program wrote itself is no report to read."
        return " It is relative to the workspace: were the tests run, and where do they write?"

    def _below(self, folder: str) -> Iterator[tuple[str, bool]]:
        """(folder, is it a link) of those that `**` has to do with here."""
        for name, is_folder, is_link in self._entries(folder):
            path = _join(folder, name)
            if is_link and _NO_REPORTS in folder.split("/"):
                continue
            if is_folder and not name.startswith(".") and not self.takes_out(path, is_folder=True):
                yield path, is_link

    def _entered(self, folder: str, parts: Sequence[str]) -> Iterator[str]:
        """The folders here that the first part matches, for the further ones to go on."""
        for path, is_folder in self._matching(folder, parts[0]):
            if not is_folder or self.takes_out(path, is_folder=True):
                continue
            if self._inside(path):
                yield path
            elif self._goes_on(path, parts[1:]):
                self._lead_out(path)

    def _matching(self, folder: str, part: str) -> Iterator[tuple[str, bool]]:
        if not MAGIC.intersection(part):
            path = _join(folder, part)
            real = os.path.join(self._root, path)
            if os.path.lexists(real):
                yield path, os.path.isdir(real)
            return
        matches = matcher(part)
        for name, is_folder, _ in self._entries(folder):
            if matches(name):
                yield _join(folder, name), is_folder

    def _entries(self, folder: str) -> Iterator[tuple[str, bool, bool]]:
        """(name, is it a folder, is it a link)."""
        try:
            with os.scandir(os.path.join(self._root, folder)) as entries:
                for entry in entries:
                    yield entry.name, entry.is_dir(), entry.is_symlink()
        except OSError as error:
            if not isinstance(error, FileNotFoundError | NotADirectoryError):  # gone while we looked
                text = f"the folder {folder or '.'!r} can't be read: {error.strerror or error}."
                self._problem(Lack.UNREADABLE, f"{text} If there is no report in it, take it out: '!{folder}/'.")

    def _inside(self, path: str) -> bool:
        real = os.path.realpath(os.path.join(self._root, path))
        return real == self._root or real.startswith(self._root.rstrip(os.sep) + os.sep)

    def _real(self, path: str) -> str:
        """Where it is when no link is followed any more, relative to the workspace; `..` leads out of it."""
        found = os.path.relpath(os.path.realpath(os.path.join(self._root, path)), self._root).replace(os.sep, "/")
        return "" if found == "." else found

    def _goes_on(self, path: str, parts: Sequence[str]) -> bool:
        """Whether a pattern may match something in a folder outside: the names that come next are there."""
        names: list[str] = []
        for part in parts:
            if MAGIC.intersection(part):
                break
            names.append(part)
        return os.path.lexists(os.path.join(self._root, path, *names))

    def _is_ours(self, path: str) -> bool:
        if path in self._told:
            self._problem(Lack.UNSEEN, f"{path!r} was left out: this program writes it (`results-dir`).")
        return f"{path}/".startswith(self._ours)

    def _lead_out(self, path: str) -> str:
        text = f"{path!r} is a link that leads out of the workspace."
        if not os.path.isdir(os.path.join(self._root, path)):
            return self._problem(Lack.UNREADABLE, text, path)
        text += f" Copy the reports into the workspace first; if none is there, take it out: '!{path}/'."
        return self._problem(Lack.UNREADABLE, text)

    def _tell_links(self, pattern: str, links: Iterable[str]) -> None:
        if found := sorted(links):
            more = f" and {len(found) - _MOST_TOLD} more" if len(found) > _MOST_TOLD else ""
            text = f"{pattern!r} enters no links to folders, such as {', '.join(found[:_MOST_TOLD])}{more}."
            self._problem(Lack.UNSEEN, f"{text} Name them where there are reports, else take them out by `!`.")

    def _problem(self, lack: Lack, text: str, path: str = "") -> str:
        self.problems.append(Problem(lack=lack, text=text, path=path))
        return ""


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
