"""What a failed HTTP exchange means: statuses and exceptions of the library become faults.

The texts of the library's exceptions are never shown: they hold the full path and query.
"""

import email.utils
import ssl
from collections.abc import Iterator, Mapping

from core.errors import CallFailedError, Fault
from core.http.said import said
from core.model import Reason
from core.payload import UnreadableFileError

_NEVER_LEFT = {"NameResolutionError", "NewConnectionError", "ConnectTimeoutError"}
_NO_TUNNEL = "Tunnel connection failed"  # http.client, when the proxy refuses to connect


def of_status(line: str, status: int, headers: Mapping[str, str], body: bytes) -> CallFailedError:
    """The failure that an answer outside 2xx is."""
    told = said(body, headers.get("Content-Type") or "")
    fact = f"{line} answered {status}" + (f": {told}{'' if told[-1] in '.!?' else '.'}" if told else ".")
    wait = retry_after(headers.get("Retry-After"), headers.get("Date"))
    if wait:
        fact += f" It asks to be left alone for {wait:.0f}s."
    if status < 200:  # the library hands on an interim answer as if it were the last word
        return CallFailedError(Fault.UNREADABLE, f"{line} answered {status}, which is no final answer.", status=status)
    if 300 <= status < 400:
        return CallFailedError(
            Fault.UNREADABLE, f"{line} answered {status}, a redirect, which is not followed.", status=status
        )
    fault = _FAULTS.get(status, Fault.REFUSED if status < 500 else Fault.SERVER)
    return CallFailedError(fault, fact, status=status, retry_after=wait, body=body, remedy=_REMEDIES.get(status, ""))


_REMEDIES = {413: "The file is larger than the vendor, or a proxy on the way, takes: make it smaller."}
_FAULTS = {
    401: Fault.AUTH,
    403: Fault.AUTH,
    404: Fault.ABSENT,
    408: Fault.SERVER,
    425: Fault.SERVER,
    429: Fault.BUSY,
    501: Fault.UNSUPPORTED,
    505: Fault.UNSUPPORTED,
}


def of_exception(line: str, host: str, error: BaseException, *, unsent: bool = False) -> CallFailedError:
    """The failure that an exception of the library is, without a word of its text.

    `unsent` is True where the request has a body of which not a byte was sent.
    """
    chain = list(_chain(error))
    names = {type(item).__name__ for item in chain}
    if any(isinstance(item, ssl.SSLCertVerificationError) for item in chain):
        return CallFailedError(Fault.CERTIFICATE, f"The certificate of {host} is not trusted ({line}).")
    # A ProxyError alone proves nothing: urllib3 calls a reset after the request so too, when a proxy is in use.
    if (
        unsent
        or names & _NEVER_LEFT
        or any(isinstance(item, OSError) and str(item).startswith(_NO_TUNNEL) for item in chain)
    ):
        what = "can't be found" if "NameResolutionError" in names else "can't be reached"
        if "ProxyError" in names:
            what = "can't be reached through the proxy"
        return CallFailedError(Fault.NO_CONNECTION, f"{host} {what} ({line}).")
    if any("Timeout" in name for name in names):
        return CallFailedError(Fault.LOST, f"{line} got no answer in time.")
    if any(isinstance(item, ssl.SSLError) for item in chain):
        return CallFailedError(Fault.LOST, f"The TLS connection to {host} failed ({line}).")
    if "DecodeError" in names or "InvalidHeader" in names:
        return CallFailedError(Fault.UNREADABLE, f"{line} answered something that can't be decoded.")
    return CallFailedError(Fault.LOST, f"The connection to {host} broke ({line}).")


def of_file(line: str, error: UnreadableFileError) -> CallFailedError:
    """The failure that a file is which can't be sent whole: what has left of the request is not one."""
    remedy = "Let the step that makes the file end before this one begins."
    return CallFailedError(
        Fault.REFUSED, f"{error} {line} was not completed.", reason=Reason.APP_REJECTED, remedy=remedy
    )


def retry_after(value: str | None, date: str | None) -> float | None:
    """Seconds from a Retry-After header; its date form is read against the server's own Date, not our clock."""
    if not value:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        then = email.utils.parsedate_to_datetime(text)
        now = email.utils.parsedate_to_datetime(date or "")
        return max((then - now).total_seconds(), 0.0)
    except (ValueError, TypeError, OverflowError):
        return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The exception, its causes, and what the library hides in `args` and `reason`."""
    waiting, seen = [error], 0
    while waiting and seen < 20:
        item = waiting.pop()
        if isinstance(item, BaseException):
            seen += 1
            yield item
            waiting += [item.__cause__, item.__context__, getattr(item, "reason", None), *item.args]
