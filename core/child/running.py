"""Run a program to its end, whatever it does: endless output, silence, a signal to us, grandchildren that stay.

Two threads put what happens into an inbox, where signals arrive too; only `Clock.take` waits. A piece of output is
read only when the one before has been shown, so a program that writes faster than the log can take has to wait.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import IO, Any

from core.child.ended import Ended
from core.child.group import group_of
from core.child.lines import Lines
from core.child.starting import start
from core.errors import NoRoomError
from core.ports import Clock
from core.text.kept import Kept
from core.text.secret import Redactor
from core.text.wording import span
from core.waiting.stop import Stop
from core.waiting.threads import begin

PIECE = 1 << 16  # bytes read at once
AHEAD = 4  # pieces that may wait to be shown
PATIENCE = 2.0  # seconds from asking it to end until it is killed
BURIAL = 0.5  # seconds for a killed process to be gone
DRAIN = 2.0  # seconds of output after its end, from what it left running
SILENCE = 60.0  # seconds without a line before we say that it still runs
KEPT = 1 << 16  # characters of its output for whoever records it
_WINDOWS = sys.platform == "win32"
_ENDED, _CLOSED = object(), object()


def run(
    words: Sequence[str],
    *,
    directory: str,
    environment: Mapping[str, str],
    clock: Clock,
    stop: Stop,
    show: Callable[[str], None],
    timeout: float,
    meanwhile: Callable[[], float] = lambda: SILENCE,
    started: Callable[[int], None] = lambda _: None,
    redact: Redactor | None = None,
) -> Ended:
    """Run it in `directory`, an absolute path, and show each line of its output; at most `timeout` seconds.

    `meanwhile` is called from time to time; it gives the seconds until it wants to be called again and must be
    quick. `started` is told the process's id, which is its group's too. A signal to us is passed on to that group,
    which is killed after 2 s: `Ended.stopped_by` then tells, and the caller raises. What is shown and kept went
    through `redact`. Raises BadInputError if the program can't be started, NoRoomError for want of a process.
    """
    process = start(words, directory, environment)
    started(process.pid)
    return _Child(process, clock, stop, show, Lines(redact=redact)).wait(timeout, meanwhile)


class _Child:
    """One process on its way to its end."""

    def __init__(
        self,
        process: "subprocess.Popen[bytes]",
        clock: Clock,
        stop: Stop,
        show: Callable[[str], None],
        lines: Lines,
    ) -> None:
        self._process = process
        self._group = group_of(process)
        self._clock = clock
        self._stop = stop
        self._show = show
        self._inbox: SimpleQueue[Any] = SimpleQueue()
        self._may_read = threading.Semaphore(AHEAD)
        self._lines = lines
        self._kept = Kept(KEPT)
        self._began = self._last_line = clock.now()
        self._exited_at: float | None = None
        self._closed = False
        self._asked_at: float | None = None
        self._killed = False
        self._abandoned = False
        stop.subscribe(self._inbox)
        stop.at_once.append(self._group.kill)
        begun = 0
        try:
            for work in (self._read, self._await_end):
                begin(work)
                begun += 1
        except BaseException as error:
            self._give_up(is_read=begun > 0)
            if isinstance(error, NoRoomError):
                raise NoRoomError(f"{error} The command was ended at once.") from error
            raise

    def wait(self, timeout: float, meanwhile: Callable[[], float]) -> Ended:
        deadline = self._began + timeout
        timed_out, stopped_by = False, 0
        called_at, every = self._began, 0.0
        try:
            while not self._is_over():
                now = self._clock.now()
                if self._stop.rung and not stopped_by:
                    stopped_by = self._stop.signal
                    self._ask_to_end(stopped_by)
                if now >= deadline and self._exited_at is None and not timed_out:
                    timed_out = not stopped_by
                    self._ask_to_end(signal.SIGTERM)
                if now >= called_at + every:
                    called_at, every = now, max(meanwhile(), 0.1)
                self._say_that_it_runs(now)
                self._take(self._next_deadline(deadline, called_at + every) - self._clock.now())
        finally:
            self._leave()
        return self._ended(timed_out=timed_out, stopped_by=stopped_by)

    def _take(self, seconds: float) -> None:
        try:
            coming = self if self._exited_at is None else None  # after its end nothing more has to come
            item = self._clock.take(self._inbox, max(seconds, 0.0), coming=coming)
        except Empty:
            return
        if isinstance(item, bytes):
            self._pass_on(item)
            self._may_read.release()
        elif item is _ENDED:
            self._exited_at = self._clock.now()
        elif item is _CLOSED:
            self._closed = True

    def _pass_on(self, piece: bytes, *, final: bool = False) -> None:
        for line in self._lines.feed(piece, final=final):
            self._show(line)
            self._kept.add(line + "\n")
        self._last_line = self._clock.now()

    def _is_over(self) -> bool:
        """Its end is known, and its output is at an end or has gone on long enough after it."""
        now = self._clock.now()
        if self._exited_at is not None:
            return self._closed or now >= self._exited_at + self._drain
        if self._asked_at is not None and not self._killed and now >= self._asked_at + PATIENCE:
            self._killed = True
            self._group.kill()
        return self._asked_at is not None and now >= self._asked_at + PATIENCE + BURIAL

    @property
    def _drain(self) -> float:
        return DRAIN if self._asked_at is None else BURIAL

    def _next_deadline(self, deadline: float, call: float) -> float:
        ends = [call, self._last_line + SILENCE]
        if self._exited_at is not None:
            ends.append(self._exited_at + self._drain)
        elif self._asked_at is None:
            ends.append(deadline)
        else:
            ends.append(self._asked_at + PATIENCE + (BURIAL if self._killed else 0.0))
        return min(ends)

    def _say_that_it_runs(self, now: float) -> None:
        if now >= self._last_line + SILENCE:  # as _next_deadline() has it: a difference may be rounded otherwise
            self._show(f"The command has been running for {span(now - self._began)}.")
            self._last_line = now

    def _ask_to_end(self, number: int) -> None:
        if self._asked_at is None and self._exited_at is None:
            self._asked_at = self._clock.now()
            self._group.ask(number)

    def _leave(self) -> None:
        """However the wait ended: no process of ours goes on unless it ended by itself, and none is left unburied."""
        self._stop.at_once.remove(self._group.kill)
        self._stop.unsubscribe(self._inbox)
        if self._exited_at is None or self._asked_at is not None:
            self._group.kill()
        self._abandoned = True
        self._may_read.release()
        if not _WINDOWS:
            self._bury_orphans()

    def _give_up(self, *, is_read: bool) -> None:
        """Nobody can watch it: it is killed, and buried here."""
        self._leave()
        if not is_read and self._process.stdout is not None:
            self._process.stdout.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(BURIAL)

    def _bury_orphans(self) -> None:
        """As the first process of a container we inherit what our child leaves behind."""
        try:
            while self._exited_at is not None and os.waitpid(-self._process.pid, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            pass

    def _ended(self, *, timed_out: bool, stopped_by: int) -> Ended:
        self._pass_on(b"", final=True)
        code = self._process.returncode
        killed_by = "" if code is None or code >= 0 else _name(-code)
        if code is None:  # killed, and not even then gone: a device holds it
            code, killed_by = -int(getattr(signal, "SIGKILL", 9)), "SIGKILL"
        return Ended(
            exit_code=128 - code if code < 0 else code,
            killed_by=killed_by,
            seconds=(self._exited_at or self._clock.now()) - self._began,
            output=self._kept.text,
            timed_out=timed_out,
            stopped_by=stopped_by,
            left_running=self._exited_at is not None and not self._closed,
        )

    def _read(self) -> None:
        """The reading thread: it alone closes the pipe, also long after, when a grandchild has let go of it."""
        pipe: IO[bytes] | None = self._process.stdout
        if pipe is None:
            return
        with pipe:
            while True:
                piece = os.read(pipe.fileno(), PIECE)
                if not piece:
                    break
                if not self._abandoned:  # else thrown away: whoever still writes shall not hang on a full pipe
                    self._may_read.acquire()
                    self._inbox.put(piece)
        self._inbox.put(_CLOSED)

    def _await_end(self) -> None:
        self._process.wait()
        self._inbox.put(_ENDED)


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
