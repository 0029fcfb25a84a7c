"""One claimed job to its end: run, read, matched, logged, ended at qTest. What went wrong becomes a case of its own."""

from collections.abc import Sequence

from core.errors import CallFailedError, ResultUnknownError, TimedOutError
from core.model import Reason
from core.ports import Clock, Log
from core.vendors.qtest.claims import REASONS, REFUSALS, Claims
from core.vendors.qtest.executing import Execution, Ran
from core.vendors.qtest.hosting import Hosting
from core.vendors.qtest.jobs import Job, Material
from core.vendors.qtest.logs import MAP_THEM, Entry, Logs
from core.vendors.qtest.matching import Match, Matcher
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
        for material in job.materials:
            why = refusal(self._execution.words, material, env=self._settings.shell == "env")
            if why:
                return material.name or str(material.test_run), f"The test run {material.test_run} is not run: {why}"
        return None

    def _run(self, job: Job, result: JobResult) -> None:
        groups = [job.materials] if self._settings.per == "job" else [(each,) for each in job.materials if each.content]
        began, found = self._clock.now(), list[tuple[Material, Match, float, Ran]]()
        for group in groups:
            started = self._hosting.now
            seconds = self._execution.time_left(self._clock.now() - began)
            ran = self._execution.run(job, group, seconds=seconds) if seconds > 0 else None
            if ran is None or ran.ended.timed_out:
                self._out_of_time(job, result)
                return
            result.ran.append(ran)
            found += [(material, match, started, ran) for material, match in self._matched(group, ran)]
            self._look_at(ran, result)
        logged = {material.test_run for material, _, _, _ in found}
        missing = [each for each in job.materials if each.test_run not in logged]
        for material in missing if not result.failed else ():
            self._not_found(material, result)
        if self._settings.report and not result.failed:
            self._log_all(job, found, result)

    def _matched(self, group: Sequence[Material], ran: Ran) -> list[tuple[Material, Match]]:
        matcher = Matcher(group)
        for file in ran.files:
            for case in file:
                matcher.add(case)
        return [(each, match) for each, match in zip(group, matcher.found, strict=True) if match.count]

    def _look_at(self, ran: Ran, result: JobResult) -> None:
        if ran.problem:
            result.problem("the command's results", ran.problem)
            result.failed = True
        elif not ran.ended.is_good and not ran.totals.failed + ran.totals.errored:
            result.problem("the command", f"{ran.ended.fact} Its JUnit files show no case that failed.")
        if ran.survey:
            result.warnings += ran.survey.doubts

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

    def _log_all(self, job: Job, found: Sequence[tuple[Material, Match, float, Ran]], result: JobResult) -> None:
        for material, match, began, ran in found:
            try:
                self._logs.submit(Entry(job=job, material=material, match=match, began=began, files=ran.files))
            except CallFailedError as failure:
                fact = f"{failure.fact} The result of the test run {material.test_run} may be missing at qTest."
                if not self._settings.report_required:
                    result.warnings.append(fact)
                    continue
                reason = REASONS.get(failure.fault, Reason.UNAVAILABLE)
                result.trouble = ResultUnknownError(fact, remedy=failure.remedy or MAP_THEM, reason=reason)
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
