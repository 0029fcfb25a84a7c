"""Which process this very one is: its number means it on this host, since this boot, in this namespace.

When it was born proves it once more: a number is given away again.
"""

import os
from collections.abc import Mapping
from typing import Any


def identity(pid: int) -> dict[str, Any]:
    """What tells this process from every other, as a journal holds it."""
    return {"pid": pid, "born": born(pid), "place": place()}


def group_of(process: Mapping[str, Any]) -> list[int]:
    """Who still runs of the session and group that this process was given, itself included; [] where nothing proves it.

    No number is given away again while a group or a session bears it (pid_namespaces(7) aside, which `place` tells). So
    where the leader is another by now nobody of ours is left, and where it has gone those who bear its number are its.
    """
    pid, since = process.get("pid"), process.get("born")
    if type(pid) is not int or pid <= 1 or not str(since).isdigit() or process.get("place") != place():
        return []
    if born(pid) not in ("", since):
        return []
    return [number for number in _numbers() if _is_in(number, pid, int(str(since)))]


def _numbers() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return []


def _is_in(number: int, leader: int, since: int) -> bool:
    """Whether it runs in this session and this very group of it: the fields 3, 5, 6 and 22 of its stat."""
    stat = _stat(number)
    if len(stat) <= 19 or stat[0] in ("Z", "X"):
        return False
    return stat[2] == stat[3] == str(leader) and int(stat[19]) >= since


def born(pid: int) -> str:
    """When it was started, in ticks since the boot (proc(5), stat, field 22); nothing where there is no /proc."""
    stat = _stat(pid)
    return stat[19] if len(stat) > 19 else ""  # the first that is left is field 3


def _stat(pid: int) -> list[str]:
    """The fields after the name, from the state on."""
    return _read(f"/proc/{pid}/stat").rpartition(")")[2].split()


def place() -> str:
    """Where a process id of ours means this very process: the host, its boot, the namespace."""
    host = os.uname().nodename if hasattr(os, "uname") else ""
    try:
        space = os.readlink("/proc/self/ns/pid")
    except OSError:
        space = ""
    return f"{host} {_read('/proc/sys/kernel/random/boot_id').strip()} {space}"


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""
