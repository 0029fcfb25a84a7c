"""What must be known if this process dies: one append-only file per invocation in `.test-runner/`.

Each line is a JSON object with an `event`. Nothing secret is written. A line that a killed process cut short, or that
somebody else wrote, is skipped when reading.
"""

import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.errors import OutputError
from core.model import RemoteRun
from core.workspace.ownership import adopt

FOLDER = ".test-runner"
LARGEST = 64 << 20  # bytes: a long stay has some 1,000 for each job
LONGEST_LINE = 1 << 16
LOCK_TRIES, LOCK_WAIT = 50, 0.01  # seconds


class Journal:
    """Implements core.ports.Diary, and remembers runs. Every entry is on the disk when the method returns.

    What is about to happen raises OutputError where it can't be written; what has happened only adds to `problems`.
    """

    def __init__(self, path: str, *, torn: bool = False) -> None:
        self._path = path
        self._between = "\n" if torn else ""  # what ends a line that a killed process cut short
        self._lock: int | None = None
        self.open_runs: dict[str, RemoteRun] = {}
        self.debts: list[dict[str, str]] = []
        self.doubtful = False  # a start went out and its answer has not come
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
        holder: "Mapping[str, str | int] | None" = None,
    ) -> "Journal":
        """A new file for this invocation. Raises OutputError: without a journal nothing is started.

        `holder` says who this process is: core.recovery.holder.
        """
        folder = os.path.join(workspace, FOLDER)
        path = os.path.join(folder, f"{int(at)}-{os.urandom(6).hex()}.jsonl")
        try:
            os.makedirs(folder, exist_ok=True)
            if os.path.islink(folder):
                raise OSError(f"{FOLDER} is a symbolic link")  # noqa: TRY301 -- told like the others
            adopt(folder, workspace)
            _ignore(folder)
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644))
            adopt(path, folder)
        except OSError as error:
            fact = f"The journal in {FOLDER}/ can't be written: {error.strerror or error}."
            remedy = "Nothing was started. Make the workspace writable: a killed job is cleaned up by this journal."
            raise OutputError(fact, remedy=remedy) from error
        journal = cls(path)
        journal._lock = _lock(path)
        origin = {"step": step, "vendor": vendor, "mode": mode, "at": round(at), "base-url": base_url}
        journal._write("begin", {"schema": 1, **origin, "holder": dict(holder or {})})
        return journal

    def close(self) -> None:
        """This process is done with it: from now on `cleanup` may read it. A killed process need not say so."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def starting(self) -> None:
        """The call that starts a run is about to go out."""
        self.doubtful = True
        self._write("starting", {})

    def not_started(self) -> None:
        """It surely had no effect."""
        self.doubtful = False
        self._note("not-started", {})

    def started(self, run: RemoteRun) -> None:
        self.open_runs[run.id] = run
        self.doubtful = False
        self._note("started", {"id": run.id, "url": run.url} | ({"shared": True} if run.shared else {}))

    def finished(self, run: RemoteRun) -> None:
        """The run is final, cancelled, or meant to go on without us."""
        self.open_runs.pop(run.id, None)
        self._note("finished", {"id": run.id})

    def owe(self, what: Mapping[str, str]) -> None:
        self.debts.append(dict(what))
        self._write("owe", {"what": dict(what)})

    def settle(self, what: Mapping[str, str]) -> None:
        self.debts = [debt for debt in self.debts if debt != what]
        self._note("settle", {"what": dict(what)})

    def _note(self, event: str, values: Mapping[str, Any]) -> None:
        """An entry about what has happened already: no run is given up because it can't be written down."""
        try:
            self._write(event, values)
        except OutputError as error:
            if error.fact not in self.problems:
                self.problems.append(error.fact)

    def _write(self, event: str, values: Mapping[str, Any]) -> None:
        line = self._between + json.dumps({"event": event, **values}) + "\n"
        flags = os.O_WRONLY | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
        try:
            handle = os.open(self._path, flags)
            try:
                self._between = "\n"
                if os.write(handle, line.encode()) < len(line.encode()):
                    raise OSError(None, "there is no room for a whole entry")
                os.fsync(handle)
                self._between = ""
            finally:
                os.close(handle)
        except OSError as error:
            raise OutputError(f"The journal {self._path} can't be written: {error.strerror or error}.") from error


@dataclass(slots=True, kw_only=True)
class Left:
    """What one earlier invocation of this step left behind, or one that is still at work would leave."""

    journal: Journal
    path: str
    mode: str
    holder: Mapping[str, Any] = field(default_factory=dict)  # as core.recovery.holder wrote it, or somebody else
    base_url: str = ""  # of the vendor, where the entry has it
    runs: dict[str, RemoteRun] = field(default_factory=dict)
    debts: list[dict[str, str]] = field(default_factory=list)
    doubtful: bool = False  # a start went out and its answer never came


def left_behind(workspace: str, *, step: str | None, vendor: str) -> list[Left]:
    """What earlier invocations of this very step and vendor did not finish, the oldest first; None: of any step.

    One that is still at work (on a terminal two steps may have the same name) has left nothing behind yet.
    """
    found = [_read(path, step, vendor) for path in _paths(workspace) if not is_held(path)]
    return [left for left in found if left and (left.runs or left.debts or left.doubtful)]


def at_work(workspace: str, *, step: str | None, vendor: str) -> list[Left]:
    """The invocations of this step and vendor that are still at work, with whatever they have open so far."""
    found = [_read(path, step, vendor) for path in _paths(workspace) if is_held(path)]
    return [left for left in found if left]


def _paths(workspace: str) -> list[str]:
    folder = os.path.join(workspace, FOLDER)
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(".jsonl"))
    except OSError:
        return []
    return [os.path.join(folder, name) for name in names]


def _read(path: str, step: str | None, vendor: str) -> Left | None:
    events = _events(path)
    begin = next(events, None)
    if not begin or (begin.get("event"), begin.get("vendor")) != ("begin", vendor):
        return None
    if step is not None and begin.get("step") != step:
        return None
    base_url = str(begin.get("base-url") or "")
    holder = begin.get("holder")
    left = Left(
        journal=Journal(path, torn=True),
        path=path,
        mode=str(begin.get("mode")),
        holder=holder if isinstance(holder, dict) else {},
        base_url=base_url,
    )
    for entry in events:
        match entry:
            case {"event": "starting"}:
                left.doubtful = True
            case {"event": "not-started"}:
                left.doubtful = False
            case {"event": "started", "id": str(id_), "url": str(url)}:
                left.doubtful = False
                left.runs[id_] = RemoteRun(vendor=vendor, id=id_, url=url, shared=entry.get("shared") is True)
            case {"event": "finished", "id": str(id_)}:
                left.runs.pop(id_, None)
            case {"event": "owe", "what": dict(what)}:
                left.debts.append({str(key): str(value) for key, value in what.items()})
            case {"event": "settle", "what": dict(what)} if what in left.debts:
                left.debts.remove(what)
    left.journal.open_runs = dict(left.runs)
    left.journal.debts = left.debts
    return left


def _events(path: str) -> Iterator[dict[str, Any]]:
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        with os.fdopen(handle, "rb") as file:
            while file.tell() < LARGEST and (line := file.readline(LONGEST_LINE)):
                entry = _entry(line)
                if entry is not None:
                    yield entry
    except OSError:
        return


def _entry(line: bytes) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) else None


def _lock(path: str) -> int | None:
    """A descriptor that holds the file until its process ends, however it ends; None where the system has no such."""
    try:
        import fcntl  # noqa: PLC0415 -- not on Windows

        handle = os.open(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
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

        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
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
