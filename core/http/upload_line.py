"""How far an upload is, for the person who waits: at once on a terminal, now and then in a log."""

from core.payload import Payload
from core.text.wording import span
from core.waiting.patience import Patience

QUIET = 2.0  # seconds: most uploads are over before anybody asks
BETWEEN = 15.0  # seconds between two lines in a log


class UploadLine:
    """One upload. `beat` is what the transport calls while it waits."""

    def __init__(self, payload: Payload, patience: Patience) -> None:
        self._payload = payload
        self._patience = patience
        self._began = patience.clock.now()
        self._next = self._began + QUIET
        self._sent = False

    def beat(self) -> float:
        """Show how far it is if that is due; the seconds until the next look."""
        now = self._patience.clock.now()
        if self._payload.sent >= len(self._payload):
            return self._done(now)
        if now < self._began + QUIET:
            return self._began + QUIET - now
        line = self._line(now)
        if self._patience.log.live(line):
            return 1.0
        if now >= self._next:
            self._patience.say(line)
            self._next = now + BETWEEN
        return self._next - now

    def _done(self, now: float) -> float:
        if not self._sent and now >= self._began + QUIET:
            took = span(now - self._began)
            self._patience.say(f"Sent {self._payload.label} ({_size(len(self._payload))}) in {took}.")
        self._sent = True
        return self._patience.beat()

    def _line(self, now: float) -> str:
        sent, whole = self._payload.sent, len(self._payload)
        share = f"{100 * sent // whole} % of {_size(whole)}"
        return f"Sending {self._payload.label}: {share}, {span(now - self._began)}"


def _size(count: int) -> str:
    """`12 MB`, `340 kB`: as file managers show it."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= factor:
            return f"{count / factor:.1f} {unit}" if count < 10 * factor else f"{count // factor} {unit}"
    return f"{count} bytes"
