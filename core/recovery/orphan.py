"""The user's command of a killed step: nobody reads its output any more, and it may still work on the files.

It has a session and a group of its own (core.child.starting), and is over when nobody of these runs any more: its
leader may have died long before, as a shell does that nobody reads.
"""

import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from core.ports import Clock
from core.recovery.gone import is_gone
from core.recovery.identity import group_of
from core.waiting.stop import Stop

PATIENCE = 2.0  # seconds from asking it to end until it is killed, and then until it must have gone


def end(command: Mapping[str, Any], clock: Clock, stop: Stop) -> bool:
    """Ask all of it to end, then kill it. False where something goes on, or a signal to us came first."""
    for number in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
        if not group_of(command):
            return True
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(command["pid"], number)
        if is_gone(lambda: bool(group_of(command)), PATIENCE, clock, stop) or stop.signal:
            break
    return not group_of(command)
