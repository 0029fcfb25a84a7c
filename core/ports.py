"""The seams on one page: what a vendor, a CI system, a clock and a writer promise to the rest."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any, Protocol, TypeVar

from core.errors import CallFailedError
from core.model import Build, Command, Progress, RemoteRun, Result, TestReport
from core.payload import Payload

Item = TypeVar("Item")


class Clock(Protocol):
    """Time, so that a test can wait 40 minutes in a millisecond."""

    def now(self) -> float:
        """Seconds on a clock that never jumps; only differences mean anything."""
        ...

    def wall(self) -> float:
        """Seconds since 1970, for timestamps that people read; never for a decision."""
        ...

    def take(self, inbox: SimpleQueue[Item], seconds: float, *, coming: object = None) -> Item:
        """The next item, waiting at most `seconds`; raises queue.Empty when none came.

        The one place where this program waits: signals and answers both arrive through an inbox. `coming` tells a
        clock that makes time up which call's answer another thread is about to put in.
        """
        ...


class Log(Protocol):
    """Lines for a person. Every text may hold hostile parts: the implementation defuses and redacts all of it."""

    def info(self, text: str) -> None: ...
    def warning(self, text: str) -> None: ...
    def debug(self, text: str) -> None: ...
    def live(self, text: str) -> bool:
        """Show a line that replaces the one before it; False where the output is no terminal."""
        ...


Leave = Callable[[str, str], str]
"""Writes a text under a name of core.ci.FILES beside the step's results; gives its path in the workspace."""


class Ci(Log, Protocol):
    """One CI system. All its output goes to one ordered stream."""

    name: str

    def error(self, text: str) -> None:
        """Say why a command ends without success, where it publishes no result."""
        ...

    def build(self) -> Build: ...
    def mask(self, secrets: Iterable[str]) -> None:
        """Called before any other line is written."""
        ...

    def group(self, title: str) -> AbstractContextManager[None]:
        """Fold the lines written inside, where the CI can."""
        ...

    def block(self, text: str) -> None:
        """Show a vendor's raw text, cut to a bearable length, where no line of it can act as a command."""
        ...

    def outputs(self, values: Mapping[str, str], leave: Leave) -> None:
        """Set step outputs; may be called again, later values win. Raises OutputError."""
        ...

    def publish(self, report: TestReport, result: Result, *, annotations: int) -> None:
        """Show the end in the log: at most `annotations` cases annotated, the verdict on top."""
        ...

    def summarize(self, pieces: Iterator[str]) -> None:
        """Show the summary as a page, where the CI has one. Raises OutputError."""
        ...

    def check(self) -> None:
        """Raise OutputError if a line of the log could not be written."""
        ...


Writer = Callable[[TestReport, Result, Build], Iterator[str]]
"""A report as text, in pieces: pure, no I/O. The texts in the report are already redacted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation of a vendor's API, as `api` offers it and as the adapter calls it.

    `path` has `{placeholders}`, each a required flag of `api`; `query` are optional flags. `body`: it takes a JSON
    value, and `file`: the flag that names a file to send (both as `encode` has it, else as JSON). `effect` is True
    where the call changes something at the vendor; a POST that only asks is a `question`. `limit` caps the decoded
    answer in bytes. `implied` are inputs that go with this operation, such as a product.

    `encode` makes (settings, value, path of the file or "") the payload. `decode` makes a 2xx answer the value that
    `parse` gets (JSON if not given); it raises CallFailedError for a refusal inside the answer. `refusal` reads the
    beginning of an answer outside 2xx: the failure that the vendor's own words make of it, None for the usual one.
    `lull` is how long, in seconds, the vendor wants to be left alone after a 429 that names no time.
    """

    method: str
    path: str
    summary: str
    query: tuple[str, ...] = ()
    body: bool = False
    file: str = ""
    file_optional: bool = False
    effect: bool = False
    question: bool = False
    limit: int = 1 << 20
    implied: tuple[tuple[str, str], ...] = ()
    encode: Callable[[Any, Any, str], Payload] | None = None
    decode: Callable[["Answer", str], Any] | None = None
    refusal: Callable[[CallFailedError], CallFailedError | None] | None = None
    lull: float | None = None

    @property
    def line(self) -> str:
        """How messages name it where no path is filled in."""
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A complete, successful answer. `value` is what was decoded, hostile; `date` the server's clock, or None.

    `headers` are hostile too, their names in lower case.
    """

    status: int
    value: Any
    body: bytes
    content_type: str
    date: float | None
    headers: Mapping[str, str] = field(default_factory=dict)


class Calls(Protocol):
    """A vendor's HTTP, with the rules of waiting built in. `parse` runs inside them.

    A `body` is a value, or the bytes of one that is JSON already.
    A parse function raises KeyError, TypeError or ValueError for an answer that is not what was promised: it then
    counts as unreadable, like cut JSON. All methods raise CallFailedError: at once for a refusal (AUTH, ABSENT,
    REFUSED, CERTIFICATE, UNSUPPORTED), and for an outage when the patience ends; its `fault` says which. A
    StoppedError comes from a signal, any other RunnerError from `parse`.
    """

    def read(
        self,
        operation: str,
        *,
        parse: Callable[[Answer], Item],
        path: Mapping[str, object] = ...,
        query: Mapping[str, object] | None = None,
        body: object = None,
        file: str = "",
        seconds: float | None = None,
        limit: int | None = None,
    ) -> Item:
        """A call that is safe to repeat (reads, deletes): outages are ridden out, at most `seconds` long.

        `file` is the path of a file to send; `seconds` then bounds the tries, not the sending. `limit` caps this
        answer in bytes, where less is expected than the operation can answer.
        """
        ...

    def start(
        self,
        operation: str,
        *,
        parse: Callable[[Answer], Item],
        path: Mapping[str, object] = ...,
        query: Mapping[str, object] | None = None,
        body: object = None,
        file: str = "",
    ) -> Item:
        """A call that must happen once: repeated only where it surely did not happen.

        Raises CallFailedError with an ambiguous fault when the vendor may have acted.
        """
        ...

    def create(
        self,
        operation: str,
        *,
        parse: Callable[[Answer], Item],
        path: Mapping[str, object],
        query: Mapping[str, object] | None = None,
        body: object = None,
        seconds: float | None = None,
    ) -> Item:
        """Like `start`, for something smaller than a run: a lost reply is looked up by the caller.

        `seconds` bounds the answer. Where something was good before, one 401 or 403 is not believed.
        """
        ...

    def peek(
        self,
        operation: str,
        *,
        parse: Callable[[Answer], Item],
        path: Mapping[str, object],
        query: Mapping[str, object] | None = None,
    ) -> Item:
        """One short try at something nice to know; any CallFailedError is the caller's to shrug off.

        Past the deadline, or once such tries have cost too much time, it fails without a request.
        """
        ...

    def pause(self, seconds: float) -> None:
        """Wait, hearing signals, at most to the deadline."""
        ...

    def meanwhile(self, act: Callable[[], float]) -> None:
        """Call `act` in all waits from now on, but for those after a signal; it gives the seconds until the next time.

        Its own calls are tried once and never wait. What comes of them neither ends nor prolongs an outage.
        """
        ...

    def begin_grace(self, seconds: float = ...) -> None:
        """A run was started just now: for so many seconds a 404 is no refusal."""
        ...

    @property
    def busy(self) -> int:
        """How often the vendor has asked for fewer requests (429)."""
        ...

    @property
    def window(self) -> float:
        """Seconds that an outage may last: `outage-window`, infinite where only the deadline bounds it."""
        ...

    @property
    def left(self) -> float:
        """Seconds to the deadline, never negative: for work that is done in pieces."""
        ...


Snapshot = Mapping[str, tuple[int, int]]
"""How report files were at some moment: core.workspace.fresh."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """Files as (path, name to show); sentences on patterns and files that give nothing, and on unreadable files.

    `stale` are sentences on what was left out: files that the command has not written, links to folders that `**` does
    not enter, files of ours, and on a `!` that takes nothing out. `faulty` are (path, sentence) of the empty and
    unreadable files that the command has written, `unmatched` the sentences on patterns and folders alone.
    """

    files: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    unreadable: tuple[str, ...]
    stale: tuple[str, ...] = ()
    faulty: tuple[tuple[str, str], ...] = ()
    unmatched: tuple[str, ...] = ()


class Machine(Protocol):
    """This machine and the job that it works in, for a vendor that works with the user's own tests."""

    workspace: str
    """An absolute path."""
    build: Build
    clock: Clock

    @property
    def is_stopping(self) -> bool:
        """Whether a signal came and the end has not begun."""
        ...

    @property
    def folder(self) -> str:
        """The absolute path of a folder for files of ours, which is gone once the step's results are written."""
        ...

    @property
    def kept(self) -> str:
        """Another one, outside of the workspace: for copies that the user's command must not reach by accident."""
        ...

    def snapshot(self, patterns: Sequence[str]) -> Snapshot:
        """How the files that the user's patterns name are before a command; raises as `reports` does."""
        ...

    def reports(self, patterns: Sequence[str], *, since: Snapshot | None = None) -> Reports:
        """The files that the user's patterns name. Raises BadInputError for a pattern that leaves the workspace.

        With `since` those that are not as they were then: what a command has not written tells of another run.
        """
        ...

    def check(self, words: Sequence[str], directory: str) -> None:
        """Raise BadInputError where it is sure already that `run` would."""
        ...

    def run(
        self,
        words: Sequence[str],
        directory: str,
        *,
        seconds: float | None = None,
        added: Mapping[str, str] | None = None,
        meanwhile: Callable[[], float] | None = None,
    ) -> Command:
        """Run the user's command, its output and its end shown; at most to the deadline, or so many `seconds`.

        `directory` is relative to the workspace. Its environment is the job's without what is ours, and what is
        `added`. `meanwhile` is called from time to time; it gives the seconds until it wants to be called again.
        Raises StoppedError where a signal ended it, with how it ended in `command`, and BadInputError where there is no
        such program.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What every vendor is told about the run: its name there, and whether to adopt one after a lost reply.

    `mode`, `run_id` and `allow_empty` are the inputs of these names; `machine` is where we are.
    """

    name: str
    adopt: bool
    machine: Machine
    mode: str = "run"
    run_id: str = ""
    allow_empty: bool = False


COVERS_START = "covers-start"
"""In a debt: paying it looks for the run of a start whose answer never came, and ends it."""


class Diary(Protocol):
    """What must be known if this process dies: debts at the vendor, written before they are made."""

    def owe(self, what: Mapping[str, str]) -> None:
        """Something of ours is about to exist at the vendor that has to be undone; `label` names it for a person."""
        ...

    def settle(self, what: Mapping[str, str]) -> None:
        """It is undone."""
        ...


class Vendor(Protocol):
    """One run at one vendor.

    Methods raise RunnerError, and CallFailedError for what Calls could not get: a refusal, or too long an outage.
    """

    def start(self) -> RemoteRun:
        """Start exactly one run. Raises ResultUnknownError (may-exist) where a run may exist without an id."""
        ...

    def attach(self, run_id: str) -> RemoteRun:
        """The run that `run-id` names; no request is made. Raises BadInputError for what is no id of a run."""
        ...

    def poll(self, run: RemoteRun) -> Progress:
        """Look once, riding out outages."""
        ...

    def collect(self, run: RemoteRun, *, complete: bool) -> TestReport:
        """The last look as a report. `complete`: requests for names and other niceties may be made."""
        ...

    def known(self) -> TestReport | None:
        """What the tests came to, where that is known without the vendor (it only records), so far as it is known.

        None where the vendor is the one who knows. Its `verdict` holds whatever goes wrong at the vendor.
        """
        ...

    def cancel(self, run: RemoteRun) -> bool | None:
        """End the run; False where the vendor's API cannot, None where there is nothing to end.

        Not called for a run that is `shared`.
        """
        ...

    def rerun(self, run: RemoteRun) -> RemoteRun:
        """Start a run of what did not pass in a finished run. Not called where `UNSUPPORTED` names `rerun-failed`."""
        ...

    def undo(self, debt: Mapping[str, str]) -> None:
        """Pay one debt of the diary; one that is already paid is no error, one that is no debt of ours a ValueError."""
        ...

    def usual_seconds(self) -> float | None:
        """How long this run usually takes, where earlier runs tell."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorSpec:
    """Everything the rest knows about a vendor: its registry entry.

    `base_of` gives the address for settings where there are several, `address` makes the API's of what people paste
    as `base-url`; `hosts` must be reachable. `headers` reveals the
    secret, and is called once per request. `credentials` are the inputs that every call
    needs. `connect` gets the settings, what is wished for, and the means. `about`, of a vendor that can record the
    reports of others, makes its settings those for one report: of the vendor of this title, with this conclusion, of
    this run. `owed`, of the same, is the debt of a step until it has recorded there, None where it has none; it gets
    the settings and the address, and raises BadInputError where they don't fit.
    """

    name: str
    title: str
    base_url: str
    base_of: Callable[[Any], str] | None = None
    address: Callable[[str], str] | None = None
    hosts: tuple[str, ...]
    operations: Mapping[str, Operation]
    headers: Callable[[Any], Mapping[str, str]]
    credentials: tuple[str, ...] = ("token",)
    connect: Callable[[Any, Wish, Calls, Diary, Log, str], Vendor]
    about: Callable[[Any, str, str, RemoteRun | None], Any] | None = None
    owed: Callable[[Any, str], dict[str, str] | None] | None = None
