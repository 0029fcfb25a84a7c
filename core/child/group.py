"""A started process with all that it starts, as something that can be asked to end, and killed.

POSIX has process groups. Windows has Ctrl-Break for whoever leads a group, and for killing a tree its own tool.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Protocol

KILLING = 2.0  # seconds that Windows' tool may take


class Group(Protocol):
    """Both methods are fine with a process that has gone by itself."""

    def ask(self, number: int) -> None:
        """Pass a signal on: a shell would end and leave its children."""
        ...

    def kill(self) -> None: ...


class PosixGroup:
    """Implements Group."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._leader = process.pid

    def ask(self, number: int) -> None:
        with suppress(ProcessLookupError, PermissionError):  # it has gone by itself; macOS says the second of zombies
            os.killpg(self._leader, number)

    def kill(self) -> None:
        self.ask(int(getattr(signal, "SIGKILL", signal.SIGTERM)))


class WindowsGroup:
    """Implements Group. `run` runs a program to its end."""

    def __init__(
        self,
        process: "subprocess.Popen[bytes]",
        run: Callable[..., Any] = subprocess.run,
        ctrl_break: int | None = None,
    ) -> None:
        self._process = process
        self._run = run
        self._break = getattr(signal, "CTRL_BREAK_EVENT", signal.SIGTERM) if ctrl_break is None else ctrl_break

    def ask(self, number: int) -> None:  # noqa: ARG002 -- it is the only one there is
        with suppress(OSError):
            self._process.send_signal(self._break)

    def kill(self) -> None:
        words: Sequence[str] = ("taskkill", "/T", "/F", "/PID", str(self._process.pid))
        with suppress(OSError, subprocess.SubprocessError):  # killed all the same, below: then without its children
            self._run(words, capture_output=True, check=False, timeout=KILLING)
        with suppress(OSError):
            self._process.kill()


def group_of(process: "subprocess.Popen[bytes]") -> Group:
    return WindowsGroup(process) if sys.platform == "win32" else PosixGroup(process)
