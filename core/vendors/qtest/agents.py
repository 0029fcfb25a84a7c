"""Host and agent at qTest: found by the search, told what has changed, or registered; each at most once."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from core.errors import CallFailedError, Fault, ResultUnknownError
from core.guarded import promised
from core.model import Reason
from core.ports import Answer, Calls, Log
from core.vendors.qtest import fields
from core.vendors.qtest.identity import Identity
from core.vendors.qtest.settings import Settings

_PAGE = {"page": 1, "pageSize": 100}
_MOST_GUIDS = 20  # that a host is asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """An agent as the search shows it, or as it was made."""

    id: int
    host: int
    active: bool
    name: str = ""
    framework: str = ""


class Registry:
    """The agents of our project, as far as they are ours to find or make."""

    def __init__(
        self, settings: Settings, identity: Identity, calls: Calls, log: Log, ping: Callable[[int], None]
    ) -> None:
        self._ping = ping
        self.guid = identity.guid  # of the host that was greeted last
        self._settings = settings
        self._identity = identity
        self._calls = calls
        self._log = log
        self._project = settings.project_id

    def enter(self) -> Agent:
        """Our agent, as it was found or made."""
        found = self.find()
        return self._update(found) if found else self._register()

    def find(self) -> Agent | None:
        """Our agent by its id, or by its name; no effect. Raises CallFailedError where an id is unknown."""
        wanted, project = self._settings, self._project
        if wanted.agent_id and wanted.host_id:
            query = f"'id' = '{wanted.agent_id}' and 'host_id' = '{wanted.host_id}'"
        elif wanted.agent_id:
            query = f"'id' = '{wanted.agent_id}' and 'project_id' = '{project}'"
        else:
            query = f"'name' = '{self._identity.agent}' and 'project_id' = '{project}'"
        body = {"fields": ["*"], "query": query}
        name = self._identity.agent
        found = self._calls.read(
            "search-agents", parse=lambda answer: _agents(answer, project, name), query=_PAGE, body=body
        )
        if wanted.agent_id:
            known = next((each for each in found if each.id == wanted.agent_id), None)
            if known is not None or not wanted.host_id:
                return self._require(known)
            return Agent(id=wanted.agent_id, host=wanted.host_id, active=False)  # the search may not show it
        mine = [each for each in found if each.name == name and each.host == (wanted.host_id or each.host)]
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
            self._check_host(found.host)
            if self.guid == self._identity.guid and not self._settings.host_id:
                self._calls.read("update-host", parse=nothing, path=path, body=self._identity.host_body())
            if not self._settings.agent_id and (found.name, found.framework) != wanted:
                body = self._identity.agent_body(active=found.active) | self._places(found)
                self._calls.read("update-agent", parse=nothing, path=path, body=body)
        except CallFailedError as failure:
            if failure.fault is not Fault.ABSENT or self._settings.agent_id:
                raise
            self._log.warning(f"{failure.fact} The host or its agent is gone, and is registered again.")
            return self._register()
        return found

    def _check_host(self, host: int) -> None:
        """A ping is taken from the host itself alone: with somebody else's, nothing must be changed or made."""
        try:
            self.greet(host)
        except CallFailedError as failure:
            if failure.fault is not Fault.REFUSED:
                raise
            why = "`base-url` or the agent's name was another"
            fact = f"{failure.fact} The host {host} was not registered by this step: {why}."
            remedy = "Give another `agent-name`: it is made then."
            if self._settings.host_id or self._settings.agent_id:
                remedy = "Leave out `host-id` and `agent-id`, and give an `agent-name` of its own: both are made then."
            raise CallFailedError(Fault.REFUSED, fact, remedy=remedy) from failure

    def greet(self, host: int) -> None:
        """Ping a host by the GUID that it has. Raises CallFailedError with REFUSED where it is none of this tool's."""
        first: CallFailedError | None = None
        for guid in islice(self._guids(host), _MOST_GUIDS):
            self.guid = guid
            try:
                return self._ping(host)
            except CallFailedError as failure:
                if failure.fault is not Fault.REFUSED:
                    raise
                first = first or failure
        self.guid = self._identity.guid
        raise first or RuntimeError("a host without a GUID")

    def _guids(self, host: int) -> Iterator[str]:
        """Ours; then those of the other agents of this host, for one of which it was registered, by a given id."""
        yield from self._identity.guids(self._identity.agent)
        project = self._project
        found = self._calls.read(
            "search-agents",
            parse=lambda answer: _agents(answer, project, ""),
            query=_PAGE,
            body={"fields": ["*"], "query": f"'host_id' = '{host}' and 'project_id' = '{project}'"},
        )
        names = dict.fromkeys(each.name for each in sorted(found, key=lambda each: each.id) if each.host == host)
        for name in names:
            if name != self._identity.agent:
                yield from self._identity.guids(name)

    def _places(self, agent: Agent) -> dict[str, object]:
        return {"agent_server_id": agent.id, "host_id": agent.host, "project_id": self._project}

    def _register(self) -> Agent:
        host = self._settings.host_id or self._once(
            "register-host", "host_server_id", {}, self._identity.host_body(), lambda: None
        )
        self._check_host(host)
        body = self._identity.agent_body(active=False) | {"host_id": host, "project_id": self._project}

        def search() -> int | None:
            found = self.find()
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


def nothing(_: Answer) -> None:
    """For answers whose body is promised nowhere."""


def _agents(answer: Answer, project: int, name: str) -> list[Agent]:
    """The agents of our project. One that is odd is left out, unless its name is ours: it must not be made twice."""
    found: list[Agent] = []
    for item in promised.sequence(answer.value["items"]):
        if not isinstance(item, dict) or str(item.get("project_id")) != str(project):
            continue
        try:
            found.append(_agent(item))
        except (LookupError, TypeError, ValueError):
            if item.get("name") == name:
                raise
    return found


def _agent(item: Any) -> Agent:
    """Where an item has two ids, the longer name is the one that paths take."""
    own = item.get("agent_server_id")
    return Agent(
        id=fields.whole(item["id"] if own is None else own),
        host=fields.whole(item["host_id"]),
        active=item.get("active") is True,
        name=fields.text(item["name"]),
        framework=fields.text(item.get("framework")),
    )
