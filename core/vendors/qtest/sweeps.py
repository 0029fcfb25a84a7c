"""Looking for jobs, again and again: what is due for us, and when to stop waiting for more."""

from collections import deque

from core.errors import CallFailedError, Fault
from core.ports import Clock, Log
from core.vendors.qtest.hosting import Hosting
from core.vendors.qtest.jobs import Job, Listing
from core.vendors.qtest.scheduling import Order
from core.vendors.qtest.settings import Settings


class Sweeps:
    """The jobs that are due, each handed out once. `strange` is a status of a job of ours that nobody knows."""

    def __init__(self, settings: Settings, hosting: Hosting, clock: Clock, log: Log) -> None:
        self._settings = settings
        self._hosting = hosting
        self._clock = clock
        self._log = log
        self._seen: set[int] = set()
        self._idle_since: float | None = None
        self._idle = 0.0  # seconds between the first and the last of the sweeps in a row that found nothing
        self._entered_again = False
        self.due: deque[Job] = deque()
        self.strange = ""

    def next(self) -> Job:
        job = self.due.popleft()
        self._seen.add(job.id)
        return job

    def sweep(self, order: Order | None) -> None:
        """Look for jobs; with an order for those that come of it.

        A sweep tells of the moment at which it was begun: its answer may have come after a long outage.
        """
        began = self._clock.now()
        listing = self._retrieve()
        found = [job for job in listing.jobs if job.id not in self._seen]
        strange = next((job.status for job in found if not job.known), "")
        found = [job for job in found if job.known]
        idle = 0.0 if self._idle_since is None else began - self._idle_since
        if order is not None:
            found = order.mine(found, listed=listing.schedules, idle=idle)
        self.strange = strange if not found else ""
        self.due = deque(found)
        if found:
            self._idle_since, self._idle = None, 0.0
        else:
            self._idle_since, self._idle = began - idle, idle

    def _retrieve(self) -> Listing:
        try:
            return self._hosting.retrieve()
        except CallFailedError as failure:
            if failure.fault is not Fault.ABSENT or self._entered_again:
                raise
            self._entered_again = True
            self._log.warning(f"{failure.fact} The host is gone: registering it once more.")
            self._hosting.enter_again()
            return self._hosting.retrieve()

    @property
    def patience_is_over(self) -> bool:
        """Nothing is due, and nothing came for so long; a stay without patience makes one sweep."""
        if self.due:
            return False
        return not self._settings.patience or self._idle >= self._settings.patience
