"""qTest's jobs, fetched and run here: find or make host and agent, claim what is due, run it, log it, end it."""

from collections.abc import Mapping
from dataclasses import replace

from core.errors import (
    BadInputError,
    CallFailedError,
    EmptyResultsError,
    NothingTestedError,
    ResultUnknownError,
    RunnerError,
    TimedOutError,
)
from core.http.translate import nothing_started
from core.model import Phase, Progress, Reason, RemoteRun, TestReport, Verdict
from core.ports import Calls, Diary, Log, Wish
from core.text.wording import span
from core.vendors.qtest.allowance import RESERVE
from core.vendors.qtest.claims import Claim, Claims
from core.vendors.qtest.executing import Execution
from core.vendors.qtest.hosting import Hosting
from core.vendors.qtest.identity import identity
from core.vendors.qtest.jobs import Job
from core.vendors.qtest.logs import Logs
from core.vendors.qtest.results import JobResult, outputs_of, report_of, totals_of, verdict_of
from core.vendors.qtest.scheduling import Order
from core.vendors.qtest.settings import UNSUPPORTED, Settings
from core.vendors.qtest.sweeps import Sweeps
from core.vendors.qtest.undoing import Means, undo
from core.vendors.qtest.working import Worker

_NEWER = "This tool may be older than qTest's API: look for a newer version, or at the job."
_NONE_DUE = "Check at qTest that one is scheduled for this agent; if none is meant to be, set `allow-empty: true`."
_ONE_AT_A_TIME = "Give each build that runs at once its own `agent-name`."
_MOST_IDS = 200  # logs that are named in an output, which has to be short


class QTest:
    """Implements core.ports.Vendor: one stay as an automation host."""

    def __init__(self, settings: Settings, wish: Wish, calls: Calls, diary: Diary, log: Log, base_url: str) -> None:
        self._settings = settings
        self._name = wish.name
        self._machine = wish.machine
        self._calls = calls
        self._diary = diary
        self._log = log
        self._base_url = base_url
        self._wish = wish
        who = identity(settings, wish.machine.build, wish.machine.workspace, base_url)
        self._hosting = Hosting(settings, who, calls, diary, log, wish.machine.clock)
        run_anyway = settings.on_ambiguous_claim == "run"
        self._claims = Claims(calls, diary, log, lambda: self._hosting.agent, run_anyway=run_anyway)
        self._logs = Logs(settings, wish.machine.build, calls, log, self._hosting.allowance)
        self._worker: Worker | None = None
        self._order: Order | None = None
        self._sweeps = Sweeps(settings, self._hosting, wish.machine.clock, log)
        self._results: list[JobResult] = []
        self._trouble: RunnerError | None = None
        self._refused: list[int] = []
        self._over = False
        self._least = min(RESERVE, calls.left / 10)  # seconds without which no job is claimed

    def start(self) -> RemoteRun:
        if self._settings.dry_run:
            return self._list()
        machine, log = self._machine, self._log
        execution = Execution(self._settings, machine, self._calls, self._meanwhile)
        self._worker = Worker(self._settings, execution, self._hosting, self._claims, self._logs, log, machine.clock)
        trigger = self._settings.qtest_mode == "trigger"
        wanted = self._settings.deactivate
        self._hosting.enter(deactivate=trigger if wanted is None else wanted)
        if trigger:
            self._order = Order(self._settings, self._calls, self._diary, self._log, self._hosting.agent, self._name)
            self._order.place()
            return self._run(str(self._order.id))
        return self._run(f"{self._hosting.agent.host}-{self._hosting.agent.id}")

    def _list(self) -> RemoteRun:
        """`dry-run`: what would be run, without any effect at qTest."""
        found = self._hosting.look()
        for job in found:
            tests = ", ".join(f"{each.name or each.test_run} ({each.content})" for each in job.materials)
            self._log.info(f"Due: job {job.id}, {job.status}, {len(job.materials)} tests: {tests[:2000]}")
        if found:
            fact = f"NOTHING WAS TESTED: {len(found)} jobs are due, and `dry-run` claims none of them."
            raise NothingTestedError(fact, reason=Reason.NONE)
        raise EmptyResultsError("No job is due.", remedy=_NONE_DUE, reason=Reason.EMPTY)

    def _run(self, run_id: str) -> RemoteRun:
        page = f"{self._base_url}/p/{self._settings.project_id}/portal/project"
        return RemoteRun(vendor="qtest", id=run_id, url=page, collectable=False)

    def attach(self, run_id: str) -> RemoteRun:
        return self._run(run_id)

    def poll(self, run: RemoteRun) -> Progress:  # noqa: ARG002 -- a process is one stay
        try:
            if not self._over:
                self._hosting.stay_alive()
                if self._sweeps.due and self._calls.left < self._least:
                    self._leave_the_rest()
                elif self._sweeps.due:
                    self._take(self._sweeps.next())
                else:
                    self._sweeps.sweep(self._order)
                self._over = self._over or self._is_over()
        except CallFailedError as failure:
            if self._trouble is not None and self._claims.current is None:  # what came first has to be told
                self._log.warning(failure.fact)
                self._over = True
                return self._final()
            if self._results or self._order is not None or self._claims.current or self._trouble:
                raise
            raise nothing_started(failure) from failure
        if self._over:
            return self._final()
        if self._trouble is not None and self._calls.left <= 0:
            return self._final()
        count, due, strange = len(self._results), len(self._sweeps.due), self._sweeps.strange
        return Progress(
            phase=Phase.RUNNING if count or due else Phase.QUEUED,
            word=strange or ("running jobs" if due else "waiting for jobs"),
            done=count,
            total=count + due,
            known=not strange,
            more=bool(due),
        )

    def _is_over(self) -> bool:
        """Whether there is nothing more to wait for. What was ordered and did not come may come after us."""
        most = len(self._results) >= self._settings.max_jobs
        due, strange, late = self._sweeps.due, self._sweeps.strange, self._calls.left <= 0
        if self._order is not None and self._order.is_done and not due:
            return True
        over = most or self._sweeps.patience_is_over or (late and not due and not strange)
        if over and self._trouble is None:
            if self._order is not None:
                self._trouble = self._order.missing()
            elif strange and not self._results:
                fact = f"The only job has the status {strange[:60]!r}, which is unknown here: it was not run."
                self._trouble = ResultUnknownError(fact, remedy=_NEWER, reason=Reason.PROTOCOL)
        return over

    def _leave_the_rest(self) -> None:
        """Claim nothing that there is no time to run: it would be FAILED for nothing, and is run by a later step."""
        left = len(self._sweeps.due)
        fact = f"{left} jobs that are due were not run: of `timeout` only {span(self._calls.left)} are left."
        remedy = "Raise `timeout`." if self._order else "Raise `timeout`. A later step runs them."
        self._trouble = self._trouble or TimedOutError(fact, remedy=remedy)
        self._sweeps.due.clear()
        self._over = True

    def _take(self, job: Job) -> None:
        """Claim one job, and run it if it is ours."""
        claim = self._claims.claim(job)
        if self._order is not None and claim is not Claim.UNANSWERED:
            self._order.taken(job)
        if claim is Claim.UNANSWERED:
            fact = f"The claim of the job {job.id} got no answer: it may be RUNNING at qTest with nobody to run it."
            remedy = f"Look at the job {job.id}: {self._run('').url}"
            self._trouble = ResultUnknownError(fact, remedy=remedy, reason=Reason.MAY_EXIST)
        if claim is Claim.REFUSED:
            self._refused.append(job.id)
        if claim is not Claim.OURS or self._worker is None:
            return
        if self._hosting.is_listed(job.id, job.start):
            self._log.warning(
                f"The job {job.id} is claimed, and qTest still hands it out: another host may run it too."
            )
        result = JobResult(job=job)
        self._results.append(result)
        self._log.info(f"Running the job {job.id} with {len(job.materials)} tests.")
        self._worker.work(job, result)
        if result.trouble is not None and self._trouble is None:
            self._trouble = result.trouble

    def _final(self) -> Progress:
        ids = ", ".join(map(str, self._refused[:20]))
        if self._order is None and self._refused and not self._results and self._trouble is None:
            fact = f"Every job that was due was refused, none was run: {ids}. Another host may run them."
            # `allow-empty` is for a day without work, and lets only `empty` through
            reason = Reason.REFUSED if self._wish.allow_empty else Reason.EMPTY
            self._trouble = EmptyResultsError(fact, remedy=_ONE_AT_A_TIME, reason=reason)
        if self._order is not None and self._refused and self._trouble is None:
            fact = f"Of what was scheduled, qTest did not hand out the jobs {ids}: their results are unknown here."
            remedy = f"Another host with this agent may run them. {_ONE_AT_A_TIME}"
            self._trouble = ResultUnknownError(fact, remedy=remedy, reason=Reason.MAY_EXIST)
        if self._trouble is not None:
            self._claims.named()
            raise self._trouble
        count, verdict = len(self._results), verdict_of(totals_of(self._results))
        return Progress(phase=Phase.FINISHED, word="jobs done", done=count, total=count, verdict=verdict)

    def _meanwhile(self) -> float:
        """While the command runs: a signal is the command's first, so that it can end in peace."""
        return 1.0 if self._machine.is_stopping else self._hosting.stay_alive()

    def collect(self, run: RemoteRun, *, complete: bool) -> TestReport:  # noqa: ARG002 -- all of it is here
        report = self._report()
        return replace(report, run=run, verdict=self._final().verdict if self._over and not self._trouble else None)

    def known(self) -> TestReport | None:
        if not self._results:
            return None
        failed = verdict_of(totals_of(self._results)) is Verdict.FAILED
        return replace(self._report(), verdict=Verdict.FAILED if failed else None)

    def _report(self) -> TestReport:
        agent = self._hosting.agent
        ids = {
            "host-id": str(agent.host or ""),
            "agent-id": str(agent.id or ""),
            "schedule-id": str(self._order.id) if self._order else "",
            "log-ids": ",".join(map(str, self._logs.ids[:_MOST_IDS])),
        }
        report = report_of(self._results, self._settings.project_id)
        return replace(report, word="jobs done" if self._over else "", outputs=outputs_of(self._results) | ids)

    def cancel(self, run: RemoteRun) -> bool | None:  # noqa: ARG002 -- what is claimed is what can be cancelled
        return self._claims.abort()

    def rerun(self, run: RemoteRun) -> RemoteRun:  # noqa: ARG002 -- refused with the inputs
        raise BadInputError([("rerun-failed", UNSUPPORTED["rerun-failed"])])

    def undo(self, debt: Mapping[str, str]) -> None:
        means = Means(self._settings, self._hosting, self._claims, self._calls, self._run("").url)
        undo(debt, means, again=self._wish.mode != "cleanup")

    def usual_seconds(self) -> float | None:
        return None
