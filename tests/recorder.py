"""A server that remembers what it was asked and answers what it is told, over HTTP or TLS."""

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(slots=True)
class Seen:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Reply:
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    body: bytes = b"{}"


@dataclass(slots=True)
class Recorder:
    url: str
    seen: list[Seen]


@contextmanager
def recorder(
    reply: Callable[[Seen], Reply] = lambda seen: Reply(), *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> Iterator[Recorder]:
    """A server for the length of a test; every request is remembered whole."""
    seen: list[Seen] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            asked = Seen(self.command, self.path, dict(self.headers.items()), self.rfile.read(length))
            seen.append(asked)
            answer = reply(asked)
            self.send_response(answer.status)
            for name, text in answer.headers.items():
                self.send_header(name, text)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_POST = do_PUT = do_DELETE = do_CONNECT = _answer  # noqa: N815 -- the library's names

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *args: object) -> None:
            """A client that refuses our certificate is what some tests are about."""

    server = Server((host, 0), Handler)
    server.daemon_threads = True
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield Recorder(f"{'https' if tls else 'http'}://{host}:{server.server_port}", seen)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
