"""What web and mobile take alike from their lists of results: what may be ours, and how long a run takes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from core.errors import CallFailedError, ResultUnknownError
from core.model import Reason
from core.ports import Answer, Calls

SLACK = 5.0  # seconds that the vendor's clocks may disagree among themselves
GATEWAY_SLACK = 120.0  # the same where a gateway on the way may have set the date
RECENT = 10  # results that a usual duration is learned from
PAGE = 100
PAGES = 20
LOOKS = (0.0, 3.0, 7.0)  # seconds before each look: a run whose start was lost may show up late
LOOK_SECONDS = 60.0  # that an outage during a look is ridden out

Entry = TypeVar("Entry")


class Dated(Protocol):
    """A result, as far as its age matters. `created` is on the vendor's clock, in seconds since 1970."""

    @property
    def created(self) -> float | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What was there before the start. `server_time` is the vendor's own clock then."""

    server_time: float | None = None
    durations: tuple[float, ...] = ()

    def precedes(self, result: Dated, slack: float = SLACK) -> bool:
        """Whether the vendor's own clock lets this result be ours."""
        return self.server_time is None or result.created is None or result.created >= self.server_time - slack

    def usual_seconds(self) -> float | None:
        """How long the latest runs took, in the middle."""
        if not self.durations:
            return None
        from statistics import median  # noqa: PLC0415 -- 5 ms, and few runs need it

        return median(self.durations)


def query(page: int, plan: object) -> dict[str, object]:
    return {"page": page, "per_page": PAGE, "test_plan_id": plan}


def every_entry(
    calls: Calls, operation: str, project: object, plan: object, parse: Callable[[Answer], list[Entry]]
) -> Iterator[Entry]:
    """The whole list, whatever its order; an empty page ends it."""
    for page in range(1, PAGES + 1):
        entries = calls.read(
            operation, parse=parse, path={"project_id": project}, query=query(page, plan), seconds=LOOK_SECONDS
        )
        if not entries:
            return
        yield from entries


def unreadable(lost: CallFailedError, second: CallFailedError, where: str) -> ResultUnknownError:
    """The start's reply is lost, and the list that could tell more can't be had. `where` says where to look."""
    fact = f"{lost.fact} A run may exist, and the list of results can't be read: {second.fact}"
    return ResultUnknownError(fact, remedy=where, reason=Reason.MAY_EXIST)


def unresolved(lost: CallFailedError, pages: Sequence[str], where: str) -> ResultUnknownError:
    """The start's reply is lost, and none of what is new (their pages) is surely ours."""
    if not pages:
        fact = f"{lost.fact} A run may exist, though the vendor lists no new one."
        return ResultUnknownError(fact, remedy=where, reason=Reason.MAY_EXIST)
    listed = "".join(f"\n  {page}" for page in pages)
    fact = f"{lost.fact} A run may exist. New at the vendor since, ours or another build's:{listed}"
    remedy = "If one is yours, collect it with `mode: wait` and its id as `run-id`; do not start another before."
    return ResultUnknownError(fact, remedy=remedy, reason=Reason.MAY_EXIST)
