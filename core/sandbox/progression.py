"""How fast an emulated run gets on: at once, by looks, or by the clock."""

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

Spans = tuple[float, float, float, float]

SHARES: Spans = (0.10, 0.10, 0.65, 0.15)  # of the whole, for queuing, waiting, running, settling
LOOK_SHARES: Spans = (0.2, 0.2, 0.4, 0.2)  # so that five looks show five different things
CAPS: Spans = (3.0, 6.0, float("inf"), 3.0)  # seconds: what was recorded; a longer run runs longer, it does not queue

_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}
_LOOKS = re.compile(r"(\d{1,6}) ?looks?")
_SECONDS = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)([smh]?)")


class Phase(enum.IntEnum):
    """What a run is doing, in order."""

    QUEUED = 0
    WAITING = 1
    RUNNING = 2
    SETTLING = 3
    OVER = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Progression:
    """Exactly one of three: the look that shows the end, seconds in all, or seconds for each phase."""

    looks: int | None = None
    total: float | None = None
    spans: Spans | None = None

    def __post_init__(self) -> None:
        if sum(given is not None for given in (self.looks, self.total, self.spans)) != 1:
            raise ValueError("a progression is either looks, or seconds in all, or seconds for each phase")
        if self.looks is not None and self.looks < 1:
            raise ValueError("a run needs at least one look to be seen finished")
        if (self.total or 0.0) < 0 or min(self.spans or SHARES) < 0:
            raise ValueError("a run cannot last less than no time")

    def __str__(self) -> str:
        if self.looks is not None:
            return "immediate" if self.looks == 1 else f"{self.looks} looks"
        return f"{self.total if self.spans is None else sum(self.spans):g}s"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `immediate`, `5 looks`, `20s`, `5m` or `1h`. Raises ValueError."""
        words = text.strip()
        if words == "immediate":
            return cls(looks=1)
        if match := _LOOKS.fullmatch(words):
            return cls(looks=int(match[1]))
        if match := _SECONDS.fullmatch(words):
            return cls(total=float(match[1]) * _UNITS[match[2]])
        raise ValueError(f"{text!r} is no progression: write `immediate`, `5 looks` or `20s`")

    @classmethod
    def immediate(cls) -> Self:
        return cls(looks=1)

    @classmethod
    def after(cls, looks: int) -> Self:
        """Terminal at the given look, counted for each run."""
        return cls(looks=looks)

    @classmethod
    def seconds(cls, *, queue: float = 1.0, wait: float = 1.0, run: float = 10.0, settle: float = 2.5) -> Self:
        return cls(spans=(queue, wait, run, settle))


def spans_of(progression: Progression, shares: Spans | None) -> Spans:
    """Length of each phase, in seconds, or in looks if the progression goes by looks. `shares` are a scenario's own."""
    if progression.spans is not None:
        return progression.spans
    if progression.looks is not None:
        return _scaled(shares or LOOK_SHARES, float(progression.looks - 1))
    total = progression.total or 0.0
    if shares is not None:
        return _scaled(shares, total)
    queue, wait, _, settle = (min(part, cap) for part, cap in zip(_scaled(SHARES, total), CAPS, strict=True))
    return (queue, wait, total - queue - wait - settle, settle)


def phase_at(spans: Sequence[float], position: float) -> tuple[Phase, float]:
    """Phase at a position since the start, and how much of that phase is done (0 to 1)."""
    begun = 0.0
    for phase, span in zip(Phase, spans, strict=False):  # OVER has no span
        if position < begun + span:
            return phase, max(0.0, (position - begun) / span) if span else 0.0
        begun += span
    return Phase.OVER, 1.0


def _scaled(shares: Spans, total: float) -> Spans:
    queue, wait, run, settle = shares
    return (queue * total, wait * total, run * total, settle * total)
