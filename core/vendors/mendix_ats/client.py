"""One job at Mendix ATS: start it once, look at it until it is done, run again what did not pass."""

from collections.abc import Mapping

from core.errors import BadInputError, CallFailedError, ResultUnknownError
from core.model import Progress, Reason, RemoteRun, TestReport, count
from core.ports import Answer, Calls, Diary, Log, Wish
from core.text.sanitize import one_line
from core.vendors.mendix_ats import replies, results
from core.vendors.mendix_ats.services import GET_TEST_RUN
from core.vendors.mendix_ats.settings import NO_DETAILS, Settings

NOTE = "Find it by this id in ATS, on the page Test Runs. Until it ends it keeps one of the 5 slots."
SECOND_LOOK = 2.0  # seconds: a job may be done a moment before its result is written


class MendixAts:
    """Implements core.ports.Vendor for one job."""

    def __init__(
        self,
        settings: Settings,
        wish: Wish,  # noqa: ARG002 -- a job takes no name, and none can be adopted
        calls: Calls,
        diary: Diary,  # noqa: ARG002 -- nothing but jobs is made at ATS
        log: Log,
        base_url: str,  # noqa: ARG002 -- there are no pages to name
    ) -> None:
        self._settings = settings
        self._calls = calls
        self._log = log
        self._date: float | None = None
        self._last: replies.Look | None = None

    def start(self) -> RemoteRun:
        return self._launch("run-job", {"JobTemplateID": self._settings.template_id}, "A job")

    def rerun(self, run: RemoteRun) -> RemoteRun:
        if not self._settings.details:
            raise BadInputError([("rerun-failed", NO_DETAILS)])
        return self._launch("rerun-not-passed", {"FinishedJobID": run.id}, "A job with what did not pass")

    def _launch(self, operation: str, fields: Mapping[str, str], what: str) -> RemoteRun:
        """Make a job. It can't be looked up afterwards, so whatever is not sure ends here."""
        try:
            job = self._calls.start(
                operation,
                parse=lambda answer: replies.launched(answer.value, answer.date),
                body={"AppID": self._settings.app_id, **fields},
            )
        except CallFailedError as failure:
            if failure.fault.surely_without_effect:
                raise
            fact = f"{failure.fact} {what} may have been started; on purpose it was not started twice."
            remedy = (
                "Look at the page Test Runs in ATS before starting another run. If the job is there, collect it with "
                "`mode: wait` and its id as `run-id`."
            )
            raise ResultUnknownError(fact, remedy=remedy, reason=Reason.MAY_EXIST) from failure
        if job.message:
            self._log.warning(f"ATS started job {job.id} and says: {one_line(job.message, replies.LONGEST_SAID)}")
        self._date, self._last = job.date, None
        return self.attach(job.id)

    def attach(self, run_id: str) -> RemoteRun:
        return RemoteRun(vendor="mendix-ats", id=run_id, url="", note=NOTE)

    def poll(self, run: RemoteRun) -> Progress:
        look = self._look(run)
        if look.status == replies.DONE and look.verdict is None:
            self._calls.pause(SECOND_LOOK)
            look = self._look(run)
        if look.status == replies.DONE and look.verdict is None:
            raise _no_verdict(look, run)
        return results.progress(look)

    def _look(self, run: RemoteRun) -> replies.Look:
        fields: dict[str, object] = {"JobID": run.id, "AppID": self._settings.app_id}
        if self._settings.details:
            fields |= dict.fromkeys(GET_TEST_RUN.flags, True)
        self._last = self._calls.read("get-test-run", parse=self._understood, body=fields)
        return self._last

    def _understood(self, answer: Answer) -> replies.Look:
        look = replies.read(answer.value)
        if self._date is None:
            self._date = answer.date
        return look

    def collect(self, run: RemoteRun, *, complete: bool) -> TestReport:
        last = self._last
        title = "Mendix ATS" + (f", template {self._settings.template_id}" if self._settings.template_id else "")
        if last is None:
            return TestReport(title=title, run=run)
        if complete and results.unproven(last):
            raise _disagreement(last, run)
        suites = results.suites(last, title, self._date)
        return TestReport(
            title=title,
            run=run,
            word=results.progress(last).word,
            verdict=last.verdict,
            suites=suites,
            totals=count(suites),
            warnings=results.warnings(last),
        )

    def known(self) -> TestReport | None:
        return None

    def cancel(self, run: RemoteRun) -> bool:  # noqa: ARG002 -- the Protocol's shape: ATS has no such operation
        return False

    def undo(self, debt: Mapping[str, str]) -> None:
        raise ValueError(debt)  # nothing but jobs is made at ATS, and those can't be undone

    def usual_seconds(self) -> float | None:
        return None


def _no_verdict(look: replies.Look, run: RemoteRun) -> ResultUnknownError:
    word = f"the unknown result {one_line(look.result, 60)!r}" if look.result else "no result"
    canceled = ", and that it was canceled" if look.canceled else ""
    fact = f"ATS says that job {run.id} is done with {word}{canceled}: that is no verdict."
    remedy = "A test suite without a test case ends like this. Look at the job in ATS, on the page Test Runs."
    return ResultUnknownError(fact, remedy=remedy, reason=Reason.PROTOCOL)


def _disagreement(look: replies.Look, run: RemoteRun) -> ResultUnknownError:
    fact = (
        f"ATS calls job {run.id} passed, and its counts and its cases differ to the end. {results.disagreement(look)}"
    )
    return ResultUnknownError(fact, remedy="Look at the job in ATS, on the page Test Runs.", reason=Reason.PROTOCOL)
