"""A job of Azure Pipelines: a template is expanded, and its steps really run, one after the other, as by the agent.

github.com/microsoft/azure-pipelines-agent: StepsRunner.cs for conditions, ProcessInvoker.cs for the signals,
VarUtil.cs for the names of variables in the environment.
"""

import os
import re
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.readers.azure_agent import Step, merged, read_log
from tests.readers.azure_template import expand, holds
from tests.verify.engine import LONGEST, ROOT
from tests.verify.runner import SCHEDULE, Schedule, end
from tests.writers.junit_readers import Read
from tests.writers.junit_readers import azure as read_junit

FIXED = {
    "TF_BUILD": "True",
    "BUILD_BUILDID": "77",
    "BUILD_BUILDNUMBER": "20260102.3",
    "BUILD_DEFINITIONNAME": "Nightly",
    "BUILD_REPOSITORY_NAME": "org/shop",
    "BUILD_SOURCEBRANCH": "refs/heads/main",
    "BUILD_SOURCEVERSION": "0123456789abcdef0123456789abcdef01234567",
    "SYSTEM_JOBID": "12f1170f-54f2-53f3-20dd-22fc7dff55f9",
    "SYSTEM_TEAMFOUNDATIONCOLLECTIONURI": "https://dev.azure.com/org/",
    "SYSTEM_TEAMPROJECT": "shop",
}
OURS = ("TEST_RUNNER_", "INPUT_", "GITHUB_", "BUILD_", "SYSTEM_")
# What azure-pipelines-task-lib, which Bash@3 is built on, takes out of the environment (internal.ts, _loadData).
TAKEN = ("INPUT_", "ENDPOINT_AUTH_", "SECUREFILE_TICKET_", "SECRET_", "VSTS_TASKVARIABLE_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A step as it was when its process had ended; `step` is what the agent read in its log."""

    name: str
    status: int
    seconds: float
    log: str
    step: Step


@dataclass(slots=True, kw_only=True)
class Job:
    """`variables` are the pipeline's own, `secrets` those that no step gets unless it maps them.

    `launch` gives the words that run a script: bash itself, or the task that runs it on a real agent.
    """

    workspace: Path
    temporary: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    launch: Callable[[Path], Sequence[str]] = lambda script: ("bash", str(script))
    result: str = "Succeeded"
    published: list[Read] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)

    def run(
        self,
        template: str,
        parameters: Mapping[str, str],
        *,
        cancel: Callable[[], None] | None = None,
        signals: Schedule = SCHEDULE,
    ) -> list[Ended]:
        """The bash steps of a template; `cancel` returns when the user cancels the first."""
        text = (ROOT / "azure-pipelines" / template).read_text(encoding="utf-8")
        ended: list[Ended] = []
        for step in expand(text, parameters):
            if not self._is_due(step.get("condition", "succeeded()")):
                continue
            if step.get("task") == "PublishTestResults@2":
                self.result = merged(self.result, self.publish(step["inputs"]))
                continue
            ended.append(self._step(step, cancel, signals))
            cancel = None
        return ended

    def _is_due(self, condition: str) -> bool:
        good = self.result in ("Succeeded", "SucceededWithIssues")
        states = {"succeeded": good, "succeededOrFailed": self.result != "Canceled", "always": True}
        return holds(condition, states, {**self.variables, **self.outputs})

    def _step(
        self,
        step: Mapping[str, Any],
        cancel: Callable[[], None] | None,
        signals: Schedule,
    ) -> Ended:
        script = self.temporary / f"{step.get('name', 'script')}-{time.monotonic_ns()}.sh"
        script.write_text(self._expanded(step["bash"]), encoding="utf-8")
        began = time.monotonic()
        with (
            script.with_suffix(".log").open("wb") as out,
            subprocess.Popen(  # a file: who lives on may still write
                self.launch(script),
                cwd=self.workspace,
                env=self._environment(step.get("env", {})),
                stdout=out,
                stderr=subprocess.STDOUT,
            ) as process,
        ):
            if cancel is not None:
                cancel()
                began = time.monotonic()
                end(process, signals)
            process.wait(LONGEST)
        log = script.with_suffix(".log").read_text(encoding="utf-8")
        ended = Ended(
            name=step.get("name", ""),
            status=process.returncode,
            seconds=time.monotonic() - began,
            log=log,
            step=read_log(log),
        )
        ended.step.merge("Failed" if ended.status else "Succeeded")
        self.outputs |= {f"{ended.name}.{name}": value for name, value in ended.step.outputs.items()}
        self.result = "Canceled" if cancel is not None else merged(self.result, ended.step.result)
        return ended

    def _expanded(self, text: str) -> str:
        """`$(NAME)` of a variable that exists; any other stays as it stands."""
        known = {
            name.lower(): value
            for name, value in (*self.variables.items(), *self.secrets.items(), *self.outputs.items())
        }
        return re.sub(r"\$\(([^()]*)\)", lambda found: known.get(found[1].lower(), found[0]), text)

    def _environment(self, mapped: Mapping[str, str]) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        kept |= FIXED | {"AGENT_TEMPDIRECTORY": str(self.temporary)} | dict(self.environment)
        kept |= {re.sub("[. ]", "_", name).upper(): value for name, value in self.variables.items()}
        kept |= {name: self._expanded(value) for name, value in mapped.items()}
        return {name: value for name, value in kept.items() if not name.startswith(TAKEN)}

    def publish(self, inputs: Mapping[str, str]) -> str:
        """The result of the task: by default an empty search is but a warning."""
        assert inputs["testResultsFormat"] == "JUnit"
        found = list(self.workspace.glob(self._expanded(inputs["testResultsFiles"])))
        for path in found:
            self.published += read_junit(path.read_text(encoding="utf-8"))
        return "Succeeded" if found or inputs.get("failTaskOnMissingResultsFile") != "true" else "Failed"
