"""`qtest-mode: report-only`: JUnit files into a test suite or a test cycle, piece by piece through qTest's queue."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from core.errors import BadInputError, EmptyResultsError, TimedOutError
from core.junit_read import NO_GREEN, Cases, JUnitError, JUnitFile, Survey, survey
from core.model import Phase, Progress, Reason, RemoteRun, TestReport, TestSuite, Verdict
from core.ports import Calls, Diary, Log, Wish
from core.vendors.qtest.access import date_of
from core.vendors.qtest.files import copied
from core.vendors.qtest.queueing import SUCCESS, WAITING, Queue
from core.vendors.qtest.settings import UNSUPPORTED, Settings
from core.vendors.qtest.uploads import Target, batches

_NOTHING = "Nothing was uploaded."
_ALLOW = "Check that the tests ran; if that is fine, set `allow-empty: true`."


class ReportOnly:
    """Implements core.ports.Vendor for the uploads of one step."""

    def __init__(self, settings: Settings, wish: Wish, calls: Calls, _: Diary, log: Log, base_url: str) -> None:
        self._settings = settings
        self._wish = wish
        self._calls = calls
        self._log = log
        self._page = f"{base_url}/p/{settings.project_id}/portal/project"
        self._files: tuple[JUnitFile, ...] = ()
        self._survey: Survey | None = None
        self._rest: Iterator[Mapping[str, Any]] = iter(())
        self._queue = Queue(settings, calls, wish.machine.clock, log, self._page)

    def start(self) -> RemoteRun:
        """Read everything before the first request: only then is it known that each file is whole."""
        machine = self._wish.machine
        found = machine.reports(self._settings.results)
        if not found.files and not found.unreadable:
            raise EmptyResultsError(" ".join((_NOTHING, *found.missing[:10])), remedy=_ALLOW, reason=Reason.EMPTY)
        wrong = found.unreadable if self._wish.allow_empty else (*found.missing, *found.unreadable)
        if wrong:
            raise BadInputError([("results", text) for text in wrong])
        self._files = tuple(self._copy(at, path, name) for at, (path, name) in enumerate(found.files))
        try:
            self._survey = survey(self._files)
        except JUnitError as error:
            raise BadInputError([("results", str(error))]) from error
        totals = self._survey.totals
        if not totals.failed + totals.errored and any(file.hides_failures for file in self._files):
            raise BadInputError([("results", text) for text in (*self._survey.doubts, NO_GREEN)])
        now = date_of(self._calls, "get-token-status", self._log)
        now = machine.clock.wall() if now is None else now
        self._queue.skew = now - machine.clock.wall()
        self._queue.total = totals.tests
        self._rest = batches(self._files, Target(settings=self._settings, build=machine.build, now=now))
        first = next(self._rest, None)
        if first is None:
            raise EmptyResultsError(f"{_NOTHING} The files hold no case.", remedy=_ALLOW, reason=Reason.EMPTY)
        self._queue.send(first)
        return self._run(str(self._queue.item.id))

    def _copy(self, at: int, path: str, name: str) -> JUnitFile:
        """What is judged, what is sent and what is shown are one and the same, whoever writes the file meanwhile."""
        return JUnitFile(copied(path, os.path.join(self._wish.machine.kept, f"upload-{at}.xml")), shown=name)

    def _run(self, run_id: str) -> RemoteRun:
        return RemoteRun(vendor="qtest", id=run_id, url=self._page, collectable=False)

    def attach(self, run_id: str) -> RemoteRun:
        return self._run(run_id)

    def poll(self, run: RemoteRun) -> Progress:  # noqa: ARG002 -- the last upload counts
        queue = self._queue
        queue.look()
        body: Mapping[str, Any] | None = None
        if queue.is_taken_in:
            body = next(self._rest, None)
            if body is None:
                done, verdict = queue.sent, self._verdict()
                return Progress(phase=Phase.FINISHED, word=SUCCESS, done=done, total=queue.total, verdict=verdict)
            queue.send(body)
        now = self._progress(more=body is not None)
        if now.known and self._calls.left <= 0:
            fact = f"qTest has not taken in the upload {queue.item.id} yet ({now.word}). {self._how_many()}"
            remedy = f"Raise `timeout`. Another upload may be a second log of each: look at {self._page} before."
            raise TimedOutError(fact, remedy=remedy)
        return now

    def _progress(self, *, more: bool) -> Progress:
        queue, state = self._queue, self._queue.item.state
        known = state in (*WAITING, SUCCESS)
        return Progress(phase=Phase.RUNNING, word=state, done=queue.sent, total=queue.total, known=known, more=more)

    def _how_many(self) -> str:
        return f"Of {self._queue.total} results {self._queue.sent} were sent."

    def _verdict(self) -> Verdict:
        totals = self._survey.totals if self._survey else None
        if totals is None or not totals.tests:
            return Verdict.SKIPPED
        return Verdict.FAILED if totals.failed + totals.errored else Verdict.PASSED

    def collect(self, run: RemoteRun, *, complete: bool) -> TestReport:  # noqa: ARG002 -- all of it is here
        over = self._queue.is_taken_in
        return replace(self._report(), run=run, verdict=self._verdict() if over else None)

    def known(self) -> TestReport | None:
        return None if self._survey is None else replace(self._report(), verdict=self._verdict())

    def _report(self) -> TestReport:
        title = f"qTest, results of project {self._settings.project_id}"
        if self._survey is None:
            return TestReport(title=title, run=None)
        suites = tuple(TestSuite(name=file.shown, cases=Cases(file), timestamp="") for file in self._files)
        return TestReport(
            title=title,
            run=None,
            word=self._queue.item.state,
            suites=suites,
            totals=self._survey.totals,
            warnings=self._survey.doubts,
        )

    def cancel(self, run: RemoteRun) -> bool:  # noqa: ARG002 -- qTest takes in what it has
        self._log.info(self._how_many())
        return False

    def rerun(self, run: RemoteRun) -> RemoteRun:  # noqa: ARG002 -- refused with the inputs
        raise BadInputError([("rerun-failed", UNSUPPORTED["rerun-failed"])])

    def undo(self, debt: Mapping[str, str]) -> None:
        raise ValueError(debt["kind"])  # an upload owes nothing

    def usual_seconds(self) -> float | None:
        return None
