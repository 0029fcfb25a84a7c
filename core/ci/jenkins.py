"""Jenkins: a plain log, and outputs.env, which the step of the shared library reads.

Jenkins has no command for masks, sections or annotations; colours need a plug-in, which a step can't know of.

Wire: https://www.jenkins.io/doc/book/pipeline/jenkinsfile/#using-environment-variables
"""

from collections.abc import Mapping

from core.ci import Surroundings
from core.ci.generic import Generic
from core.ci.steps import slug
from core.ci.texts import sendable
from core.model import Build

REMOTE = "origin/"


class Jenkins(Generic):
    """Implements core.ports.Ci."""

    def __init__(self, surroundings: Surroundings) -> None:
        super().__init__(surroundings, name="jenkins")
        self._env = surroundings.env
        self._workspace = surroundings.workspace

    def build(self) -> Build:
        return build(self._env, self._vendor, self._workspace)


def build(env: Mapping[str, str], vendor: str, workspace: str) -> Build:
    """Scripted pipelines don't set GIT_COMMIT and GIT_BRANCH: there the checkout itself tells.

    On a pull request that is built merged, the commit is the merge, the only one that Jenkins names.
    """
    job, number = sendable(env.get("JOB_NAME", "")), sendable(env.get("BUILD_NUMBER", ""))
    commit, branch = env.get("GIT_COMMIT", ""), _branch(env)
    if not commit or not branch:
        from core.ci.git_head import head  # noqa: PLC0415 -- only where Jenkins is silent

        found, checked_out = head(workspace)
        commit, branch = commit or found, branch or checked_out
    return Build(
        ci="jenkins",
        step=slug(vendor, "run"),
        name=job + (f" #{number}" if job and number else ""),
        commit=commit,
        branch=sendable(branch),
        url=sendable(env.get("BUILD_URL", "")),
        project=_project(job, env),
        number=number,
    )


def _branch(env: Mapping[str, str]) -> str:
    """On a pull request BRANCH_NAME is `PR-7`, and the branch that people know is CHANGE_BRANCH."""
    own = env.get("CHANGE_BRANCH", "") or env.get("BRANCH_NAME", "")
    return own or env.get("GIT_BRANCH", "").removeprefix(REMOTE)


def _project(job: str, env: Mapping[str, str]) -> str:
    """The jobs of a multibranch project are its branches: `shop/web/main` is of `shop/web`."""
    return job.rpartition("/")[0] or job if env.get("BRANCH_NAME") else job


make = Jenkins
