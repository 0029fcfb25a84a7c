"""Starts an image as GitHub's runner starts a Docker action, and ends it as the runner does on a cancel.

github.com/actions/runner: ContainerActionHandler.cs for flags, mounts and variables, ProcessInvoker.cs for the signals.
"""

import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.readers.github_runner import read_file_commands
from tests.verify.engine import LONGEST, Engine

FILES = {
    "GITHUB_OUTPUT": "set_output_x",
    "GITHUB_ENV": "set_env_x",
    "GITHUB_STATE": "save_state_x",
    "GITHUB_STEP_SUMMARY": "step_summary_x",
}
Schedule = Sequence[tuple[signal.Signals, float]]  # the signal, seconds until the next
SCHEDULE: Schedule = ((signal.SIGINT, 7.5), (signal.SIGTERM, 2.5), (signal.SIGKILL, 5.0))
FIXED = {
    "GITHUB_WORKSPACE": "/github/workspace",
    "GITHUB_EVENT_PATH": "/github/workflow/event.json",
    "GITHUB_SHA": "0123456789abcdef0123456789abcdef01234567",
    "GITHUB_REF_NAME": "main",
    "GITHUB_RUN_ID": "42",
    "GITHUB_RUN_NUMBER": "7",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "org/repo",
    "GITHUB_WORKFLOW": "nightly",
    "GITHUB_ACTION": "run",
    "RUNNER_TEMP": "/github/runner_temp",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A step as it was when its `docker run` had ended."""

    status: int
    seconds: float
    log: str
    outputs: dict[str, str]
    summary: str
    left: tuple[str, ...]  # containers that still run


class Runner:
    """One job: a workspace and the runner's folders, in which steps of an image run."""

    def __init__(self, engine: Engine, image: str, folder: Path) -> None:
        self._engine = engine
        self._image = image
        self._folder = folder
        self.workspace = folder / "workspace"
        for name in ("workspace", "runner_temp", "home", "workflow", "file_commands"):
            (folder / name).mkdir()
        (folder / "workflow" / "event.json").write_text("{}")

    def step(
        self,
        inputs: Mapping[str, str],
        *,
        entrypoint: str = "",
        cancel: Callable[[], None] | None = None,
    ) -> Ended:
        """Run the image with these inputs; `cancel` returns when the user cancels the job."""
        for name in FILES.values():
            (self._folder / "file_commands" / name).write_text("")
        variables = FIXED | {name: f"/github/file_commands/{file}" for name, file in FILES.items()}
        variables |= {f"INPUT_{name.replace(' ', '_').upper()}": value for name, value in inputs.items()}
        words = ["run", "--label", "job", "--workdir", "/github/workspace", "--rm"]
        words += [part for name in variables for part in ("-e", name)]  # names only: values stay off the command line
        words += ["-e", "HOME=/github/home", "-e", "GITHUB_ACTIONS=true", "-e", "CI=true", "--network", "host"]
        words += ["--entrypoint", entrypoint] if entrypoint else []
        for name in ("runner_temp", "home", "workflow", "file_commands", "workspace"):
            words += ["-v", f"{self._folder / name}:/github/{name}"]
        began = time.monotonic()
        with subprocess.Popen(
            [self._engine.client, *words, self._image],
            env={**self._engine.environment, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            if cancel is not None:
                cancel()
                began = time.monotonic()
                end(process)
            log, _ = process.communicate(timeout=LONGEST)
        output = (self._folder / "file_commands" / FILES["GITHUB_OUTPUT"]).read_text(encoding="utf-8")
        return Ended(
            status=process.returncode,
            seconds=time.monotonic() - began,
            log=log,
            outputs=read_file_commands(output),
            summary=(self._folder / "file_commands" / FILES["GITHUB_STEP_SUMMARY"]).read_text(encoding="utf-8"),
            left=tuple(self._engine.run("ps", "-q", "--filter", "label=job").stdout.split()),
        )


def end(process: "subprocess.Popen[Any]", schedule: Schedule = SCHEDULE) -> None:
    """As the runner ends a step, and Azure's agent, too: it asks twice, then it kills."""
    for number, seconds in schedule:
        process.send_signal(number)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
        return
