"""The signals that end this program, each with the one that it counts as.

Windows has no SIGTERM from outside: Ctrl-Break is the one signal that reaches a process which leads a group of its own,
and GitHub's runner sends it where it sends SIGTERM elsewhere (github.com/actions/runner, ProcessInvoker.cs).
"""

import signal
from types import ModuleType, SimpleNamespace


def ending(system: "ModuleType | SimpleNamespace" = signal) -> dict[int, int]:
    """Signal to catch: signal that the exit code and the messages are of. `system` has the names that `signal` has."""
    found = {int(system.SIGINT): int(system.SIGINT), int(system.SIGTERM): int(system.SIGTERM)}
    if hasattr(system, "SIGBREAK"):
        found[int(system.SIGBREAK)] = int(system.SIGTERM)
    return found
