"""A way to run a piece of Python as the user's command, and to see what came of it."""

import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from core.child import Ended, run
from core.ports import Clock
from core.waiting.clock import SystemClock
from core.waiting.stop import Stop


@dataclass(kw_only=True)
class Runner:
    """Runs in a folder of its own; `lines` is what was shown, `stop` what a test may ring."""

    folder: Path
    lines: list[str] = field(default_factory=list)
    stop: Stop = field(default_factory=Stop)
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": "/usr/local/bin:/usr/bin:/bin"})
    on_line: Callable[[str], None] = lambda _: None
    clock: Clock = field(default_factory=SystemClock)

    def python(self, code: str, *arguments: str, timeout: float = 60.0) -> Ended:
        return self.run(sys.executable, "-u", "-c", code, *arguments, timeout=timeout)

    def run(self, *words: str, timeout: float = 60.0, meanwhile: Callable[[], float] = lambda: 60.0) -> Ended:
        return run(
            words,
            directory=str(self.folder),
            environment=self.environment,
            clock=self.clock,
            stop=self.stop,
            show=self._show,
            timeout=timeout,
            meanwhile=meanwhile,
        )

    def ring(self, number: int) -> None:
        """As the handler of a signal does, from another thread."""
        threading.Thread(target=self.stop._handle, args=(number, None)).start()

    def _show(self, line: str) -> None:
        self.lines.append(line)
        self.on_line(line)


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(folder=tmp_path)
