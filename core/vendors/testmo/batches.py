"""Tests on their way into appends: each a piece of JSON, so many in a body as Testmo takes."""

from collections.abc import Iterable, Iterator, Sequence

from core.junit_read import JUnitCase
from core.vendors.testmo.cases import as_json

BATCH = 250  # tests in one append, as the vendor's command line sends them
BATCH_SIZE = 2_000_000  # bytes of JSON in one append; a single test may have more

Batch = list[bytes]
"""Elements of `tests[]`, each in UTF-8."""


def batches(cases: Iterable[JUnitCase]) -> Iterator[Batch]:
    """All cases, in their order. They hold no secret any more: what is sent is not looked through again."""
    batch: Batch = []
    room = BATCH_SIZE
    for case in cases:
        test = as_json(case)
        needed = len(test) + 1
        if batch and (len(batch) >= BATCH or needed > room):
            yield batch
            batch, room = [], BATCH_SIZE
        batch.append(test)
        room -= needed
    if batch:
        yield batch


def joined(tests: Sequence[bytes]) -> bytes:
    """The body of `append-tests`."""
    return b'{"tests":[' + b",".join(tests) + b"]}"
