"""The one place that writes files: inside the workspace, whole or not at all, never through a symbolic link."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from core.errors import OutputError
from core.workspace.opening import NOFOLLOW, plain
from core.workspace.ownership import adopt
from core.workspace.places import STATE

_CLOEXEC = getattr(os, "O_CLOEXEC", 0)
_DIRECTORY = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | _CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | NOFOLLOW | _CLOEXEC | getattr(os, "O_BINARY", 0)
# Windows lacks all of these; there the path is resolved once and compared with the workspace's
HAS_DESCRIPTORS = bool(NOFOLLOW) and {os.open, os.mkdir, os.rename, os.unlink} <= os.supports_dir_fd
_PORTS = {f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³"}
_RESERVED = {"con", "prn", "aux", "nul", "conin$", "conout$", *_PORTS}
_LONGEST_PART = 255  # bytes, on every file system in use


class Workspace:
    """The folder that a job works in. Relative paths have `/`; every error is an OutputError that names the path."""

    def __init__(self, root: str, *, descriptors: bool = HAS_DESCRIPTORS) -> None:
        self._root = root
        self._parent = _by_descriptors if descriptors else _by_paths

    def write(self, relative: str, pieces: Iterable[str]) -> int:
        """Replace a file by these pieces, atomically; gives its size in bytes.

        The target itself is replaced, not followed, should it be a link.
        """
        with _named(relative):
            folder, name = _split(relative)
            with self._parent(self._root, folder, create=True) as (at, path):
                return _replace(at, path, name, pieces)

    def clear(self, relative: str, names: Iterable[str]) -> None:
        """Delete exactly these files from a folder; what isn't there is fine."""
        parts = _parts(relative)
        single = [part for name in names for part in _parts(name, most=1)]
        with _named(relative), _absent_is_fine(), self._parent(self._root, parts, create=False) as (at, path):
            for name in single:
                with _absent_is_fine():
                    os.unlink(os.path.join(path, name), dir_fd=at)


def append(path: str, text: str) -> None:
    """Add UTF-8 text to a file that the CI names, such as GITHUB_OUTPUT: a plain file, reached by no link."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | NOFOLLOW
    remedy = "The CI names this file: check that the step may write it, and its folder."
    with _named(path, remedy), os.fdopen(plain(path, flags), "ab") as file:
        file.write(text.encode("utf-8", "replace"))


def check_relative(path: str) -> str | None:
    """What keeps this path from lying inside every workspace, as a sentence; None for a good one."""
    if not path.strip():
        return "must not be empty."
    plain = path.replace("\\", "/")
    if plain.startswith("/") or plain[1:2] == ":":
        return "must be relative to the workspace, not absolute."
    for part in plain.split("/"):
        problem = _check_part(part)
        if problem:
            return problem
    return None if plain.strip("./") else "must name something below the workspace, not the workspace itself."


def check_results_dir(path: str) -> str | None:
    """The same for a folder that our results go to, and that every CI system can name."""
    problem = check_relative(path)
    if problem:
        return problem
    if {".git", STATE} & {part.lower() for part in path.replace("\\", "/").split("/")}:
        return "must not lie in .git or .test-runner, which are no places for reports."
    if path.startswith(("!", "#")) or any(sign in path for sign in "[]{}()"):
        return "must not hold any of []{}(), nor begin with ! or #: CI systems read the path of a report as a pattern."
    return None


def spelled(path: str) -> str:
    """The one spelling of a relative path, for files, outputs and whoever compares two: `./out//x/` is `out/x`."""
    return "/".join(part for part in path.replace("\\", "/").split("/") if part not in ("", "."))


def _check_part(part: str) -> str | None:  # noqa: PLR0911 -- one return per rule reads best
    if part in ("", "."):
        return None
    if part == "..":
        return "must not leave the workspace by `..`."
    if not part.isprintable():
        return "must not hold control characters or other invisible ones."
    if len(part.encode()) > _LONGEST_PART:
        return f"has a part that is longer than {_LONGEST_PART} bytes."
    if any(sign in part for sign in '<>:"|?*') or part.endswith((".", " ")):
        return 'must not hold any of <>:"|?*, nor end in a dot or a space: Windows and artifact stores refuse that.'
    if part.partition(".")[0].strip().lower() in _RESERVED:
        return f"must not hold {part}: it is the name of a device on Windows."
    return None


def _parts(relative: str, most: int = 1000) -> list[str]:
    problem = check_relative(relative)
    parts = spelled(relative).split("/")
    if not problem and len(parts) > most:
        problem = "must be the name of a file."
    if problem:
        raise OutputError(f"{_shown(relative)} can't be used: a path {problem}", remedy="Check `results-dir`.")
    return parts


def _split(relative: str) -> tuple[list[str], str]:
    *folder, name = _parts(relative) or [""]
    if not name:
        raise OutputError(f"{_shown(relative)} can't be used: it names no file.", remedy="Check `results-dir`.")
    return folder, name


Place = tuple[int | None, str]
"""A folder as (descriptor, path to put before a name): one of the two does the work."""


@contextmanager
def _by_descriptors(root: str, parts: list[str], *, create: bool) -> Iterator[Place]:
    """Walk down by descriptors that follow no link: nobody can swap a folder for a link while we look elsewhere."""
    fd = os.open(root, _DIRECTORY)
    try:
        for part in parts:
            deeper = _enter(fd, part, create=create)
            os.close(fd)
            fd = deeper
        yield fd, ""
    finally:
        os.close(fd)


def _enter(fd: int, part: str, *, create: bool) -> int:
    try:
        return os.open(part, _DIRECTORY | NOFOLLOW, dir_fd=fd)
    except FileNotFoundError:
        if not create:
            raise
    try:
        os.mkdir(part, 0o755, dir_fd=fd)
    except FileExistsError:  # another process was faster
        return os.open(part, _DIRECTORY | NOFOLLOW, dir_fd=fd)
    made = os.open(part, _DIRECTORY | NOFOLLOW, dir_fd=fd)
    os.fchmod(made, 0o755)  # whatever the umask: later steps of the job may run as another user
    adopt(part, fd)
    return made


@contextmanager
def _by_paths(root: str, parts: list[str], *, create: bool) -> Iterator[Place]:
    """The same where the system has no such descriptors: resolved once, which leaves a race that Windows must bear."""
    home = os.path.realpath(root)
    path = os.path.realpath(os.path.join(home, *parts))
    if path != os.path.join(home, *parts):
        raise OSError(None, "a part of the path is a symbolic link")
    if create:
        os.makedirs(path, 0o755, exist_ok=True)
    yield None, path


def _replace(at: int | None, path: str, name: str, pieces: Iterable[str]) -> int:
    temporary = os.path.join(path, f".test-runner-{os.urandom(8).hex()}.tmp")
    fd = os.open(temporary, _NEW, 0o644, dir_fd=at)
    try:
        with open(fd, "w", encoding="utf-8", errors="replace", newline="\n") as file:
            if hasattr(os, "fchmod"):
                os.fchmod(fd, 0o644)
            if at is not None:
                adopt(temporary, at)
            file.writelines(pieces)
            file.flush()
            size = os.fstat(fd).st_size
        os.replace(temporary, os.path.join(path, name), src_dir_fd=at, dst_dir_fd=at)
    except BaseException:
        with _absent_is_fine():
            os.unlink(temporary, dir_fd=at)
        raise
    return size


@contextmanager
def _absent_is_fine() -> Iterator[None]:
    with suppress(FileNotFoundError):
        yield


@contextmanager
def _named(path: str, remedy: str = "") -> Iterator[None]:
    """Every error of the system as one of ours, naming the path as the user knows it."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"{_shown(path)} can't be written: {reason}.", remedy=remedy or _remedy(error)) from error


def _remedy(error: OSError) -> str:
    import errno  # noqa: PLC0415 -- only who fails pays

    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "Check who may write in the workspace, and `results-dir`."
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "Free some disk space on the runner."
    if error.errno in (errno.ELOOP, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, None):
        return "Every part of the path must be a real folder, none a symbolic link: check `results-dir`."
    return "Check `results-dir`."


def _shown(path: str) -> str:
    shown = path if path.isprintable() and path else repr(path)
    return shown if len(shown) <= 200 else f"{shown[:200]}…"
