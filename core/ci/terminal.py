"""A terminal, or a log that we know nothing about: lines for a person, on a TTY with colours and a live line.

Where no TTY listens, a program may want to go on with the outputs: they are left in a dotenv file.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from core.ci import Surroundings
from core.ci.dotenv import FILE, dotenv, lost
from core.ci.ranking import worst
from core.ci.steps import slug
from core.ci.stream import Stream
from core.model import Build, Conclusion, Result, TestCase, TestReport
from core.text.sanitize import one_line, quoted_block
from core.text.wording import closing, complaint, counts, duration, further, headline, is_link

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

    from core.ports import Leave

RED, GREEN, YELLOW, BOLD, DIM = "31", "32", "33", "1", "2"
CLEAR = "\r\x1b[K"
LONGEST_COMPLAINT = 300


class Terminal:
    """Implements core.ports.Ci. `plain` switches off whatever only a TTY understands."""

    def __init__(self, surroundings: Surroundings, *, name: str = "terminal", plain: bool = False) -> None:
        env, out = surroundings.env, surroundings.out
        self.name = name
        self._stream = Stream(out, surroundings.redact, surroundings.noted, surroundings.patience)
        self._vendor = surroundings.vendor
        self._debug = surroundings.debug
        self._leaves = plain or not out.isatty()
        self._values: dict[str, str] = {}
        self._told: set[str] = set()
        self._tty = not plain and out.isatty() and env.get("TERM") != "dumb"
        self._colours = self._tty and not env.get("NO_COLOR")
        self._good, self._bad, self._mind = _symbols(out)
        self._columns = _columns(out, env) if self._tty else 0
        self._living = False

    def info(self, text: str) -> None:
        self._put(self._stream.clean(text))

    def warning(self, text: str) -> None:
        self._put(self._paint(YELLOW, self._stream.clean(f"Warning: {text}")))

    def error(self, text: str) -> None:
        self._put(self._paint(RED, self._stream.clean(f"Error: {text}")))

    def debug(self, text: str) -> None:
        if self._debug:
            self._put(self._paint(DIM, self._stream.clean(f"debug: {text}")))

    def live(self, text: str) -> bool:
        if self._tty:
            line = _fitting(self._stream.clean(text, one_line), self._columns - 1)
            self._stream.write(CLEAR + line)
            self._living = True
        return self._tty

    def build(self) -> Build:
        return Build(ci=self.name, step=slug(self._vendor, "run"))

    def mask(self, secrets: Iterable[str]) -> None:
        """Nothing to tell a terminal: our own redactor stands before every line."""

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        self._put(self._paint(BOLD, self._stream.clean(title, one_line)))
        yield

    def block(self, text: str) -> None:
        lines = quoted_block(self._stream.redact(text))
        if lines:
            self._put(self._paint(DIM, self._stream.redact("\n".join(lines))))

    def outputs(self, values: Mapping[str, str], leave: "Leave") -> None:
        """To a person the log has said all."""
        if not self._leaves:
            return
        self._values |= {name: self._stream.redact(text) for name, text in values.items()}
        leave(FILE, self._file())
        for name, text in self._values.items():
            why = lost(name, text)
            if why and name not in self._told:
                self._told.add(name)
                self.info(f"The output {name} stays empty in {FILE}: {why}.")

    def _file(self) -> str:
        return dotenv(self._values)

    def summarize(self, pieces: Iterator[str]) -> None:
        """A page is for browsers; the file holds it."""

    def check(self) -> None:
        self._stream.check()

    def publish(self, report: TestReport, result: Result, *, annotations: int) -> None:
        symbol, colour = self._mark(result)
        say = self._stream.clean
        self._put(self._paint(colour, say(f"{symbol} {result.conclusion}: {headline(result)}")))
        self._put(say("  " + f"{counts(report.totals)} Took {duration(result.seconds)}.".strip()))
        shown = worst(report, annotations)
        for case in shown:
            self._show(case)
        rest = report.totals.failed + report.totals.errored - len(shown)
        if shown and rest:
            self._put(f"  and {rest} more")
        for text in further(report, result):
            self._put(say(f"  {text}"))
        self._put(say(f"  {closing(result)}"))

    def _show(self, case: TestCase) -> None:
        say, redact = self._stream.clean, self._stream.redact
        name = one_line(redact(f"{case.name} ({case.classname})" if case.classname else case.name))
        self._put(self._paint(RED, say(f"  {self._bad} {name}")))
        self._put(say(f"    {one_line(redact(complaint(case)), LONGEST_COMPLAINT)}"))
        if is_link(case.url):
            self._put(say(f"    {case.url}"))

    def _mark(self, result: Result) -> tuple[str, str]:
        if result.status:
            return self._bad, RED
        fine = result.conclusion in (Conclusion.PASSED, Conclusion.STARTED)
        return (self._good, GREEN) if fine else (self._mind, YELLOW)

    def _paint(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colours else text

    def _put(self, line: str) -> None:
        if self._living:
            self._stream.write(CLEAR)
            self._living = False
        self._stream.put(line)


def _symbols(out: "TextIO") -> tuple[str, str, str]:
    try:
        "✔✘".encode(getattr(out, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return "+", "x", "!"
    return "✔", "✘", "!"


def _columns(out: "TextIO", env: Mapping[str, str]) -> int:
    try:
        columns = os.get_terminal_size(out.fileno()).columns
    except (OSError, ValueError):
        columns = 0
    given = env.get("COLUMNS", "")
    return columns or (int(given) if given.isascii() and given.isdigit() else 0) or 80


def _fitting(line: str, cells: int) -> str:
    """The line as far as it fits: a wrapped one could not be erased. Hangul and the like are two cells wide."""
    if line.isascii():
        return line if len(line) <= cells else line[: max(cells - 3, 0)] + "..."
    from unicodedata import east_asian_width  # noqa: PLC0415 -- most lines are ASCII

    room = cells
    for at, character in enumerate(line):
        room -= 2 if east_asian_width(character) in "WF" else 1
        if room < 0:
            return line[:at]
    return line


make = Terminal
