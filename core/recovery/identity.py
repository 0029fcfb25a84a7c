"""Which process this very one is: its number means it on this host, since this boot, in this namespace.

When it was born proves it once more: a number is given away again.
"""

import os
from collections.abc import Mapping
from typing import Any


def identity(pid: int) -> dict[str, Any]:
    """What tells this process from every other, as a journal holds it."""
    return {"pid": pid, "born": born(pid), "place": place()}


def is_alive(process: Mapping[str, Any]) -> bool:
    """Whether this very process is there and still runs; False where nothing proves it."""
    pid, since = process.get("pid"), process.get("born")
    if type(pid) is not int or pid <= 1 or not since or process.get("place") != place():
        return False
    return born(pid) == since and _stat(pid)[:1] not in (["Z"], ["X"])


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
