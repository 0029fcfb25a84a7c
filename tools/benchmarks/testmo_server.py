"""A Testmo that takes whatever comes, as fast as it can and over TLS, in a process of its own: the client is measured.

It prints two ports: that of the API, and one that answers each connection with what was counted since the last one.
It counts tests by their keys, without reading the JSON: inside of a JSON text no quote stands without a backslash.

usage: testmo_server.py CERTIFICATE-AND-KEY.pem
"""

import json
import re
import socket
import ssl
import sys
import threading
from dataclasses import asdict, dataclass, field
from typing import Any

RUN, THREAD = 41, 9
COUNTED = {"total_count": rb'"key": ?"', "failure_count": rb'"status": ?"(?:failure|error)"'}


@dataclass(slots=True, kw_only=True)
class Counts:
    """What has arrived. `fields` are those of the run, by which our client knows it again."""

    connections: int = 0
    requests: int = 0
    body_bytes: int = 0
    total_count: int = 0
    failure_count: int = 0
    completed: bool = False
    thread_completed: bool = False
    fields: list[Any] = field(default_factory=list)

    def take(self, method: str, path: str, body: bytes) -> tuple[int, object]:
        """Do what a request asks for: (status, value of the answer)."""
        self.requests += 1
        self.body_bytes += len(body)
        if method == "GET":
            return 200, {"result": self.run(), "expands": {}}
        if path.endswith(f"/threads/{THREAD}/append"):
            for name, pattern in COUNTED.items():
                setattr(self, name, getattr(self, name) + len(re.findall(pattern, body)))
        elif path.endswith(f"/threads/{THREAD}/complete"):
            self.thread_completed = True
        elif path.endswith(f"/runs/{RUN}/complete"):
            self.completed = self.thread_completed = True
        elif path.endswith("/threads"):
            return 201, {"id": THREAD}
        elif path.endswith("/automation/runs"):
            self.fields = json.loads(body).get("fields", [])
            return 201, {"id": RUN}
        return 204, None

    def run(self) -> dict[str, object]:
        counts = {"total_count": self.total_count, "failure_count": self.failure_count}
        success = self.total_count - self.failure_count
        status = (3 if self.failure_count else 2) if self.completed else 4
        thread = {"id": THREAD, "is_completed": self.thread_completed, "success_count": success, **counts}
        return {
            "id": RUN,
            "project_id": 1,
            "name": "bench",
            "status": status,
            "is_completed": self.completed,
            "success_count": success,
            "completed_count": self.total_count,
            "untested_count": 0,
            "fields": self.fields,
            "threads": [thread],
            **counts,
        }


def serve(certificate: str) -> None:
    """Take connections for ever, each in a thread of its own."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    counted = [Counts()]
    with socket.create_server(("127.0.0.1", 0)) as api, socket.create_server(("127.0.0.1", 0)) as told:
        print(api.getsockname()[1], told.getsockname()[1], flush=True)
        threading.Thread(target=_tell, args=(told, counted), daemon=True).start()
        while True:
            plain, _ = api.accept()
            threading.Thread(target=_connection, args=(context, plain, counted), daemon=True).start()


def _tell(listener: socket.socket, counted: list[Counts]) -> None:
    while True:
        asker, _ = listener.accept()
        with asker:
            asker.sendall(json.dumps(asdict(counted[0])).encode())
            counted[0] = Counts()


def _connection(context: ssl.SSLContext, plain: socket.socket, counted: list[Counts]) -> None:
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        with context.wrap_socket(plain, server_side=True) as connection, connection.makefile("rb") as reader:
            counted[0].connections += 1
            while line := reader.readline():
                method, path, _ = line.decode().split(" ", 2)
                headers: dict[bytes, bytes] = {}
                while header := reader.readline().strip():
                    name, _, text = header.partition(b":")
                    headers[name.lower()] = text.strip()
                body = reader.read(int(headers.get(b"content-length", b"0")))
                status, value = counted[0].take(method, path.partition("?")[0], body)
                connection.sendall(_answer(status, value))
                if headers.get(b"connection", b"").lower() == b"close":
                    return
    except OSError:
        return


def _answer(status: int, value: object) -> bytes:
    body = b"" if value is None else json.dumps(value).encode()
    head = f"HTTP/1.1 {status} Fine\r\n"
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


if __name__ == "__main__":
    serve(sys.argv[1])
