"""As the first process of a container: Linux gives it no default action for a signal, so ours must be there."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.e2e.support import SCENARIO, Step, vendor

UNSHARE = ("unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child", "--mount-proc")


@pytest.fixture(scope="module")
def namespace() -> tuple[str, ...]:
    try:
        tried = subprocess.run([*UNSHARE, "true"], capture_output=True, text=True, timeout=10, check=False)
    except OSError as error:
        pytest.skip(f"no namespaces here: {error}")
    if tried.returncode:
        pytest.skip(f"no namespaces here: {tried.stderr.strip()}")
    return UNSHARE


def first_process(parent: int) -> int:
    """The program inside, as it is numbered outside."""
    (child,) = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()
    return int(child)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("fault", ["hang@list-results", "hang@describe-result", "hang-after@start"])
def test_the_first_process_of_a_container_hears_a_signal(
    fault: str, number: signal.Signals, code: int, namespace: tuple[str, ...], step: Step
) -> None:
    step.wrapper = namespace
    with vendor("never-ends", fault) as server:
        step.url = server.url
        process = step.start(**SCENARIO)
        server.await_stall()
        began = time.monotonic()
        os.kill(first_process(process.pid), number)
        ended = step.finish(process)
    assert time.monotonic() - began < 5
    assert ended.verdict == (code, "cancelled", "signal")
    assert (step.workspace / ended.outputs["junit"]).exists()


def test_the_first_process_of_a_container_runs_to_its_end(namespace: tuple[str, ...], step: Step) -> None:
    step.wrapper = namespace
    with vendor() as server:
        step.url = server.url
        assert step.run(**SCENARIO).verdict == (0, "passed", "")
