"""A GitLab project in a folder, whose pipeline gitlab-ci-local runs: on the shell executor, or in containers.

It is laxer than GitLab: it checks no `regex` of an input, and reads any dotenv. tests/readers has GitLab's own rules.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.verify.engine import LONGEST, ROOT, Engine

TOKEN = "t0ken-0f-the-gitlab-tests"
IGNORED = ".gitlab-ci-local/\ntest-results/\n.test-runner/\n"
HELPER = "FROM debian:bookworm-slim\nRUN apt-get update && apt-get install -y --no-install-recommends rsync\n"


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A pipeline that has ended, or could not begin. `log` is of all jobs, each line with its job's name in front."""

    status: int
    log: str


class Project:
    """A committed project with our templates and this pipeline."""

    def __init__(self, folder: Path, program: list[str], pipeline: str) -> None:
        self.folder = folder
        self._program = program
        for name in ("templates", "gitlab-ci"):
            shutil.copytree(ROOT / name, folder / name)
        (folder / ".gitlab-ci.yml").write_text(pipeline)
        (folder / ".gitignore").write_text(IGNORED)
        for words in (
            ("init", "-q", "-b", "main"),
            ("remote", "add", "origin", "https://gitlab.example.com/org/proj.git"),
            ("add", "-A"),
            ("-c", "user.name=ci", "-c", "user.email=ci@localhost", "commit", "-qm", "c"),
            ("update-ref", "refs/remotes/origin/main", "HEAD"),
            ("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"),
        ):
            subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)

    def run(self, *options: str, engine: Engine | None = None) -> Ended:
        """Run the pipeline with the secret as a variable of the project."""
        variables = ("--ignore-predefined-vars", "GITLAB_CI", "--variable", "GITLAB_CI=true")
        secret = ("--variable", f"TEST_RUNNER_TOKEN={TOKEN}")
        docker = ("--network", "host", "--pull-policy", "if-not-present", "--helper-image", "gcl-helper:1")
        how = docker if engine else ("--force-shell-executor",)
        path = f"{Path(engine.client).parent}:{os.environ['PATH']}" if engine else os.environ["PATH"]
        done = subprocess.run(
            [*self._program, *variables, *secret, *how, *options],
            cwd=self.folder,
            env={**(engine.environment if engine else os.environ), "PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=LONGEST,
        )
        return Ended(status=done.returncode, log=done.stdout)

    def artifact(self, job: str, path: str) -> Path:
        """A file that a job left, where the pipeline keeps it."""
        return self.folder / ".gitlab-ci-local" / "artifacts" / job / path


def helper_image(engine: Engine) -> None:
    """What gitlab-ci-local copies files with: without rsync artifacts go missing and nothing says so."""
    engine.run("build", "-q", "--network", "host", "-t", "gcl-helper:1", "-", text=HELPER)
