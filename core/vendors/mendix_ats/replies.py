"""ATS's replies: from the texts of their fields to typed values. What is not as promised raises, or is a refusal."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import CallFailedError, Fault
from core.model import Reason, Verdict
from core.text.sanitize import one_line
from core.vendors.mendix_ats.settings import identifier

DONE = "Done"
PASSED = "Passed"
NOT_EXECUTED = "Not_Executed"
VERDICTS = {PASSED: Verdict.PASSED, "Failed": Verdict.FAILED}
LONGEST_SAID = 500
START_REMEDY = (
    "Check `token` (a newer one disables it), `app-id` and `template-id`. ATS takes at most 5 queued or running items."
)
POLL_REMEDY = "The token may have been replaced by a newer one, or this app has no such job."


@dataclass(frozen=True, slots=True, kw_only=True)
class Launched:
    """A job that was started. `message` is what ATS said besides, `date` its clock then."""

    id: str
    message: str
    date: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """ATS's own counts of the job's cases."""

    passed: int
    failed: int
    not_executed: int

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.not_executed} not executed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test case; `result` is ATS's word, empty if there is none. `seconds` is None where no duration is given."""

    name: str
    result: str
    seconds: float | None
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One reading of a job. `counts` is None and `cases` are empty where ATS gave none."""

    status: str
    result: str
    message: str
    canceled: bool
    warning: bool
    counts: Counts | None
    cases: tuple[Case, ...]

    @property
    def verdict(self) -> Verdict | None:
        """The final word; None where there is none yet, or none that we know."""
        word = VERDICTS.get(self.result) if self.status == DONE else None
        return Verdict.CANCELLED if word and self.canceled else word

    @property
    def listed(self) -> Counts:
        """The same counts from the cases."""
        words = [case.result for case in self.cases]
        skipped = words.count(NOT_EXECUTED)
        passed = words.count(PASSED)
        return Counts(passed=passed, failed=len(words) - passed - skipped, not_executed=skipped)

    @property
    def agrees(self) -> bool:
        """Whether counts and cases say the same, where both are there."""
        return not self.cases or self.counts is None or self.listed == self.counts


def refuse_start(fields: Mapping[str, Any], line: str) -> None:
    """Raises CallFailedError where ATS says that it did not start the job."""
    if text(fields["Started"]) in ("false", "0") and not text(fields["JobID"]):
        said = sentence(text(fields["ErrorMessage"])) or "it gives no reason."
        raise CallFailedError(Fault.REFUSED, f"ATS did not start the job ({line}): {said}", remedy=START_REMEDY)


def refuse_look(fields: Mapping[str, Any], line: str) -> None:
    """Raises CallFailedError where ATS has a message in place of a status.

    That is how it says that there is no such job, so it is borne with like a 404 while the job is new.
    """
    said = sentence(text(fields["ErrorMessage"]))
    if said and not text(fields["ExecutionStatus"]):
        fact = f"ATS does not show the job ({line}): {said}"
        raise CallFailedError(Fault.ABSENT, fact, reason=Reason.REFUSED, remedy=POLL_REMEDY)


def launched(fields: Mapping[str, Any], date: float | None) -> Launched:
    """The job that a start made. Raises ValueError where it is not sure that there is exactly one."""
    message = text(fields["ErrorMessage"])
    if not flag(fields["Started"]) or not text(fields["JobID"]):
        said = f", and it says: {one_line(message, LONGEST_SAID)}" if message else ""
        started, job = one_line(text(fields["Started"]), 60), one_line(text(fields["JobID"]), 60)
        raise ValueError(f"Started is {started!r} and JobID {job!r}{said}")
    return Launched(id=identifier(text(fields["JobID"])), message=message, date=date)


def read(fields: Mapping[str, Any]) -> Look:
    """A job as it is now. Promised: ExecutionStatus; raises KeyError, TypeError or ValueError."""
    status = text(fields["ExecutionStatus"])
    if not status:
        raise ValueError("it has no ExecutionStatus")
    flags = inside(fields, "ExecutionFlags", "Flags")
    details = (fields["ExecutionDetailsPerTestCase"] or {}).get("ExecutionDetailsTestCase") or []
    return Look(
        status=status,
        result=text(fields["ExecutionResult"]),
        message=text(fields["ErrorMessage"]),
        canceled=flag(flags.get("Canceled")),
        warning=flag(flags.get("Warning")),
        counts=_counts(inside(fields, "ExecutionResultBreakdown", "ResultBreakdown"), final=status == DONE),
        cases=tuple(_case(each) for each in details if each is not None),
    )


def _counts(fields: Mapping[str, Any], *, final: bool) -> Counts | None:
    found = [text(fields.get(name)) for name in ("CountPassed", "CountFailed", "CountNotExecuted")]
    if not any(found) or not (final or all(found)):
        return None
    passed, failed, not_executed = map(whole, found)
    return Counts(passed=passed, failed=failed, not_executed=not_executed)


def _case(fields: Mapping[str, Any]) -> Case:
    return Case(
        name=text(fields["Name"]),
        result=text(fields["Result"]),
        seconds=seconds(text(fields["Duration"])),
        message=text(fields["ErrorMessage"]),
    )


def inside(fields: Mapping[str, Any], outer: str, inner: str) -> Mapping[str, Any]:
    """The fields of a block in its double wrapper; none if it is absent."""
    found: Mapping[str, Any] = (fields[outer] or {}).get(inner) or {}
    return found


def text(value: Any) -> str:
    """A text; absent, nil and empty are all the same."""
    if value is not None and not isinstance(value, str):
        raise TypeError("a text is no text")
    return (value or "").strip()


def sentence(said: str) -> str:
    """A message of ATS in one line that ends; empty if there is none."""
    line = one_line(said, LONGEST_SAID).strip()
    return line if not line or line[-1] in ".!?…" else f"{line}."


def flag(value: Any) -> bool:
    """xs:boolean, and nothing else: what is no boolean is no `false` either. Absent counts as false."""
    word = text(value)
    if word not in ("", "true", "1", "false", "0"):
        raise ValueError(f"{one_line(word, 60)!r} is neither true nor false")
    return word in ("true", "1")


def whole(word: str) -> int:
    """A count. Raises ValueError for whatever else."""
    if not (word.isascii() and word.isdigit() and len(word) < 10):
        raise ValueError(f"{one_line(word, 60)!r} is no count")
    return int(word)


def seconds(word: str) -> float | None:
    """From ATS's HH:MM:SS; None for anything else."""
    parts = word.split(":")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 5 for part in parts):
        return None
    hours, minutes, rest = map(int, parts)
    return float(hours * 3600 + minutes * 60 + rest)
