"""The sandbox over HTTPS: for clients that refuse anything else, even on loopback."""

import http.client
import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
import trustme

from core.sandbox import Fault, Sandbox
from core.sandbox.command import main
from tests.sandbox.support import AUTHORIZATION
from tests.sandbox.testmo import NEW, RUNS


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def secure(authority: trustme.CA) -> Iterator[Sandbox]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with Sandbox(vendor="testmo", tls=context) as sandbox:
        yield sandbox


@contextmanager
def connect(
    sandbox: Sandbox, authority: trustme.CA | None, timeout: float = 5.0
) -> Iterator[http.client.HTTPSConnection]:
    trust = ssl.create_default_context()
    if authority is not None:
        authority.configure_trust(trust)
    connection = http.client.HTTPSConnection(sandbox.origin.removeprefix("https://"), timeout=timeout, context=trust)
    with closing(connection):
        yield connection


def create(connection: http.client.HTTPSConnection) -> int:
    connection.request("POST", "/api/v1" + RUNS, json.dumps(NEW), AUTHORIZATION)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def test_a_connection_that_trusts_us_serves_many_calls(secure: Sandbox, authority: trustme.CA) -> None:
    secure.reset()
    assert secure.url.startswith("https://127.0.0.1:")
    with connect(secure, authority) as connection:
        assert [create(connection) for _ in range(3)] == [201] * 3
    assert len(secure.ledger) == 3


def test_whoever_does_not_trust_us_or_speaks_plainly_gets_nothing(secure: Sandbox, authority: trustme.CA) -> None:
    secure.reset()
    with connect(secure, None) as distrustful, pytest.raises(ssl.SSLCertVerificationError):
        create(distrustful)
    with socket.create_connection(("127.0.0.1", port_of(secure)), timeout=5) as plain:
        plain.sendall(b"GET /api/v1/projects/1/automation/runs HTTP/1.1\r\n\r\n")
        heard = b""
        with suppress(ConnectionResetError):
            heard = plain.recv(64)
    assert not heard.startswith(b"HTTP/")
    assert secure.journal == []
    with connect(secure, authority) as connection:
        assert create(connection) == 201


@pytest.mark.parametrize("kind", ["reset-before", "reset-after", "reset-mid-upload", "hang"])
def test_faults_happen_there_too(secure: Sandbox, authority: trustme.CA, kind: str) -> None:
    secure.reset(faults=[Fault.parse(f"{kind}@create-run")])
    patience = 0.5 if kind == "hang" else 5.0
    lost = pytest.raises((http.client.HTTPException, OSError))
    with connect(secure, authority, patience) as connection, lost:
        create(connection)
    assert len(secure.ledger) == int(kind.endswith("after"))


def test_one_that_never_shakes_hands_does_not_keep_it_from_closing(authority: trustme.CA) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with Sandbox(vendor="testmo", tls=context) as sandbox:
        silent = socket.create_connection(("127.0.0.1", port_of(sandbox)), timeout=5)
        with connect(sandbox, authority) as connection:
            assert create(connection) == 201, "accepted after the silent one"
    with silent:
        assert silent.recv(1) == b""


def port_of(sandbox: Sandbox) -> int:
    return int(sandbox.origin.rpartition(":")[2])


def test_the_command_wants_a_certificate_with_its_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "empty.pem"
    path.write_text("nothing")
    for wrong in (path, tmp_path / "absent.pem"):
        assert main(["--vendor", "testmo", "--tls", str(wrong)]) == 2
        assert f"--tls {str(wrong)!r} has no certificate with a key: " in capsys.readouterr().err
