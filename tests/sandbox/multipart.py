"""Forms with files, made by hand so that they can be wrong as well."""

import json
from typing import Any

BOUNDARY = "b0undary"
CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"


def field(name: str, text: str | bytes) -> bytes:
    return part(f'Content-Disposition: form-data; name="{name}"', text)


def file(name: str, filename: str, content: bytes = b"PK\x03\x04app") -> bytes:
    head = f'Content-Disposition: form-data; name="{name}"; filename="{filename}"'
    return part(f"{head}\r\nContent-Type: application/octet-stream", content)


def part(head: str, content: str | bytes) -> bytes:
    text = content if isinstance(content, bytes) else content.encode()
    return f"--{BOUNDARY}\r\n{head}\r\n\r\n".encode() + text + b"\r\n"


def form(*parts: bytes) -> bytes:
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def start(
    change: dict[str, Any] | None = None, *, filename: str = "app.apk", content: bytes = b"PK\x03\x04app"
) -> bytes:
    """The form that starts a testset. What a change makes None is left out."""
    data = {"pid": 509, "testset_name": "ci #512", **(change or {})}
    given = {name: value for name, value in data.items() if value is not None}
    return form(file("app_file", filename, content), field("data", json.dumps(given)))
