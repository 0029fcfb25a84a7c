"""qTest: the statuses of a job, and which of them may follow which.

The vendor's own table is a picture that nobody kept. `strict` is the most careful reading of what is certain; the
other profiles are what it may be as well.
"""

import enum
from typing import Final


class JobStatus(enum.StrEnum):
    """What a job is. The server alone makes one PLANNED or NOT_RUN."""

    PLANNED = "PLANNED"
    NOT_RUN = "NOT_RUN"  # its time has passed without a host
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class Profile(enum.StrEnum):
    """Which table the server goes by."""

    STRICT = "strict"
    LENIENT = "lenient"  # anything may follow anything, and dates need no offset
    NO_CANCEL = "no-cancel-from-running"
    SELF = "self-transition-ok"  # a status may be written again, so a second claim succeeds as well


WRITABLE: Final = (JobStatus.RUNNING, JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED)
OPEN: Final = frozenset((JobStatus.PLANNED, JobStatus.NOT_RUN))  # those that a host may fetch
OVER: Final = frozenset((JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED))

_FROM_OPEN: Final = frozenset((JobStatus.RUNNING, JobStatus.FAILED, JobStatus.CANCELLED))


def may_follow(profile: Profile, old: JobStatus, new: JobStatus) -> bool:
    """Whether a host may change a job so."""
    strict = new in (_FROM_OPEN if old in OPEN else OVER if old is JobStatus.RUNNING else frozenset())
    match profile:
        case Profile.STRICT:
            return strict
        case Profile.LENIENT:
            return True
        case Profile.NO_CANCEL:
            return strict and not (old is JobStatus.RUNNING and new is JobStatus.CANCELLED)
        case Profile.SELF:
            return strict or old is new
