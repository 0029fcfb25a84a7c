import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from core.ci.dotenv import FILE
from core.ci.git_head import head
from core.ci.jenkins import build
from core.model import Build
from tests.ci.hostile import SECRET, Folder, Screen, a_ci
from tools.rendering.outputs import OUTPUTS

SHA = "0123456789abcdef0123456789abcdef01234567"
ENV = {
    "JENKINS_URL": "https://ci.example/",
    "BUILD_ID": "12",
    "BUILD_NUMBER": "12",
    "BUILD_URL": "https://ci.example/job/shop/job/web/job/main/12/",
    "JOB_NAME": "shop/web/main",
    "BRANCH_NAME": "main",
    "GIT_COMMIT": SHA,
    "GIT_BRANCH": "origin/main",
}


def test_a_build_of_a_branch() -> None:
    assert build(ENV, "autify", "/none") == Build(
        ci="jenkins",
        step="autify",
        name="shop/web/main #12",
        commit=SHA,
        branch="main",
        url="https://ci.example/job/shop/job/web/job/main/12/",
        project="shop/web",
        number="12",
    )


@pytest.mark.parametrize(
    ("more", "branch", "project"),
    [
        ({"BRANCH_NAME": "PR-7", "CHANGE_BRANCH": "feature/x", "CHANGE_ID": "7"}, "feature/x", "shop/web"),
        ({"BRANCH_NAME": ""}, "main", "shop/web/main"),
        ({"BRANCH_NAME": "", "GIT_BRANCH": "feature/origin/x"}, "feature/origin/x", "shop/web/main"),
        ({"JOB_NAME": "nightly"}, "main", "nightly"),
    ],
)
def test_branch_and_project(more: Mapping[str, str], branch: str, project: str) -> None:
    found = build(ENV | dict(more), "autify", "/none")
    assert (found.branch, found.project) == (branch, project)


def test_an_environment_that_says_nothing() -> None:
    assert build({}, "../x", "/none") == Build(ci="jenkins", step="x")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "web"
    who = ("-c", "user.name=a", "-c", "user.email=a@b.example")
    _git("init", "-q", "-b", "feature/x", str(folder), at=tmp_path)
    _git(*who, "commit", "-q", "--allow-empty", "-m", "x", at=folder)
    return folder


def _git(*words: str, at: Path) -> str:
    environment = {"PATH": os.environ["PATH"], "HOME": str(at), "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(["git", *words], cwd=at, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_a_scripted_pipeline_is_told_by_its_checkout(repository: Path) -> None:
    env = {name: ENV[name] for name in ("JENKINS_URL", "BUILD_ID", "JOB_NAME")}
    found = build(env, "autify", str(repository))
    assert (found.commit, found.branch) == (_git("rev-parse", "HEAD", at=repository), "feature/x")


def test_every_form_of_a_checkout_is_read_as_git_reads_it(repository: Path, tmp_path: Path) -> None:
    commit = _git("rev-parse", "HEAD", at=repository)
    _git("pack-refs", "--all", at=repository)
    assert head(str(repository)) == (commit, "feature/x")
    _git("worktree", "add", "-q", "-b", "other", str(tmp_path / "tree"), at=repository)
    assert head(str(tmp_path / "tree")) == (commit, "other")
    _git("checkout", "-q", "--detach", at=repository)
    assert head(str(repository)) == (commit, "")
    assert head(str(tmp_path)) == ("", "")


@pytest.mark.parametrize(
    "text",
    ["", "ref: ", "ref: ../../etc/passwd", "ref: refs/heads/none", "::error::x", "a" * 39, "A" * 40, "\0", "x" * 3000],
)
def test_a_broken_checkout_tells_no_commit(text: str, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text(text)
    assert head(str(tmp_path))[0] == ""


def test_all_outputs_reach_the_library_and_no_secret_does() -> None:
    folder, ci = Folder(), a_ci("jenkins", Screen(), ENV)
    ci.outputs(dict.fromkeys(OUTPUTS, "7") | {"reason": SECRET}, folder.leave)
    lines = folder[FILE].splitlines()
    assert len(lines) == len(OUTPUTS)
    assert SECRET not in folder[FILE]
