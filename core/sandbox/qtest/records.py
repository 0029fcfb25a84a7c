"""qTest: the things that the emulated vendor remembers. Times are readings of the sandbox's `now`."""

from dataclasses import dataclass, field

from core.sandbox.qtest.statuses import JobStatus
from core.sandbox.scenario import Scenario
from core.sandbox.timeline import Timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class HostAsked:
    """What a host says of itself."""

    host_name: str
    ip_address: str
    mac_address: str
    host_guid: str


@dataclass(slots=True, kw_only=True)
class Host:
    """A machine that has registered."""

    id: int
    asked: HostAsked
    pings: list[float] = field(default_factory=list)
    online: bool = False
    offline_at: list[float] = field(default_factory=list)  # when it was found to be silent


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentAsked:
    """What a host says of one of its agents."""

    name: str
    framework: str
    framework_id: str
    agent_id: int
    active: bool


@dataclass(slots=True, kw_only=True)
class Agent:
    """An agent: one project and one framework on one host."""

    id: int
    project: int
    host: int
    asked: AgentAsked
    active: bool
    ours: bool = True  # False: it was there before the client under test


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """One test of a job. A content of None is sent as null, or not at all if it is `absent`."""

    test_run: int
    name: str
    content: str | None
    absent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One status in the life of a job."""

    at: float
    status: JobStatus
    by: str  # one of the names in state.py, or the token of whoever asked for it


@dataclass(slots=True, kw_only=True)
class Job:
    """One execution that a schedule asks for."""

    id: int
    schedule: int
    agent: int
    project: int
    host: int
    start: float
    materials: tuple[Material, ...]
    history: list[Step]
    style: str  # of its date on the wire
    scenario: Scenario
    timeline: Timeline  # until it is to be seen
    ended_looks: int = 0
    ours: bool = True  # False: it is another agent's, or of earlier days
    lost: bool = False  # it has vanished

    @property
    def status(self) -> JobStatus:
        return self.history[-1].status


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """What jobs come from."""

    id: int
    agent: int
    project: int
    name: str
    created: float
    by: str  # as in a step


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file at a log: of its content the size and the hash."""

    name: str
    content_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogAsked:
    """One test log as it was sent. Dates are Unix time."""

    name: str
    content: str
    status: str
    started: float
    ended: float
    note: str = ""
    version: int | None = None
    build_number: str = ""
    build_url: str = ""
    modules: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    steps: tuple[str, ...] = ()  # the status of each


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """A test log that qTest has taken."""

    id: int
    project: int
    test_run: int
    asked: LogAsked
    at: float
    operation: str


@dataclass(slots=True, kw_only=True)
class QueueItem:
    """An upload of many logs, on its way through the queue."""

    id: int
    project: int
    operation: str
    container: str  # the test suite or test cycle
    logs: tuple[LogAsked, ...]
    scenario: Scenario
    timeline: Timeline
    fails: bool
    stuck: bool
    ended_looks: int = 0
    taken: bool = False  # the logs are in
