"""A job of any CI system: its environment, its files, its programs, and what our program left in all of them."""

import json
import os
import re
import stat
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from defusedxml.ElementTree import parse

from tests.ci.environments import ENVIRONMENTS
from tests.ci.hostile import PLAIN, Folder, Screen, a_ci, a_report, a_result, publish
from tests.e2e.support import ENTRYPOINT, LONGEST
from tests.readers.acts import Act, acts
from tests.readers.dotenv import read_dotenv
from tests.readers.github_runner import read_file_commands, read_log
from tests.readers.teamcity import read_messages
from tools.rendering.outputs import OUTPUTS

FILES = {  # the files that a system names, and the variables that name them
    "github": ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE"),
    "circleci": ("BASH_ENV",),
    "bitbucket": ("BITBUCKET_PIPELINES_VARIABLES_PATH",),
}
# The agent's program: what it is told, whether anything was in the log before, and what it sees of the environment
AGENT = """#!/bin/sh
name={folder}/$1
if [ -s {log} ]; then touch "$name.late"; fi
echo "$*" > "$name.words"; cat > "$name.stdin"; env > "$name.env"
"""


@dataclass(frozen=True, kw_only=True)
class Left:
    """What one process left. `told` is what Buildkite's agent was told, by file."""

    ci: str
    status: int
    log: str
    errors: str
    files: Mapping[str, str]
    told: Mapping[str, str]
    workspace: Path

    @property
    def results(self) -> Path:
        (folder,) = (self.workspace / "test-results" / "test-runner").iterdir()
        return folder

    @property
    def report(self) -> Any:
        return json.loads((self.results / "report.json").read_text(encoding="utf-8"))

    @property
    def junit(self) -> Any:
        return parse(str(self.results / "junit.xml")).getroot()

    @property
    def acts(self) -> Counter[Act]:
        return acts(self.log)

    @property
    def masks(self) -> list[str]:
        """What GitHub was told to hide."""
        return [command.data for command in read_log(self.log)[0] if command.name == "add-mask"]

    def outputs(self) -> dict[str, str]:
        """As a later step of this system sees them, all under the names of variables."""
        if self.ci == "github":
            given = read_file_commands(self.files["GITHUB_OUTPUT"])
            return {"TESTRUN_" + name.upper().replace("-", "_"): text for name, text in given.items() if text}
        if self.ci == "circleci":
            return {name: text for name, text in sourced(self.files["BASH_ENV"]).items() if text}
        if self.ci == "bitbucket":
            return _filled(read_dotenv(self.files["BITBUCKET_PIPELINES_VARIABLES_PATH"]))
        if self.ci == "teamcity":
            sets = [each.attributes for each in read_messages(self.log) if each.name == "setParameter"]
            given = {each["name"].removeprefix("env."): each["value"].replace("%%", "%") for each in sets}
            return {name: text for name, text in given.items() if text}
        if self.ci == "azure":
            return azure_variables(self.log)
        return _filled(read_dotenv((self.results / "outputs.env").read_text(encoding="utf-8")))


def _filled(values: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in values.items() if text}


def azure_variables(log: str) -> dict[str, str]:
    """The variables that are set, anywhere in a line; the later wins, and an empty one is none."""
    found = re.findall(r"##vso\[task\.setvariable variable=([^;\]]+);[^\]]*\](.*)", log)
    signs = {"%0D": "\r", "%0A": "\n", "%5D": "]", "%3B": ";", "%AZP25": "%"}
    given = {name: re.sub("%(?:0D|0A|5D|3B|AZP25)", lambda match: signs[match[0]], text) for name, text in found}
    return {name: text for name, text in given.items() if text}


def sourced(script: str) -> dict[str, str]:
    """What a shell has after this script that it did not have before; nothing of it may print or run anything."""
    done = subprocess.run(
        ["bash", "--norc", "-c", 'eval "$1"; env -0', "bash", script],
        env={"PATH": os.environ["PATH"]}, capture_output=True, check=True,
    )  # fmt: skip
    assert done.stderr == b""
    pairs = [pair.partition("=") for pair in done.stdout.decode().split("\0") if pair]
    return {name: text for name, _, text in pairs if name not in ("PATH", "PWD", "SHLVL", "_")}


def run(ci: str, folder: Path, inputs: Mapping[str, str], environment: Mapping[str, str] | None = None) -> Left:
    """The real program in a job of this system; inputs have `_` for `-` and come as the system passes them."""
    workspace, runner = folder / "workspace", folder / "runner"
    workspace.mkdir(parents=True, exist_ok=True)
    runner.mkdir()
    found = {"PATH": os.environ["PATH"], "HOME": str(folder)} | ENVIRONMENTS[ci] | dict(environment or {})
    for name in FILES.get(ci, ()):
        (runner / name).touch()
        found[name] = str(runner / name)
    log, told = folder / "log", folder / "told"
    if ci == "buildkite":
        told.mkdir()
        agent = runner / "buildkite-agent"
        agent.write_text(AGENT.format(folder=told, log=log))
        agent.chmod(agent.stat().st_mode | stat.S_IXUSR)
        found |= {"PATH": f"{runner}:{found['PATH']}", "BUILDKITE_AGENT_JOB_API_SOCKET": "/run/buildkite.sock"}
    prefix = {"drone": "PLUGIN_", "woodpecker": "PLUGIN_"}.get(ci, "TEST_RUNNER_")
    found |= {prefix + name.upper(): text for name, text in inputs.items()}
    with log.open("wb") as out:
        done = subprocess.run(
            [sys.executable, ENTRYPOINT, "run"], cwd=workspace, env=found, stdout=out, stderr=subprocess.PIPE,
            timeout=LONGEST * 2, check=False,
        )  # fmt: skip
    return Left(
        ci=ci,
        status=done.returncode,
        log=log.read_bytes().decode(),
        errors=done.stderr.decode(),
        files={name: (runner / name).read_bytes().decode() for name in FILES.get(ci, ())},
        told={path.name: path.read_bytes().decode() for path in told.iterdir()} if told.exists() else {},
        workspace=workspace,
    )


def usual_acts(ci: str) -> set[Act]:
    """Everything that an adapter makes its system do where all texts are plain."""
    out = Screen()
    one = a_ci(ci, out, ENVIRONMENTS[ci])
    one.mask(["t0ken-of-nobody"])
    with one.group(PLAIN):
        one.warning(PLAIN)
        one.debug(PLAIN)
        one.block(PLAIN)
        one.live("running, 1 of 2 cases done")
    if ci not in FILES:
        there = {"summary": "README.md"}  # some system shows a page only if there is such a file
        one.outputs(dict.fromkeys(OUTPUTS, "x") | there, Folder().leave)
    for status in (0, 1):
        publish(one, a_report(failed=3, errored=2), a_result(status=status), summary=iter([PLAIN]), annotations=4)
    return set(acts(out.getvalue()))
