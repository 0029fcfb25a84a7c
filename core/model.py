"""The nouns: what a run is at the vendor, what came of it, how the step ended. No I/O."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

LONGEST_SECONDS = 1e9
"""What lies beyond is no duration but a mistake: shown as none, and counted as none."""


class Phase(StrEnum):
    """Where a run stands at the vendor."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"


class Outcome(StrEnum):
    """What came of one test case."""

    PASSED = "passed"
    FAILED = "failed"
    ERRORED = "errored"
    SKIPPED = "skipped"


class Verdict(StrEnum):
    """The vendor's own terminal word for a run, translated and nothing more."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    VENDOR_ERROR = "vendor-error"
    CANCELLED = "cancelled"


class Conclusion(StrEnum):
    """How the step ended; `fail-on` never changes it."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    TIMED_OUT = "timed-out"
    CANCELLED = "cancelled"
    ERROR = "error"
    STARTED = "started"
    SKIPPED = "skipped"


class Reason(StrEnum):
    """Why the conclusion is not `passed`: the closed list of the output `reason`."""

    NONE = ""
    AUTH = "auth"
    REFUSED = "refused"
    APP_REJECTED = "app-rejected"
    CAPACITY = "capacity"
    MAINTENANCE = "maintenance"
    UNAVAILABLE = "unavailable"
    PROTOCOL = "protocol"
    MAY_EXIST = "may-exist"
    VENDOR_ERROR = "vendor-error"
    CANCELLED_AT_VENDOR = "cancelled-at-vendor"
    TIMEOUT = "timeout"
    EMPTY = "empty"
    TESTS_FAILED = "tests-failed"
    BAD_INPUT = "bad-input"
    OUTPUT = "output"
    BUG = "bug"
    SIGNAL = "signal"


class ExitCode(IntEnum):
    """The public exit codes; README.md explains each."""

    PASSED = 0
    TESTS_FAILED = 1
    BAD_INPUT = 2
    NOTHING_STARTED = 3
    TIMED_OUT = 4
    EMPTY = 5
    OUTPUT = 6
    RESULT_UNKNOWN = 7
    BUG = 70
    SIGINT = 130
    SIGTERM = 143


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteRun:
    """One execution at the vendor.

    `url` is the page a person opens, empty where the vendor has none; `note` a sentence on what somebody who looks
    after the run should know besides. `shared`: other jobs work on it too, so no end of this step may end it.
    `collectable`: a later step can get its result by `mode: wait`.
    """

    vendor: str
    id: str
    url: str
    note: str = ""
    shared: bool = False
    collectable: bool = True

    @property
    def page(self) -> str:
        """Its page in a sentence; empty where the vendor has none."""
        return f"Its page: {self.url}" if self.url else ""

    @property
    def where(self) -> str:
        """How a person gets to it, in sentences."""
        return " ".join(part for part in (self.page, self.note) if part)

    @property
    def remains(self) -> str:
        """What is left to do about it while its result is unknown, in sentences: nothing that may buy a second run."""
        collect = f"Collect it with `mode: wait` and `run-id: {self.id}`; do not start another before."
        what = collect if self.collectable else "Look at the run's page before starting another."
        return f"{what} {self.where}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One look at a run.

    `word` is the vendor's own status word, hostile text. `known` is False for a word that the vendor's table
    lacks. `verdict` is set exactly when `phase` is FINISHED. `consistent` is False while the answer contradicts
    itself (a passed run with a case still running): such a final word counts only when read twice. `awaited` is a
    sentence on what is missing though the vendor calls the run final: at the deadline its result is then unknown.
    `more`: there is work to do at once, so that the next look should come without a pause.
    """

    phase: Phase
    word: str
    done: int = 0
    total: int = 0
    verdict: Verdict | None = None
    known: bool = True
    consistent: bool = True
    awaited: str = ""
    more: bool = False


@dataclass(slots=True, kw_only=True)  # not frozen: each of 100,000 cases is made several times, in a third of the time
class TestCase:
    """One case of a report; every text may be hostile. `seconds` is None where the vendor gives none."""

    name: str
    classname: str
    outcome: Outcome
    seconds: float | None = None
    message: str = ""
    details: str = ""
    url: str = ""
    needs_review: bool = False
    flaky: bool = False
    properties: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TestSuite:
    """Cases that ran together. `cases` can be iterated again and again; `timestamp` is ISO 8601 in UTC."""

    name: str
    cases: Iterable[TestCase]
    timestamp: str
    properties: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Counts of cases; `tests` is the sum of the four outcomes, `seconds` the sum of the cases' times."""

    passed: int = 0
    failed: int = 0
    errored: int = 0
    skipped: int = 0
    flaky: int = 0
    seconds: float = 0.0

    @property
    def tests(self) -> int:
        return self.passed + self.failed + self.errored + self.skipped

    @property
    def ran(self) -> int:
        """Cases that were executed: a skipped case proves nothing."""
        return self.passed + self.failed + self.errored


class AttachmentName(StrEnum):
    """Files that a vendor's own report may be kept in, beside ours. No JUnit glob takes one of them for a report."""

    RAW_XML = "vendor-raw.xml.txt"
    RAW_JSON = "vendor-raw.json.txt"
    HTML = "vendor-report.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A vendor's own report as it came: hostile text, kept in a file and shown nowhere."""

    name: AttachmentName
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """How the user's own command ended. `exit_code` is 128 + the signal's number where one killed it.

    `fact` is a sentence, `output` what it wrote, the middle left out, `seconds` its wall time. `timed_out`: its time
    was over, and it was ended for that.
    """

    exit_code: int
    is_good: bool
    fact: str
    seconds: float
    output: str
    timed_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TestReport:
    """What the vendor said of a run, case by case.

    `verdict` is None while the run is not final (a partial report). `seconds` is the run's wall time as the
    vendor gives it. `warnings` are sentences for a person, `attachments` the vendor's own reports. `command` is the
    user's own, where one was run: one that failed is a failure whatever the cases say. `outputs` are
    values of the step's outputs that only this vendor has. `recorded` is the run that holds this report where
    `record-to` wants it besides, as soon as it exists there.
    """

    title: str
    run: RemoteRun | None
    word: str = ""
    verdict: Verdict | None = None
    suites: Sequence[TestSuite] = ()
    totals: Totals = Totals()
    seconds: float | None = None
    warnings: tuple[str, ...] = ()
    attachments: tuple["Attachment", ...] = ()
    command: Command | None = None
    outputs: Mapping[str, str] = field(default_factory=dict)
    recorded: RemoteRun | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How the step ended: what the exit code, the outputs and every headline say.

    `exit_code` is the code before `fail-on`, `status` the one the process leaves with. `fact` says what happened,
    `remedy` what to do; both are sentences. `problems` are further failures that did not decide (a report that
    could not be written after failed tests). `seconds` is the wall time of the step,
    `began` when it began, in seconds since 1970: the time of whatever in a report has none of its own.
    """

    conclusion: Conclusion
    reason: Reason
    exit_code: ExitCode
    fact: str
    remedy: str = ""
    problems: tuple[str, ...] = ()
    status: int = 0
    seconds: float = 0.0
    began: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """What the CI says of the job we run in; empty text where it says nothing.

    `project` is what is built, the same in each build, such as the repository; `number` is the build's own.
    """

    ci: str
    step: str
    name: str = ""
    commit: str = ""
    branch: str = ""
    url: str = ""
    project: str = ""
    number: str = ""


def count(suites: Iterable[TestSuite]) -> Totals:
    """Counts derived from the cases themselves: a count that a vendor claims is never copied."""
    counts = dict.fromkeys(Outcome, 0)
    flaky, seconds = 0, 0.0
    for suite in suites:
        for case in suite.cases:
            counts[case.outcome] += 1
            flaky += case.flaky
            seconds += case.seconds or 0.0
    return Totals(
        passed=counts[Outcome.PASSED],
        failed=counts[Outcome.FAILED],
        errored=counts[Outcome.ERRORED],
        skipped=counts[Outcome.SKIPPED],
        flaky=flaky,
        seconds=seconds,
    )
