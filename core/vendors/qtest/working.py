"""One claimed job to its end: run, read, matched, logged, ended at qTest. What went wrong becomes a case of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.errors import BadInputError, CallFailedError, Fault, ResultUnknownError, TimedOutError
from core.http.translate import later_cause
from core.model import Reason
from core.ports import Clock, Log
from core.vendors.qtest.claims import REASONS, REFUSALS, Claims
from core.vendors.qtest.executing import Execution, Ran
from core.vendors.qtest.hosting import Hosting
from core.vendors.qtest.jobs import Job, Material
from core.vendors.qtest.logs import MAP_THEM, Entry, Logs
from core.vendors.qtest.matching import Matcher, Room
from core.vendors.qtest.results import JobResult
from core.vendors.qtest.settings import Settings
from core.vendors.qtest.template import refusal


class Worker:
    """Runs one job after the other."""

    def __init__(
        self,
        settings: Settings,
        execution: Execution,
        hosting: Hosting,
        claims: Claims,
        logs: Logs,
        log: Log,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._execution = execution
        self._hosting = hosting
        self._claims = claims
        self._logs = logs
        self._log = log
        self._clock = clock

    def work(self, job: Job, result: JobResult) -> None:
        """Fill in `result` for a job that was claimed. Raises StoppedError after a signal: it is then ours still."""
        why = self._refused(job)
        if why:
            result.problem(*why)
            result.failed = True
        else:
            self._run(job, result)
        self._finish(job, result)

    def _refused(self, job: Job) -> tuple[str, str] | None:
        """Why nothing of this job is run: (the test, a sentence)."""
        if not any(material.content for material in job.materials):
            return "no tests", "The job has no test with an automation content: there is nothing to run."
        alone = len(job.materials) == 1 or self._settings.per == "material"
        for material in job.materials:
            why = refusal(self._execution.words, material, env=self._settings.shell == "env", alone=alone)
            if why:
                return material.name or str(material.test_run), f"The test run {material.test_run} is not run: {why}"
        return None

    def _run(self, job: Job, result: JobResult) -> None:
        """Whatever the job comes to, each test whose result is known is logged."""
        work = _Work(job=job, result=result)
        began = self._clock.now()
        for group in [job.materials] if self._settings.per == "job" else [(each,) for each in job.materials]:
            if not any(each.content for each in group):
                self._match(work, group, None, 0.0)
                continue
            seconds = self._execution.time_left(self._clock.now() - began)
            if seconds <= 0 or not self._run_group(work, group, seconds):
                self._out_of_time(job, result)
                break
        if self._settings.report:
            self._log_all(work.found, result)

    def _run_group(self, work: "_Work", group: Sequence[Material], seconds: float) -> bool:
        """Run the command once, and add what it says of these tests; False where its time was over."""
        began, result = self._hosting.now, work.result
        try:
            ran = self._execution.run(work.job, group, seconds=seconds)
        except BadInputError as error:  # with other jobs the same command may well be started
            why = " ".join(text for _, text in error.problems)
            result.problem("the command", f"The command can't be started for the job {work.job.id}: {why}")
            result.failed = True
            return True
        if ran.ended.timed_out:
            return False
        result.ran.append(ran)
        self._look_at(ran, result)
        if not ran.problem:
            self._match(work, group, ran, began)
        return True

    def _match(self, work: "_Work", group: Sequence[Material], ran: Ran | None, began: float) -> None:
        """Add what the files say of each of these tests. Several may be of one test run: each counts for itself."""
        matcher = Matcher(group, work.room)
        for file in ran.files if ran else ():
            for case in file:
                matcher.add(case)
        for material, match in zip(group, matcher.found, strict=True):
            if match.count and ran:
                work.found.append(Entry(job=work.job, material=material, match=match, began=began, files=ran.files))
            else:
                self._not_found(material, work.result)

    def _look_at(self, ran: Ran, result: JobResult) -> None:
        if ran.problem:
            result.problem("the command's results", ran.problem)
            result.failed = True
        elif not ran.ended.is_good and not ran.totals.failed + ran.totals.errored:
            result.problem("the command", f"{ran.ended.fact} Its JUnit files show no case that failed.")
        found = (*ran.unmatched, *(ran.survey.doubts if ran.survey else ()))
        result.warnings += [text for text in found if text not in result.warnings]

    def _not_found(self, material: Material, result: JobResult) -> None:
        result.unmatched += 1
        content = material.content or "no automation content"
        text = (
            f"No case of the JUnit files is the test {content!r} of the test run {material.test_run}: none is logged."
        )
        result.problem(material.name or content, text)
        result.failed |= self._settings.unmatched == "fail"

    def _out_of_time(self, job: Job, result: JobResult) -> None:
        fact = f"The command of the job {job.id} was ended: its time was over."
        result.trouble = TimedOutError(fact, remedy="Raise `job-timeout` or `timeout`.")
        result.failed = True

    def _log_all(self, found: Sequence[Entry], result: JobResult) -> None:
        for entry in found:
            self._hosting.stay_alive()
            try:
                self._logs.submit(entry)
            except CallFailedError as failure:
                fact = f"{failure.fact} The result of the test run {entry.material.test_run} may be missing at qTest."
                if not self._settings.report_required:
                    result.warnings.append(fact)
                    continue
                reason = REASONS.get(failure.fault, Reason.UNAVAILABLE)
                remedy = MAP_THEM if failure.fault is Fault.REFUSED and not failure.remedy else later_cause(failure)
                unknown = ResultUnknownError(fact, remedy=remedy, reason=reason)
                result.trouble = result.trouble or unknown
                result.failed = True
                return

    def _finish(self, job: Job, result: JobResult) -> None:
        try:
            self._claims.finish(job, result.status)
        except CallFailedError as failure:
            if failure.fault not in REFUSALS:
                raise
            cancelled = f"The job {job.id} may have been cancelled at qTest while it ran"
            fact = f"{failure.fact} {cancelled}: it is not {result.status} there."
            remedy = "Look at the job at qTest; its results were logged before." if self._logs.ids else ""
            if result.trouble is None:
                result.trouble = ResultUnknownError(fact, remedy=remedy, reason=Reason.REFUSED)
            else:
                self._log.warning(fact)
        else:
            self._log.info(f"The job {job.id} is {result.status} at qTest.")


@dataclass(slots=True, kw_only=True)
class _Work:
    """A job on its way: what is known of its tests so far."""

    job: Job
    result: JobResult
    found: list[Entry] = field(default_factory=list)
    room: Room = field(default_factory=Room)
