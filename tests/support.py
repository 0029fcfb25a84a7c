"""What many tests share: a clock that makes time up, a log that remembers, settings in a line."""

import queue
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from core.model import Build, Result, TestReport


class VirtualClock:
    """Waiting costs nothing: when nobody is about to put something in, time jumps to the end of the wait.

    While an answer is coming, real time passes instead, until it is there or `stall()` says that it never will.
    """

    def __init__(self) -> None:
        self.time = 1_000.0
        self.waits: list[float] = []
        self._stalled = threading.Event()
        self._silent: object = None  # the call that will get no answer

    def now(self) -> float:
        return self.time

    def wall(self) -> float:
        return 1_770_000_000.0 + self.time

    def stall(self) -> None:
        """Nothing more will come in answer to the call that is under way."""
        self._stalled.set()

    def take(self, inbox: "queue.SimpleQueue[Any]", seconds: float, *, coming: object = None) -> Any:
        seconds = max(seconds, 0.0)
        if coming is not None and coming is not self._silent:
            gives_up = time.monotonic() + 10
            while time.monotonic() < gives_up:
                try:
                    return inbox.get(timeout=0.01)
                except queue.Empty:
                    if self._stalled.is_set() or not seconds:
                        break
            self._stalled.clear()
            self._silent = coming
        else:
            self.waits.append(seconds)
            try:
                return inbox.get(block=False)
            except queue.Empty:
                pass
        self.time += seconds
        raise queue.Empty


class MemoryCi:
    """Implements core.ports.Ci by remembering. Nothing is escaped or hidden: tests see what was said."""

    name = "memory"

    def __init__(self, step: str = "step") -> None:
        self.lines: list[str] = []
        self.masked: list[str] = []
        self.values: dict[str, str] = {}
        self.published: tuple[TestReport, Result] | None = None
        self.summary = ""
        self._step = step

    def info(self, text: str) -> None:
        self.lines.append(text)

    def warning(self, text: str) -> None:
        self.lines.append(f"Warning: {text}")

    def error(self, text: str) -> None:
        self.lines.append(f"Error: {text}")

    def debug(self, text: str) -> None:
        self.lines.append(f"debug: {text}")

    def live(self, text: str) -> bool:
        return False

    def build(self) -> Build:
        return Build(ci=self.name, step=self._step, name="org/repo ci #7")

    def mask(self, secrets: Iterable[str]) -> None:
        self.masked += list(secrets)

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        self.lines.append(title)
        yield

    def block(self, text: str) -> None:
        self.lines.append(text)

    def outputs(self, values: Mapping[str, str]) -> None:
        self.values.update(values)

    def publish(self, report: TestReport, result: Result, *, annotations: int) -> None:
        self.published = (report, result)

    def summarize(self, pieces: Iterator[str]) -> None:
        self.summary = "".join(pieces)

    def check(self) -> None:
        """No line is ever lost here."""

    @property
    def text(self) -> str:
        return "\n".join(self.lines)
