"""The error tree: each class owns its exit code, each error its fact, its remedy and its entry in docs/errors.md."""

from collections.abc import Sequence
from enum import StrEnum

from core.model import Command, Conclusion, ExitCode, Reason


class RunnerError(Exception):
    """A way for the step to end other than by a verdict; `fact` is one sentence, `remedy` another."""

    exit_code: ExitCode
    conclusion = Conclusion.ERROR

    def __init__(self, fact: str, *, remedy: str = "", reason: Reason) -> None:
        super().__init__(fact)
        self.fact = fact
        self.remedy = remedy
        self.reason = reason

    @property
    def advice(self) -> str:
        """Fact and remedy in a row."""
        return f"{self.fact} {self.remedy}".strip()


class BadInputError(RunnerError):
    """Every problem of the inputs at once: (input, what is wrong and how to mend it)."""

    exit_code = ExitCode.BAD_INPUT

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        lines = [f"`{name}`: {text}" if name else text for name, text in problems]
        count = "One input is wrong" if len(lines) == 1 else f"{len(lines)} inputs are wrong"
        super().__init__(f"{count}.\n" + "\n".join(f"  {line}" for line in lines), reason=Reason.BAD_INPUT)
        self.problems = tuple(problems)


class NothingTestedError(RunnerError):
    """The user asked for no more than a look: nothing was started, and nothing is wrong."""

    exit_code = ExitCode.PASSED
    conclusion = Conclusion.SKIPPED


class NothingStartedError(RunnerError):
    """No run exists: the job can be repeated at will."""

    exit_code = ExitCode.NOTHING_STARTED


class OutputError(RunnerError):
    """A report or an output could not be written."""

    exit_code = ExitCode.OUTPUT

    def __init__(self, fact: str, *, remedy: str = "") -> None:
        super().__init__(fact, remedy=remedy, reason=Reason.OUTPUT)


class ResultUnknownError(RunnerError):
    """A run was or may have been started and we could not learn what came of it."""

    exit_code = ExitCode.RESULT_UNKNOWN


class TimedOutError(RunnerError):
    """What we ran or waited for had no verdict in time, and its state is known."""

    exit_code = ExitCode.TIMED_OUT
    conclusion = Conclusion.TIMED_OUT

    def __init__(self, fact: str, *, remedy: str = "") -> None:
        super().__init__(fact, remedy=remedy, reason=Reason.TIMEOUT)


class StoppedError(RunnerError):
    """SIGINT or SIGTERM arrived; `command` is how the user's command ended, where there was one to be ended."""

    conclusion = Conclusion.CANCELLED

    def __init__(self, signal_number: int, *, command: Command | None = None) -> None:
        self.command = command
        self.exit_code = ExitCode(128 + signal_number)
        super().__init__(f"Stopped by {self.exit_code.name}.", reason=Reason.SIGNAL)


class Fault(StrEnum):
    """What went wrong with one HTTP exchange, as far as a decision depends on it."""

    NO_CONNECTION = "no-connection"  # DNS, refused, a handshake before any byte of the body: the request never arrived
    CERTIFICATE = "certificate"  # the same, and trying again cannot help
    LOST = "lost"  # reset, timeout, short body: the vendor may have acted
    BUSY = "busy"  # 429: the vendor says that it did not act
    NOT_YET = "not-yet"  # the vendor says that it did not act, and may later: maintenance
    SERVER = "server"  # 5xx, 408, 425: the vendor may have acted
    UNSUPPORTED = "unsupported"  # 501, 505: the vendor may have acted; asking again cannot help
    UNREADABLE = "unreadable"  # HTML, a redirect, cut or contradicting JSON: the vendor may have acted
    AUTH = "auth"  # 401, 403
    ABSENT = "absent"  # 404
    REFUSED = "refused"  # any other 4xx

    @property
    def surely_without_effect(self) -> bool:
        """True where the vendor cannot have acted on the request."""
        return self not in (Fault.LOST, Fault.SERVER, Fault.UNSUPPORTED, Fault.UNREADABLE)

    @property
    def passes(self) -> bool:
        """True where the same request may well succeed later: an outage, not a verdict."""
        return self in (Fault.NO_CONNECTION, Fault.LOST, Fault.BUSY, Fault.NOT_YET, Fault.SERVER, Fault.UNREADABLE)


class CallFailedError(Exception):
    """One HTTP exchange did not give a usable answer. Commands see none: the engine makes it a result.

    `fact` is a sentence with method, path and status, already safe to print. `retry_after` is in seconds,
    None where the vendor named no time. `body` is the beginning of an answer outside 2xx, hostile. Where the vendor
    itself says what is wrong, `reason` and `remedy` say it better than the fault, and `code` is the vendor's own.
    """

    def __init__(
        self,
        fault: Fault,
        fact: str,
        *,
        status: int = 0,
        retry_after: float | None = None,
        body: bytes = b"",
        reason: Reason = Reason.NONE,
        remedy: str = "",
        code: str = "",
    ) -> None:
        super().__init__(fact)
        self.fault = fault
        self.fact = fact
        self.status = status
        self.retry_after = retry_after
        self.body = body
        self.reason = reason
        self.remedy = remedy
        self.code = code


class NoRoomError(Exception):
    """This machine lets no further thread or process begin; its text is a sentence."""

    remedy = "Give the job more memory, or more processes: the limit may be the container's (pids), or by ulimit."


class EmptyResultsError(RunnerError):
    """There is no result to record or upload; whether that is a failure `fail-on` says, as for any empty run."""

    exit_code = ExitCode.EMPTY
    conclusion = Conclusion.INCONCLUSIVE
