"""What a survey keeps of a file: counts, the sum of the times, the first cases that failed."""

from core.junit_read.durations import seconds_of
from core.junit_read.nouns import JUnitCase, duration
from core.model import LONGEST_SECONDS


class Tally:
    """Filled by the reader, of one file.

    `tests`, `counts` and `seconds` are right after `settle`; until then the cases of the last piece are no more than
    their `times`, as they are spelled. `counts` are by severity (parts.SEVERITY), of all cases but those that passed.
    `worst` are the first `keep` that failed or errored.
    """

    __slots__ = ("counts", "flaky", "keep", "seconds", "tests", "times", "worst")

    def __init__(self, keep: int) -> None:
        self.tests = 0
        self.counts = [0, 0, 0, 0]
        self.flaky = 0
        self.seconds = 0.0
        self.times: list[str] = []
        self.keep = keep
        self.worst: list[JUnitCase] = []

    @property
    def has_room(self) -> bool:
        return len(self.worst) < self.keep

    def add(self, attributes: dict[str, str], severity: int, *, flaky: bool) -> None:
        """A case that is not plain, whatever came of it."""
        has_one = "time" in attributes and "duration" not in attributes
        self.times.append(attributes["time"] if has_one else str(duration(attributes) or 0))
        self.counts[severity] += severity > 0
        self.flaky += flaky

    def settle(self) -> None:
        self.tests += len(self.times)
        self.seconds += _sum(self.times)
        self.times.clear()


def _sum(times: list[str]) -> float:
    """In one go, as nearly all are plain numbers; one by one where a time is none, or spelled in another way."""
    try:
        numbers = list(map(float, times))
    except ValueError:
        numbers = [-1.0]
    total = sum(numbers)
    if (
        total < LONGEST_SECONDS and min(numbers, default=0.0) >= 0
    ):  # so each is in the range; a NaN would make the sum one
        return total
    return sum(seconds_of(each) or 0.0 for each in times)
