"""The signals that end this program, each with the one that it counts as.

Windows has no SIGTERM from outside: Ctrl-Break is the one signal that reaches a process which leads a group of its own,
and GitHub's runner sends it where it sends SIGTERM elsewhere (github.com/actions/runner, ProcessInvoker.cs). A terminal
or an SSH session that is closed sends SIGHUP, which would end us and not the user's command: it has its own session.
"""

import signal
from types import ModuleType, SimpleNamespace


def ending(system: "ModuleType | SimpleNamespace" = signal) -> dict[int, int]:
    """Signal to catch: signal that the exit code and the messages are of. `system` has the names that `signal` has."""
    found = {int(system.SIGINT): int(system.SIGINT), int(system.SIGTERM): int(system.SIGTERM)}
    if hasattr(system, "SIGBREAK"):
        found[int(system.SIGBREAK)] = int(system.SIGTERM)
    if hasattr(system, "SIGHUP") and system.getsignal(system.SIGHUP) != system.SIG_IGN:  # nohup(1) ignores it
        found[int(system.SIGHUP)] = int(system.SIGTERM)
    return found


def is_the_same_again(number: int) -> bool:
    """Whether a second signal is no second wish: shell and kernel both tell of a terminal that is closed."""
    return number == getattr(signal, "SIGHUP", 0)
