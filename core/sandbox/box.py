"""The seam between the server and one emulated vendor."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Protocol

from core.sandbox.clock import Clock
from core.sandbox.faults import Fault
from core.sandbox.forms import Form
from core.sandbox.ledger import Ledger
from core.sandbox.scenario import Scenario

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, routed: its operation and the values in its path are known."""

    operation: str
    values: tuple[str, ...]
    method: str
    query: Mapping[str, str]
    headers: tuple[tuple[str, str], ...]
    body: bytes
    form: Form | None  # of an operation that takes one; its body is empty then
    own: Fault | None  # a fault of this vendor alone that hits the call: the box plays it itself
    origin: str  # scheme, host and what comes before the vendor's own path: links in answers begin with it

    @property
    def numbers(self) -> tuple[int, ...]:
        """The values, for a vendor whose ids are numbers."""
        return tuple(int(value) for value in self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the vendor means to say; a fault may still keep it from arriving so."""

    status: int = 200
    body: bytes = b""
    content_type: str = JSON  # empty: none, for there is no body
    headers: tuple[tuple[str, str], ...] = ()
    reason: str = ""  # empty: the usual phrase
    effect: bool = False


class Box(Protocol):
    """One vendor's state behind its wire. The server calls it under a lock."""

    operations: tuple[str, ...]
    starts: frozenset[str]  # the operations that start a run
    forms: frozenset[str]  # the operations that take a form, which is read as it arrives
    base: str  # path of the API
    verdict: tuple[str, Any]  # the field that carries a verdict, and the value that is green

    def route(self, method: str, path: str) -> tuple[str, tuple[str, ...]] | None:
        """Name the operation and the values in its path. None: not part of the API."""

    def arrive(self, call: Call) -> None:
        """Let the world act before a call, whether a fault then swallows it or not."""

    def leave(self, call: Call) -> None:
        """Let the world act after a call, whether a fault swallowed it or not."""

    def answer(self, call: Call) -> Answer:
        """Do what the call asks for."""

    def page(self, method: str, path: str) -> Answer:
        """Answer what is not part of the API, as the vendor's web pages do."""

    def failure(self, status: int, message: str | None = None) -> Answer:
        """Make an error in the vendor's shape."""

    def twist(self, kind: str, call: Call, answer: Answer) -> Answer:
        """Replace an answer by one about something else: `stale`, `wrong-id` or `wrong-project`."""

    def ledger(self) -> Ledger:
        """Tell the truth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a box is made of."""

    scenario: Scenario
    clock: Clock
    rng: Random
    first_id: int  # of the runs; differs between spaces, so that a result page can be found without its prefix


def authorization(call: Call) -> str:
    """Return the header of that name, where most vendors take their credentials from."""
    return next((value for name, value in call.headers if name.lower() == "authorization"), "")


@dataclass(frozen=True, slots=True)
class OwnFault:
    """A fault that one vendor alone can have."""

    text: str
    argument: re.Pattern[str] | None = None  # what may follow the `=`; None: there is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """What the sandbox can be: a box, and what may happen in it besides that which may happen at every vendor."""

    box: Callable[[Setting], Box]
    scenarios: Mapping[str, Scenario] = field(default_factory=dict)
    faults: Mapping[str, OwnFault] = field(default_factory=dict)  # one of a common name takes that one's place
    without: frozenset[str] = frozenset()  # common faults that make no sense there
    without_scenarios: frozenset[str] = frozenset()  # and common scenarios
    credential: Callable[[Call], str] = authorization  # finds the secret in a call, as it was sent; empty: none
    uploads: bool = False  # files are sent there: the faults of uploads may happen too


def encoded(value: Any) -> bytes:
    """JSON as vendors send it; a lone surrogate, which UTF-8 cannot carry, stays an escape."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
