"""How long one run may wait, and for what: the deadline, the outage window, the heartbeat."""

from collections.abc import Callable
from math import inf
from queue import Empty, SimpleQueue
from random import Random
from typing import Any

from core.errors import CallFailedError, Fault
from core.ports import Clock, Log
from core.text.wording import span
from core.waiting.stop import BELL, Stop

FIRST_WINDOW = 60.0  # before the first good answer of the process, so that a wrong host is told soon
HEARTBEAT = 60.0
SHORTEST_RETRY, LONGEST_RETRY = 1.0, 30.0
SHORTEST_WAIT = 0.001  # what rounding leaves of a wait must not become a spin
SHORTEST_CALL = 0.1  # once the time for cleaning up is over
LAST_CALL = 2.0  # even at the deadline one look gets this long


class Patience:
    """One run's budget of time. Every wait of a run goes through here, so that each hears a signal."""

    def __init__(
        self, *, clock: Clock, stop: Stop, log: Log, rng: Random, timeout: float, window: float | None = None
    ) -> None:
        self.clock = clock
        self.stop = stop
        self.log = log
        self.inbox: SimpleQueue[Any] = SimpleQueue()
        stop.subscribe(self.inbox)
        self._rng = rng
        self._deadline = clock.now() + timeout
        self._window = window
        self._bad_since: float | None = None
        self._bad_calls = 0
        self._ever_good = False
        self._closing = False
        self._last_line = self._began = clock.now()
        self._timeout = timeout
        self.heartbeat: Callable[[], str] = self._waiting
        self.meanwhile: Callable[[], float] | None = None  # core.ports.Calls.meanwhile
        self._aside = False

    @property
    def left(self) -> float:
        """Seconds to the deadline, never negative."""
        return max(self._deadline - self.clock.now(), 0.0)

    @property
    def window(self) -> float:
        """Seconds that an outage may last, infinite where only the deadline bounds it."""
        return inf if self._window is None else self._window

    @property
    def ever_good(self) -> bool:
        """True once the vendor has given a good answer to this process."""
        return self._ever_good

    def limit(self, seconds: float) -> float:
        """At most `seconds`, and not past the deadline by more than one last short call."""
        return min(seconds, max(self.left, SHORTEST_CALL if self._closing else LAST_CALL))

    def shortened(self, seconds: float) -> float:
        """At most half of the user's outage window, so that one hung look does not use it up."""
        return seconds if self._window is None or self._closing else min(seconds, max(self._window / 2, LAST_CALL))

    def grant(self, seconds: float) -> None:
        """Time for what is left to do after the verdict or the deadline: this long, unless closing has begun."""
        if not self._closing:
            self._deadline = self.clock.now() + seconds
            self._window = seconds
            self._bad_since = None

    def begin_closing(self, seconds: float) -> None:
        """A signal came: only cleaning up is left, and it has this long, however often this is called."""
        self.stop.begin_closing()
        ends = self.clock.now() + seconds
        self._deadline = min(self._deadline, ends) if self._closing else ends
        self._window = seconds
        self._bad_since = None
        self._closing = True

    def say(self, text: str) -> None:
        """A line for a person, which also counts as a sign of life."""
        self.log.info(text)
        self._last_line = self.clock.now()

    def pause(self, seconds: float) -> None:
        """Wait, at most to the deadline. Raises StoppedError as soon as a signal comes."""
        until = self.clock.now() + min(seconds, self.left)
        while True:
            self.stop.check()
            beat = min(self.beat(), self._look_aside())
            left = until - self.clock.now()
            if left <= 0:
                return
            try:
                item = self.clock.take(self.inbox, max(min(left, beat), SHORTEST_WAIT))
            except Empty:
                continue
            if item is not BELL:
                continue  # the answer to a call that was given up long ago

    def _look_aside(self) -> float:
        """Do what is due besides; the seconds until the next. There is no time for it once a signal came."""
        if self.meanwhile is None or self._aside or self._closing:
            return inf
        self._aside = True
        try:
            return self.meanwhile()
        finally:
            self._aside = False

    def answered(self) -> None:
        """A good answer came: an outage, if there was one, is over."""
        if self._aside:
            self._ever_good = True
            return
        if self._bad_since is not None and self._bad_calls > 1:
            took = span(self.clock.now() - self._bad_since)
            self.say(f"The vendor answers again, after {took} and {self._bad_calls} failed calls.")
        self._ever_good = True
        self._bad_since = None
        self._bad_calls = 0

    def failed(self, failure: CallFailedError, *, since: float | None = None, until: float | None = None) -> None:
        """Wait before the next try; raises `failure` when the outage window or the deadline is used up.

        `since` is when the failed call began: a call that hung was a part of the outage. `until` is an earlier
        deadline for calls that are not worth as much.
        """
        if self._aside:
            raise failure
        now = self.clock.now()
        if self._bad_since is not None:
            since = self._bad_since
        elif since is None:
            since = now
        end = min(since + self._patience(failure), self._deadline)
        room = (end if until is None else min(end, until)) - now
        if failure.retry_after is not None and failure.retry_after > room > 0:
            room = min(since + self.window, self._deadline) - now  # the first answer's own window gives way, this once
            if until is not None or (self._window is not None and failure.retry_after > room):
                raise failure  # asked not to come back before the window closes, there is nothing to wait for
        if room <= 0:
            raise failure
        if self._bad_since is None:
            self._bad_since = since
            then = "Trying once more." if failure.fault is Fault.AUTH else f"Trying again for up to {span(room)}."
            self.log.warning(f"{failure.fact} {then}")
            self._last_line = now
        self._bad_calls += 1
        self.pause(min(self._delay(failure), room))

    def _patience(self, failure: CallFailedError) -> float:
        """The window. What the vendor itself says (`not yet`) comes from the right host: then the user's is kept."""
        if self._window is not None:
            known = self._ever_good or failure.fault is Fault.NOT_YET
            return self._window if known else min(self._window, FIRST_WINDOW)
        return self._deadline if self._ever_good else FIRST_WINDOW

    def _delay(self, failure: CallFailedError) -> float:
        if failure.retry_after is not None:
            return max(failure.retry_after, SHORTEST_RETRY) * self._rng.uniform(1.0, 1.1)  # jitter only adds
        base = min(SHORTEST_RETRY * 2 ** min(self._bad_calls, 6), LONGEST_RETRY)
        if failure.fault is Fault.BUSY:
            base = max(base, 5.0)
        return self._rng.uniform(base / 2, base)

    def beat(self) -> float:
        """Show a sign of life if one is due; the seconds until the next."""
        line = self.heartbeat()
        if line and self._bad_since is not None:
            line += f", no good answer for {span(self.clock.now() - self._bad_since)}"
        if line and self.log.live(line):
            return 1.0
        if self.clock.now() - self._last_line >= HEARTBEAT:
            if line:
                self.log.info(line)
            self._last_line = self.clock.now()
        return self._last_line + HEARTBEAT - self.clock.now()

    def _waiting(self) -> str:
        """What there is to say before a run is watched."""
        return f"Waiting for the vendor, {span(self.clock.now() - self._began)} of at most {span(self._timeout)}"
