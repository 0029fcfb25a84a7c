"""`demo`: the main job against the sandbox, passing and failing, in this very program as its users start it."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from core.process import Process

PACE = "2s"  # how long an emulated run takes
RUNS = (
    # scenario, what it shows, exit code to expect, further inputs
    ("passing", "a run of two scenarios that passes", 0, ("--scenarios", "501,502")),
    ("one-failure", "a test plan with a failing case", 1, ("--test-plan", "3001")),
    ("review-needed", "a run that passes, with a case for a person to review", 0, ("--scenarios", "501,502,503")),
    ("empty", "a run in which nothing ran: not a green one", 5, ("--scenarios", "501")),
)


def demo(process: Process) -> int:
    """0 when each run ended as it should; the files it leaves are named by each run."""
    wrong = []
    with _sandbox(process) as address:
        for scenario, what, expected, inputs in RUNS:
            process.out.write(f"\n=== {scenario}: {what} (exit code {expected} expected) ===\n")
            process.out.flush()
            got = _run(process, address, scenario, inputs)
            if got != expected:
                wrong.append(f"{scenario} ended with {got}, expected was {expected}")
    process.out.write("\n" + ("\n".join(wrong) if wrong else "All runs ended as expected.") + "\n")
    return 1 if wrong else 0


def _run(process: Process, address: str, scenario: str, inputs: tuple[str, ...]) -> int:
    base = address.replace("/api/v1", f"/s/{scenario}+{PACE}/api/v1")
    folder = f"test-results/test-runner/demo-{scenario}"
    fixed = ("run", "--vendor", "autify", "--project-id", "77", "--base-url", base, "--results-dir", folder)
    # A made-up token: the sandbox takes any. It travels in the environment, as a real one should.
    environment = {**process.environment, "TEST_RUNNER_TOKEN": "made-up-token"}
    return subprocess.run([*process.program, *fixed, *inputs], env=environment, check=False).returncode  # noqa: S603 -- ourselves


@contextmanager
def _sandbox(process: Process) -> Iterator[str]:
    """The sandbox as another process; its address is the end of its first line."""
    command = [*process.program, "sandbox", "--vendor", "autify", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 -- ourselves
        try:
            assert server.stdout is not None
            first = server.stdout.readline().strip()
            process.out.write(first + "\n")
            yield first.rpartition(" ")[2]
        finally:
            server.terminate()
            server.communicate()
