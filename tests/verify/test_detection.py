"""Two libraries that know CI systems, as oracles: what they see in an environment, we see."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from core.ci import CIS, detect
from tests.ci.environments import ENVIRONMENTS
from tests.ci.hostile import Screen, a_ci

PROGRAM = """
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
const modules = process.argv[1]
const ci = createRequire(modules + '/')('ci-info')
const { default: envCi } = await import(pathToFileURL(modules + '/env-ci/index.js'))
console.log(JSON.stringify({ info: ci.id, isCi: ci.isCI, env: envCi() }))
"""
THEIRS = {  # our name: that of ci-info, and that of env-ci
    "github": ("GITHUB_ACTIONS", "github"),
    "gitlab": ("GITLAB", "gitlab"),
    "azure": ("AZURE_PIPELINES", "azurePipelines"),
    "jenkins": ("JENKINS", "jenkins"),
    "circleci": ("CIRCLE", "circleci"),
    "buildkite": ("BUILDKITE", "buildkite"),
    "bitbucket": ("BITBUCKET", "bitbucket"),
    "teamcity": ("TEAMCITY", "teamcity"),
    "drone": ("DRONE", "drone"),
    "travis": ("TRAVIS", "travis"),
    "woodpecker": ("WOODPECKER", "woodpecker"),
    "codebuild": ("CODEBUILD", "codebuild"),
    "semaphore": ("SEMAPHORE", "semaphore"),
    "codefresh": ("CODEFRESH", "codefresh"),
    "bamboo": ("BAMBOO", "bamboo"),
}
READS_GIT = ("teamcity", "codebuild", "jenkins")  # env-ci asks the repository for what the environment has not


def _seen(node: str, modules: str, env: dict[str, str], folder: Path) -> Any:
    """What the libraries see, in a process of its own: they look at the environment as they are loaded."""
    done = subprocess.run(
        [node, "--input-type=module", "-e", PROGRAM, modules],
        env=env, cwd=folder, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", THEIRS)
def test_a_system_that_both_libraries_know_is_known_to_us_with_the_same_commit_branch_and_page(
    name: str, node: str, node_modules: str, tmp_path: Path
) -> None:
    env = ENVIRONMENTS[name]
    seen = _seen(node, node_modules, env, tmp_path)
    assert (seen["info"], seen["env"]["service"]) == THEIRS[name]
    assert detect(env) == (name if name in CIS else "generic")
    if name not in CIS:
        return
    build = a_ci(name, Screen(), env).build()
    if name not in READS_GIT:
        assert (build.commit, build.branch) == (seen["env"]["commit"], seen["env"]["branch"])
    if seen["env"].get("buildUrl") and name not in ("codebuild", "gitlab"):  # theirs is made up, or the pipeline's
        assert build.url.startswith(seen["env"]["buildUrl"])


def test_every_system_of_ours_is_compared_and_a_plain_terminal_is_none(
    node: str, node_modules: str, tmp_path: Path
) -> None:
    assert set(CIS) - {"generic", "terminal"} <= set(THEIRS)
    assert _seen(node, node_modules, {}, tmp_path)["isCi"] is False
    assert detect({}) == "terminal"
    assert _seen(node, node_modules, {"CI": "true"}, tmp_path)["isCi"] is True
    assert detect({"CI": "true"}) == "generic"
