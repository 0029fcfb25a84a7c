"""One HTTP exchange at a time, with everything the library does behind our back turned off.

No retries, no redirects, no netrc, no environment; decoded size and total time are capped. A failed exchange ends
as CallFailedError, classified by what the vendor may have done.
"""

import email.utils
import os
import ssl
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import certifi
import requests
import urllib3

from core import VERSION
from core.errors import CallFailedError, Fault
from core.failures import of_exception, of_status
from core.ports import Answer, Clock
from core.stop import BELL, Stop

CONNECT_SECONDS = 10.0
SHORTEST_WAIT = 0.001  # what rounding leaves of a wait must not become a spin
BLOCK = 1 << 16
ERROR_LIMIT = 1 << 12  # of an error page only the beginning is of use
HIGHEST_RATIO = 200  # decoded to received bytes; honest JSON stays under 50
JSON_TYPES = ("application/json", "text/json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What goes over the wire. `path` is already quoted; `seconds` bounds the whole exchange."""

    method: str
    path: str
    query: Mapping[str, object]
    body: bytes | None
    limit: int
    seconds: float

    @property
    def line(self) -> str:
        return f"{self.method} {self.path}"


class Transport:
    """A connection to one vendor. `headers` is asked for each request, so that secrets live only on the wire.

    `beat` is called while an answer is waited for: it shows a sign of life and gives the seconds until the next.
    """

    def __init__(
        self,
        *,
        base_url: str,
        headers: Callable[[], Mapping[str, str]],
        clock: Clock,
        stop: Stop,
        inbox: "SimpleQueue[Any]",
        beat: Callable[[], float] = lambda: 60.0,
        ca_bundle: str = "",
        environment: Mapping[str, str],
    ) -> None:
        self.base_url = base_url
        self.host = urlsplit(base_url).hostname or ""
        self._headers = headers
        self._clock = clock
        self._stop = stop
        self._inbox = inbox
        self._beat = beat
        self._proxies = proxies(base_url, environment)
        self._verify = _trusted(ca_bundle, self)
        self._session = _session()

    def send(self, call: Call, *, linger: float = 0.0) -> Answer:
        """Make one exchange. Raises CallFailedError, or StoppedError after waiting `linger` seconds more.

        The exchange runs in a thread of its own, so that neither DNS nor a dripping server can hold up a signal
        or a deadline: past its time it is left behind with its session.
        """
        ticket = object()
        thread = threading.Thread(target=self._work, args=(ticket, self._session, call), daemon=True)
        thread.start()
        until = self._clock.now() + call.seconds
        lingering = False
        while True:
            if self._stop.rung and not lingering:
                lingering = True
                until = min(until, self._clock.now() + linger)
            left = until - self._clock.now()
            try:
                item = self._clock.take(self._inbox, min(left, max(self._beat(), SHORTEST_WAIT)), coming=ticket)
            except Empty:
                if self._clock.now() < until:
                    continue
                self._session = _session()
                self._stop.check()
                fact = f"{call.line} got no complete answer within {call.seconds:.0f}s."
                raise CallFailedError(Fault.LOST, fact) from None
            if item is BELL or item[0] is not ticket:
                continue
            outcome = item[1]
            if isinstance(outcome, Answer):
                return outcome
            raise outcome

    def _work(self, ticket: object, session: requests.Session, call: Call) -> None:
        try:
            outcome: object = self._exchange(session, call)
        except Exception as error:  # noqa: BLE001 -- whatever it is, the waiting thread raises it
            outcome = error
        self._inbox.put((ticket, outcome))

    def _exchange(self, session: requests.Session, call: Call) -> Answer:
        ends = time.monotonic() + call.seconds
        query = {name: value for name, value in call.query.items() if value is not None}
        url = self.base_url + call.path + (f"?{urlencode(query, doseq=True)}" if query else "")
        body = None if call.body is None else _Body(call.body)
        try:
            with session.request(
                call.method,
                url,
                data=body,
                headers=self._request_headers(call),
                timeout=(min(CONNECT_SECONDS, call.seconds), call.seconds),
                allow_redirects=False,
                stream=True,
                proxies=self._proxies,
                verify=self._verify,
            ) as response:
                good = 200 <= response.status_code < 300
                found = _body(response, call, ends, call.limit if good else ERROR_LIMIT)
                if not good:
                    raise of_status(call.line, response.status_code, response.headers, found)
                return Answer(
                    status=response.status_code,
                    value=None,
                    body=found,
                    content_type=response.headers.get("Content-Type", "").partition(";")[0].strip().lower(),
                    date=_date(response.headers.get("Date")),
                )
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ssl.SSLError) as error:
            raise of_exception(call.line, self.host, error, unsent=body is not None and not body.asked) from error

    def _request_headers(self, call: Call) -> dict[str, str]:
        found = {"Accept": "application/json", "User-Agent": f"test-runner-action/{VERSION}"}
        if call.body is not None:
            found["Content-Type"] = "application/json"
        return found | dict(self._headers())


class _Body:
    """A body that knows whether it was asked for: until then the vendor has no complete request, and can't have acted.

    It has a length and can be iterated, which is how the library knows that it is to be streamed.
    """

    __slots__ = ("_at", "_bytes", "asked")

    def __init__(self, text: bytes) -> None:
        self._bytes = text
        self._at = 0
        self.asked = False

    def __len__(self) -> int:
        return len(self._bytes)

    def __iter__(self) -> Iterator[bytes]:
        while piece := self.read(BLOCK):
            yield piece

    def read(self, size: int = -1) -> bytes:
        self.asked = True
        end = len(self._bytes) if size < 0 else self._at + size
        piece, self._at = self._bytes[self._at : end], min(end, len(self._bytes))
        return piece


def proxies(url: str, environment: Mapping[str, str]) -> dict[str, str]:
    """The proxy for `url` by the usual variables (HTTPS_PROXY, ALL_PROXY, NO_PROXY), none for loopback."""

    def variable(name: str) -> str:
        return environment.get(name) or environment.get(name.upper()) or ""

    parts = urlsplit(url)
    proxy = variable(f"{parts.scheme}_proxy") or variable("all_proxy")
    if parts.scheme == "http" or not proxy:  # http is allowed on loopback only
        return {}
    if requests.utils.should_bypass_proxies(url, no_proxy=variable("no_proxy") or " "):
        return {}
    return {parts.scheme: proxy if "://" in proxy else f"http://{proxy}"}


def quoted(value: object) -> str:
    """One segment of a path: nothing in it can lead to another path."""
    text = quote(str(value), safe="")
    return text.replace(".", "%2E") if not text.strip(".") else text


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.headers.clear()
    session.headers["Accept-Encoding"] = "gzip"
    session.headers["Connection"] = "keep-alive"
    return session


def _trusted(ca_bundle: str, owner: object) -> str:
    """The file of authorities to trust: the library takes one, so the user's are added to a copy of the usual ones.

    The copy lives as long as `owner`.
    """
    standard = certifi.where()
    if not ca_bundle:
        return standard
    handle, path = tempfile.mkstemp(suffix=".pem")
    with os.fdopen(handle, "wb") as both:
        for name in (standard, ca_bundle):
            with open(name, "rb") as file:
                both.write(file.read() + b"\n")
    weakref.finalize(owner, os.unlink, path)
    return path


def _body(response: requests.Response, call: Call, ends: float, limit: int) -> bytes:
    pieces, size = [], 0
    for piece in _pieces(response.raw):
        size += len(piece)
        pieces.append(piece)
        if not 200 <= response.status_code < 300 and size > limit:
            break
        if size > limit or size > BLOCK + HIGHEST_RATIO * response.raw.tell():
            raise CallFailedError(Fault.UNREADABLE, f"{call.line} answered more than {limit} bytes, or a bomb.")
        if time.monotonic() > ends:
            raise CallFailedError(Fault.LOST, f"{call.line} was still answering after {call.seconds:.0f}s.")
    return b"".join(pieces)[:limit]


def _pieces(raw: Any) -> Iterator[bytes]:
    while piece := raw.read1(BLOCK, decode_content=True):
        yield piece


def _date(text: str | None) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(text).timestamp() if text else None
    except (ValueError, TypeError, OverflowError):
        return None
