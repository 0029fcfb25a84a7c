"""Start-up: help, bad input, and a run to its first request, each against what the interpreter alone costs."""

import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from core.sandbox import Progression, Sandbox
from tools.benchmarks.counting import ROUNDS, VALGRIND, Command, cpu, instructions
from tools.benchmarks.layout import Layout
from tools.benchmarks.output import figure, note, title

HELP, BAD, FIRST = "--help", "bad input", "run, first request refused"
NOTHING, LIBRARY, WHOLE = "pass", "import requests", "whole run, sandbox immediate"
SOAP, SOAP_FIRST, SOAP_WHOLE = "import zeep", "ATS run, first request refused", "whole ATS run, sandbox immediate"
DATACLASSES = "import dataclasses"
SCENARIO = ("--vendor", "autify", "--project-id", "77", "--scenarios", "501")
TEMPLATE = (
    *("--vendor", "mendix-ats", "--app-id", "1b4e28ba-2fa1-41d2-883f-0016d3cca427"),
    *("--template-id", "6fa459ea-ee8a-4ca4-894e-db77e160355e"),
)
REFUSAL = b'{"errors":[{"message":"unauthorized"}]}'


def measure(layout: Layout) -> None:
    """Both ways of counting where both are there."""
    with commands(layout) as found:
        if VALGRIND:
            title("Start-up, millions of instructions by callgrind (PYTHONHASHSEED=0)")
            _show(instructions(found), "M")
        else:
            title("Start-up in instructions: skipped: valgrind is not installed")
        title(f"Start-up, ms of user and system CPU, medians of {ROUNDS} interleaved rounds")
        _show(cpu(found), "ms")
    note(f"{FIRST}: the entry point against a loopback server that answers the first request with 401;")
    note("from the start to the exit with code 3, so it holds the answer and three reports too.")


@contextmanager
def commands(layout: Layout) -> Iterator[dict[str, Command]]:
    """The starts to compare, and while they run the servers that they need."""
    at_once = Progression.immediate()
    ats_box = Sandbox(vendor="mendix-ats", progression=at_once)
    with refusing() as refuser, Sandbox(progression=at_once) as box, ats_box as ats:
        yield {
            **{code: alone(layout, code) for code in (NOTHING, DATACLASSES, LIBRARY)},
            HELP: ours(layout, "--help"),
            BAD: ours(layout, "run", "--vendor", "autify", status=2),
            FIRST: a_run(layout, refuser, status=3),
            WHOLE: a_run(layout, box.url, before=box.reset),
            SOAP: alone(layout, SOAP),
            SOAP_FIRST: a_run(layout, refuser, TEMPLATE, status=3),
            SOAP_WHOLE: a_run(layout, ats.url, TEMPLATE, before=ats.reset),
        }


def alone(layout: Layout, code: str) -> Command:
    """The interpreter and nothing of ours but the packages."""
    environment = {**layout.environment, "PYTHONPATH": os.path.dirname(layout.entrypoint)}
    return Command(arguments=[layout.python, "-c", code], environment=environment)


def ours(layout: Layout, *arguments: str, status: int = 0) -> Command:
    return Command(
        arguments=[layout.python, layout.entrypoint, *arguments], environment=layout.environment, status=status
    )


def a_run(
    layout: Layout,
    url: str,
    inputs: Sequence[str] = SCENARIO,
    *,
    status: int = 0,
    before: Callable[[], object] = lambda: None,
) -> Command:
    """A run at the address."""
    environment: Mapping[str, str] = {**layout.environment, "TEST_RUNNER_TOKEN": "made-up-token"}
    arguments = [layout.python, layout.entrypoint, "run", *inputs, "--base-url", url]
    return Command(arguments=arguments, environment=environment, status=status, before=before)


@contextmanager
def refusing() -> Iterator[str]:
    """The address of a server that takes no token: whatever is asked, the answer is 401."""
    head = f"HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: {len(REFUSAL)}\r\n"
    answer = f"{head}Connection: close\r\n\r\n".encode() + REFUSAL
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:  # closed: the measurement is over
                    return
                with connection:
                    while b"\r\n\r\n" not in connection.recv(1 << 16, socket.MSG_PEEK):
                        pass
                    connection.recv(1 << 16)
                    connection.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/api/v1"
        server.shutdown(socket.SHUT_RDWR)


def _show(found: Mapping[str, float], unit: str) -> None:
    rows = (
        (HELP, NOTHING, 2.2),
        (BAD, NOTHING, 5.5),
        (DATACLASSES, NOTHING, None),
        (FIRST, LIBRARY, 1.25),
        (WHOLE, LIBRARY, None),
        (SOAP_FIRST, SOAP, 1.2),
        (SOAP_WHOLE, SOAP, None),
    )
    for what, against, aim in rows:
        more = f"{found[what]:.1f} / {found[against]:.1f} {unit}"
        figure(f"{what} / python -c '{against}'", found[what] / found[against], " x", aim=aim, more=more)
