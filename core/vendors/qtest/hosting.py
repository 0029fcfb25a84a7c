"""This job as an automation host: take its place at qTest, say that it is alive, ask what there is to do."""

from collections.abc import Mapping
from dataclasses import replace

from core.errors import CallFailedError
from core.ports import Answer, Calls, Clock, Diary, Log
from core.vendors.qtest import fields, jobs
from core.vendors.qtest.access import date_of
from core.vendors.qtest.agents import Agent, Registry, nothing
from core.vendors.qtest.allowance import Allowance
from core.vendors.qtest.identity import Identity
from core.vendors.qtest.settings import Settings

_LOOK_AHEAD = 2.0  # seconds: the end of the window is exclusive, and its dates have no fractions
_BAD_SKEW = 60.0
_PING_SECONDS = 4.0  # what a sign of life may take while a command runs
_ILL_SECONDS = 60.0  # until the next one after a failure


class Hosting:
    """Knows host and agent once `enter` has returned, and qTest's time once it was pinged."""

    def __init__(
        self, settings: Settings, identity: Identity, calls: Calls, diary: Diary, log: Log, clock: Clock
    ) -> None:
        self._settings = settings
        self._identity = identity
        self._calls = calls
        self._diary = diary
        self._log = log
        self._clock = clock
        self._registry = Registry(settings, identity, calls, log, lambda host: self.ping(host=host))
        self.allowance = Allowance(calls, log, lambda: self.now)
        self._server: tuple[float, float] | None = None  # (qTest's time, our clock at that moment)
        self._pinged = 0.0
        self._ill = False
        self._deactivate = False
        self._warned: set[str] = set()
        self.agent = Agent(id=settings.agent_id, host=settings.host_id, active=False)

    @property
    def path(self) -> Mapping[str, object]:
        return {"project_id": self._settings.project_id, "host_id": self.agent.host, "agent_id": self.agent.id}

    @property
    def now(self) -> float:
        """QTest's time in seconds since 1970: never this machine's, which may be minutes off."""
        if self._server is None:
            raise RuntimeError("qTest's time is not known yet")
        return self._server[0] + self._clock.now() - self._server[1]

    def enter(self, *, deactivate: bool) -> None:
        """Find or make host and agent, activate it, and say hello. `deactivate`: the agent is ours to deactivate."""
        self._deactivate = deactivate
        date_of(self._calls, "get-token-status", self._log)
        self.enter_again()
        self._calls.meanwhile(self.stay_alive)
        if not (self._settings.host_id and self._settings.agent_id):
            ids = f"host-id: {self.agent.host} and agent-id: {self.agent.id}"
            name = self._identity.agent
            self._log.info(f"Set agent-name: {name}, {ids} to be sure of the same ones in the next build.")

    def enter_again(self) -> None:
        """The same once more, where qTest does not know us any longer."""
        self.agent = self._registry.enter()
        if not self.agent.active:
            if self._deactivate:
                self._diary.owe({"kind": "agent", "label": f"the agent {self.agent.id}, still active"} | self._debt())
            self._calls.read("activate-agent", parse=nothing, path=self.path)
        self._log.info(f"This job is the host {self.agent.host} with the agent {self.agent.id} of qTest.")

    def look(self) -> list[jobs.Job]:
        """The jobs of an agent that exists, without any effect: for `dry-run`."""
        found = self._registry.find()
        if found is None:
            self._log.info("qTest knows no such agent yet: without `dry-run` it would be registered.")
            return []
        self.agent = found
        date = date_of(self._calls, "get-version", self._log)
        self._server = (date if date is not None else self._clock.wall(), self._clock.now())
        return list(self.retrieve().jobs)

    def _debt(self) -> dict[str, str]:
        return {name: str(value) for name, value in self.path.items()}

    def take_place(self, agent: Agent) -> None:
        """Be the host of this agent again, to ask what waits for it; its time comes with a ping."""
        self.agent = agent
        self._registry.greet(agent.host)

    def ping(self, seconds: float | None = None, *, host: int = 0) -> None:
        """Say that we are alive, trying at most so long; the answer tells qTest's time."""
        clock, path = self._clock, {"host_id": host or self.agent.host}
        body = {"host_guid": self._registry.guid}
        sent = clock.now()
        received = self._calls.read("ping-host", parse=_received, path=path, body=body, seconds=seconds)
        self._pinged = got = clock.now()
        first, self._server = self._server is None, (received, (sent + got) / 2)
        skew = abs(received - clock.wall())
        if first and skew > _BAD_SKEW:
            self._log.warning(f"This machine's clock is {skew:.0f}s off qTest's, which is the one that counts here.")

    def stay_alive(self) -> float:
        """Ping if it is time to; the seconds until the next. A ping that fails is no reason to end anything."""
        left = self._pinged + self._settings.heartbeat - self._clock.now()
        if left > 0:
            return left
        self._pinged = self._clock.now()  # while this one is tried again, the wait for that is to send no other
        try:
            self.ping(_PING_SECONDS)
            self._ill = False
        except CallFailedError as failure:
            if not self._ill:
                self._log.warning(f"{failure.fact} qTest may take this host for dead after 30 minutes without a ping.")
            self._ill = True
            self._pinged = self._clock.now() - self._settings.heartbeat + _ILL_SECONDS
        return self._pinged + self._settings.heartbeat - self._clock.now()

    def retrieve(self) -> jobs.Listing:
        """Our jobs whose time has come, the oldest first; also those whose status nobody knows.

        Its `schedules` are those of all that is listed.
        """
        found, headers = self._calls.read(
            "retrieve-jobs",
            parse=lambda answer: (jobs.read(answer.value, self.agent.id), answer.headers),
            path={"host_id": self.agent.host},
            query=self._window(),
        )
        self.allowance.heed(headers)
        self.allowance.spare()
        for text in found.odd:
            self._warn(text)
        for job in found.jobs:
            if not job.zoned:
                self._warn("qTest names times without an offset; they are taken for UTC.")
            if not job.known:
                self._warn(f"qTest's status {job.status[:60]!r} of job {job.id} is unknown here: it is not run.")
        ours = [job for job in found.jobs if job.project == self._settings.project_id]
        return replace(found, jobs=tuple(jobs.due(ours, self.now)))

    def is_listed(self, job: int, start: float | None) -> bool | None:
        """Whether the job, due since `start`, still waits; None where qTest does not say."""
        try:
            return self._calls.peek(
                "retrieve-jobs",
                parse=lambda answer: job in [each.id for each in jobs.read(answer.value, self.agent.id).jobs],
                path={"host_id": self.agent.host},
                query=self._window(start),
            )
        except CallFailedError:
            return None

    def _window(self, oldest: float | None = None) -> dict[str, object]:
        """What may be due, and a job that was: `oldest` may have left `lookback` meanwhile."""
        start, end = self.now - self._settings.lookback, self.now + _LOOK_AHEAD
        start = start if oldest is None else min(start, oldest - _LOOK_AHEAD)
        return {"start_date": fields.stamp(start), "end_date": fields.stamp(end)}

    def _warn(self, text: str) -> None:
        if text not in self._warned:
            self._warned.add(text)
            self._log.warning(text)


def _received(answer: Answer) -> float:
    return fields.moment(answer.value["received_time"])
