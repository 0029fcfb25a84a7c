"""Who holds a journal: what `cleanup` must know to end a program of its own job that no signal of the CI reached.

A journal that is locked has a maker that lives: nobody else ever holds it alone, and no child inherits it. So its
process id can't have become another's, wherever that id means the same (core.recovery.identity).
"""

import os
import signal
from collections.abc import Mapping
from typing import Any

from core.ports import Clock
from core.recovery.gone import is_gone
from core.recovery.identity import born as born_of
from core.recovery.identity import identity, place
from core.recovery.journal import is_held
from core.recovery.left import Left
from core.waiting.stop import Stop
from core.workspace.files import spelled

GRACE = 2.0  # seconds for a program that is ending already: a second signal would take its reports away
ENDING = 8.0  # seconds; a stop takes at most 5


def holder(job: Mapping[str, str], results: str) -> dict[str, Any]:
    """What this process writes into its journal. `job` is from core.ci.jobs, `results` the input `results-dir`."""
    return {**identity(os.getpid()), "job": dict(job), "results": spelled(results.strip())}


def is_of(left: Left, job: Mapping[str, str], results: str) -> bool:
    """Whether it is this job's and this step's; the step's name and vendor are the reader's to compare."""
    return bool(job) and left.holder.get("job") == job and left.holder.get("results") == spelled(results.strip())


def is_of_another_job(left: Left, job: Mapping[str, str]) -> bool:
    """Whether that is sure: a variable that both have differs. With nothing to compare it may be this very job's."""
    theirs = left.holder.get("job")
    return isinstance(theirs, dict) and any(theirs.get(name, text) != text for name, text in job.items())


def is_of_another_step(left: Left, results: str) -> bool:
    """Whether that is sure: both say where their results are, and two steps never share that folder."""
    theirs = left.holder.get("results")
    return bool(theirs and results.strip()) and theirs != spelled(results.strip())


def told(left: Left) -> str:
    """The process for a person, who may have to end it."""
    host = str(left.holder.get("place") or "an unknown host").split(" ")[0]
    return f"process {left.holder.get('pid')} on {host}"


def end(left: Left, clock: Clock, stop: Stop) -> bool:
    """Ask the program to end, and wait until it has. False where it can't be reached, or goes on."""
    pid, born = left.holder.get("pid"), left.holder.get("born")
    if type(pid) is not int or pid <= 0 or pid == os.getpid() or left.holder.get("place") != place():
        return False
    if _is_released(left, GRACE, clock, stop):
        return True
    return not stop.signal and _terminate(pid, born) and _is_released(left, ENDING, clock, stop)


def _is_released(left: Left, seconds: float, clock: Clock, stop: Stop) -> bool:
    return is_gone(lambda: is_held(left.path), seconds, clock, stop)


def _terminate(pid: int, born: object) -> bool:
    """SIGTERM to this very process. False where it isn't the one that was born then, or isn't ours to signal."""
    handle = _handle(pid)
    try:
        if born_of(pid) != born:
            return False
        if handle is None:
            os.kill(pid, signal.SIGTERM)
        else:
            signal.pidfd_send_signal(handle, signal.SIGTERM)
    except ProcessLookupError:
        return True  # it ended by itself
    except OSError:
        return False
    else:
        return True
    finally:
        if handle is not None:
            os.close(handle)


def _handle(pid: int) -> int | None:
    """What names this process even after its end; None where the system has no such thing."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError, OverflowError):
        return None
