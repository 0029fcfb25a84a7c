"""One HTTP exchange at a time, with everything the library does behind our back turned off.

No retries, no redirects, no netrc, no environment; decoded size and total time are capped. A failed exchange ends
as CallFailedError, classified by what the vendor may have done.
"""

import email.utils
import os
import ssl
import tempfile
import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, cast
from urllib.parse import quote, urlencode, urlsplit

import certifi
import requests
import urllib3

from core import VERSION
from core.errors import CallFailedError, Fault, NoRoomError
from core.http.early_answer import Adapter
from core.http.failures import of_exception, of_file, of_status
from core.model import Reason
from core.payload import Payload, UnreadableFileError
from core.ports import Answer, Clock
from core.waiting.stop import BELL, Stop
from core.waiting.threads import begin
from core.workspace.opening import reading

CONNECT_SECONDS = 10.0
YEAR_9999 = 253_370_764_800.0
UPLOAD_SILENCE = 60.0  # so long may an upload stand still
UPLOAD_SLICE = 1.0  # between two looks at how far it is
SHORTEST_WAIT = 0.001  # what rounding leaves of a wait must not become a spin
BLOCK = 1 << 16
ERROR_LIMIT = 1 << 12  # of an error page only the beginning is of use
HIGHEST_RATIO = 200  # decoded to received bytes; honest JSON stays under 50
HARMLESS = 4 << 20  # decoded bytes that may come of any few: the log of a test may be one line a thousand times
TOO_LARGE = "too-large"
_OF_TOO_LARGE = "Check `base-url`; if the vendor itself answers so much, it is more than this program reads."


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What goes over the wire. `path` is already quoted.

    `seconds` bounds the whole exchange; after an upload, which goes on while bytes move, it bounds the answer.
    """

    method: str
    path: str
    query: Mapping[str, object]
    body: Payload | None
    limit: int
    seconds: float
    upload_seconds: float = 0.0  # the longest that sending the body may take

    @property
    def line(self) -> str:
        return f"{self.method} {self.path}"


class Transport:
    """A connection to one vendor. `headers` is asked for each request, so that secrets live only on the wire."""

    def __init__(
        self,
        *,
        base_url: str,
        headers: Callable[[], Mapping[str, str]],
        clock: Clock,
        stop: Stop,
        inbox: "SimpleQueue[Any]",
        ca_bundle: str = "",
        environment: Mapping[str, str],
    ) -> None:
        self.base_url = base_url
        self.host = urlsplit(base_url).hostname or ""
        self._headers = headers
        self._clock = clock
        self._stop = stop
        self._inbox = inbox
        self._proxies = proxies(base_url, environment)
        self._verify = _trusted(ca_bundle, self)
        self._session = _session()

    def send(self, call: Call, *, linger: float = 0.0, beat: Callable[[], float] = lambda: 60.0) -> Answer:
        """Make one exchange. Raises CallFailedError, or StoppedError after waiting `linger` seconds more.

        `beat` is called while an answer is waited for: it shows a sign of life and gives the seconds until the next.
        The exchange runs in a thread of its own, so that neither DNS nor a dripping server can hold up a signal
        or a deadline: past its time it is left behind with its session.
        """
        ticket = object()
        try:
            begin(self._work, ticket, self._session, call)
        except NoRoomError as error:  # which may pass, when others end
            fact = f"{call.line} did not go out. {error}"
            raise CallFailedError(Fault.NO_CONNECTION, fact, reason=Reason.CAPACITY, remedy=error.remedy) from error
        limit = Limit(call, self._clock.now())
        lingers_until: float | None = None
        while True:
            now = self._clock.now()
            if self._stop.rung and lingers_until is None:
                if limit.cut_short():
                    self._session = _session()
                    self._stop.check()
                lingers_until = now + linger
            until = limit.at(now) if lingers_until is None else min(limit.at(now), lingers_until)
            try:
                wait = min(until - now, max(beat(), SHORTEST_WAIT), limit.slice)
                item = self._clock.take(self._inbox, wait, coming=ticket)
            except Empty:
                if self._clock.now() < until:
                    continue
                self._session = _session()
                incomplete = call.body is not None and call.body.abandon()
                self._stop.check()
                raise limit.exceeded(incomplete=incomplete) from None
            if item is BELL or item[0] is not ticket:
                continue
            outcome = item[1]
            if isinstance(outcome, Answer):
                return outcome
            raise outcome

    def _work(self, ticket: object, session: requests.Session, call: Call) -> None:
        try:
            outcome: object = self._exchange(session, call)
        except CallFailedError as failure:
            outcome = failure
        except Exception as error:  # noqa: BLE001 -- whatever an answer does to the library, it was sent
            fact = f"{call.line} answered something that can't be read ({type(error).__name__})."
            outcome = CallFailedError(Fault.UNREADABLE, fact)
            outcome.__cause__ = error
        self._inbox.put((ticket, outcome))

    def _exchange(self, session: requests.Session, call: Call) -> Answer:
        ends = time.monotonic() + call.seconds
        upload = call.body is not None and call.body.is_upload
        connect = UPLOAD_SILENCE if upload else CONNECT_SECONDS  # it also bounds the sending of each piece
        query = {name: value for name, value in call.query.items() if value is not None}
        url = self.base_url + call.path + (f"?{urlencode(query, doseq=True)}" if query else "")
        body = call.body if call.body is None or len(call.body) else b""  # the library sends an empty stream in chunks
        try:
            request = requests.Request(
                call.method,
                url,
                data=cast("Iterable[bytes] | None", body),  # pieces of a file are memoryviews, which it sends too
                headers=self._request_headers(call),
                cookies=session.cookies,
            )
            with session.send(
                request.prepare(),  # not by the session: to merge in settings of its own takes longer than all the rest
                timeout=(min(connect, call.seconds), call.seconds),
                allow_redirects=False,
                stream=True,
                proxies=self._proxies,
                verify=self._verify,
            ) as response:
                good = 200 <= response.status_code < 300
                if upload:
                    ends = time.monotonic() + call.seconds
                found = _body(response, call, ends, call.limit if good else ERROR_LIMIT)
                if not good:
                    raise of_status(call.line, response.status_code, response.headers, found)
                return Answer(
                    status=response.status_code,
                    value=None,
                    body=found,
                    content_type=response.headers.get("Content-Type", "").partition(";")[0].strip().lower(),
                    date=_date(response.headers.get("Date")),
                    headers={name.lower(): text for name, text in response.headers.items()},
                )
        except UnreadableFileError as error:
            raise of_file(call.line, error) from error
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ssl.SSLError) as error:
            unsent = call.body is not None and call.body.sent == 0
            raise of_exception(call.line, self.host, error, unsent=unsent) from error

    def _request_headers(self, call: Call) -> dict[str, str]:
        found = {"Accept-Encoding": "gzip", "Connection": "keep-alive", "Accept": "application/json"}
        found["User-Agent"] = f"test-runner-action/{VERSION}"
        if call.body is not None:
            found["Content-Type"] = call.body.content_type
        return found | dict(self._headers()) | dict(call.body.headers if call.body is not None else {})


class Limit:
    """Until when one exchange is waited for. An upload has no end as long as bytes move."""

    def __init__(self, call: Call, began: float) -> None:
        self._call = call
        self._began = self._moved = began
        self._seen = 0
        self._body = call.body if call.body is not None and call.body.is_upload else None
        self.slice = UPLOAD_SLICE if self._body is not None else call.seconds

    def at(self, now: float) -> float:
        """The end of the wait, as far as it is known now."""
        if self._body is None:
            return self._began + self._call.seconds
        if self._body.sent != self._seen:
            self._seen, self._moved = self._body.sent, now
        if self._seen >= len(self._body):
            return self._moved + self._call.seconds
        return min(self._moved + UPLOAD_SILENCE, self._began + self._call.upload_seconds)

    def cut_short(self) -> bool:
        """End an upload; True where it was not complete, so that no answer is to be waited for."""
        return self._body is not None and self._body.abandon()

    def exceeded(self, *, incomplete: bool) -> CallFailedError:
        """`incomplete`: the request surely never left whole."""
        line = self._call.line
        if self._body is None or self._seen >= len(self._body):
            fact = f"{line} got no complete answer within {self._call.seconds:.0f}s."
        else:
            fact = f"{line} stood still after {self._seen} of {len(self._body)} bytes."
        never = self._body is not None and incomplete and not self._seen
        return CallFailedError(Fault.NO_CONNECTION if never else Fault.LOST, fact)


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


class _Session(requests.Session):
    """One that has no idea of redirects: the library would read their whole body, and trip over an odd address."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002 -- the library's signature
        return None


def _session() -> requests.Session:
    session = _Session()
    session.trust_env = False
    session.mount("https://", Adapter())
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
            with reading(name) as file:
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
        if size > limit:
            fact = f"{call.line} answered more than {limit} bytes."
            raise CallFailedError(Fault.UNREADABLE, fact, code=TOO_LARGE, remedy=_OF_TOO_LARGE)
        if size > HARMLESS + HIGHEST_RATIO * response.raw.tell():
            raise CallFailedError(Fault.UNREADABLE, f"{call.line} answered {size} bytes out of a few: a bomb.")
        if time.monotonic() > ends:
            raise CallFailedError(Fault.LOST, f"{call.line} was still answering after {call.seconds:.0f}s.")
    return b"".join(pieces)[:limit]


def _pieces(raw: Any) -> Iterator[bytes]:
    while piece := raw.read1(BLOCK, decode_content=True):
        yield piece


def _date(text: str | None) -> float | None:
    """Seconds since 1970; None for what is no date, or one that no timestamp of a report could show."""
    try:
        found = email.utils.parsedate_to_datetime(text).timestamp() if text else None
    except (ValueError, TypeError, OverflowError):
        return None
    return found if found is not None and 0 <= found < YEAR_9999 else None
