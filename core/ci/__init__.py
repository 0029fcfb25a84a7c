"""The CI systems in the order in which they are detected. Naming one imports nothing of it."""

from collections.abc import Callable, Mapping
from importlib import import_module

TYPE_CHECKING = False  # typing and the seams are for type checkers: every start would pay for them
if TYPE_CHECKING:
    from typing import TextIO

    from core.ports import Ci


class Surroundings:
    """What an adapter works with: `workspace` is the job's folder; only differences of `now` (seconds) count."""

    __slots__ = ("debug", "env", "now", "out", "redact", "vendor", "workspace")

    def __init__(
        self,
        *,
        env: Mapping[str, str],
        out: "TextIO",
        redact: Callable[[str], str],
        now: Callable[[], float],
        vendor: str = "",
        workspace: str = ".",
        debug: bool = False,
    ) -> None:
        self.env = env
        self.out = out
        self.redact = redact
        self.now = now
        self.vendor = vendor
        self.workspace = workspace
        self.debug = debug


FILES = ("outputs.env", "annotations.json")  # what adapters leave among the results of a step

# Systems without an adapter of their own: their logs are plain, whatever they say about a terminal.
_FOREIGN = (
    "CIRCLECI",
    "BUILDKITE",
    "BITBUCKET_COMMIT",
    "TEAMCITY_VERSION",
    "DRONE",
    "TRAVIS",
    "CODEBUILD_BUILD_ARN",
    "SEMAPHORE",
    "CF_BUILD_ID",
    "bamboo_planKey",
)


class CiSpec:
    """One CI system: how to know it, and the module whose `make` makes its adapter."""

    __slots__ = ("detect", "module")

    def __init__(self, detect: Callable[[Mapping[str, str]], bool], module: str) -> None:
        self.detect = detect
        self.module = module

    def make(self, surroundings: Surroundings) -> "Ci":
        """Import and make it: only one CI is needed per process."""
        ci: Ci = import_module(self.module).make(surroundings)
        return ci


def _is_github(env: Mapping[str, str]) -> bool:
    return env.get("GITHUB_ACTIONS") == "true"


def _is_gitlab(env: Mapping[str, str]) -> bool:
    return env.get("GITLAB_CI") == "true"


def _is_azure(env: Mapping[str, str]) -> bool:
    return bool(env.get("TF_BUILD"))


def _is_jenkins(env: Mapping[str, str]) -> bool:
    return bool(env.get("JENKINS_URL") and env.get("BUILD_ID"))


def _is_foreign(env: Mapping[str, str]) -> bool:
    """`CI=true` does not say which CI it is, but that nobody looks at a live line."""
    return any(env.get(name) for name in _FOREIGN) or env.get("CI") in ("true", "1", "woodpecker")


def _otherwise(_env: Mapping[str, str]) -> bool:
    return True


CIS: dict[str, CiSpec] = {
    "github": CiSpec(_is_github, "core.ci.github"),
    "gitlab": CiSpec(_is_gitlab, "core.ci.gitlab"),
    "azure": CiSpec(_is_azure, "core.ci.azure"),
    "jenkins": CiSpec(_is_jenkins, "core.ci.jenkins"),
    "generic": CiSpec(_is_foreign, "core.ci.generic"),
    "terminal": CiSpec(_otherwise, "core.ci.terminal"),
}


def detect(env: Mapping[str, str], override: str = "") -> str:
    """The name of the CI that we run in; `override` is the user's word for it, a key of CIS."""
    return override or next(name for name, spec in CIS.items() if spec.detect(env))
