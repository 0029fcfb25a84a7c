"""`qtest-mode: trigger`: order test runs on our own agent, and tell the jobs that come of it from all others."""

from collections.abc import Collection, Sequence

from core.errors import CallFailedError, ResultUnknownError
from core.model import Reason
from core.ports import Calls, Diary, Log
from core.vendors.qtest import fields
from core.vendors.qtest.agents import Agent
from core.vendors.qtest.jobs import Job
from core.vendors.qtest.settings import Settings

_SOON = 60.0  # seconds in which a job with the order's number comes, if there are such jobs at all


class Order:
    """One schedule. Whether its number is the one that its jobs bear, is known once one of them does."""

    def __init__(self, settings: Settings, calls: Calls, diary: Diary, log: Log, agent: Agent, name: str) -> None:
        self._settings = settings
        self._calls = calls
        self._diary = diary
        self._log = log
        self._agent = agent
        self._name = name
        self._missing = set(settings.test_run_ids)
        self._numbered = False
        self.id = 0

    def place(self) -> None:
        """Order them once. A lost reply can't be looked up: qTest lists no schedules."""
        body = {
            "agentId": self._agent.id,
            "projectId": self._settings.project_id,
            "testRunIds": list(self._settings.test_run_ids),
            "name": self._name[:255],
            "dynamic": {},
        }
        try:
            self.id = self._calls.start("create-schedule", parse=lambda answer: fields.whole(answer.value), body=body)
        except CallFailedError as failure:
            if failure.fault.surely_without_effect:
                raise
            fact = f"{failure.fact} The test runs may have been scheduled on the agent {self._agent.id}."
            remedy = "Look at qTest for the schedule: a later step with this agent runs what it finds."
            raise ResultUnknownError(fact, remedy=remedy, reason=Reason.MAY_EXIST) from failure
        self._diary.owe(self._debt())

    def _debt(self) -> dict[str, str]:
        ids = {"schedule": self.id, "host": self._agent.host, "agent": self._agent.id}
        label = f"the schedule {self.id}, whose jobs nobody has run"
        return {"kind": "schedule", "label": label} | {name: str(number) for name, number in ids.items()}

    def mine(self, jobs: Sequence[Job], *, listed: Collection[int], idle: float) -> list[Job]:
        """Those of this schedule among jobs in the order in which they are due, when none has come for `idle` seconds.

        Nobody knows whether the number that ordering answers is the one that jobs bear. So after a minute, or after
        half of `idle-timeout` if that is less, those of its test runs are taken for its own. Not where the number is
        one of the schedules `listed`: its own job may be one that another host runs, and any other is a stranger's.
        """
        found = [job for job in jobs if job.schedule == self.id]
        self._numbered = self._numbered or self.id in listed
        if self._numbered or idle < min(self._settings.patience / 2, _SOON):
            return found
        found = self._of_its_test_runs(jobs)
        for job in found:
            self._log.info(
                f"No job names the schedule {self.id}: taking the job {job.id}, which is for the same test runs."
            )
        return found

    def _of_its_test_runs(self, jobs: Sequence[Job]) -> list[Job]:
        """The newest for each test run that is missing: an older one is rather another schedule's."""
        wanted, found = set(self._missing), list[Job]()
        for job in reversed(jobs):
            if job.test_runs and job.test_runs <= wanted:
                wanted -= job.test_runs
                found.insert(0, job)
        return found

    def taken(self, job: Job) -> None:
        """A job of it was claimed, by us or by another host."""
        # one of its own that names no test run is the end of it, and a red one: no other would be better
        self._missing = self._missing - job.test_runs if job.test_runs else set()
        if self.is_done:
            self._diary.settle(self._debt())

    @property
    def is_done(self) -> bool:
        return not self._missing

    def missing(self) -> ResultUnknownError:
        runs = ", ".join(map(str, sorted(self._missing)[:20]))
        fact = f"The schedule {self.id} was made, and no job came of it for the test runs {runs}: it may still come."
        remedy = (
            "Raise `idle-timeout` or `max-jobs`. A later step with this agent runs it, unless it is cancelled at qTest."
        )
        return ResultUnknownError(fact, remedy=remedy, reason=Reason.MAY_EXIST)
