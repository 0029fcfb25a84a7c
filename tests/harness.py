"""One step of the real program, in this process, against a real Sandbox over loopback, in time that is made up."""

import contextlib
import io
import json
import os
import queue
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from core.child.running import _Child
from core.commands.assembling import Means
from core.commands.step import step
from core.process import Process
from core.sandbox import Exchange, Fault, Ledger, Progression, Sandbox, Scenario
from core.waiting.stop import Stop
from tests.readers.github_runner import read_file_commands

TOKEN = "cAnArY+t0ken/&~9f8e7d6c"  # its JSON, URL, XML and Base64 forms all differ
EPOCH = 1_772_445_600.0  # 2026-03-02T10:00:00Z
PATIENCE = 30.0  # real seconds that an answer over loopback may take before the test fails
SPINS = 1_000  # calls in a row while virtual time stands still: more is a loop without end
NEWS = object()  # wakes a wait for an answer: there is something to look at
LOUD = ("endless", "gzip-bomb")  # these stall only for who swallows everything: the client ends them by itself


class KilledError(BaseException):
    """The step is gone in the middle of whatever it did; no handler of the product may hold it up."""


class LateError(AssertionError):
    """No answer came and nothing stalled (the bench is broken, the machine overloaded), or the program spins."""


class VirtualClock:
    """Implements core.ports.Clock for a client, and `now` for the sandbox that it talks to.

    A wait for nothing in particular takes no time. While an answer is coming, real time passes and virtual time
    stands still, until the answer is there or the sandbox says that it never will be: then time jumps to the end of
    the wait. Which of the sandbox's exchanges stalled is known by its thread, so that the drip of a connection given
    up long ago is not taken for the silence of the one in use.
    """

    def __init__(self, start: float = 1_000.0) -> None:
        self.time = self.start = start
        self.waits: list[float] = []
        self.alarms: list[tuple[float, Callable[[], None]]] = []
        self.wall_error = 0.0  # what the clock on the wall is off by, whenever somebody sets it
        self.command_seconds = 0.0  # of virtual time that the user's command takes, however quick the real one is
        self.most_spins = SPINS
        self._lock = threading.Lock()
        self._inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._spins, self._last = 0, self.time
        self._exchanges = 0
        self._exchange_of: dict[int, int] = {}
        self._silent = 0  # the last exchange that stalled
        self._given_up = 0  # the last one whose silence was noticed
        self._killed = False
        self._silent_call: object = None  # the call that it belongs to: it stays silent, however often it is waited for

    def now(self) -> float:
        return self.time

    def wall(self) -> float:
        return EPOCH + self.time - self.start + self.wall_error

    def at(self, seconds: float, act: Callable[[], None]) -> None:
        """Do something so many seconds from the clock's start, should time get there in a wait."""
        self.alarms = sorted([*self.alarms, (self.start + seconds, act)], key=lambda alarm: alarm[0])

    def kill(self) -> None:
        """Let the next wait, or the one that is on, end by KilledError."""
        with self._lock:
            self._killed = True
            self._inbox.put(NEWS)

    def revive(self) -> None:
        """An end that never came is not the next step's."""
        self._killed = False

    def exchanged(self, exchange: Exchange) -> None:
        """For the sandbox's `observe`."""
        loud = exchange.fault is not None and exchange.fault.startswith(LOUD)
        with self._lock:
            self._exchanges += 1
            self._exchange_of[threading.get_ident()] = 0 if loud else self._exchanges

    def stalled(self) -> None:
        """For the sandbox's `on_stall`."""
        with self._lock:
            self._silent = max(self._silent, self._exchange_of.get(threading.get_ident(), 0))
            self._inbox.put(NEWS)

    def take(self, inbox: "queue.SimpleQueue[Any]", seconds: float, *, coming: object = None) -> Any:
        self._die()
        self._spins = self._spins + 1 if self.time == self._last else 0
        self._last = self.time
        if self._spins > self.most_spins:
            raise LateError(f"{self.most_spins} waits in a row took no time")
        if seconds <= 0:
            raise queue.Empty
        if isinstance(coming, _Child) and coming._asked_at is None and self.time < coming._began + self.command_seconds:
            self._pass(min(seconds, coming._began + self.command_seconds - self.time))
            raise queue.Empty
        if coming is None:
            self.waits.append(seconds)
            return self._jump(inbox, seconds)
        item = None if coming is self._silent_call else self._await(inbox)
        if item is None:
            self._silent_call, self._given_up = coming, self._silent
            return self._jump(inbox, seconds)
        return item

    def _pass(self, seconds: float) -> None:
        """To the end of the wait, or to the next alarm, whatever is there already."""
        until = self.time + seconds
        if self.alarms and self.alarms[0][0] <= until:
            moment, act = self.alarms.pop(0)
            self.time = max(self.time, moment)
            act()
        else:
            self.time = until
        self._die()

    def _await(self, inbox: "queue.SimpleQueue[Any]") -> Any:
        """What came in real time; None when nothing will."""
        late = time.monotonic() + PATIENCE
        while True:
            with self._lock:
                self._inbox = inbox
                if self._silent > self._given_up:
                    return None
            try:
                item = inbox.get(timeout=max(late - time.monotonic(), 0.0))
                self._die()
            except queue.Empty:
                virtual = self.time - self.start
                raise LateError(f"no answer after {PATIENCE:.0f} real seconds, at {virtual:.1f} virtual ones") from None
            if item is not NEWS:
                return item

    def _jump(self, inbox: "queue.SimpleQueue[Any]", seconds: float) -> Any:
        """To the end of the wait, or to what comes before."""
        until = self.time + seconds
        while True:
            with contextlib.suppress(queue.Empty):
                item = inbox.get(block=False)
                if item is NEWS:
                    continue
                return item
            if not self.alarms or self.alarms[0][0] > until:
                break
            moment, act = self.alarms.pop(0)
            self.time = max(self.time, moment)
            act()
            self._die()
        self.time = until
        raise queue.Empty

    def _die(self) -> None:
        if self._killed:
            self._killed = False
            with self._lock:  # what the dead left hanging is nobody's silence any more
                self._given_up = self._exchanges
            raise KilledError


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a step ended and all that it left behind. `texts` is every sink by name, for canaries."""

    status: int
    outputs: Mapping[str, str]
    log: str
    report: Mapping[str, Any]
    junit: str
    summary: str
    texts: Mapping[str, str]
    journal: Sequence[Exchange]
    ledger: Ledger
    seconds: float  # of virtual time

    def __str__(self) -> str:
        return f"exit {self.status} ({self.reason}) after {self.seconds:.1f} s: {self.report.get('fact')}"

    @property
    def conclusion(self) -> str:
        return str(self.outputs.get("conclusion", ""))

    @property
    def reason(self) -> str:
        return str(self.outputs.get("reason", ""))

    def calls(self, operation: str) -> list[Exchange]:
        return [exchange for exchange in self.journal if exchange.operation == operation]


class Bench:
    """A vendor and a clock for one or several steps in a row; use it in a `with` block."""

    def __init__(
        self,
        workspace: str | os.PathLike[str],
        *,
        scenario: Scenario,
        faults: Sequence[Fault | str] = (),
        progression: Progression | None = None,
        seed: int = 0,
        vendor: str = "autify",
    ) -> None:
        self.clock = VirtualClock()
        self.stop = Stop()
        self.seed = seed
        self.workspace = os.fspath(workspace)
        self.on_signal: Callable[[], None] = lambda: None
        self.observers: list[Callable[[Exchange], None]] = [self.clock.exchanged]
        self.sandbox = Sandbox(
            vendor=vendor,
            scenario=scenario,
            faults=[fault if isinstance(fault, Fault) else Fault.parse(fault) for fault in faults],
            progression=progression,
            now=self.clock.now,
            epoch=EPOCH,
            on_stall=self.clock.stalled,
            observe=self._observe,
            seed=seed,
        )

    def __enter__(self) -> Self:
        self.sandbox.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.sandbox.close()

    def _observe(self, exchange: Exchange) -> None:
        for observer in self.observers:
            observer(exchange)

    def stop_at(self, seconds: float, number: int = 15) -> None:
        """A signal once so much virtual time has passed."""
        self.clock.at(seconds, lambda: self._ring(number))

    def stop_in_call(self, nth: int, number: int = 15) -> None:
        """A signal while the answer to the `nth` request from now on is on its way."""
        self._in_call(nth, lambda: self._ring(number))

    def kill_at(self, seconds: float) -> None:
        """The end of the step, as by SIGKILL, once so much virtual time has passed."""
        self.clock.at(seconds, self._kill)

    def kill_in_call(self, nth: int) -> None:
        """The same while the answer to the `nth` request from now on is on its way."""
        self._in_call(nth, self._kill)

    def _in_call(self, nth: int, act: Callable[[], None]) -> None:
        seen = 0

        def watch(_: Exchange) -> None:
            nonlocal seen
            seen += 1
            if seen == nth:
                act()

        self.observers.append(watch)

    def _kill(self) -> None:
        self.on_signal()
        self.clock.kill()

    def another_process(self, later: float = 0.0) -> None:
        """What runs next, so many seconds later, has heard no signal, and none is coming."""
        self.stop = Stop()
        self.clock.time += later
        self.clock.revive()
        self.clock.alarms.clear()
        self.observers = [self.clock.exchanged]

    def _ring(self, number: int) -> None:
        """A signal, now."""
        if not self.stop.signal:  # the second one would end this very process
            self.on_signal()
            self.stop._handle(number, None)

    def run(self, **inputs: str) -> Ended:
        """One step. Inputs by their names with `_` for `-`; token and base-url are there already.

        Without a `vendor` it is Autify and its project.
        """
        usual = {} if "vendor" in inputs else {"vendor": "autify", "project_id": "77"}
        given = {"token": TOKEN, "base_url": self.sandbox.url} | usual | inputs
        output = os.path.join(self.workspace, "github-output")
        summary = os.path.join(self.workspace, "github-summary")
        for path in (output, summary):
            with open(path, "w", encoding="utf-8"):
                pass
        environment = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION": "chaos",
            "GITHUB_OUTPUT": output,
            "GITHUB_STEP_SUMMARY": summary,
            "GITHUB_REPOSITORY": "shop/web",
            "GITHUB_WORKFLOW": "ci",
            "GITHUB_RUN_NUMBER": "7",
        } | {f"INPUT_{name.upper().replace('_', '-')}": text for name, text in given.items()}
        began = self.clock.now()
        out = io.StringIO()
        process = Process(
            arguments=(), environment=environment, out=out, workspace=self.workspace, noted=[], program=()
        )
        try:
            status = step(process, means=Means(clock=self.clock, stop=self.stop, rng=random.Random(self.seed)))
        except KilledError:
            status = -9  # as `subprocess` has it
        texts = {"log": out.getvalue(), **_files(self.workspace)}
        return Ended(
            status=status,
            outputs=read_file_commands(texts["github-output"]),
            log=out.getvalue(),
            report=json.loads(_ending(texts, "report.json") or "{}"),
            junit=_ending(texts, "junit.xml"),
            summary=texts["github-summary"],
            texts=texts,
            journal=self.sandbox.journal,
            ledger=self.sandbox.ledger,
            seconds=self.clock.now() - began,
        )


def run(
    workspace: str | os.PathLike[str],
    *,
    scenario: Scenario,
    faults: Sequence[Fault | str] = (),
    progression: Progression | None = None,
    seed: int = 0,
    **inputs: str,
) -> Ended:
    """One step against a vendor of its own."""
    with Bench(workspace, scenario=scenario, faults=faults, progression=progression, seed=seed) as bench:
        return bench.run(**inputs)


def _files(folder: str) -> dict[str, str]:
    found = {}
    for parent, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(parent, name)
            with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
                found[os.path.relpath(path, folder)] = file.read()
    return found


def _ending(texts: Mapping[str, str], name: str) -> str:
    return next((text for path, text in texts.items() if path.endswith(f"/{name}")), "")
