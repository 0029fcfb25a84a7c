"""Runs workflows by `act`, on a copy of this repository whose action.yml names an image that is there.

act is not the runner: it has none of its limits, and a cancel leaves the container (see runner.py for that).
Jobs run in the base image, or on this machine.
"""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.verify.engine import LONGEST, ROOT, TOOLS, Engine

ACT = TOOLS / "python" / "bin" / "act"
IDENTITY = ("-c", "user.name=ci", "-c", "user.email=ci@localhost", "-c", "commit.gpgsign=false")
ON_THIS_MACHINE = "-self-hosted"
COPIED = (
    "action.yml",
    "native",
    "core",
    "entrypoint.py",
    "requirements.txt",
    ".github",
    "Dockerfile",
    "docker",
    "tools",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """`events` are act's own lines; `output` what steps printed."""

    status: int
    events: tuple[dict[str, Any], ...]
    errors: str

    def results(self, of: str) -> list[tuple[dict[str, Any], str]]:
        """The matrix and the result of each step whose name holds `of`."""
        return [
            (one.get("matrix") or {}, one["stepResult"])
            for one in self.events
            if one.get("stage") == "Main" and one.get("stepResult") and of in str(one.get("step"))
        ]

    @property
    def output(self) -> str:
        return "\n".join(str(one.get("msg", "")) for one in self.events)


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-C", str(folder), *IDENTITY, *words], check=True, capture_output=True, text=True)


def repository(folder: Path) -> Path:
    """Make a repository of what is in the folder."""
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--message", "as it is")
    return folder


def copy_of_ours(folder: Path) -> Path:
    """What a consumer downloads, as it lies here."""
    folder.mkdir(parents=True)
    exclude = ("--exclude=__pycache__",)
    packed = subprocess.run(["tar", "-c", *exclude, *COPIED], cwd=ROOT, capture_output=True, check=True).stdout
    subprocess.run(["tar", "-x"], cwd=folder, input=packed, check=True)
    return folder


def command(folder: Path, words: Sequence[str], *, platform: str, job: str = "") -> list[str]:
    """act's command line for a push to the repository in `folder`."""
    fixed = ("--pull=false", "--action-offline-mode", "--container-daemon-socket", "-", "--network", "host", "--rm")
    images = [f"ubuntu-latest={platform}", f"ubuntu-24.04={platform}"]
    found = [str(ACT), "push", "--json", *(part for each in images for part in ("-P", each)), *fixed, *words]
    return [*found, *(("--job", job) if job else ())]


def environment(engine: Engine, folder: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    usual = {"PATH": os.environ["PATH"], "HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache")}
    passed = {name: text for name, text in os.environ.items() if name.startswith(("PIP_", "SSL_"))}
    return {**usual, **passed, "DOCKER_HOST": engine.socket, **(extra or {})}


def act(engine: Engine, folder: Path, *words: str, platform: str, job: str = "", home: Path) -> Ran:
    home.mkdir(exist_ok=True)
    done = subprocess.run(
        command(folder, words, platform=platform, job=job),
        cwd=folder,
        env=environment(engine, home),
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST,
    )
    events = tuple(json.loads(line) for line in done.stdout.splitlines() if line.startswith("{"))
    return Ran(status=done.returncode, events=events, errors=done.stderr)
