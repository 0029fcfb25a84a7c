"""Where one run is on its way, and when it got there."""

from dataclasses import dataclass, field

from core.sandbox.progression import Phase, Spans, phase_at


@dataclass(slots=True, kw_only=True)
class Timeline:
    """One run's way through the phases. By looks, positions and spans are looks; else they are seconds."""

    created: float  # a reading of `now`, as all times here
    spans: Spans
    by_looks: int | None  # the look that shows the end
    looks: list[float] = field(default_factory=list)  # when the run was looked at


def position(timeline: Timeline, now: float, *, late: float = 0.0) -> float:
    """How far the run is; `late` seconds (or one look) earlier for a stale read."""
    if timeline.by_looks is None:
        return max(0.0, now - timeline.created - late)
    if timeline.by_looks == 1:
        return 0.0
    return len(timeline.looks) - (1.5 if late else 0.5)


def phase_of(timeline: Timeline, where: float) -> tuple[Phase, float]:
    return phase_at(timeline.spans, where)


def start_of(timeline: Timeline, phase: Phase) -> float:
    """Position at which a phase begins."""
    return sum(timeline.spans[: int(phase)])


def reading_at(timeline: Timeline, where: float) -> float:
    """When a position was passed: by looks, that is the look that showed it first."""
    if timeline.by_looks is None:
        return timeline.created + where
    index = next((index for index in range(len(timeline.looks)) if index + 0.5 >= where), None)
    if timeline.by_looks == 1 or index is None:
        return timeline.created
    return timeline.looks[index]
