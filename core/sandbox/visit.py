"""A request on its way to a box."""

from dataclasses import dataclass

from core.sandbox.faults import Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a request went: the vendor's own path, and the origin that links in answers begin with."""

    path: str  # decoded
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A request that has come as far as its body: what it asks for, and the fault that will hit it."""

    operation: str
    values: tuple[str, ...]
    fault: Fault | None

    @property
    def kind(self) -> str | None:
        return None if self.fault is None else self.fault.kind
