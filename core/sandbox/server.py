"""The sockets and threads of the sandbox. Loopback only; no thread outlives it."""

import contextlib
import select
import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from core.sandbox.wire import BadRequestError, Body, Head, read_head

if TYPE_CHECKING:  # who serves TLS has loaded it, and nobody else needs it
    import ssl

HOST: Final = "127.0.0.1"  # never anything else: the sandbox knows no secrets and keeps none out
_CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
_BAD: Final = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

Respond = Callable[[socket.socket, Head, Body], bool]


class Server:
    """Accepts connections and hands each request to `respond`, which says whether the connection goes on.

    With `tls` it speaks HTTPS.
    """

    def __init__(self, respond: Respond, *, port: int = 0, tls: "ssl.SSLContext | None" = None) -> None:
        self._respond, self._tls = respond, tls
        self._listener = socket.create_server((HOST, port), backlog=128)
        self._waker, self._wake = socket.socketpair()
        self._lock = threading.Lock()
        self._connections: dict[socket.socket, threading.Thread] = {}
        self.port: int = self._listener.getsockname()[1]
        self._acceptor = threading.Thread(target=self._accept, name="sandbox", daemon=True)
        self._acceptor.start()

    def close(self) -> None:
        """End all connections and wait for their threads."""
        self._wake.send(b"x")
        self._acceptor.join()
        with self._lock:
            threads = list(self._connections.values())
            for connection in self._connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join()
        for end in (self._listener, self._waker, self._wake):
            end.close()

    def _accept(self) -> None:
        while True:
            ready, _, _ = select.select([self._listener, self._waker], [], [])
            if self._waker in ready:
                return
            with contextlib.suppress(OSError):  # the client may be gone already
                connection, _ = self._listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if self._tls is not None:  # shaking hands is left to the thread, whose first read does it
                    connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
                thread = threading.Thread(target=self._serve, args=(connection,), name="sandbox-call", daemon=True)
                with self._lock:
                    self._connections[connection] = thread
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        # The stream goes first: a socket is closed, or reset, only once nothing reads from it any more.
        try:
            with connection, connection.makefile("rb") as stream, contextlib.suppress(OSError):
                try:
                    while (head := read_head(stream)) is not None:
                        body = Body(stream, head, lambda: connection.sendall(_CONTINUE))
                        if not self._respond(connection, head, body) or not body.over:
                            return
                except BadRequestError:
                    connection.sendall(_BAD)
        finally:
            with self._lock:
                self._connections.pop(connection, None)
