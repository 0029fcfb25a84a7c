"""The first question to qTest: one that has no effect, whose answer tells the time and whether the token is good."""

from core.errors import CallFailedError, Fault
from core.ports import Calls, Log


def date_of(calls: Calls, operation: str, log: Log) -> float | None:
    """QTest's time, in seconds since 1970; None where an older server does not know the question, or tells none."""
    try:
        return calls.read(operation, parse=lambda answer: answer.date, path={})
    except CallFailedError as failure:
        if failure.fault is not Fault.ABSENT:
            raise
        log.debug(f"{failure.fact} This qTest does not know the question.")
        return None
