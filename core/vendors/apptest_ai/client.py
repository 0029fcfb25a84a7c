"""One testset of apptest.ai: send the app once, look until it is complete; the result is a part of the last look."""

from collections.abc import Mapping
from dataclasses import replace

from core.errors import BadInputError, CallFailedError, Fault, ResultUnknownError
from core.inputs.kinds import identifier
from core.model import Phase, Progress, Reason, RemoteRun, TestReport, Verdict, count
from core.ports import Answer, Calls, Diary, Log, Wish
from core.vendors.apptest_ai import codes, judging, report, results, status
from core.vendors.apptest_ai.operations import VERSION
from core.vendors.apptest_ai.settings import UNSUPPORTED, Settings

LONGEST_NAME = 100
API_HOST, APP_HOST = "api.apptest.ai", "app.apptest.ai"
NO_RESULT = "apptest.ai calls the testset complete and has no result of it."
SECOND_UPLOAD = 5.0  # seconds before the one more try
XML_LIMIT = 16 << 20  # bytes: of thousands of devices there are 4 MiB or so
XML_SECONDS = 30.0  # seconds of patience for the XML alone, which a vendor may answer with all forms at once
LATE = (1.0, 2.0, 4.0, 8.0, 15.0)  # seconds before each further look at a result that should be there


class ApptestAi:
    """Implements core.ports.Vendor for one run."""

    def __init__(self, settings: Settings, wish: Wish, calls: Calls, _: Diary, log: Log, base_url: str) -> None:
        self._settings = settings
        self._name = one_name(wish.name)
        self._calls = calls
        self._log = log
        self._page = base_url.removesuffix(VERSION).replace(API_HOST, APP_HOST)
        self._announced: int | None = None
        self._began: float | None = None
        self._plain = False  # the service knows no `data_type`
        self._status: status.Status | None = None
        self._reading = results.NOTHING
        self._finding: judging.Finding | None = None

    def start(self) -> RemoteRun:
        try:
            return self._start_once()
        except CallFailedError as failure:
            if failure.code != codes.UPLOAD_FAILED:
                raise
            self._log.warning(f"{failure.fact} Sending the app once more.")
            self._calls.pause(SECOND_UPLOAD)
            return self._start_once()

    def _start_once(self) -> RemoteRun:
        try:
            testset, self._announced, self._began = self._calls.start(
                "start-testset", parse=_started, body=self._request(), file=self._settings.app_file
            )
        except CallFailedError as failure:
            if failure.fault.surely_without_effect:
                raise
            where = f"Look at {self._page} for the testset {self._name!r} of project {self._settings.project_id}"
            fact = f"{failure.fact} A run may exist, and apptest.ai's API can't tell."
            remedy = f"{where} before starting another; its id can be given to `mode: wait` as `run-id`."
            raise ResultUnknownError(fact, remedy=remedy, reason=Reason.MAY_EXIST) from failure
        return self._run(testset)

    def _request(self) -> dict[str, object]:
        """The JSON of a start; what is not set is left to the project."""
        settings = self._settings
        optional: dict[str, object | None] = {
            "time_limit": settings.time_limit,
            "use_vo": settings.use_vo,
            "callback": settings.callback or None,
            "os_type": settings.os_type or None,
            "scenario_id": settings.scenario_id,
        }
        given = {key: value for key, value in optional.items() if value is not None}
        return {"pid": settings.project_id, "testset_name": self._name} | given

    def attach(self, run_id: str) -> RemoteRun:
        try:
            return self._run(identifier(run_id))
        except ValueError as error:
            raise BadInputError([("run-id", str(error))]) from None

    def poll(self, run: RemoteRun) -> Progress:
        now = self._calls.read(
            "get-testset", parse=lambda answer: status.read(answer.value), path={"testset_id": run.id}
        )
        self._status, counts = now, now.counts
        found = self._finding = None
        reading = self._result(run) if now.complete else None
        if reading is not None:
            self._reading = reading
            found = self._finding = judging.judge(counts, reading.devices, self._announced, reading.doubt)
        return Progress(
            phase=now.phase if found or not now.complete else Phase.RUNNING,
            word=now.word,
            done=counts.passed + counts.bad,
            total=counts.total,
            verdict=(found.verdict or Verdict.VENDOR_ERROR) if found else None,
            known=now.known,
            # Counts alone do not say whose they are: like a contradiction, they are believed when read twice.
            consistent=not (found and (found.doubt or reading is None or not reading.usable)),
            awaited=NO_RESULT if now.complete and not found else "",
        )

    def _result(self, run: RemoteRun) -> results.Reading | None:
        """The result of a complete testset; None where it isn't ready: then the status may not have been true.

        A vendor that can't make it up leaves the counts, in the end.
        """
        for pause in (*LATE, None):
            try:
                return self._read_result(run)
            except CallFailedError as failure:
                if failure.code == codes.NOT_READY:
                    return None
                if failure.code not in (codes.RESULT_ERROR, codes.NO_DATA):
                    raise
                if pause is not None:
                    self._calls.pause(pause)
                elif failure.code == codes.RESULT_ERROR:
                    self._log.warning(f"{failure.fact} The counts of the testset stand for its result.")
                    return results.NOTHING
                else:
                    raise
        raise AssertionError("the last pause is None")

    def _read_result(self, run: RemoteRun) -> results.Reading:
        """The XML alone first: with the HTML an answer can be large. Then all forms, where that one is of no use.

        An answer without end is one that can't be read, as an outage makes it: both are left to the second request.
        """
        found = results.NOTHING
        if not self._plain:
            try:
                found = self._get_result(run, "xml", seconds=XML_SECONDS, limit=XML_LIMIT)
            except CallFailedError as failure:
                refused = failure.fault is Fault.REFUSED and failure.code not in (codes.RESULT_ERROR, codes.NOT_READY)
                if not (refused or failure.fault.passes):
                    raise
                self._plain = refused or failure.fault is Fault.UNREADABLE
        if not found.usable and not found.json:
            found = self._get_result(run, None)
        return found

    def _get_result(
        self, run: RemoteRun, data_type: str | None, *, seconds: float | None = None, limit: int | None = None
    ) -> results.Reading:
        return self._calls.read(
            "get-result",
            parse=lambda answer: results.read(answer.value),
            path={"testset_id": run.id},
            query={"data_type": data_type},
            seconds=seconds,
            limit=limit,
        )

    def collect(self, run: RemoteRun, *, complete: bool) -> TestReport:
        title = f"apptest.ai, testset {run.id}"
        if self._status is None or self._finding is None:
            return TestReport(title=title, run=run, word=self._status.word if self._status else "")
        if complete:
            self._prove(self._finding, run)
            self._fetch_page(run)
        suites = report.suites(self._status.counts, self._reading.devices, self._began)
        whole = tuple(report.attachments(self._reading))
        kept = tuple(map(report.fit, whole))
        for before, after in zip(whole, kept, strict=True):
            if after is not before:
                self._log.warning(f"{before.name} is cut: apptest.ai's text has {len(before.text)} characters.")
        return TestReport(
            title=title,
            run=run,
            word=self._status.word,
            verdict=self._finding.verdict,
            suites=suites,
            totals=count(suites),
            warnings=self._warnings(),
            attachments=kept,
        )

    def _prove(self, finding: judging.Finding, run: RemoteRun) -> None:
        if finding.verdict is None:
            fact = f"Testset {run.id} is complete, and its result is unknown. {finding.doubt}"
            raise ResultUnknownError(fact, remedy=f"Look at {run.url} for it.", reason=Reason.PROTOCOL)

    def _fetch_page(self, run: RemoteRun) -> None:
        """The vendor's HTML: nice to have, so a failure is shrugged off."""
        if self._reading.html or self._plain:
            return
        try:
            page = self._calls.peek(
                "get-result",
                parse=lambda answer: results.read(answer.value),
                path={"testset_id": run.id},
                query={"data_type": "html"},
            )
        except CallFailedError:
            return
        self._reading = replace(self._reading, html=page.html)

    def _warnings(self) -> tuple[str, ...]:
        doubt = (self._finding.doubt,) if self._finding and self._finding.doubt else ()
        troubles = () if self._reading.usable else (f"{each}." for each in self._reading.troubles)
        return (*doubt, *troubles)

    def known(self) -> TestReport | None:
        return None

    def cancel(self, run: RemoteRun) -> bool:  # noqa: ARG002 -- the Protocol's shape: the API has no such operation
        return False

    def rerun(self, run: RemoteRun) -> RemoteRun:  # noqa: ARG002 -- the Protocol's shape
        raise BadInputError([("rerun-failed", UNSUPPORTED["rerun-failed"])])

    def undo(self, debt: Mapping[str, str]) -> None:
        raise ValueError(debt)  # nothing is ever owed here

    def usual_seconds(self) -> float | None:
        return None

    def _run(self, testset: int) -> RemoteRun:
        return RemoteRun(vendor="apptest-ai", id=str(testset), url=self._page)


def one_name(text: str) -> str:
    """A testset's name: one line of at most 100 characters."""
    lines = text.strip().splitlines()
    return (lines[0].strip() if lines else "")[:LONGEST_NAME] or "test-runner-action"


def _started(answer: Answer) -> tuple[int, int, float | None]:
    """(the testset's id, its devices, the server's clock). Promised: testset_id, test_count."""
    testset, devices = answer.value["testset_id"], answer.value["test_count"]
    if any(isinstance(number, bool) or not isinstance(number, int) for number in (testset, devices)):
        raise TypeError("an id or a count is no number")
    if testset <= 0 or devices < 0:
        raise ValueError("an id or a count is out of range")
    return testset, devices, answer.date
