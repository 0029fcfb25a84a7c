"""Cases that are made once and read many times: the second look takes them from a nameless file, in flat memory.

Each writer looks through all cases, and to parse and redact them anew each time was most of what a large report cost.
What is kept is already redacted; the file has no name, nobody else can open it, and it is gone with the process.
"""

import marshal
import weakref
from collections.abc import Iterable, Iterator
from typing import IO, Any

from core.errors import OutputError
from core.model import Outcome, TestCase

CHUNK = 250  # cases written at once
CHUNK_SIZE = 1_000_000  # characters of them, about
LARGEST = 2 << 30  # bytes; what finds no room is made anew at each look
_FAST = 2  # a version of marshal that does not look for the same object twice
_OUTCOMES = {str(outcome): outcome for outcome in Outcome}

Place = tuple[int, int]
"""Where a chunk stands: (first byte, bytes)."""
Flat = tuple[Any, ...]


class Store:
    """One nameless file of chunks, opened when there is something to keep: lists of what marshal takes."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self._end = 0
        self._full = False

    def put(self, chunk: list[Any]) -> Place | None:
        """None where it can't be kept: there is no room, or a text is no plain one. Nothing is kept after that."""
        if self._full:
            return None
        try:
            packed = marshal.dumps(chunk, _FAST)
            if self._file is None:
                self._file = _new_file()
                weakref.finalize(self, self._file.close)
            self._file.seek(self._end)
            self._full = self._file.write(packed) < len(packed)
        except (OSError, ValueError):
            self._full = True
        place = (self._end, len(packed)) if not self._full else None
        if place:
            self._end += place[1]
            self._full = self._end > LARGEST
        return place

    def get(self, place: Place) -> list[Any]:
        """A chunk as it was put. Raises OutputError where the system does not give it back."""
        if self._file is None:
            raise LookupError("nothing is kept")
        try:
            self._file.seek(place[0])
            found: list[Any] = marshal.loads(self._file.read(place[1]))  # noqa: S302 -- nobody else can write it
        except (OSError, EOFError, ValueError, TypeError) as error:
            raise OutputError(f"What was kept of the report in a temporary file can't be read: {error}.") from error
        return found


def _new_file() -> IO[bytes]:
    import tempfile  # noqa: PLC0415 -- only who has such a report pays

    return tempfile.TemporaryFile(buffering=0)


class Filling:
    """The cases of a suite on their way into the store."""

    __slots__ = ("_chunk", "_places", "_size", "_store")

    def __init__(self, store: Store) -> None:
        self._store = store
        self._places: list[Place | None] = []
        self._chunk: list[Flat] = []
        self._size = 0

    def add(self, case: TestCase) -> None:
        self._chunk.append(_flat(case))
        self._size += len(case.details) + len(case.message)
        if len(self._chunk) >= CHUNK or self._size > CHUNK_SIZE:
            self._put()

    def end(self) -> "Stored | None":
        """All of them, or None where the store had no room."""
        self._put()
        places = [place for place in self._places if place is not None]
        return Stored(self._store, places) if len(places) == len(self._places) else None

    def _put(self) -> None:
        self._places.append(self._store.put(self._chunk))
        self._chunk, self._size = [], 0


class Stored:
    """The cases of a suite that a store holds, to be looked at again and again."""

    __slots__ = ("_places", "_store")

    def __init__(self, store: Store, places: list[Place]) -> None:
        self._store = store
        self._places = places

    def __iter__(self) -> Iterator[TestCase]:
        return _read(self._store, self._places)


class Spool:
    """The cases of a suite. The first look that comes to its end has left them in the store for those after it.

    Where the store has no room, every look makes the cases anew.
    """

    __slots__ = ("_cases", "_kept", "_store")

    def __init__(self, cases: Iterable[TestCase], store: Store) -> None:
        self._cases = cases
        self._store = store
        self._kept: Stored | None = None

    def __iter__(self) -> Iterator[TestCase]:
        return self._first_look() if self._kept is None else iter(self._kept)

    def _first_look(self) -> Iterator[TestCase]:
        filling = Filling(self._store)
        for case in self._cases:
            filling.add(case)
            yield case
        self._kept = filling.end()


def _read(store: Store, places: list[Place]) -> Iterator[TestCase]:
    for place in places:
        for name, classname, outcome, seconds, message, details, url, needs_review, flaky, properties in store.get(
            place
        ):
            yield TestCase(
                name=name,
                classname=classname,
                outcome=_OUTCOMES[outcome],
                seconds=seconds,
                message=message,
                details=details,
                url=url,
                needs_review=needs_review,
                flaky=flaky,
                properties=properties,
            )


def _flat(case: TestCase) -> Flat:
    """The fields in the order of the model; marshal takes nothing but plain types."""
    return (
        case.name,
        case.classname,
        str(case.outcome),
        case.seconds,
        case.message,
        case.details,
        case.url,
        case.needs_review,
        case.flaky,
        case.properties,
    )
