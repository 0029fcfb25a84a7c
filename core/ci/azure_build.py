"""What Azure Pipelines says of the job we run in: the commit and branch that users know, the page of the build.

Wire: https://learn.microsoft.com/azure/devops/pipelines/build/variables
"""

from collections.abc import Mapping

from core.ci.steps import slug
from core.ci.texts import escaped, sendable
from core.model import Build

# What a part of an address may hold as it is: projects may have spaces in their names.
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def build(env: Mapping[str, str], vendor: str) -> Build:
    """On a pull request BUILD_SOURCEVERSION is a merge commit that nobody has seen."""
    project, number = sendable(env.get("SYSTEM_TEAMPROJECT", "")), sendable(env.get("BUILD_BUILDNUMBER", ""))
    repository = sendable(env.get("BUILD_REPOSITORY_NAME", ""))
    pipeline = sendable(env.get("BUILD_DEFINITIONNAME", ""))
    name = " ".join(part for part in (project, pipeline) if part)
    return Build(
        ci="azure",
        step=slug(vendor, "run"),
        name=name + (f" #{number}" if number else ""),
        commit=env.get("SYSTEM_PULLREQUEST_SOURCECOMMITID", "") or env.get("BUILD_SOURCEVERSION", ""),
        branch=_branch(env.get("SYSTEM_PULLREQUEST_SOURCEBRANCH", "") or env.get("BUILD_SOURCEBRANCH", "")),
        url=_page(env.get("SYSTEM_TEAMFOUNDATIONCOLLECTIONURI", ""), project, env.get("BUILD_BUILDID", "")),
        project=repository or project,
        number=number,
    )


def _branch(reference: str) -> str:
    """BUILD_SOURCEBRANCHNAME would be the last part of a path alone: `login` of `feature/login`."""
    return sendable(reference).removeprefix("refs/heads/").removeprefix("refs/tags/")


def _page(collection: str, project: str, number: str) -> str:
    if not (collection and project and number):
        return ""
    project, number = escaped(project, _UNRESERVED), escaped(number, _UNRESERVED)
    return f"{collection.rstrip('/')}/{project}/_build/results?buildId={number}"
