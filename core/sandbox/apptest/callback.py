"""apptest.ai: the results posted to a callback URL. The sandbox posts to loopback only."""

import contextlib
import socket
from typing import Final
from urllib.parse import quote, urlsplit

_PATIENCE: Final = 2.0  # real seconds
_LOOPBACK: Final = {"localhost": "127.0.0.1", "127.0.0.1": "127.0.0.1", "::1": "::1"}


def call_back(url: str | None, xml: str) -> bool:
    """Post the JUnit XML, as the oldest version of the API was documented to. Returns whether somebody took it."""
    target = _target(url or "")
    if target is None:
        return False
    host, port, path = target
    body = xml.encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/xml; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=_PATIENCE) as connection:
        connection.sendall(head.encode("ascii", "replace") + body)
        return connection.recv(9) in (b"HTTP/1.1 ", b"HTTP/1.0 ")
    return False


def _target(url: str) -> tuple[str, int, str] | None:
    """Return address, port and path of a loopback URL; nothing is looked up, so no name can lead elsewhere."""
    with contextlib.suppress(ValueError):
        parts = urlsplit(url)
        host = _LOOPBACK.get(parts.hostname or "")
        if parts.scheme == "http" and host is not None:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            return host, parts.port or 80, quote(path, safe="!#$%&'()*+,/:;=?@[]~")
    return None
