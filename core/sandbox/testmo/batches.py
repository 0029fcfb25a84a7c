"""Testmo: the tests of one append, kept small: a million of them must fit beside the client under test."""

import json
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from sys import intern
from typing import Any

from core.sandbox.testmo.workspace import SLOT_OF, UNTESTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one append brought, in its order. `at` is a reading of `now`."""

    first_id: int
    at: float
    words: tuple[str, ...]  # the status of each test, as sent
    tally: Mapping[int, int]  # tests by slot of their status
    packed: bytes = field(repr=False)

    def tests(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield each test as it was sent, with its id."""
        tests: list[dict[str, Any]] = json.loads(zlib.decompress(self.packed))
        yield from enumerate(tests, self.first_id)


def batch_of(tests: Sequence[Mapping[str, Any]], *, first_id: int, at: float) -> Batch:
    words = tuple(intern(str(test["status"])) for test in tests)
    return Batch(
        first_id=first_id,
        at=at,
        words=words,
        tally=Counter(SLOT_OF.get(word, UNTESTED) for word in words),
        packed=zlib.compress(json.dumps(tests).encode(), 1),
    )
