"""This job as an automation host: find or register it and its agent, say that it is alive, ask what there is to do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import CallFailedError, Fault, ResultUnknownError
from core.model import Reason
from core.ports import Answer, Calls, Clock, Diary, Log
from core.vendors.qtest import fields, jobs
from core.vendors.qtest.identity import Identity
from core.vendors.qtest.settings import Settings

_PAGE = {"page": 1, "pageSize": 100}
_LOOK_AHEAD = 2.0  # seconds: the end of the window is exclusive, and its dates have no fractions
_BAD_SKEW = 60.0
_PING_SECONDS = 4.0  # what a sign of life may take while a command runs
_LOW, _MINUTE = 5, 60.0  # calls that are left in this minute: then the next one is waited for


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """An agent as the search shows it, or as it was made."""

    id: int
    host: int
    active: bool
    name: str = ""
    framework: str = ""


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
        self._server: tuple[float, float] | None = None  # (qTest's time, our clock at that moment)
        self._pinged = 0.0
        self._ill = False
        self._warned: set[str] = set()
        self.agent = Agent(id=settings.agent_id, host=settings.host_id, active=False)

    @property
    def _project(self) -> int:
        return self._settings.project_id

    @property
    def path(self) -> Mapping[str, object]:
        return {"project_id": self._project, "host_id": self.agent.host, "agent_id": self.agent.id}

    @property
    def now(self) -> float:
        """QTest's time in seconds since 1970: never this machine's, which may be minutes off."""
        if self._server is None:
            raise RuntimeError("qTest's time is not known yet")
        return self._server[0] + self._clock.now() - self._server[1]

    def enter(self, *, deactivate: bool) -> None:
        """Find or make host and agent, activate it, and say hello. `deactivate`: the agent is ours to deactivate."""
        self._check_token()
        found = self._find()
        self.agent = self._update(found) if found else self._register()
        if not self.agent.active:
            if deactivate:
                self._diary.owe({"kind": "agent", "label": f"the agent {self.agent.id}, still active"} | self._debt())
            self._calls.read("activate-agent", parse=_nothing, path=self.path)
        self.ping()
        self._log.info(f"This job is the host {self.agent.host} with the agent {self.agent.id} of qTest.")
        if not (self._settings.host_id and self._settings.agent_id):
            ids = f"host-id: {self.agent.host} and agent-id: {self.agent.id}"
            self._log.info(f"Set {ids} to spare the search, and to be sure of the same ones in the next build.")

    def look(self) -> list[jobs.Job]:
        """The jobs of an agent that exists, without any effect: for `dry-run`."""
        found = self._find()
        if found is None:
            self._log.info("qTest knows no such agent yet: without `dry-run` it would be registered.")
            return []
        self.agent = found
        date = self._calls.read("get-version", parse=lambda answer: answer.date, path={})
        self._server = (date if date is not None else self._clock.wall(), self._clock.now())
        return self.retrieve()

    def _debt(self) -> dict[str, str]:
        return {name: str(value) for name, value in self.path.items()}

    def _check_token(self) -> None:
        """Tell a bad token before anything is made; older servers do not know the question."""
        try:
            self._calls.read("get-token-status", parse=_nothing, path={})
        except CallFailedError as failure:
            if failure.fault is not Fault.ABSENT:
                raise
            self._log.debug("This qTest can't say whether the token is valid.")

    def _find(self) -> Agent | None:
        wanted, project = self._settings, self._project
        if wanted.agent_id and wanted.host_id:
            query = f"'id' = '{wanted.agent_id}' and 'host_id' = '{wanted.host_id}'"
        elif wanted.agent_id:
            query = f"'id' = '{wanted.agent_id}' and 'project_id' = '{project}'"
        else:
            query = f"'name' = '{self._identity.agent}' and 'project_id' = '{project}'"
        body = {"fields": ["*"], "query": query}
        found = self._calls.read("search-agents", parse=lambda answer: _agents(answer, project), query=_PAGE, body=body)
        if wanted.agent_id:
            known = next((each for each in found if each.id == wanted.agent_id), None)
            if known is not None or not wanted.host_id:
                return self._require(known)
            return Agent(id=wanted.agent_id, host=wanted.host_id, active=False)  # the search may not show it
        mine = [
            each for each in found if each.name == self._identity.agent and each.host == (wanted.host_id or each.host)
        ]
        return min(mine, key=lambda each: each.id, default=None)

    def _require(self, found: Agent | None) -> Agent:
        if found is None:
            fact = f"qTest knows no agent {self._settings.agent_id} in the project {self._project}."
            raise CallFailedError(Fault.ABSENT, fact, remedy="Check `agent-id`, or give `agent-name` in its place.")
        return found

    def _update(self, found: Agent) -> Agent:
        """Tell qTest where the host is now, and what the agent is for. A host that is gone is registered again."""
        path = {"project_id": self._project, "host_id": found.host, "agent_id": found.id}
        wanted = (self._identity.agent, self._identity.framework)
        try:
            if not self._settings.host_id:
                self._calls.read("update-host", parse=_nothing, path=path, body=self._identity.host_body())
            if not self._settings.agent_id and (found.name, found.framework) != wanted:
                body = self._identity.agent_body(active=found.active) | self._places(found)
                self._calls.read("update-agent", parse=_nothing, path=path, body=body)
        except CallFailedError as failure:
            if failure.fault is not Fault.ABSENT or self._settings.agent_id:
                raise
            self._log.warning(f"{failure.fact} The host or its agent is gone, and is registered again.")
            return self._register()
        return found

    def _places(self, agent: Agent) -> dict[str, object]:
        return {"agent_server_id": agent.id, "host_id": agent.host, "project_id": self._project}

    def _register(self) -> Agent:
        host = self._settings.host_id or self._once(
            "register-host", "host_server_id", {}, self._identity.host_body(), lambda: None
        )
        body = self._identity.agent_body(active=False) | {"host_id": host, "project_id": self._project}

        def search() -> int | None:
            found = self._find()
            return found.id if found is not None and found.host == host else None

        path = {"project_id": self._project, "host_id": host}
        agent = self._once("create-agent", "agent_server_id", path, body, search)
        return Agent(id=agent, host=host, active=False, name=self._identity.agent)

    def _once(
        self,
        operation: str,
        field: str,
        path: Mapping[str, object],
        body: object,
        search: Callable[[], int | None],
    ) -> int:
        """Make something once. A lost reply is looked up; what can't be found may exist all the same."""
        try:
            return self._calls.create(
                operation, parse=lambda answer: fields.whole(answer.value[field]), path=path, body=body
            )
        except CallFailedError as failure:
            if failure.fault.surely_without_effect:
                raise
            found = search()
            if found is not None:
                return found
            what = operation.partition("-")[2]
            fact = (
                f"{failure.fact} A second {what} named {self._identity.agent!r} may exist at qTest now; no job was run."
            )
            remedy = f"Look at qTest for it, and give its id as `{what}-id`; or run the job again."
            raise ResultUnknownError(fact, remedy=remedy, reason=Reason.MAY_EXIST) from failure

    def ping(self) -> None:
        self._ping(None)

    def _ping(self, seconds: float | None) -> None:
        clock, path, body = self._clock, {"host_id": self.agent.host}, {"host_guid": self._identity.guid}
        sent = clock.now()
        received = self._calls.read("ping-host", parse=_received, path=path, body=body, seconds=seconds)
        got = clock.now()
        self._pinged = got
        first, self._server = self._server is None, (received, (sent + got) / 2)
        skew = abs(received - clock.wall())
        if first and skew > _BAD_SKEW:
            self._log.warning(f"This machine's clock is {skew:.0f}s off qTest's, which is the one that counts here.")

    def stay_alive(self) -> float:
        """Ping if it is time to; the seconds until the next. A ping that fails is no reason to end anything."""
        left = self._pinged + self._settings.heartbeat - self._clock.now()
        if left > 0:
            return left
        try:
            self._ping(_PING_SECONDS)
            self._ill = False
        except CallFailedError as failure:
            if not self._ill:
                self._log.warning(f"{failure.fact} qTest may take this host for dead after 30 minutes without a ping.")
            self._ill = True
            self._pinged = self._clock.now() - self._settings.heartbeat + _MINUTE
        return self._pinged + self._settings.heartbeat - self._clock.now()

    def retrieve(self) -> list[jobs.Job]:
        """Our jobs whose time has come, the oldest first; also those whose status nobody knows."""
        found, headers = self._calls.read(
            "retrieve-jobs",
            parse=lambda answer: (jobs.read(answer.value, self.agent.id), answer.headers),
            path={"host_id": self.agent.host},
            query=self._window(),
        )
        self._spare(headers)
        for job in found:
            if not job.zoned:
                self._warn("qTest names times without an offset; they are taken for UTC.")
            if not job.known:
                self._warn(f"qTest's status {job.status[:60]!r} of job {job.id} is unknown here: it is not run.")
        return jobs.due([job for job in found if job.project == self._project], self.now)

    def is_listed(self, job: int) -> bool | None:
        """Whether the job still waits; None where qTest does not say."""
        try:
            return self._calls.peek(
                "retrieve-jobs",
                parse=lambda answer: job in [each.id for each in jobs.read(answer.value, self.agent.id)],
                path={"host_id": self.agent.host},
                query=self._window(),
            )
        except CallFailedError:
            return None

    def _window(self) -> dict[str, object]:
        start, end = self.now - self._settings.lookback, self.now + _LOOK_AHEAD
        return {"start_date": fields.stamp(start), "end_date": fields.stamp(end)}

    def _spare(self, headers: Mapping[str, str]) -> None:
        minute = headers.get("x-ratelimit-remaining-minute", "")
        month = headers.get("x-ratelimit-remaining-month", "")
        if month.isdecimal() and int(month[:9]) < 100:
            self._warn(f"Only {month[:9]} calls to qTest are left in this month.")
        if minute.isdecimal() and int(minute[:9]) < _LOW:
            self._log.debug("Hardly any call is left in this minute: waiting for the next.")
            self._calls.pause(_MINUTE - self.now % _MINUTE)

    def _warn(self, text: str) -> None:
        if text not in self._warned:
            self._warned.add(text)
            self._log.warning(text)


def _nothing(_: Answer) -> None:
    return None


def _received(answer: Answer) -> float:
    return fields.moment(answer.value["received_time"])


def _agents(answer: Answer, project: int) -> list[Agent]:
    """The agents of our project. Where an item has two ids, the longer name is the one that paths take."""
    items = fields.sequence(answer.value["items"])
    return [_agent(item) for item in items if fields.whole(item["project_id"]) == project]


def _agent(item: Any) -> Agent:
    own = item.get("agent_server_id")
    return Agent(
        id=fields.whole(item["id"] if own is None else own),
        host=fields.whole(item["host_id"]),
        active=item.get("active") is True,
        name=fields.text(item["name"]),
        framework=fields.text(item.get("framework")),
    )
