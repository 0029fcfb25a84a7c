"""Testmo: the tests of a run, found and put in order. Only what the answer or the order needs is unpacked."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.sandbox.testmo.batches import Batch
from core.sandbox.testmo.workspace import SLOT_OF, STATE_OF, UNTESTED


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a test is."""

    batch: Batch
    index: int

    @property
    def id(self) -> int:
        return self.batch.first_id + self.index

    @property
    def state(self) -> int:
        return STATE_OF[SLOT_OF.get(self.batch.words[self.index], UNTESTED)]


def found(batches: Iterable[Batch], states: Collection[int] | None) -> list[Hit]:
    """Return the tests that are in one of the states, or all."""
    hits = (Hit(batch, index) for batch in batches for index in range(len(batch.words)))
    return [hit for hit in hits if states is None or hit.state in states]


def in_order(hits: Sequence[Hit], by: str, *, falling: bool) -> list[Hit]:
    """Sort by `id`, `status`, `created_at`, `name` or `elapsed`, then by id. What has no value comes first."""

    def key(hit: Hit) -> tuple[Any, ...]:
        match by:
            case "id":
                return (hit.id,)
            case "status":
                return (hit.state, hit.id)
            case "created_at":
                return (hit.batch.at, hit.id)
            case _:
                value = sent[hit.id].get(by)
                return (value is not None, value, hit.id)

    sent = unpacked(hits) if by in ("name", "elapsed") else {}
    return sorted(hits, key=key, reverse=falling)


def unpacked(hits: Sequence[Hit]) -> Mapping[int, Mapping[str, Any]]:
    """Return tests as they were sent, by id, and those that share a batch with them."""
    batches = {hit.batch.first_id: hit.batch for hit in hits}
    return dict(test for batch in batches.values() for test in batch.tests())
