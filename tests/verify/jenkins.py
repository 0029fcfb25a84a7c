"""A build of a scripted pipeline with the shared library, by Debian's groovy: the version that Jenkins has.

There is no controller: jenkins/test has our own stand-ins for the steps, and an agent that runs and ends scripts as
Jenkins' durable tasks do.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.verify.engine import LONGEST, ROOT, MissingError

LIBRARY = ROOT / "jenkins"
JENKINS = {
    "JENKINS_URL": "https://ci.example/",
    "BUILD_ID": "12",
    "BUILD_NUMBER": "12",
    "BUILD_URL": "https://ci.example/job/web/12/",
    "JOB_NAME": "web",
    "BRANCH_NAME": "main",
}


class Groovy:
    """groovy and groovyc. Raises MissingError where they are not."""

    def __init__(self) -> None:
        java = shutil.which("java")
        if shutil.which("groovy") is None or java is None:
            raise MissingError("groovy is not at hand: apt-get install groovy")
        home = str(Path(java).resolve().parent.parent)
        self._environment = {**os.environ, "JAVA_HOME": home, "JAVA_OPTS": "-XX:TieredStopAtLevel=1 -Xshare:auto"}

    def run(self, program: str, *words: str) -> str:
        """What it prints; its errors, without Java's own warnings, fail the test."""
        done = self.start(program, *words)
        output, _ = done.communicate(timeout=LONGEST)
        assert done.returncode == 0, output
        return output

    def start(self, program: str, *words: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [program, "-cp", "test:test/stubs:src" if program == "groovyc" else "test:test/stubs", *words],
            cwd=LIBRARY,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A build: SUCCESS, UNSTABLE, FAILURE or ABORTED; what the pipeline returned, or its error; the steps, the log."""

    result: str
    value: Any
    error: str | None
    calls: list[dict[str, Any]]
    log: str


@dataclass(slots=True, kw_only=True)
class Builds:
    """Builds of one job, in one workspace on one agent."""

    groovy: Groovy
    folder: Path
    agent: Mapping[str, str] = field(default_factory=dict)
    path: Sequence[str] = ()

    def __post_init__(self) -> None:
        self.workspace.mkdir()

    @property
    def workspace(self) -> Path:
        return self.folder / "workspace"

    def run(
        self,
        pipeline: str,
        *,
        secrets: Mapping[str, str],
        env: Mapping[str, str] | None = None,
        abort: Callable[[], None] | None = None,
    ) -> Ended:
        """One build; `abort` returns when the user aborts it."""
        path = os.pathsep.join([*self.path, os.environ["PATH"]])
        build = {
            "root": str(LIBRARY),
            "workspace": str(self.workspace),
            "pipeline": pipeline,
            "secrets": dict(secrets),
            "agent": {"PATH": path, "HOME": str(self.folder), "LANG": "C.UTF-8", **self.agent},
            "env": {**JENKINS, **(env or {})},
            "abort": str(self.folder / "abort"),
            "end": str(self.folder / "end.json"),
        }
        (self.folder / "build.json").write_text(json.dumps(build))
        (self.folder / "end.json").unlink(missing_ok=True)
        process = self.groovy.start("groovy", "test/Pipeline.groovy", str(self.folder / "build.json"))
        if abort is not None:
            abort()
            (self.folder / "abort").touch()
        output, _ = process.communicate(timeout=LONGEST)
        assert process.returncode == 0, output
        return Ended(**json.loads((self.folder / "end.json").read_text(encoding="utf-8")))
