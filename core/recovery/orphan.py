"""The user's command of a step that was killed: nobody reads its output any more, and it may still work on the files.

Only a process that is surely that very one is ended, with its whole group: core.child.starting makes it the leader.
"""

import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from core.ports import Clock
from core.recovery.gone import is_gone
from core.recovery.identity import is_alive
from core.waiting.stop import Stop

PATIENCE = 2.0  # seconds from asking it to end until it is killed, and then until it must have gone


def end(command: Mapping[str, Any], clock: Clock, stop: Stop) -> bool:
    """Ask it to end, then kill it. False where it goes on, or a signal to us came first."""
    for number in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
        if not is_alive(command):
            return True
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(command["pid"], number)
        if is_gone(lambda: is_alive(command), PATIENCE, clock, stop) or stop.signal:
            break
    return not is_alive(command)
