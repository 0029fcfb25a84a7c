"""`demo`: the main job against the sandbox, passing and failing, in this very program as its users start it."""

import subprocess

from core.process import Process
from core.sandbox import Sandbox

PACE = "2s"  # how long an emulated run takes
SLICE = 0.1  # seconds between two looks for a signal
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
    with Sandbox(vendor="autify") as sandbox:
        process.out.write(f"The sandbox plays autify at {sandbox.url}\n")
        for scenario, what, expected, inputs in RUNS:
            process.out.write(f"\n=== {scenario}: {what} (exit code {expected} expected) ===\n")
            process.out.flush()
            got = _run(process, sandbox.url_of(f"{scenario}+{PACE}"), scenario, inputs)
            if process.noted:
                return 128 + process.noted[0]
            if got != expected:
                wrong.append(f"{scenario} ended with {got}, expected was {expected}")
    process.out.write("\n" + ("\n".join(wrong) if wrong else "All runs ended as expected.") + "\n")
    return 1 if wrong else 0


def _run(process: Process, address: str, scenario: str, inputs: tuple[str, ...]) -> int:
    """One run to its end; a signal is handed on, and heard there as in any pipeline."""
    folder = f"test-results/test-runner/demo-{scenario}"
    fixed = ("run", "--vendor", "autify", "--project-id", "77", "--base-url", address, "--results-dir", folder)
    # A made-up token: the sandbox takes any. It travels in the environment, as a real one should.
    environment = {**process.environment, "TEST_RUNNER_TOKEN": "made-up-token"}
    told = False
    with subprocess.Popen([*process.program, *fixed, *inputs], env=environment) as run:  # noqa: S603 -- ourselves
        while True:
            try:
                return run.wait(SLICE)
            except subprocess.TimeoutExpired:
                if process.noted and not told:
                    run.send_signal(process.noted[0])
                    told = True
