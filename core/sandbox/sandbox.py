"""A vendor on a loopback port, for as long as a `with` block lasts."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import unquote

from core.sandbox import selection
from core.sandbox.box import Answer
from core.sandbox.boxes import BOXES
from core.sandbox.clock import http_date
from core.sandbox.delivery import Manner, deliver
from core.sandbox.faults import Fault
from core.sandbox.journal import Exchange
from core.sandbox.ledger import Ledger
from core.sandbox.progression import Progression
from core.sandbox.scenario import Scenario
from core.sandbox.scenarios import SCENARIOS
from core.sandbox.server import HOST, Server
from core.sandbox.space import Plot, Space
from core.sandbox.spaces import Spaces
from core.sandbox.uploads import taken
from core.sandbox.visit import Place
from core.sandbox.wire import Body, Head

if TYPE_CHECKING:
    import ssl

FIRST_ID: Final = 880_001


class Sandbox:
    """One server. Its main space is at `url`; others come into being where a path selects them.

    `now` is the only clock: phases, windows, dates and timestamps follow it. `epoch` is the Unix time at the start.
    `on_stall` is called in a server thread whenever an answer stalls. `drip` is the real time between the bytes of a
    slow-loris. `observe` is called after each exchange has been written down, in any space. With `tls` it is HTTPS.
    """

    def __init__(
        self,
        *,
        vendor: str = "autify",
        scenario: Scenario = SCENARIOS["passing"],
        faults: Sequence[Fault] = (),
        progression: Progression | None = None,
        now: Callable[[], float] = time.monotonic,
        epoch: float | None = None,
        on_stall: Callable[[], None] | None = None,
        seed: int = 0,
        port: int = 0,
        drip: float = 0.05,
        observe: Callable[[Exchange], None] | None = None,
        tls: "ssl.SSLContext | None" = None,
    ) -> None:
        if vendor not in BOXES:
            raise ValueError(f"unknown vendor {vendor!r}: choose from {', '.join(BOXES)}")
        self._vendor = BOXES[vendor]
        self._on_stall = on_stall
        self._port, self._drip, self._observe = port, drip, observe
        self._tls, self._scheme = tls, "http" if tls is None else "https"
        self._progression = progression
        self._server: Server | None = None
        self._closing = threading.Event()
        plot = Plot(
            scenario=_paced(scenario, progression),
            faults=tuple(faults),
            now=now,
            started=now(),
            epoch=time.time() if epoch is None else epoch,
            seed=seed,
            first_id=FIRST_ID,
        )
        self._spaces = Spaces(self._vendor, plot)

    def __enter__(self) -> Self:
        self._server = Server(self._respond, port=self._port, tls=self._tls)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all connections, stalled ones too. Nothing of the server is left; journal and ledger stay readable."""
        self._closing.set()
        if self._server is not None:
            self._spaces.end()
            self._server.close()
            self._server = None

    @property
    def origin(self) -> str:
        if self._server is None:
            raise RuntimeError("the sandbox is not open")
        return f"{self._scheme}://{HOST}:{self._server.port}"

    @property
    def url(self) -> str:
        """What a client takes for the vendor's address, API path included."""
        return self.origin + self._spaces.main.base

    @property
    def journal(self) -> list[Exchange]:
        """Snapshot of the main space's journal."""
        return self._spaces.main.journal

    @property
    def ledger(self) -> Ledger:
        """Snapshot of the main space's ledger."""
        return self._spaces.main.ledger

    def url_of(self, selected: str) -> str:
        """Return the address of another space, like `one-failure+503@describe-result`."""
        return f"{self.origin}{selection.PREFIX}{selected}{self._spaces.main.base}"

    def space(self, selected: str) -> Space:
        """Return that other space, with its journal and ledger. Raises ValueError."""
        return self._spaces.select(selected)

    def trouble(self, *faults: Fault) -> None:
        """From now on the main space has these faults and no others: what was recorded stays. Raises ValueError."""
        self._spaces.main.trouble(faults)

    def reset(
        self,
        *,
        scenario: Scenario | None = None,
        faults: Sequence[Fault] = (),
        progression: Progression | None = None,
        now: Callable[[], float] | None = None,
        epoch: float | None = None,
        on_stall: Callable[[], None] | None = None,
        seed: int | None = None,
    ) -> None:
        """Begin anew on the same port: stalls end, journals, ledgers and faults are gone, dates start at the epoch.

        What is not given stays as it was, but for the faults.
        """
        old_plot = self._spaces.plot
        now = now or old_plot.now
        self._progression = progression or self._progression
        plot = replace(
            old_plot,
            scenario=_paced(scenario or old_plot.scenario, self._progression),
            faults=tuple(faults),
            now=now,
            started=now(),
            epoch=old_plot.epoch if epoch is None else epoch,
            seed=old_plot.seed if seed is None else seed,
        )
        old, self._spaces = self._spaces, Spaces(self._vendor, plot)
        old.end()
        if on_stall is not None:
            self._on_stall = on_stall

    def _respond(self, connection: socket.socket, head: Head, body: Body) -> bool:
        selected, path = selection.split(head.path)
        spaces = self._spaces
        try:
            space = spaces.find(selected, path)
        except ValueError as error:
            answer = Answer(status=404, body=f"{error}\n".encode("utf-8", "replace"), content_type="text/plain")
            for _ in body.pieces():
                pass
            at = spaces.main.clock.now()
            return deliver(connection, answer, None, self._manner(spaces.main, at, head, lambda: None))
        origin = f"{self._scheme}://{head.header('host') or HOST}"
        prefix = f"{selection.PREFIX}{selected}" if selected else ""
        stalled = partial(self._stall, space, connection)

        def pause() -> None:
            self._closing.wait(self._drip)
            stalled()

        if space.latency:
            self._closing.wait(space.latency)
        place = Place(path=unquote(path), origin=origin + prefix)
        visit = space.admit(head.method, place.path)
        try:
            content = space.read(visit, head, taken(visit.kind, body, pause))
            exchange, answer = space.exchange(visit, head, content, place)
            if self._observe is not None:
                self._observe(exchange)
            return deliver(connection, answer, visit.kind, self._manner(space, exchange.at, head, stalled))
        finally:
            space.release(connection)

    def _stall(self, space: Space, connection: socket.socket) -> None:
        if not space.hold(connection):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        elif self._on_stall is not None:
            self._on_stall()

    def _manner(self, space: Space, at: float, head: Head, stalled: Callable[[], None]) -> Manner:
        return Manner(
            date=http_date(space.clock.date(at)),
            close=head.close,
            bodiless=head.method == "HEAD",
            drip=self._drip,
            stalled=stalled,
        )


def _paced(scenario: Scenario, progression: Progression | None) -> Scenario:
    return scenario if progression is None else replace(scenario, progression=progression)
