"""One run at Testmo: read the results, create the run once, send every case once, see that all of it is there."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from core.errors import (
    BadInputError,
    CallFailedError,
    EmptyResultsError,
    Fault,
    OutputError,
    ResultUnknownError,
    StoppedError,
)
from core.model import Command, Phase, Progress, Reason, RemoteRun, TestReport, Totals, Verdict
from core.ports import COVERS_START, Calls, Diary, Log, Reports, Wish
from core.text.secret import Redactor
from core.vendors.testmo import bodies, counts, lacking, results
from core.vendors.testmo.closing import Closing
from core.vendors.testmo.failed import with_failed
from core.vendors.testmo.recorder import Recorder
from core.vendors.testmo.redacting import in_body
from core.vendors.testmo.references import run_reference
from core.vendors.testmo.room import check_room
from core.vendors.testmo.salvage import salvage
from core.vendors.testmo.settings import UNSUPPORTED, Settings
from core.vendors.testmo.starting import Starter, check_new, new_mark
from core.vendors.testmo.texts import short
from core.vendors.testmo.upload import Upload
from core.vendors.testmo.waiting import Waiting

STRETCH = 40  # steps in one look: some seconds of work, between which the waiting person is told how far it is
RESERVE = 60.0  # seconds of `timeout` that are kept for recording what the command has written


class Testmo:
    """Implements core.ports.Vendor for one run."""

    def __init__(self, settings: Settings, wish: Wish, calls: Calls, diary: Diary, log: Log, base_url: str) -> None:
        self._settings = settings
        self._wish = wish
        self._calls = calls
        self._diary = diary
        self._log = log
        self._origin = base_url.removesuffix("/api/v1")
        self._shared = settings.thread_of.number if settings.thread_of else 0  # the run that other jobs use too
        project = 0 if self._shared else settings.project_id
        self._recorder = Recorder(calls, log, project, given=wish.mode in ("wait", "cleanup"))
        self._closing = Closing(self._recorder, calls, log)
        self._redact = Redactor([settings.token])
        self._name = short(self._redact(wish.name))
        self._results: results.Results | None = None
        self._command: Command | None = None
        self._salvage: Callable[[], results.Results | None] | None = None  # what to do once stopping has begun
        self._starter: Starter | None = None
        self._upload: Upload | None = None
        self._steps: Iterator[None] = iter(())
        self._debt: dict[str, str] | None = None
        self._mark = ""
        self._recorded = False
        self._waiting: Waiting | None = None

    def start(self) -> RemoteRun:
        if self._settings.thread_of:
            self._settings.thread_of.number_at(self._origin, "thread-of")
        if self._wish.mode == "start":
            return self._run(self._create())
        if self._shared:
            self._owe(lacking.debt(self._shared))
        self._results = self._read()
        if self._shared:
            upload = self._prepare(self._shared, self._results)
            try:
                upload.begin(self._hidden(bodies.of_thread(self._settings, self._command)))
            except CallFailedError as failure:
                if failure.fault is Fault.ABSENT:
                    failure.remedy = f"Check `thread-of`: the token's user finds no run {self._shared} at Testmo."
                raise
            return self._run(self._shared)
        run = self._create()
        self._prepare(run, self._results)
        return self._run(run)

    def _read(self) -> results.Results:
        found = self._run_tests() if self._settings.command else self._wish.machine.reports(self._settings.results)
        allowed, failed = self._wish.allow_empty, self._command is not None and not self._command.is_good
        try:
            return results.read(
                found, self._redact, allow_missing=allowed, failed=failed, check=lambda: self._calls.pause(0)
            )
        except EmptyResultsError:
            if allowed and not failed:
                self._settle()  # nothing is missing
            raise

    def _run_tests(self) -> Reports:
        """Run the command; its reports count whatever it came to.

        An hour of tests whose results nobody takes would be lost: so that is asked before.
        """
        from core.child import unfilled  # noqa: PLC0415 -- only who brings a command pays for it

        machine, patterns, words = self._wish.machine, self._settings.results, self._settings.command
        before = machine.snapshot(patterns)
        machine.check(words, self._settings.working_directory)
        check_room(self._recorder, self._calls, self._log, run=self._shared, project=self._settings.project_id)
        if doubt := unfilled(words):
            self._log.warning(doubt)
        try:
            seconds = max(self._calls.left - RESERVE, self._calls.left * 3 / 4)
            self._command = machine.run(words, self._settings.working_directory, seconds=seconds)
        except StoppedError as stopped:
            self._command = stopped.command
            self._salvage = lambda: salvage(machine.reports(patterns, since=before))
            raise
        return machine.reports(patterns, since=before)

    def _create(self) -> int:
        """Create the run. Until it is complete it is a debt: whatever happens, it must not stay open for ever."""
        self._mark = new_mark()
        project = self._settings.project_id
        label = f"the run {self._name!r} of project {project}, still open"
        debt = {"kind": "run", "project": str(project), "name": self._name, "mark": self._mark}
        try:
            self._owe(debt | {"label": label, COVERS_START: "yes"})
        except OutputError as error:
            raise OutputError(f"{error.fact} No run was created at Testmo.", remedy=error.remedy) from error
        self._starter = Starter(self._calls, self._log, project, self._name, self._mark)
        try:
            run = self._starter.create(self._hidden(bodies.of_run(self._settings, self._name, self._mark)))
        except CallFailedError:
            self._settle()  # surely there is none
            raise
        if self._starter.was_repeated:  # the first one may show up yet, and it must not stay open
            label = f"perhaps another run {self._name!r} of project {project}, still open beside run {run}"
            self._diary.owe(debt | {"label": label, "but": str(run)})
        if self._wish.mode == "start":
            self._prove(run)
            self._settle()  # it is meant to stay open
        return run

    def _prove(self, run: int) -> None:
        """Other jobs will send their results to the run of this id: it must be ours, whatever the reply said."""
        try:
            check_new(self._recorder.look_at_new(run), self._mark)
        except CallFailedError as failure:
            fact = f"{failure.fact} Whether run {run} is the one that was created is unknown."
            raise ResultUnknownError(
                fact, remedy="Look at the run's page at Testmo.", reason=Reason.PROTOCOL
            ) from failure

    def _prepare(self, run: int, found: results.Results) -> Upload:
        shared = bool(self._shared)
        lack = short(self._redact(lacking.lack(self._command, found)))
        self._upload = Upload(
            self._recorder, self._calls, found, self._redact, run=run, shared=shared, mark=self._mark, lack=lack
        )
        self._closing.upload = self._upload
        self._steps = self._upload.steps()
        return self._upload

    def attach(self, run_id: str) -> RemoteRun:
        try:
            return self._run(run_reference(run_id).number_at(self._origin, "run-id"))
        except ValueError as error:
            raise BadInputError([("run-id", str(error))]) from None

    def poll(self, run: RemoteRun) -> Progress:
        if self._upload is None or self._results is None:
            return self._poll_foreign(run)
        if not self._upload.thread:
            self._upload.begin(self._hidden(bodies.of_own_thread(self._settings, self._command)))
        for _ in range(STRETCH):
            if self._calls.left <= 0:
                break
            try:
                next(self._steps)
            except StopIteration:
                self._close(run)
                break
        total = self._results.totals.tests
        if not self._recorded and self._calls.left <= 0:
            fact = f"The time was over after {self._upload.sent} of {total} tests were recorded in run {run.id}."
            remedy = "Raise `timeout`, and record them in a new run: this one is not whole."
            raise ResultUnknownError(fact, remedy=remedy, reason=Reason.TIMEOUT)
        return Progress(
            phase=Phase.FINISHED if self._recorded else Phase.RUNNING,
            word="recorded" if self._recorded else "recording",
            done=self._upload.sent,
            total=total,
            verdict=self._verdict if self._recorded else None,
            more=not self._recorded,
        )

    def _close(self, run: RemoteRun) -> None:
        """All of it is there: nothing is owed any more."""
        if self._starter is not None and self._starter.was_unsure:
            for other in self._starter.ours():
                if other != int(run.id):
                    self._closing.end_ours(other, self._mark)
        self._recorded = True
        self._settle()

    def _poll_foreign(self, run: RemoteRun) -> Progress:
        """`mode: wait`: complete the run that other jobs have filled; what it holds is the server's to say."""
        if self._waiting is None:
            resources = self._hidden(bodies.of_resources(self._settings))
            self._waiting = Waiting(self._recorder, self._calls, int(run.id), lambda: self._owe_end_of(run), resources)
        try:
            return self._waiting.poll()
        finally:
            if self._waiting.seen is not None and self._waiting.seen.completed:
                self._settle()

    def _owe_end_of(self, run: RemoteRun) -> None:
        if self._debt is None:
            self._owe({"kind": "wait", "label": f"run {run.id}, still open", "run": run.id})

    def collect(self, run: RemoteRun, *, complete: bool) -> TestReport:
        found = self.known()
        if found is None:
            waiting = self._waiting
            report = bodies.report(waiting.seen if waiting else None, run)
            report = replace(report, warnings=waiting.doubts if waiting else ())
            return with_failed(report, run, self._calls, self._log) if complete and report.totals.failed else report
        return replace(
            found,
            run=run,
            word="recorded" if self._recorded else "recording",
            verdict=found.verdict if self._recorded else None,
            warnings=found.warnings + self._doubts(),
        )

    def known(self) -> TestReport | None:
        if self._salvage:
            self._results, self._salvage = self._salvage(), None
        found, command = self._results, self._command
        if found is None and command is None:
            return None
        title = f"Testmo run {self._shared}" if self._shared else f"Testmo, {self._settings.source}"
        report = TestReport(title=title, run=None, verdict=self._verdict, command=command)
        if found is None:
            return report
        return replace(report, suites=found.suites(), totals=found.totals, seconds=found.seconds, warnings=found.doubts)

    @property
    def _verdict(self) -> Verdict:
        totals = self._results.totals if self._results else Totals()
        bad = totals.failed + totals.errored or (self._command is not None and not self._command.is_good)
        return Verdict.FAILED if bad else Verdict.PASSED

    def _doubts(self) -> tuple[str, ...]:
        """The server's counts confirm the verdict; where they do not, somebody should look at the instance."""
        upload, found = self._upload, self._results
        if upload is None or upload.seen is None or found is None:
            return ()
        doubt = counts.doubt(upload.seen, upload.thread if self._shared else 0, found.totals)
        return (doubt,) if doubt else ()

    def cancel(self, run: RemoteRun) -> bool:
        number = int(run.id)
        if number in self._closing.ended:
            return True
        if self._wish.mode == "cleanup" and not self._wish.run_id:
            return self._closing.is_over(number)  # the journal's debts said what is to be completed
        if not self._is_proven and self._mark and self._mark not in self._recorder.look(number).marks:
            return False  # a reply named somebody else's run
        self._closing.end(number)
        if self._is_proven or not self._mark:
            self._settle()
        return True

    @property
    def _is_proven(self) -> bool:
        """Whether the run that this process works on is surely the one that it created, and the only one."""
        sure = self._starter is not None and not self._starter.was_unsure
        return sure and self._upload is not None and bool(self._upload.thread)

    def rerun(self, run: RemoteRun) -> RemoteRun:  # noqa: ARG002 -- the Protocol's shape
        raise BadInputError([("rerun-failed", UNSUPPORTED["rerun-failed"])])

    def undo(self, debt: Mapping[str, str]) -> None:
        """Complete what is still open; complete_run() takes a refusal for what it is."""
        if debt["kind"] == lacking.WORD:
            self._closing.tell(int(debt["run"]), self._redact(lacking.of_job(self._wish.machine.build)))
        elif debt["kind"] == "wait":
            self._closing.end_if_there(int(debt["run"]))
        elif self._upload is not None and self._is_proven and "but" not in debt and debt["mark"] == self._mark:
            self._closing.end(self._upload.run)
        else:
            self._closing.end_all_of(debt)

    def usual_seconds(self) -> float | None:
        return None

    def _hidden(self, body: Mapping[str, object]) -> Any:
        return in_body(body, self._redact)

    def _owe(self, debt: dict[str, str]) -> None:
        self._diary.owe(debt)
        self._debt = debt

    def _settle(self) -> None:
        if self._debt is not None:
            self._diary.settle(self._debt)
            self._debt = None

    def _run(self, number: int) -> RemoteRun:
        url = f"{self._origin}/automation/runs/view/{number}"
        return RemoteRun(vendor="testmo", id=str(number), url=url, shared=bool(self._shared))
