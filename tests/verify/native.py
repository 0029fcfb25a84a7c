"""Runs native/action.yml as the runner does: its script by bash, each input in the environment, outputs as declared.

github.com/actions/runner: CompositeActionHandler.cs and ScriptHandler.cs.
"""

import os
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.readers.github_runner import read_file_commands
from tests.verify.engine import LONGEST, ROOT
from tests.verify.runner import end

FOLDER = ROOT / "native"
SHELL = ("bash", "--noprofile", "--norc", "-e", "-o", "pipefail")  # what `shell: bash` stands for
EXPRESSION = re.compile(r"\$\{\{ (inputs|steps\.run\.outputs)\.([a-z-]+) \}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    status: int
    log: str
    outputs: dict[str, str]


class Native:
    """One job: a workspace, the runner's folders, and the environment that tests may change."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._action: dict[str, Any] = yaml.safe_load((FOLDER / "action.yml").read_text(encoding="utf-8"))
        self.workspace = folder / "workspace"
        self.temporary = folder / "temp"
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
        self.environment |= {name: text for name, text in os.environ.items() if name.startswith(("PIP_", "SSL_"))}
        for each in (self.workspace, self.temporary):
            each.mkdir()

    def step(
        self,
        inputs: Mapping[str, str],
        *,
        id_: str = "e2e",
        cancel: Callable[[], None] | None = None,
        kill: Callable[[], None] | None = None,
    ) -> Ended:
        """`id_` is the step's in the workflow; `cancel` or `kill` return when the job is cancelled, or lost."""
        (step,) = self._action["runs"]["steps"]
        assert step["shell"] == "bash"
        assert set(inputs) <= set(self._action["inputs"])
        script, output, summary = (self._folder / name for name in ("script.sh", "output", "summary"))
        assert "${{" not in step["run"]  # nothing is ever put into the script's text
        script.write_text(step["run"], encoding="utf-8")
        output.write_text("")
        variables = {name: self._expand(text, inputs) for name, text in step["env"].items()}
        github = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION": id_,
            "GITHUB_ACTION_PATH": str(FOLDER),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.temporary),
        }
        with subprocess.Popen(
            [*SHELL, str(script)],
            cwd=self.workspace,
            env={**self.environment, **github, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            if cancel is not None:
                cancel()
                end(process)
            if kill is not None:
                kill()
                process.kill()
            log, _ = process.communicate(timeout=LONGEST)
        said = read_file_commands(output.read_text(encoding="utf-8"))
        outputs = {name: self._expand(one["value"], said) for name, one in self._action["outputs"].items()}
        return Ended(status=process.returncode, log=log, outputs=outputs)

    @staticmethod
    def _expand(text: str, values: Mapping[str, str]) -> str:
        found = EXPRESSION.fullmatch(text)
        assert found, text
        return values.get(found[2], "")
