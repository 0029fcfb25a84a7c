"""One look through a report: the lines of a page that it gives, failures first, in bounded room.

A report of a million cases is read from disk each time that it is iterated, so one look has to do; what finds no
room is counted.
"""

from core.model import Outcome, TestCase, TestReport
from core.text.markdown import fenced, in_html, inline, link
from core.text.wording import complaint, duration, is_link

BAD = (Outcome.FAILED, Outcome.ERRORED)  # in the order of the page


class Shelf:
    """Pieces of text, as far as they fit into so many bytes of UTF-8; once one does not, no later one goes in."""

    def __init__(self, room: int) -> None:
        self.pieces: list[str] = []
        self.missing = 0
        self._room = room

    @property
    def is_open(self) -> bool:
        return not self.missing

    def put(self, piece: str) -> bool:
        self._room -= len(piece.encode("utf-8", "replace"))
        if self._room < 0 or self.missing:
            self.missing += 1
            return False
        self.pieces.append(piece)
        return True


class Survey:
    """What a look has found; `suites` has a name and the counts of the outcomes for each suite."""

    def __init__(self, rows: int, details: int, marked: int) -> None:
        self.rows = {outcome: Shelf(rows) for outcome in BAD}
        self.details: dict[Outcome, list[str]] = {outcome: [] for outcome in BAD}
        self.reviews = Shelf(marked)
        self.flaky = Shelf(marked)
        self.suites: list[tuple[str, dict[Outcome, int]]] = []
        self._room = dict.fromkeys(BAD, details)

    def look(self, report: TestReport) -> None:
        for suite in report.suites:
            counts = dict.fromkeys(Outcome, 0)
            passed = 0
            for case in suite.cases:
                if case.outcome is Outcome.PASSED:
                    passed += 1
                else:
                    counts[case.outcome] += 1
                    if case.outcome in BAD:
                        self._bad(case)
                if case.needs_review:
                    _mark(self.reviews, case)
                if case.flaky:
                    _mark(self.flaky, case)
            counts[Outcome.PASSED] = passed
            self.suites.append((suite.name, counts))

    def _bad(self, case: TestCase) -> None:
        shelf, folded = self.rows[case.outcome], self.details[case.outcome]
        if not shelf.is_open:
            shelf.missing += 1
        elif shelf.put(_row(case)):
            text = _details(case) if self._room[case.outcome] >= 0 else ""
            self._room[case.outcome] -= len(text.encode("utf-8", "replace"))
            folded.append(text)


def _mark(shelf: Shelf, case: TestCase) -> None:
    if shelf.is_open:
        shelf.put(f"- {_linked(case)} ({inline(case.classname)})\n")
    else:
        shelf.missing += 1


def _row(case: TestCase) -> str:
    time = "" if case.seconds is None else duration(case.seconds)
    return f"| {case.outcome} | {_linked(case)} | {inline(case.classname)} | {time} | {inline(complaint(case))} |\n"


def _linked(case: TestCase) -> str:
    name = case.name if case.name.strip() else "(no name)"
    return link(name, case.url) if is_link(case.url) else inline(name)


def _details(case: TestCase) -> str:
    """What a row has no room for, folded; empty where the row says it all."""
    message, details = case.message.strip(), case.details.strip()
    if "\n" not in message and details in ("", message):
        return ""
    text = details if details.startswith(message) else message if message.startswith(details) else ""
    text = text or f"{message}\n\n{details}"
    name = in_html(case.name if case.name.strip() else "(no name)")
    return f"<details><summary>{name}</summary>\n\n{fenced(text)}\n</details>\n\n"
