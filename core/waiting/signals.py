"""The signals that end this program, each with the one that it counts as.

Windows has no SIGTERM from outside: Ctrl-Break is the one signal that reaches a process which leads a group of its own,
and GitHub's runner sends it where it sends SIGTERM elsewhere (github.com/actions/runner, ProcessInvoker.cs). A terminal
or an SSH session that is closed sends SIGHUP, which would end us and not the user's command: it has its own session.
"""

import signal
from collections.abc import Mapping, Sequence
from types import ModuleType, SimpleNamespace

HANG_UP = getattr(signal, "SIGHUP", 0)


def ending(system: "ModuleType | SimpleNamespace" = signal) -> dict[int, int]:
    """Signal to catch: signal that the exit code and the messages are of. `system` has the names that `signal` has."""
    found = {int(system.SIGINT): int(system.SIGINT), int(system.SIGTERM): int(system.SIGTERM)}
    if hasattr(system, "SIGBREAK"):
        found[int(system.SIGBREAK)] = int(system.SIGTERM)
    if hasattr(system, "SIGHUP") and system.getsignal(system.SIGHUP) != system.SIG_IGN:  # nohup(1) ignores it
        found[int(system.SIGHUP)] = int(system.SIGTERM)
    return found


def is_second_wish(number: int, before: Sequence[int]) -> bool:
    """Whether it ends all at once, after those that came before, as they came.

    SIGHUP never does, nor one after it: shell and kernel both tell of a terminal that is closed, service managers send
    it along with SIGTERM, and of two that are pending Python hears it first.
    """
    return number != HANG_UP and any(each != HANG_UP for each in before)


def meant(came: Sequence[int], means: Mapping[int, int]) -> int:
    """What all that came counts as: the first one, but for SIGHUP where there is another. `means` is of ending()."""
    first = next((each for each in came if each != HANG_UP), came[0])
    return means.get(first, first)
