"""Which case of the JUnit files is which test at qTest: by its content, in every way that people write one."""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from core.junit_read import JUnitCase
from core.model import Outcome
from core.vendors.qtest.jobs import Material

PROPERTY = "qtest.automation_content"
_SEVERITY = (Outcome.SKIPPED, Outcome.PASSED, Outcome.FAILED, Outcome.ERRORED)
_CLASS = 3  # the rank of a content that names a class: its cases are steps
_MOST_PARTS = 12
_LONGEST_MESSAGE = 10_000  # characters
_LONGEST_OF_A_STEP = 500
_LONGEST_NAME = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A case that is a part of a test. The texts are hostile."""

    name: str
    outcome: Outcome
    message: str


@dataclass(slots=True, kw_only=True)
class Room:
    """What is kept of a job's cases for its logs, however many there are: so many steps, and characters of texts."""

    steps: int = 5_000
    characters: int = 4 << 20

    def cut(self, text: str, longest: int) -> str:
        kept = text[: min(longest, self.characters)]
        self.characters -= len(kept)
        return kept


@dataclass(slots=True, kw_only=True)
class Match:
    """What the cases say of one test. `rank` is how well they name it; a worse one counts only without a better."""

    rank: int = 1 << 10
    outcome: Outcome = Outcome.SKIPPED
    seconds: float = 0.0
    message: str = ""
    count: int = 0
    steps: list[Step] = field(default_factory=list)

    @property
    def is_class(self) -> bool:
        return self.rank % 10 == _CLASS

    def add(self, rank: int, case: JUnitCase, room: Room) -> None:
        if rank > self.rank:
            return
        if rank < self.rank:
            self.rank, self.outcome, self.seconds, self.message, self.count = rank, Outcome.SKIPPED, 0.0, "", 0
            self.steps = []
        message = "\n".join(each.message or each.text for each in case.told)
        worse = _SEVERITY.index(case.outcome) > _SEVERITY.index(self.outcome)
        if worse:
            self.outcome = case.outcome
        if worse or not self.message:
            self.message = room.cut(message, _LONGEST_MESSAGE)
        self.count += 1
        self.seconds += case.seconds or 0.0
        if self.is_class and room.steps:
            room.steps -= 1
            name, text = room.cut(case.name, _LONGEST_NAME), room.cut(message, _LONGEST_OF_A_STEP)
            self.steps.append(Step(name=name, outcome=case.outcome, message=text))


class Matcher:
    """Takes one case after the other; `found` has a match, perhaps without a case, for each material."""

    def __init__(self, materials: Sequence[Material], room: Room | None = None) -> None:
        self._room = room or Room()
        self.found = [Match() for _ in materials]
        self._wanted: dict[str, list[tuple[int, int]]] = {}
        for at, material in enumerate(materials):
            for rank, text in ((0, material.content), (10, html.unescape(material.content))):
                if text:
                    self._wanted.setdefault(text, []).append((at, rank))

    def add(self, case: JUnitCase) -> None:
        best: dict[int, int] = {}
        for rank, text in names_of(case):
            for at, more in self._wanted.get(text, ()):
                best[at] = min(best.get(at, rank + more), rank + more)
        for at, rank in best.items():
            self.found[at].add(rank, case, self._room)


def names_of(case: JUnitCase) -> Iterator[tuple[int, str]]:
    """(rank, name): every way to name a case, the surest with the lowest rank.

    Without its parameters it counts as much: a content that names a method means all runs of it, and any may fail.
    A case that says itself which test it is has no other name.
    """
    told = [each.value.strip() for each in case.properties if each.name == PROPERTY and each.value.strip()]
    if told:
        yield from ((0, text) for text in told)
        return
    bare = _without_parameters(case.name)
    for name in dict.fromkeys((case.name, bare)):
        for joint in ("#", ".", "::"):
            yield 1, f"{case.classname}{joint}{name}"
        for node in _nodes(case, name):
            yield 1, node
        yield 2, name
    if case.classname:
        yield _CLASS, case.classname


def _nodes(case: JUnitCase, name: str) -> Iterator[str]:
    """Pytest's node ids: tests/test_cart.py::TestCart::name. Its newer files name no file, only a.b.Class."""
    parts = case.classname.split(".")[:_MOST_PARTS]
    if case.file:
        yield f"{case.file}::{name}"
        for at in range(1, len(parts)):
            yield "::".join((case.file, *parts[at:], name))
    for at in range(1, len(parts) + 1):
        yield "::".join(("/".join(parts[:at]) + ".py", *parts[at:], name))


def _without_parameters(name: str) -> str:
    """`adds[1]`, `adds(int)[1]` and `adds()` are all `adds`."""
    return name.partition("[")[0].partition("(")[0].strip() or name
