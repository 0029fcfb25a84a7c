"""The CI systems in the order in which they are detected. Naming one imports nothing of it."""

import time
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

TYPE_CHECKING = False  # typing and the seams are for type checkers: every start would pay for them
if TYPE_CHECKING:
    from typing import TextIO

    from core.ports import Ci

PATIENCE = 3600.0  # seconds that the log may wait where the step names no `timeout`: the default of that


class Surroundings:
    """What an adapter works with.

    `workspace` is the job's folder, `wall` gives seconds since 1970, `results_dir` is the input as it was given.
    `noted` gets the signals as they come. `patience` are the seconds that the log may wait for whoever reads it.
    """

    __slots__ = ("debug", "env", "noted", "out", "patience", "redact", "results_dir", "vendor", "wall", "workspace")

    def __init__(
        self,
        *,
        env: Mapping[str, str],
        out: "TextIO",
        redact: Callable[[str], str],
        wall: Callable[[], float] = time.time,
        vendor: str = "",
        workspace: str = ".",
        results_dir: str = "",
        debug: bool = False,
        noted: Sequence[int] = (),
        patience: float = PATIENCE,
    ) -> None:
        self.env = env
        self.out = out
        self.redact = redact
        self.wall = wall
        self.vendor = vendor
        self.workspace = workspace
        self.results_dir = results_dir
        self.debug = debug
        self.noted = noted
        self.patience = patience


FILES = ("outputs.env", "annotations.json")  # what adapters leave among the results of a step


class CiSpec:
    """One CI system: how to know it, and the module whose `make` makes its adapter.

    `job` are the variables that name a build, its attempt, its job, its agent, where it has such: core.ci.jobs.
    """

    __slots__ = ("detect", "job", "module")

    def __init__(self, detect: Callable[[Mapping[str, str]], bool], module: str, job: tuple[str, ...] = ()) -> None:
        self.detect = detect
        self.module = module
        self.job = job

    def make(self, surroundings: Surroundings) -> "Ci":
        """Import and make it: only one CI is needed per process."""
        ci: Ci = import_module(self.module).make(surroundings)
        return ci


def _is_github(env: Mapping[str, str]) -> bool:
    return env.get("GITHUB_ACTIONS") == "true"


def _is_gitlab(env: Mapping[str, str]) -> bool:
    return env.get("GITLAB_CI") == "true"


def _has(variable: str) -> Callable[[Mapping[str, str]], bool]:
    def is_set(env: Mapping[str, str]) -> bool:
        return bool(env.get(variable))

    return is_set


def _is_woodpecker(env: Mapping[str, str]) -> bool:
    return env.get("CI") == "woodpecker"


def _is_jenkins(env: Mapping[str, str]) -> bool:
    return bool(env.get("JENKINS_URL") and env.get("BUILD_ID"))


def _is_foreign(env: Mapping[str, str]) -> bool:
    """`CI=true` does not say which CI it is, but that nobody looks at a live line."""
    return env.get("CI", "").lower() in ("true", "1")


def _otherwise(_env: Mapping[str, str]) -> bool:
    return True


CIS: dict[str, CiSpec] = {
    "github": CiSpec(
        _is_github, "core.ci.github", ("GITHUB_RUN_ID", "GITHUB_RUN_ATTEMPT", "GITHUB_JOB", "RUNNER_NAME")
    ),
    "gitlab": CiSpec(_is_gitlab, "core.ci.gitlab", ("CI_JOB_ID",)),
    "azure": CiSpec(
        _has("TF_BUILD"), "core.ci.azure", ("BUILD_BUILDID", "SYSTEM_JOBID", "SYSTEM_JOBATTEMPT", "AGENT_ID")
    ),
    # not BUILD_TAG, which pipelines set as they like
    "jenkins": CiSpec(_is_jenkins, "core.ci.jenkins", ("JENKINS_URL", "JOB_NAME", "BUILD_NUMBER")),
    "circleci": CiSpec(
        _has("CIRCLECI"), "core.ci.circleci", ("CIRCLE_WORKFLOW_JOB_ID", "CIRCLE_BUILD_NUM", "CIRCLE_NODE_INDEX")
    ),
    "buildkite": CiSpec(_has("BUILDKITE"), "core.ci.buildkite", ("BUILDKITE_JOB_ID",)),
    "bitbucket": CiSpec(_has("BITBUCKET_COMMIT"), "core.ci.bitbucket", ("BITBUCKET_STEP_UUID",)),
    "teamcity": CiSpec(_has("TEAMCITY_VERSION"), "core.ci.teamcity", ("BUILD_URL",)),
    "drone": CiSpec(_has("DRONE"), "core.ci.drone", ("DRONE_BUILD_NUMBER", "DRONE_STAGE_NUMBER")),
    "travis": CiSpec(_has("TRAVIS"), "core.ci.travis", ("TRAVIS_JOB_ID",)),
    "woodpecker": CiSpec(_is_woodpecker, "core.ci.woodpecker", ("CI_PIPELINE_NUMBER", "CI_WORKFLOW_NUMBER")),
    "codebuild": CiSpec(_has("CODEBUILD_BUILD_ARN"), "core.ci.codebuild", ("CODEBUILD_BUILD_ID",)),
    "semaphore": CiSpec(_has("SEMAPHORE"), "core.ci.semaphore", ("SEMAPHORE_JOB_ID",)),
    "codefresh": CiSpec(_has("CF_BUILD_ID"), "core.ci.codefresh", ("CF_BUILD_ID",)),
    "bamboo": CiSpec(_has("bamboo_planKey"), "core.ci.bamboo", ("bamboo_buildResultKey",)),
    "generic": CiSpec(_is_foreign, "core.ci.generic"),
    "terminal": CiSpec(_otherwise, "core.ci.terminal"),
}


def detect(env: Mapping[str, str], override: str = "") -> str:
    """The name of the CI that we run in; `override` is the user's word for it, a key of CIS."""
    return override or next(name for name, spec in CIS.items() if spec.detect(env))
