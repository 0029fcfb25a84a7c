"""What Azure Pipelines says of the job we run in: the commit and branch that users know, the page of the build.

Wire: https://learn.microsoft.com/azure/devops/pipelines/build/variables
"""

from collections.abc import Mapping

from core.ci.steps import slug
from core.model import Build

_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def build(env: Mapping[str, str], vendor: str) -> Build:
    """On a pull request BUILD_SOURCEVERSION is a merge commit that nobody has seen."""
    project, number = _text(env.get("SYSTEM_TEAMPROJECT", "")), _text(env.get("BUILD_BUILDNUMBER", ""))
    repository = _text(env.get("BUILD_REPOSITORY_NAME", ""))
    pipeline = _text(env.get("BUILD_DEFINITIONNAME", ""))
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
    return _text(reference).removeprefix("refs/heads/").removeprefix("refs/tags/")


def _page(collection: str, project: str, number: str) -> str:
    if not (collection and project and number):
        return ""
    return f"{collection.rstrip('/')}/{_quoted(project)}/_build/results?buildId={_quoted(number)}"


def _quoted(text: str) -> str:
    """A name as a part of an address: projects may have spaces in theirs."""
    return "".join(letter if letter in _UNRESERVED else _escaped(letter) for letter in text)


def _escaped(letter: str) -> str:
    return "".join(f"%{byte:02X}" for byte in letter.encode("utf-8"))


def _text(value: str) -> str:
    """A value that can be sent: bytes that are no UTF-8 stand in the environment as halves of surrogate pairs."""
    return value.encode("utf-8", "replace").decode()
