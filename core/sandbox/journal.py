"""What came over the wire, in order, for assertions."""

from dataclasses import dataclass
from typing import Final

from core.sandbox.forms import Form

BODIES: Final = 64 << 20  # bytes of bodies that a journal keeps in all


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and what became of it. It is in the journal before the first byte of the answer leaves."""

    at: float  # reading of the sandbox's `now`
    operation: str
    method: str
    path: str  # as sent, percent-encoded, without the query
    query: str  # as sent, without the question mark
    headers: tuple[tuple[str, str], ...]  # in order, repeated ones too
    body: bytes  # empty where the call takes a form, or where the journal has no room for it
    status: int | None  # None: no status line was sent
    fault: str | None  # as text, see `Fault`
    effect: bool  # whether the call changed the vendor's state
    size: int = 0  # bytes of the body that came, kept or not
    form: Form | None = None  # what came of an upload: its fields, and size and hash of its file

    def header(self, name: str) -> str | None:
        """Return the first header of that name, whatever its case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)
