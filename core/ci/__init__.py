"""The CI systems in the order in which they are detected. Naming one imports nothing of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module

TYPE_CHECKING = False  # typing and the seams are for type checkers: every start would pay for them
if TYPE_CHECKING:
    from typing import Protocol, TextIO

    from core.ports import Ci

    class Make(Protocol):
        """How every CI is made; `now` is in seconds and only differences mean anything."""

        def __call__(
            self,
            *,
            env: Mapping[str, str],
            out: TextIO,
            redact: Callable[[str], str],
            vendor: str,
            debug: bool,
            now: Callable[[], float],
        ) -> Ci: ...


# Systems without an adapter of their own: their logs are plain, whatever they say about a terminal.
_FOREIGN = (
    "TF_BUILD",
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CiSpec:
    """One CI system: how to know it, and how to make its adapter."""

    detect: Callable[[Mapping[str, str]], bool]
    make: "Make"


def _lazily(module: str) -> "Make":
    """The `make` of a module that is imported when it is called: only one CI is needed per process."""

    def make(
        *,
        env: Mapping[str, str],
        out: "TextIO",
        redact: Callable[[str], str],
        vendor: str,
        debug: bool,
        now: Callable[[], float],
    ) -> "Ci":
        real: Make = import_module(module).make
        return real(env=env, out=out, redact=redact, vendor=vendor, debug=debug, now=now)

    return make


def _is_github(env: Mapping[str, str]) -> bool:
    return env.get("GITHUB_ACTIONS") == "true"


def _is_foreign(env: Mapping[str, str]) -> bool:
    """`CI=true` does not say which CI it is, but that nobody looks at a live line."""
    return (
        env.get("GITLAB_CI") == "true"
        or bool(env.get("JENKINS_URL") and env.get("BUILD_ID"))
        or any(env.get(name) for name in _FOREIGN)
        or env.get("CI") in ("true", "1", "woodpecker")
    )


def _otherwise(_env: Mapping[str, str]) -> bool:
    return True


CIS: dict[str, CiSpec] = {
    "github": CiSpec(detect=_is_github, make=_lazily("core.ci.github")),
    "generic": CiSpec(detect=_is_foreign, make=_lazily("core.ci.generic")),
    "terminal": CiSpec(detect=_otherwise, make=_lazily("core.ci.terminal")),
}


def detect(env: Mapping[str, str], override: str = "") -> str:
    """The name of the CI that we run in; `override` is the user's word for it, a key of CIS."""
    return override or next(name for name, spec in CIS.items() if spec.detect(env))
