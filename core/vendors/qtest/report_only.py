"""`qtest-mode: report-only`: JUnit files into a test suite or a test cycle, piece by piece through qTest's queue."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.errors import BadInputError, CallFailedError, EmptyResultsError, Fault, ResultUnknownError
from core.junit_read import NO_GREEN, Cases, JUnitError, JUnitFile, Survey, survey
from core.model import Phase, Progress, Reason, RemoteRun, TestReport, TestSuite, Verdict
from core.ports import Answer, Calls, Diary, Log, Wish
from core.vendors.qtest import fields
from core.vendors.qtest.access import date_of
from core.vendors.qtest.allowance import Allowance
from core.vendors.qtest.logs import MAP_THEM
from core.vendors.qtest.settings import UNSUPPORTED, Settings
from core.vendors.qtest.uploads import Target, batches

_WAITING = ("IN_WAITING", "IN_PROCESSING", "PENDING")
_NEW = 60.0  # seconds in which the queue may not know what it was just given
_NOTHING = "Nothing was uploaded."
_ALLOW = "Check that the tests ran; if that is fine, set `allow-empty: true`."
_QUERY = {"type": "automation", "escapeXml": "false"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An upload in the queue. `content` is hostile."""

    id: int
    state: str
    content: str


class ReportOnly:
    """Implements core.ports.Vendor for the uploads of one step: each is taken in before the next one is sent."""

    def __init__(self, settings: Settings, wish: Wish, calls: Calls, _: Diary, log: Log, base_url: str) -> None:
        self._settings = settings
        self._wish = wish
        self._calls = calls
        self._log = log
        self._page = f"{base_url}/p/{settings.project_id}/portal/project"
        self._files: tuple[JUnitFile, ...] = ()
        self._survey: Survey | None = None
        self._rest: Iterator[Mapping[str, Any]] = iter(())
        self._item = Item(id=0, state="", content="")
        self._allowance = Allowance(calls, log, lambda: wish.machine.clock.wall() + self._skew)
        self._skew = 0.0  # seconds that qTest's clock is ahead of this machine's
        self._sent_at = 0.0
        self._sent = self._sent_last = 0

    def start(self) -> RemoteRun:
        """Read everything before the first request: only then is it known that each file is whole."""
        machine = self._wish.machine
        found = machine.reports(self._settings.results)
        if not found.files and not found.unreadable:
            raise EmptyResultsError(" ".join((_NOTHING, *found.missing[:10])), remedy=_ALLOW, reason=Reason.EMPTY)
        wrong = found.unreadable if self._wish.allow_empty else (*found.missing, *found.unreadable)
        if wrong:
            raise BadInputError([("results", text) for text in wrong])
        self._files = tuple(JUnitFile(path, shown=name) for path, name in found.files)
        try:
            self._survey = survey(self._files)
        except JUnitError as error:
            raise BadInputError([("results", str(error))]) from error
        totals = self._survey.totals
        if not totals.failed + totals.errored and any(file.hides_failures for file in self._files):
            raise BadInputError([("results", text) for text in (*self._survey.doubts, NO_GREEN)])
        now = date_of(self._calls, "get-token-status", self._log)
        now = machine.clock.wall() if now is None else now
        self._skew = now - machine.clock.wall()
        target = Target(settings=self._settings, build=machine.build, now=now)
        self._rest = batches(self._files, target)
        first = next(self._rest, None)
        if first is None:
            raise EmptyResultsError(f"{_NOTHING} The files hold no case.", remedy=_ALLOW, reason=Reason.EMPTY)
        self._item = self._send(first, first=True)
        return self._run(str(self._item.id))

    def _send(self, body: Mapping[str, Any], *, first: bool = False) -> Item:
        operation = "submit-suite-logs" if self._settings.test_suite else "submit-cycle-logs"
        path = {"project_id": self._settings.project_id}
        self._allowance.spare()
        try:
            call = self._calls.start if first else self._calls.create
            item, headers = call(operation, parse=_item_and_headers, path=path, query=_QUERY, body=body)
        except CallFailedError as failure:
            if failure.fault.surely_without_effect:
                raise
            fact = f"{failure.fact} Whether qTest took in these results is unknown; {self._sent} were sent before."
            remedy = f"Look at {self._page} for them before starting another upload: it would be a second log of each."
            raise ResultUnknownError(fact, remedy=remedy, reason=Reason.MAY_EXIST) from failure
        self._allowance.heed(headers)
        self._sent_last = len(body["test_logs"])
        self._sent += self._sent_last
        self._sent_at = self._wish.machine.clock.now()
        return item

    def _run(self, run_id: str) -> RemoteRun:
        return RemoteRun(vendor="qtest", id=run_id, url=self._page, collectable=False)

    def attach(self, run_id: str) -> RemoteRun:
        return self._run(run_id)

    def poll(self, run: RemoteRun) -> Progress:  # noqa: ARG002 -- the item at hand counts
        if self._item.state != "SUCCESS":
            self._item = self._look()
        state, total = self._item.state, self._survey.totals.tests if self._survey else 0
        if state == "FAILED":
            fact = f"qTest did not take in the results (upload {self._item.id}): {self._item.content[:500]}"
            raise ResultUnknownError(fact, remedy=MAP_THEM, reason=Reason.VENDOR_ERROR)
        if state == "SUCCESS":
            self._check_count()
            body = next(self._rest, None)
            if body is None:
                verdict = self._verdict()
                return Progress(phase=Phase.FINISHED, word=state, done=self._sent, total=total, verdict=verdict)
            self._item = self._send(body)
            return Progress(phase=Phase.RUNNING, word=self._item.state, done=self._sent, total=total, more=True)
        known = state in _WAITING
        return Progress(phase=Phase.RUNNING, word=state, done=self._sent, total=total, known=known)

    def _check_count(self) -> None:
        """QTest may tell how many logs it made of an upload: another number than was sent is no success."""
        told = _count(self._item.content)
        if told is not None and told != self._sent_last:
            fact = f"qTest made {told} logs of {self._sent_last} results (upload {self._item.id})."
            raise ResultUnknownError(fact, remedy=f"Look at {self._page}. {MAP_THEM}", reason=Reason.PROTOCOL)

    def _look(self) -> Item:
        try:
            self._allowance.spare()
            path = {"queue_id": self._item.id}
            found, headers = self._calls.read("get-queue-state", parse=self._mine, path=path)
        except CallFailedError as failure:
            if failure.fault is Fault.ABSENT and self._wish.machine.clock.now() - self._sent_at < _NEW:
                return self._item
            raise
        self._allowance.heed(headers)
        return found

    def _mine(self, answer: Answer) -> tuple[Item, Mapping[str, str]]:
        found, headers = _item_and_headers(answer)
        if found.id != self._item.id:
            raise ValueError("the answer is about another upload")
        return found, headers

    def _verdict(self) -> Verdict:
        totals = self._survey.totals if self._survey else None
        if totals is None or not totals.tests:
            return Verdict.SKIPPED
        return Verdict.FAILED if totals.failed + totals.errored else Verdict.PASSED

    def collect(self, run: RemoteRun, *, complete: bool) -> TestReport:  # noqa: ARG002 -- all of it is here
        over = self._item.state == "SUCCESS"
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
            word=self._item.state,
            suites=suites,
            totals=self._survey.totals,
            warnings=self._survey.doubts,
        )

    def cancel(self, run: RemoteRun) -> bool:  # noqa: ARG002 -- qTest takes in what it has
        return False

    def rerun(self, run: RemoteRun) -> RemoteRun:  # noqa: ARG002 -- refused with the inputs
        raise BadInputError([("rerun-failed", UNSUPPORTED["rerun-failed"])])

    def undo(self, debt: Mapping[str, str]) -> None:
        raise ValueError(debt["kind"])  # an upload owes nothing

    def usual_seconds(self) -> float | None:
        return None


def _count(content: str) -> int | None:
    """The number of logs in the result of an upload, JSON in a text; None where it does not tell."""
    try:
        found = json.loads(content)["totalTestLogs"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _item_and_headers(answer: Answer) -> tuple[Item, Mapping[str, str]]:
    value = answer.value
    item = Item(
        id=fields.whole(value["id"]), state=fields.text(value["state"]), content=fields.text(value.get("content"))
    )
    return item, answer.headers
