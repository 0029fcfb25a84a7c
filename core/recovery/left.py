"""What earlier invocations left behind, and what those that live are at: read from their journals.

A line that a killed process cut short is skipped. So is, with a seal, each that somebody else wrote, or copied: then
what is read may be acted on.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.model import RemoteRun
from core.recovery.identity import group_of
from core.recovery.journal import Journal, is_held
from core.recovery.seal import Seal
from core.workspace.opening import NOFOLLOW, plain
from core.workspace.places import STATE

LARGEST = 64 << 20  # bytes: a long stay has some 1,000 for each job
LONGEST_LINE = 1 << 16


@dataclass(slots=True, kw_only=True)
class Left:
    """What one earlier invocation of this step left behind, or one that is still at work would leave."""

    journal: Journal = field(init=False)  # to go on with, after its last line
    path: str
    vendor: str
    mode: str
    holder: Mapping[str, Any] = field(default_factory=dict)  # as core.recovery.holder wrote it, or somebody else
    base_url: str = ""  # of the vendor, where the entry has it
    runs: dict[str, RemoteRun] = field(default_factory=dict)
    debts: list[dict[str, str]] = field(default_factory=list)
    doubtful: bool = False  # a start went out and its answer never came
    command: Mapping[str, Any] = field(default_factory=dict)  # who the user's command is that still ran at the end

    @property
    def is_open(self) -> bool:
        """Whether there is something to do at the vendor."""
        return bool(self.runs or self.debts or self.doubtful)

    @property
    def still_runs(self) -> bool:
        """Whether anything of the user's command does."""
        return bool(group_of(self.command))

    def claims_more_than(self, proven: "Left") -> bool:
        """Whether anything is open here that is not there, or a command runs that is not the one there."""
        debts = [debt for debt in self.debts if debt not in proven.debts]
        opened = debts or self.runs.keys() - proven.runs.keys() or (self.doubtful and not proven.doubtful)
        return bool(opened) or (self.command != proven.command and self.still_runs)


def left_behind(workspace: str, *, step: str | None, vendor: str, seal: Seal | None = None) -> list[Left]:
    """What earlier invocations of this very step and vendor did not finish, the oldest first; None: of any step.

    One that is still at work (on a terminal two steps may have the same name) has left nothing behind yet. Without a
    seal it is what the files claim: to be named, not to be acted on.
    """
    found = [_read(path, step, vendor, seal) for path in _paths(workspace) if not is_held(path)]
    return [left for left in found if left and (left.is_open or left.still_runs)]


def unproven(workspace: str, step: str | None, vendor: str, seal: Seal) -> list[Left]:
    """The journals of this step and vendor that claim more than their sealed lines say."""
    found = []
    for claimed in left_behind(workspace, step=step, vendor=vendor):
        proven = _read(claimed.path, step, vendor, seal)
        if proven is None or claimed.claims_more_than(proven):
            found.append(claimed)
    return found


def at_work(workspace: str, *, step: str | None, vendor: str) -> list[Left]:
    """The invocations of this step and vendor that are still at work, with whatever they have open so far."""
    found = [_read(path, step, vendor, None) for path in _paths(workspace) if is_held(path)]
    return [left for left in found if left]


def has_ended(workspace: str, *, vendor: str, run: str, seal: Seal | None = None) -> bool:
    """Whether an invocation in this workspace has the vendor's own final word on this run, an id or an address."""
    ids = {run}
    for path in _paths(workspace):
        events = _events(path, seal)
        begin = next(events, None)
        if begin is None or (begin.get("event"), begin.get("vendor")) != ("begin", vendor):
            continue
        for entry in events:
            match entry:
                case {"event": "started", "id": str(id_), "url": str(url)} if url == run:
                    ids.add(id_)
                case {"event": "finished", "id": str(id_), "final": True} if id_ in ids:
                    return True
    return False


def _paths(workspace: str) -> list[str]:
    folder = os.path.join(workspace, STATE)
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(".jsonl"))
    except OSError:
        return []
    return [os.path.join(folder, name) for name in names]


def _read(path: str, step: str | None, vendor: str, seal: Seal | None) -> Left | None:
    events = _events(path, seal)
    begin = next(events, None)
    if not begin or (begin.get("event"), begin.get("vendor")) != ("begin", vendor):
        return None
    if step is not None and begin.get("step") != step:
        return None
    base_url = str(begin.get("base-url") or "")
    holder = begin.get("holder")
    left = Left(
        path=path,
        vendor=vendor,
        mode=str(begin.get("mode")),
        holder=holder if isinstance(holder, dict) else {},
        base_url=base_url,
    )
    last = begin
    for entry in events:
        _take_in(left, entry)
        last = entry
    left.journal = Journal(path, torn=True, seal=seal, lines=_number(last))
    left.journal.open_runs = dict(left.runs)
    left.journal.debts = left.debts
    return left


def _take_in(left: Left, entry: Mapping[str, Any]) -> None:
    match entry:
        case {"event": "starting"}:
            left.doubtful = True
        case {"event": "not-started"}:
            left.doubtful = False
        case {"event": "started", "id": str(id_), "url": str(url)}:
            left.doubtful = False
            left.runs[id_] = RemoteRun(vendor=left.vendor, id=id_, url=url, shared=entry.get("shared") is True)
        case {"event": "finished", "id": str(id_)}:
            left.runs.pop(id_, None)
        case {"event": "command", "process": dict(process)}:
            left.command = process
        case {"event": "owe", "what": dict(what)}:
            left.debts.append({str(key): str(value) for key, value in what.items()})
        case {"event": "settle", "what": dict(what)} if what in left.debts:
            left.debts.remove(what)


def _events(path: str, seal: Seal | None) -> Iterator[dict[str, Any]]:
    name, number = os.path.basename(path), 0
    try:
        with os.fdopen(plain(path, os.O_RDONLY | NOFOLLOW), "rb") as file:
            while file.tell() < LARGEST and (line := file.readline(LONGEST_LINE)):
                entry = _entry(line)
                if entry is None:
                    continue
                if seal is not None:
                    if _number(entry) <= number or not seal.is_whole(name, line):
                        continue
                    number = _number(entry)
                yield entry
    except OSError:
        return


def _number(entry: Mapping[str, Any]) -> int:
    """The line's number; 0 where it has none, as in a journal of an earlier schema."""
    number = entry.get("n")
    return number if type(number) is int else 0


def _entry(line: bytes) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) else None
