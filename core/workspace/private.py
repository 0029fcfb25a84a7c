"""Files that only this step and the command it runs need: in folders of its own, gone when the step is over."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from core.errors import OutputError
from core.workspace import opening
from core.workspace.ownership import adopt
from core.workspace.places import STATE

_NAME = "files-"
LONGEST_WAIT, BETWEEN_TRIES = 3.0, 0.01  # seconds, until another process of ours has made its folder
_KEPT = "test-runner-action-kept-"  # in a folder that all programs share
_NEW = 60.0  # seconds: one there that isn't locked may not be so yet


class PrivateFolder:
    """Two folders of this process, made when somebody asks for them: one in the workspace, one out of its way.

    What a killed process has left in the workspace is deleted then: a CI that collects reports from everywhere would
    take them for today's.
    """

    def __init__(self, workspace: str) -> None:
        self._parent = os.path.join(os.path.abspath(workspace), STATE)
        self._path = ""
        self._kept = ""
        self._lock: int | None = None
        self._kept_lock: int | None = None

    @property
    def path(self) -> str:
        """In the workspace, for what the command reads and writes; absolute; it is there. Raises OutputError."""
        if self._path and os.path.isdir(self._path):
            return self._path
        if os.path.islink(self._parent):
            raise OutputError(f"{STATE} is a symbolic link: nothing is written there.")
        path = self._path or os.path.join(self._parent, _NAME + os.urandom(6).hex())
        try:
            os.makedirs(self._parent, mode=0o755, exist_ok=True)
            adopt(self._parent, os.path.dirname(self._parent))
            with _alone(self._parent):  # what isn't locked yet looks like a killed process's
                os.mkdir(path, mode=0o755)
                adopt(path, self._parent)
                self._release()
                self._path, self._lock = path, _locked(path)
                _remove_left(self._parent, _NAME, but=path)
        except OSError as error:
            raise OutputError(f"A folder in {STATE}/ can't be made: {error.strerror}.") from error
        return path

    @property
    def kept(self) -> str:
        """The same outside of the workspace, for what must survive the command: some clean the workspace up."""
        if not self._kept:
            try:
                self._kept, self._kept_lock = self._made_outside()
            except OSError as error:
                raise OutputError(f"A folder for temporary files can't be made: {error.strerror}.") from error
        return self._kept

    def _made_outside(self) -> tuple[str, int | None]:
        """Where no folder for temporary files can be written but the workspace, at least where no pattern looks."""
        import tempfile  # noqa: PLC0415 -- few steps have such a folder

        parent, workspace = os.path.realpath(tempfile.gettempdir()), os.path.realpath(os.path.dirname(self._parent))
        if parent == workspace:  # tempfile resorts to the working directory
            parent = self.path
        made = tempfile.mkdtemp(prefix=_KEPT, dir=parent)
        lock = _locked(made)
        with suppress(OSError):  # a folder may be there to write in, and not to be listed
            _remove_left(parent, _KEPT, but=made, older=_NEW)
        return made, lock

    def remove(self) -> None:
        """Delete both with all that is in them, as far as that works; no report may need it any more."""
        for path in (self._path, self._kept):
            if path:
                _delete(path)
        self._path = self._kept = ""
        self._release()
        if self._kept_lock is not None:
            os.close(self._kept_lock)
            self._kept_lock = None

    def _release(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


@contextmanager
def _alone(folder: str) -> Iterator[None]:
    """No other process of ours is in here at once; where there are no locks, it may be."""
    try:
        import fcntl  # noqa: PLC0415 -- not on Windows
    except ImportError:
        yield
        return
    handle = opening.folder(folder)
    ends = time.monotonic() + LONGEST_WAIT
    try:
        while not _has_got(lambda: fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)):
            if time.monotonic() > ends:  # somebody else's lock, which may never be given back
                raise OSError(None, "another process keeps the folder locked")
            time.sleep(BETWEEN_TRIES)
        yield
    finally:
        os.close(handle)


def _has_got(lock: Callable[[], None]) -> bool:
    """Whether there is nothing to wait for: the lock is had, or this file system has none."""
    try:
        lock()
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _remove_left(parent: str, prefix: str, *, but: str, older: float = 0.0) -> None:
    """Delete the folders of this prefix that are ours and whose maker is no more, if so many seconds old."""
    now, owner = time.time(), os.stat(but).st_uid
    for name in os.listdir(parent):
        path = os.path.join(parent, name)
        if not name.startswith(prefix) or path == but or os.path.islink(path):
            continue
        with suppress(OSError):
            found = os.stat(path)
            if older and (found.st_mtime > now - older or found.st_uid != owner):
                continue
            lock = _locked(path)
            if lock is not None:
                _delete(path)
                os.close(lock)


def _delete(path: str) -> None:
    import shutil  # noqa: PLC0415 -- few steps have such a folder

    shutil.rmtree(path, ignore_errors=True)


def _locked(path: str) -> int | None:
    """A descriptor that holds the folder until its process ends; None where another does, or the system can't."""
    try:
        import fcntl  # noqa: PLC0415 -- not on Windows

        handle = opening.folder(path)
    except (ImportError, OSError):
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle
