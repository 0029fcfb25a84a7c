"""The real program as a process of its own, in a workspace of its own, against a vendor in this process."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.sandbox import SCENARIOS, Exchange, Fault, Progression, Sandbox, Scenario
from tests.readers.github_runner import Command, read_file_commands, read_log

ENTRYPOINT = str(Path(__file__).parents[2] / "entrypoint.py")
TOKEN = "t0ken-0f-the-e2e-tests"
HEAD = "0123456789abcdef0123456789abcdef01234567"
STEP = "nightly"
RESULTS = f"test-results/test-runner/{STEP}"
PLAN = {"test_plan": "3001"}
SCENARIO = {"scenarios": "501,502"}
REPLACED = {**PLAN, "url_replacements": "https://a.example.com https://b.example.net"}
LONGEST = 30.0  # seconds that a process may take before its test fails


class Vendor(Sandbox):
    """A sandbox that tells what comes over its wire as it comes."""

    def __init__(self, **options: Any) -> None:
        self._news = threading.Condition()
        self._stalls = 0
        self._acts: list[tuple[Callable[[Exchange], bool], Callable[[], None]]] = []
        super().__init__(**options, observe=self._seen, on_stall=self._stalled)

    def _seen(self, exchange: Exchange) -> None:
        for matches, act in self._acts:
            if matches(exchange):
                act()
        with self._news:
            self._news.notify_all()

    def _stalled(self) -> None:
        with self._news:
            self._stalls += 1
            self._news.notify_all()

    def when(self, operation: str, act: Callable[[], None]) -> None:
        """Do something when such a request has come, before its answer leaves."""
        self._acts.append((lambda exchange: exchange.operation == operation, act))

    def await_call(self, operation: str, times: int = 1) -> None:
        """Until so many such requests have come."""
        self._until(lambda: len(self.calls(operation)) >= times, f"{operation} x {times}")

    def await_stall(self) -> None:
        """Until an answer hangs."""
        self._until(lambda: self._stalls > 0, "a stall")

    def calls(self, operation: str) -> list[Exchange]:
        return [exchange for exchange in self.journal if exchange.operation == operation]

    def _until(self, condition: Callable[[], bool], what: str) -> None:
        with self._news:
            assert self._news.wait_for(condition, LONGEST), f"{what} never came: {self.journal}"


@contextmanager
def vendor(
    scenario: str | Scenario = "passing",
    *faults: str,
    progression: str | None = "immediate",
    box: str = "autify",
) -> Iterator[Vendor]:
    chosen = SCENARIOS[scenario] if isinstance(scenario, str) else scenario
    pace = Progression.parse(progression) if progression else None
    with Vendor(vendor=box, scenario=chosen, faults=[Fault.parse(text) for text in faults], progression=pace) as one:
        yield one


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a process ended and what it left."""

    status: int
    log: str
    errors: str
    outputs: Mapping[str, str]
    summary: str
    workspace: Path

    @property
    def commands(self) -> list[Command]:
        return read_log(self.log)[0]

    @property
    def verdict(self) -> tuple[int, str, str]:
        return self.status, self.outputs.get("conclusion", ""), self.outputs.get("reason", "")

    def file(self, name: str, folder: str = RESULTS) -> str:
        return (self.workspace / folder / name).read_text(encoding="utf-8")

    def report(self, folder: str = RESULTS) -> Any:
        return json.loads(self.file("report.json", folder))


@dataclass(kw_only=True)
class Step:
    """One place in a pipeline: a workspace, and the runner's own files beside it."""

    folder: Path
    url: str = ""
    ci: str = "github"
    defaults: bool = True  # vendor, token, project and address are given
    extra: dict[str, str] = field(default_factory=dict)
    wrapper: Sequence[str] = ()  # the command that starts the program

    def __post_init__(self) -> None:
        self.workspace.mkdir(parents=True, exist_ok=True)
        (self.folder / "runner").mkdir(exist_ok=True)
        event = {"pull_request": {"head": {"sha": HEAD}}}
        (self.folder / "runner" / "event.json").write_text(json.dumps(event), encoding="utf-8")
        self._fresh()

    @property
    def workspace(self) -> Path:
        return self.folder / "workspace"

    def journals(self) -> list[list[dict[str, Any]]]:
        """The journals of all invocations, the oldest first."""
        paths = sorted((self.workspace / ".test-runner").glob("*.jsonl"), key=lambda path: path.stat().st_mtime_ns)
        return [[json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] for path in paths]

    def outputs(self) -> dict[str, str]:
        return read_file_commands((self.folder / "runner" / "output").read_text(encoding="utf-8"))

    def environment(self, inputs: Mapping[str, str]) -> dict[str, str]:
        """Nothing of the environment that the tests run in but the way to programs."""
        runner = self.folder / "runner"
        found = {"PATH": os.environ.get("PATH", ""), "HOME": str(self.folder)}
        if self.ci == "github":
            found |= {
                "GITHUB_ACTIONS": "true",
                "GITHUB_ACTION": STEP,
                "GITHUB_EVENT_NAME": "pull_request",
                "GITHUB_EVENT_PATH": str(runner / "event.json"),
                "GITHUB_OUTPUT": str(runner / "output"),
                "GITHUB_STEP_SUMMARY": str(runner / "summary"),
                "GITHUB_REPOSITORY": "shop/web",
                "GITHUB_SHA": "f" * 40,
                "GITHUB_WORKFLOW": "ci",
                "GITHUB_RUN_ID": "4711",
                "GITHUB_RUN_NUMBER": "512",
            }
        prefix = "INPUT_" if self.ci == "github" else "TEST_RUNNER_"
        for name, text in inputs.items():
            found[prefix + name.upper().replace("_", "-" if self.ci == "github" else "_")] = text
        return found | self.extra

    def start(self, *arguments: str, **inputs: str) -> "subprocess.Popen[str]":
        """Start the program; inputs have `_` for `-`."""
        self._fresh()
        usual = {"vendor": "autify", "token": TOKEN, "project_id": "77", "base_url": self.url} if self.defaults else {}
        return subprocess.Popen(
            [*self.wrapper, sys.executable, ENTRYPOINT, *arguments],
            cwd=self.workspace,
            env=self.environment(usual | inputs),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def finish(self, process: "subprocess.Popen[str]", *, given: str | None = None, most: float = LONGEST) -> Ended:
        try:
            log, errors = process.communicate(given, timeout=most)
        except subprocess.TimeoutExpired:
            process.kill()
            log, errors = process.communicate()
            raise AssertionError(f"still running after {most:.0f} s:\n{log}\n{errors}") from None
        return Ended(
            status=process.returncode,
            log=log,
            errors=errors,
            outputs=self.outputs(),
            summary=(self.folder / "runner" / "summary").read_text(encoding="utf-8"),
            workspace=self.workspace,
        )

    def run(self, *arguments: str, **inputs: str) -> Ended:
        return self.finish(self.start(*arguments, **inputs))

    def kill(self, process: "subprocess.Popen[str]") -> None:
        """End it as a CI does that has lost its patience."""
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=LONGEST)

    def _fresh(self) -> None:
        """Each step of a job has an output file and a summary of its own."""
        for name in ("output", "summary"):
            (self.folder / "runner" / name).write_text("", encoding="utf-8")
