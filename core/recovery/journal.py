"""What must be known if this process dies: one append-only file per invocation in `.test-runner/`.

Each line is a JSON object: an `event`, its values, `n`, which grows from line to line, and the seal that shows whose it
is (core.recovery.seal). Nothing secret is written. core.recovery.left reads them again.
"""

import json
import os
import time
from collections.abc import Mapping
from typing import Any

from core.errors import OutputError
from core.model import RemoteRun
from core.recovery.seal import Seal
from core.workspace.opening import NOFOLLOW, plain
from core.workspace.ownership import adopt
from core.workspace.places import STATE

SCHEMA = 2  # 1 had no seal
WRITABLE = "Make the workspace writable: a killed job is cleaned up by this journal."
REMEDY = (
    "So nothing was sent to the vendor that a killed job could leave behind. Make the workspace writable, and let "
    f"nothing replace {STATE}/ while the step runs."
)
OPEN = ("starting", "started", "owe", "command", "kept")  # what a journal that is made again has by that
LOCK_TRIES, LOCK_WAIT = 50, 0.01  # seconds


class Journal:
    """Implements core.ports.Diary, and remembers runs. Every entry is on the disk when the method returns.

    What is about to happen raises OutputError where it can't be written; what has happened only adds to `problems`.
    """

    def __init__(self, path: str, *, torn: bool = False, seal: Seal | None = None, lines: int = 0) -> None:
        """`lines` is the number of the last line in it. Without a seal nobody acts on what is written."""
        self._path = path
        self._seal = seal
        self._lines = lines
        self._between = b"\n" if torn else b""  # what ends a line that a killed process cut short
        self._lock: int | None = None
        self._begin: dict[str, Any] = {}  # the first entry, where this process made the file
        self.open_runs: dict[str, RemoteRun] = {}
        self.debts: list[dict[str, str]] = []
        self.doubtful = False  # a start went out and its answer has not come
        self._command: dict[str, Any] = {}  # who the user's command is, while it runs
        self.problems: list[str] = []  # entries that could not be made when it was too late to do without

    @classmethod
    def create(
        cls,
        workspace: str,
        *,
        step: str,
        vendor: str,
        mode: str,
        at: float,
        base_url: str = "",
        holder: "Mapping[str, Any] | None" = None,
        seal: Seal | None = None,
    ) -> "Journal":
        """A new file for this invocation. Raises OutputError: without a journal nothing is started.

        `holder` says who this process is: core.recovery.holder.
        """
        path = os.path.join(workspace, STATE, f"{int(at)}-{os.urandom(6).hex()}.jsonl")
        try:
            _make(path)
        except OSError as error:
            fact = f"The journal in {STATE}/ can't be written: {error.strerror or error}."
            raise OutputError(fact, remedy=f"Nothing was started. {WRITABLE}") from error
        journal = cls(path, seal=seal)
        journal._lock = _lock(path)
        origin = {"step": step, "vendor": vendor, "mode": mode, "at": round(at), "base-url": base_url}
        journal._begin = {"schema": SCHEMA, **origin, "holder": dict(holder or {})}
        journal._write("begin", journal._begin)
        return journal

    def close(self) -> None:
        """This process is done with it: from now on `cleanup` may read it. A killed process need not say so."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def starting(self) -> None:
        """The call that starts a run is about to go out."""
        self.doubtful = True
        try:
            self._write("starting", {})
        except OutputError as error:
            self.doubtful = False  # so it does not go out
            error.remedy = REMEDY
            raise

    def not_started(self) -> None:
        """It surely had no effect."""
        self.doubtful = False
        self._note("not-started", {})

    def started(self, run: RemoteRun) -> None:
        self.open_runs[run.id] = run
        self.doubtful = False
        self._note("started", _told(run))

    def finished(self, run: RemoteRun, *, final: bool = False) -> None:
        """The run is over for us: cancelled, meant to go on without us, or `final` by the vendor's own word.

        A shared run is never that by its end for us: other jobs may still work on it.
        """
        self.open_runs.pop(run.id, None)
        self._note("finished", {"id": run.id} | ({"final": True} if final and not run.shared else {}))

    def owe(self, what: Mapping[str, str]) -> None:
        if dict(what) in self.debts:  # one settling is the end of it
            return
        self.debts.append(dict(what))
        try:
            self._write("owe", {"what": dict(what)})
        except OutputError as error:
            self.debts.pop()  # so it is not made
            error.remedy = REMEDY
            raise

    def settle(self, what: Mapping[str, str]) -> None:
        self.debts = [debt for debt in self.debts if debt != what]
        self._note("settle", {"what": dict(what)})

    def command(self, process: Mapping[str, Any]) -> None:
        """The user's command runs, as this process (core.recovery.identity); empty: it has ended."""
        self._command = dict(process)
        self._note("command", {"process": self._command})

    def keep(self) -> None:
        """Make the file again where somebody has deleted it: a process that is killed now makes no further entry."""
        if self._begin and not os.path.lexists(self._path):
            self._note("kept", {})

    def _note(self, event: str, values: Mapping[str, Any]) -> None:
        """An entry about what has happened already: no run is given up because it can't be written down."""
        try:
            self._write(event, values)
        except OutputError as error:
            if error.fact not in self.problems:
                self.problems.append(error.fact)

    def _write(self, event: str, values: Mapping[str, Any]) -> None:
        try:
            try:
                self._append(event, values)
            except FileNotFoundError:
                if not self._begin:
                    raise
                self._make_again()
                if event not in OPEN:
                    self._append(event, values)
        except OSError as error:
            raise OutputError(f"The journal {self._path} can't be written: {error.strerror or error}.") from error

    def _append(self, event: str, values: Mapping[str, Any]) -> None:
        self._lines += 1
        line = json.dumps({"event": event, **values, "n": self._lines}).encode()
        if self._seal is not None:
            line = self._seal.sealed(os.path.basename(self._path), line)
        line = self._between + line + b"\n"
        handle = plain(self._path, os.O_WRONLY | os.O_APPEND | NOFOLLOW)
        try:
            self._between = b"\n"
            if os.write(handle, line) < len(line):
                raise OSError(None, "there is no room for a whole entry")
            os.fsync(handle)
            self._between = b""
        finally:
            os.close(handle)

    def _make_again(self) -> None:
        """The file is gone, as by a `git clean` of the user's tests: write down once more whatever is open."""
        _make(self._path)
        self.close()
        self._lock, self._between = _lock(self._path), b""
        self._append("begin", self._begin)
        for run in self.open_runs.values():
            self._append("started", _told(run))
        for debt in self.debts:
            self._append("owe", {"what": debt})
        if self.doubtful:
            self._append("starting", {})
        if self._command:
            self._append("command", {"process": self._command})


def _make(path: str) -> None:
    """A new, empty journal, and its folder. Raises OSError."""
    folder = os.path.dirname(path)
    os.makedirs(folder, exist_ok=True)
    if os.path.islink(folder):
        raise OSError(f"{STATE} is a symbolic link")
    adopt(folder, os.path.dirname(folder))
    _ignore(folder)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644))
    adopt(path, folder)


def _told(run: RemoteRun) -> dict[str, Any]:
    return {"id": run.id, "url": run.url} | ({"shared": True} if run.shared else {})


def _lock(path: str) -> int | None:
    """A descriptor that holds the file until its process ends, however it ends; None where the system has no such."""
    try:
        import fcntl  # noqa: PLC0415 -- not on Windows

        handle = plain(path, os.O_RDWR | NOFOLLOW)
    except (ImportError, OSError):
        return None
    for _ in range(LOCK_TRIES):  # a `cleanup` that looks at the file holds it for a moment
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(LOCK_WAIT)
        except OSError:  # not to be had on this file system
            break
        else:
            return handle
    os.close(handle)
    return None


def is_held(path: str) -> bool:
    """Whether the process that made the journal lives: only that one holds it alone. False where there are no locks."""
    try:
        import fcntl  # noqa: PLC0415 -- not on Windows

        handle = plain(path, os.O_RDONLY | NOFOLLOW)
    except (ImportError, OSError):
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(handle)
    return False


def _ignore(folder: str) -> None:
    """The journal is nobody's source code: keep it out of `git status`."""
    path = os.path.join(folder, ".gitignore")
    if not os.path.lexists(path):
        with open(path, "w", encoding="utf-8") as file:
            file.write("*\n")
        adopt(path, folder)
