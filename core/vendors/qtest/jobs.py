"""The jobs that qTest hands out, and which of them are ours to run."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.guarded import promised
from core.vendors.qtest import fields

RUNNABLE = ("PLANNED", "NOT_RUN")


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """One test of a job. `content` and `name` are hostile texts; `version` is None where there is none."""

    test_run: int
    name: str
    content: str
    version: int | None

    @property
    def plain(self) -> str:
        """The content for the command: qTest stores `<` and `>` escaped, and a test runner knows no such name."""
        return self.content.replace("&lt;", "<").replace("&gt;", ">")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job of our agent. `start` is in seconds since 1970; `status` is the vendor's word, `NOT RUN` as `NOT_RUN`."""

    id: int
    project: int
    schedule: int | None
    status: str
    start: float
    materials: tuple[Material, ...]
    zoned: bool = True

    @property
    def known(self) -> bool:
        return self.status in RUNNABLE

    @property
    def test_runs(self) -> frozenset[int]:
        return frozenset(material.test_run for material in self.materials)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The jobs of one agent in the order in which they are due, each once; sentences on those that can't be read.

    `schedules` are the numbers that any of them names, also one that can't be read, is not due or is nobody's to run.
    """

    jobs: tuple[Job, ...]
    odd: tuple[str, ...] = ()
    schedules: frozenset[int] = frozenset()


def read(value: Any, agent: int) -> Listing:
    """Jobs of other agents stand in the same list, and are nobody's business here, whatever they look like.

    One that is odd must not hold up the others. Raises TypeError for what is no list.
    """
    found: dict[int, Job] = {}
    odd: list[str] = []
    schedules = set[int]()
    for item in promised.sequence(value):
        if not isinstance(item, dict) or not _is_of(item, agent):
            continue
        schedules |= _schedules(item)
        try:
            job = _job(item)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            what = f"the field {error} is missing" if isinstance(error, KeyError) else str(error)
            odd.append(f"qTest lists a job ({str(item.get('job_id'))[:20]}) that can't be run, since {what}.")
            continue
        found.setdefault(job.id, job)
    jobs = tuple(sorted(found.values(), key=lambda job: (job.start, job.id)))
    return Listing(jobs=jobs, odd=tuple(dict.fromkeys(odd)), schedules=frozenset(schedules))


def _is_of(item: dict[str, Any], agent: int) -> bool:
    try:
        return fields.whole(item.get("agent_server_id")) == agent
    except (TypeError, ValueError):
        return False


def _schedules(item: dict[str, Any]) -> set[int]:
    """The one that it names, if that can be read."""
    try:
        number = fields.whole_or_none(item.get("schedule_id"))
    except (TypeError, ValueError):
        return set()
    return set() if number is None else {number}


def _job(item: Any) -> Job:
    return Job(
        id=fields.whole(item["job_id"]),
        project=fields.whole(item["project_id"]),
        schedule=fields.whole_or_none(item.get("schedule_id")),
        status=fields.text(item["status"]).strip().replace(" ", "_").upper(),
        start=fields.moment(item["start_date"]),
        materials=tuple(_material(each) for each in promised.sequence(item.get("automation_materials") or [])),
        zoned=fields.has_offset(item["start_date"]),
    )


def _material(item: Any) -> Material:
    return Material(
        test_run=fields.whole(item["test_run_id"]),
        name=fields.text(item.get("test_case_name")),
        content=fields.text(item.get("automation_content")).strip(),
        version=fields.whole_or_none(item.get("test_case_version_id")),
    )


def due(jobs: Sequence[Job], now: float) -> list[Job]:
    """Those whose time has come: the list holds next week's jobs of a weekly schedule, too."""
    return [job for job in jobs if job.start <= now + 1.0]
