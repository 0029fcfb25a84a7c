"""One run on Autify for mobile: upload a build, start a test plan once, read one result until it is final."""

from collections.abc import Mapping

from core.errors import BadInputError, CallFailedError
from core.model import Progress, RemoteRun, TestReport, count
from core.ports import Answer, Calls, Diary, Log, Wish
from core.vendors.autify import fields, history, words
from core.vendors.autify.mobile import listing, results
from core.vendors.autify.naming import projects
from core.vendors.autify.options import Settings
from core.vendors.autify.references import opaque, run_reference
from core.vendors.autify.settings import UNSUPPORTED


class AutifyMobile:
    """Implements core.ports.Vendor for one run. Nothing of it is ever owed: a build can't be deleted again."""

    def __init__(self, settings: Settings, wish: Wish, calls: Calls, _diary: Diary, log: Log, base_url: str) -> None:
        self._settings = settings
        self._wish = wish
        self._calls = calls
        self._log = log
        self._origin = base_url.removesuffix("/api/v1")
        self._project = next(iter(projects(settings, "")), "")
        self._plan = settings.test_plan.id if settings.test_plan else ""
        self._build = settings.build_id
        self._before = listing.Baseline()
        self._last: results.Result | None = None

    def start(self) -> RemoteRun:
        self._before = listing.baseline(self._calls, self._project, self._plan)
        if self._settings.app_file:
            self._build = self._upload(self._settings.app_file)
        body: dict[str, object] = {"build_id": self._build}
        if self._settings.device_ids:
            body["device_ids"] = list(self._settings.device_ids)
        try:
            id_ = self._calls.start("run-test-plan", parse=self._started, path={"test_plan_id": self._plan}, body=body)
        except CallFailedError as failure:
            if failure.fault.surely_without_effect:
                raise
            return self._reconcile(failure)
        return self._run(id_)

    def _upload(self, path: str) -> str:
        """The new build's id. When the answer is lost another build is made: one that nobody runs is no harm."""
        try:
            build = self._calls.read(
                "upload-build",
                parse=lambda answer: fields.opaque(answer.value["id"]),
                path={"project_id": self._project},
                file=path,
            )
        except OSError as error:
            reason = error.strerror or str(error)
            raise BadInputError([("app-file", f"the file {path!r} can't be read any more: {reason}.")]) from error
        self._log.info(f"Uploaded as build {build}.")
        return build

    def _started(self, answer: Answer) -> str:
        """The id in the answer to the start, or ValueError where that can't be the run that was asked for."""
        id_, plan = fields.opaque(answer.value["id"]), answer.value.get("test_plan") or {}
        if id_ in self._before.ids:
            raise ValueError(f"it names run {id_}, which was there before")
        if plan.get("id") not in (None, self._plan):
            raise ValueError("it is about another test plan")
        return id_

    def _reconcile(self, lost: CallFailedError) -> RemoteRun:
        """Find the run that the lost start may have made: surely ours is only one that tests the build of this run."""
        self._log.warning(f"{lost.fact} A run may have been started: looking at the vendor's list.")
        where = f"Look at {self._origin}/projects/{self._project}/results before starting another run."
        own = bool(self._settings.app_file)
        wanted = listing.Wanted(project=self._project, plan=self._plan, build=self._build, before=self._before)
        try:
            candidates = listing.look(wanted, self._calls, surely=own)
        except CallFailedError as second:
            raise history.unreadable(lost, second, where) from second
        ours = [id_ for id_, builds in candidates.items() if own and self._build in builds]
        if len(ours) == 1:
            self._log.info(f"Run {ours[0]} tests build {self._build}, uploaded by this step: it is ours.")
            return self._run(ours[0])
        pages = [self._page(id_) for id_ in candidates]
        if self._wish.adopt and len(candidates) == 1:
            self._log.warning(f"`adopt` is set: the one new run is taken as ours.\n  {pages[0]}")
            return self._run(*candidates)
        raise history.unresolved(lost, pages, where) from lost

    def attach(self, run_id: str) -> RemoteRun:
        try:
            ref = run_reference(run_id)
            found = opaque(ref.id)
        except ValueError:
            raise BadInputError([("run-id", f"{run_id!r} is no run of Autify.")]) from None
        self._project = ref.project or self._project
        return self._run(found)

    def poll(self, run: RemoteRun) -> Progress:
        self._last = self._calls.read(
            "describe-test-result",
            parse=lambda answer: self._ours(results.read(answer.value), run),
            path={"project_id": self._project, "result_id": run.id},
        )
        return results.progress(self._last)

    def _ours(self, result: results.Result, run: RemoteRun) -> results.Result:
        """The same result, or ValueError: an answer about another or an older run is no answer."""
        if result.id != run.id:
            raise ValueError(f"it is about run {result.id}")
        if self._plan and result.plan_id not in ("", self._plan):
            raise ValueError("it is about another test plan")
        if self._build and result.builds - {self._build}:
            raise ValueError("its cases test another build")
        if not self._before.precedes(result, history.GATEWAY_SLACK):
            raise ValueError("it is about a run made before ours was started")
        return result

    def collect(self, run: RemoteRun, *, complete: bool) -> TestReport:  # noqa: ARG002 -- nothing else is to be asked
        last = self._last
        if last is None:
            return TestReport(title=self._title(""), run=run)
        suites = results.suites(last)
        return TestReport(
            title=self._title(last.plan_name),
            run=run,
            word=last.status,
            verdict=words.VERDICTS.get(last.status),
            suites=suites,
            totals=count(suites),
            seconds=last.seconds,
            warnings=_warnings(last),
        )

    def _title(self, plan_name: str) -> str:
        plan = plan_name or self._plan
        return f"Autify mobile test plan {plan}" if plan else f"Autify mobile, project {self._project}"

    def known(self) -> TestReport | None:
        return None

    def cancel(self, run: RemoteRun) -> bool:  # noqa: ARG002 -- the Protocol's shape: Autify has no such operation
        return False

    def rerun(self, run: RemoteRun) -> RemoteRun:  # noqa: ARG002 -- the Protocol's shape
        raise BadInputError([("rerun-failed", UNSUPPORTED["rerun-failed"])])

    def undo(self, debt: Mapping[str, str]) -> None:
        raise ValueError(debt)  # nothing is ever owed here

    def usual_seconds(self) -> float | None:
        return self._before.usual_seconds()

    def _run(self, id_: str) -> RemoteRun:
        return RemoteRun(vendor="autify", id=id_, url=self._page(id_))

    def _page(self, id_: str) -> str:
        return f"{self._origin}/projects/{self._project}/results/{id_}"


def _warnings(last: results.Result) -> tuple[str, ...]:
    waiting = sum(case.status == "wait_device" for case in last.cases)
    if not waiting:
        return ()
    cases = "1 test case still waits" if waiting == 1 else f"{waiting} test cases still wait"
    return (f"{cases} for a device at Autify: others may be using it.",)
