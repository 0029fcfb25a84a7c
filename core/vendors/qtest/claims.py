"""A job's way through qTest: claimed with RUNNING before anything is run, ended once, written down at each step.

Only edges that are certain in qTest's table of statuses are relied on: to RUNNING, and from there to COMPLETED or
FAILED. A job that is not claimed by us is never ended by us.
"""

from collections.abc import Callable
from enum import StrEnum

from core.errors import CallFailedError, Fault, OutputError, ResultUnknownError
from core.model import Reason
from core.ports import Calls, Diary, Log
from core.vendors.qtest.agents import Agent, nothing
from core.vendors.qtest.jobs import Job

REFUSALS = (Fault.REFUSED, Fault.ABSENT)
COMPLETED, FAILED = "COMPLETED", "FAILED"
REASONS = {Fault.REFUSED: Reason.REFUSED, Fault.ABSENT: Reason.REFUSED, Fault.AUTH: Reason.AUTH}
_WAITS = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)  # seconds before each further try to end a job; the last one for ever
_QUICK = 2.0  # seconds that a call may take after a signal


class Claim(StrEnum):
    """What came of it. UNANSWERED: it may be ours."""

    OURS = "ours"
    REFUSED = "refused"
    UNANSWERED = "unanswered"


class Claims:
    """The jobs of this process at qTest."""

    def __init__(self, calls: Calls, diary: Diary, log: Log, where: Callable[[], Agent], *, run_anyway: bool) -> None:
        self._calls = calls
        self._where = where
        self._diary = diary
        self._log = log
        self._run_anyway = run_anyway
        self.current: Job | None = None  # claimed, and not ended
        self._wanted = FAILED  # what it is to become: COMPLETED once qTest may have heard that
        self._unanswered: list[dict[str, str]] = []
        self.closed: set[tuple[int, int]] = set()  # (project, job) of what was left and has been ended since

    def claim(self, job: Job) -> Claim:
        """Make it RUNNING.

        A second try after a lost answer is made only where the user wants the job to be run anyway: its answer can't
        be told from that to another runner's claim, and might make the job RUNNING with nobody to run it.
        """
        self._wanted = FAILED
        claiming, running = self._debt(job, "claiming"), self._debt(job, "running")
        self._diary.owe(claiming)
        self._unanswered.append(claiming)  # owed until the end of the step names it: we may be killed before
        try:
            self._put(job, "RUNNING")
        except CallFailedError as failure:
            if failure.fault.surely_without_effect:
                self._settle_claim(claiming)
                if failure.fault not in REFUSALS:
                    raise
                self._log.info(f"The job {job.id} was not handed out: {failure.fact} Another host may have it.")
                return Claim.REFUSED
            if not self._run_anyway:
                self._log.warning(f"{failure.fact} Whether the job {job.id} is ours is unknown: it is left alone.")
                return Claim.UNANSWERED
            self._claim_again(job)
        self.current = job
        self._diary.owe(running)
        self._settle_claim(claiming)
        return Claim.OURS

    def _settle_claim(self, claiming: dict[str, str]) -> None:
        self._unanswered.remove(claiming)
        self._diary.settle(claiming)

    def _claim_again(self, job: Job) -> None:
        """Once more; whatever the answer is, the job is run."""
        self._log.warning(f"The claim of the job {job.id} got no answer; it is run, as `on-ambiguous-claim` says.")
        try:
            self._put(job, "RUNNING")
        except CallFailedError as failure:
            self._log.debug(failure.fact)

    def finish(self, job: Job, status: str) -> None:
        """End a job of ours. Raises CallFailedError where qTest refuses, or does not answer up to the deadline.

        The job is then still owed: should it be RUNNING after all, paying makes it FAILED; COMPLETED where qTest may
        have heard that, since a table of statuses without rules would let FAILED replace it.
        """
        self._expect(job, status)
        unsure, waits = False, iter(_WAITS)
        while True:
            try:
                self._put(job, status)
                break
            except CallFailedError as failure:
                if unsure and failure.fault is Fault.REFUSED:
                    break  # an earlier try, whose answer was lost, has ended it; a job that is gone proves nothing
                if failure.fault.surely_without_effect and not unsure:
                    self._expect(job, FAILED)
                if failure.fault.surely_without_effect or not failure.fault.passes:
                    raise
                unsure = True
                self._calls.pause(next(waits, _WAITS[-1]))
                if self._calls.left <= 0:
                    raise
        self.done(job)

    def named(self) -> None:
        """The step ends with the claims that got no answer as its reason: nothing more is owed for them."""
        while self._unanswered:
            self._diary.settle(self._unanswered.pop())

    def done(self, job: Job) -> None:
        """Nothing is owed for it any more."""
        self.current = None
        self._diary.settle(self._debt(job, "running"))

    def _expect(self, job: Job, status: str) -> None:
        """Write down what the job is to become, before qTest is told."""
        before = self._debt(job, "running")
        self._wanted = status
        after = self._debt(job, "running")
        if after != before:
            try:
                self._diary.owe(after)
            except OutputError as error:  # the tests were run: their results are not given up for this
                self._log.warning(error.advice)
            self._diary.settle(before)

    def abort(self) -> bool | None:
        """After a signal: CANCELLED if qTest takes that, else FAILED, both in a hurry. None where nothing is ours.

        COMPLETED once more where that was on its way.
        Raises ResultUnknownError where a claim has no answer: whether it is ours then can't be known.
        """
        job = self.current
        if job is None:
            if self._unanswered:
                fact = f"the claim of the job {self._unanswered[-1]['job']} has no answer"
                raise ResultUnknownError(fact, reason=Reason.MAY_EXIST)
            return None
        try:
            self._put(job, "CANCELLED" if self._wanted == FAILED else self._wanted, seconds=_QUICK)
        except CallFailedError as failure:
            self._log.debug(failure.fact)
            self.close(job.project, job.id, self._wanted, seconds=_QUICK)
        self.done(job)
        return True

    def close(self, project: int, job: int, status: str = FAILED, *, seconds: float | None = None) -> None:
        """End a job that was left RUNNING; that it is over already is no error. Raises ValueError for another end."""
        if status not in (COMPLETED, FAILED):
            raise ValueError(status)
        try:
            self._calls.read(
                "update-job-status",
                parse=nothing,
                path={"project_id": project, "job_id": job},
                body={"status": status},
                seconds=seconds,
            )
        except CallFailedError as failure:
            if failure.fault not in REFUSALS:
                raise
            self._log.debug(failure.fact)
        self.closed.add((project, job))

    def _put(self, job: Job, status: str, *, seconds: float | None = None) -> None:
        path = {"project_id": job.project, "job_id": job.id}
        self._calls.create("update-job-status", parse=nothing, path=path, body={"status": status}, seconds=seconds)

    def _debt(self, job: Job, state: str) -> dict[str, str]:
        agent = self._where()
        label = f"the job {job.id} of the project {job.project}, {state}"
        ids = {"job": job.id, "project": job.project, "host": agent.host, "agent": agent.id}
        wanted = {"wanted": self._wanted} if state == "running" and self._wanted != FAILED else {}
        known = {"kind": "job", "label": label, "state": state, "start": str(job.start)} | wanted
        return known | {name: str(number) for name, number in ids.items()}
