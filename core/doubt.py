"""When a vendor's final word is believed although its cases contradict it: when it stands for a while."""

from core.errors import ResultUnknownError
from core.model import Progress, Reason, RemoteRun
from core.text.sanitize import one_line

CONFIRM_SECONDS = 5.0  # a settling run took 3.3 s at most in recordings
CONFIRM_PAUSE = 1.0


class Doubt:
    """What one run's contradicting final words have been so far. Times are in seconds on the clock of the wait."""

    def __init__(self) -> None:
        self._before: Progress | None = None
        self._since = 0.0
        self._first: float | None = None

    @property
    def is_new(self) -> bool:
        return self._before is None

    def is_fresh(self, moment: float) -> bool:
        """Whether it is worth looking quickly: words that go to and fro for ever are not."""
        return self._first is not None and moment - self._first < 2 * CONFIRM_SECONDS

    def forget(self) -> None:
        """The run turned out not to be final at all."""
        self._before = None

    def believes(self, now: Progress, moment: float, run: RemoteRun, *, last_look: bool) -> bool:
        """Whether this final word counts. Raises ResultUnknownError where the last words contradict each other."""
        if now.consistent:
            return True
        before = self._before
        if before is not None and before.verdict is now.verdict:
            return last_look or moment - self._since >= CONFIRM_SECONDS
        if before is not None and last_look:
            words = f"{one_line(before.word, 60)!r}, then {one_line(now.word, 60)!r}"
            fact = f"The vendor's final words contradict its cases and each other up to the deadline: {words}."
            raise ResultUnknownError(fact, remedy=f"Look at the run's page: {run.url}", reason=Reason.PROTOCOL)
        self._before, self._since = now, moment
        self._first = moment if self._first is None else self._first
        return False
