import pytest

from core.ci.azure_build import build
from core.model import Build

SHA = "0123456789abcdef0123456789abcdef01234567"
ENV = {
    "TF_BUILD": "True",
    "BUILD_BUILDID": "77",
    "BUILD_BUILDNUMBER": "20260102.3",
    "BUILD_DEFINITIONNAME": "Nightly",
    "BUILD_REPOSITORY_NAME": "org/shop",
    "BUILD_SOURCEBRANCH": "refs/heads/feature/login",
    "BUILD_SOURCEBRANCHNAME": "login",
    "BUILD_SOURCEVERSION": "f" * 40,
    "SYSTEM_TEAMFOUNDATIONCOLLECTIONURI": "https://dev.azure.com/org/",
    "SYSTEM_TEAMPROJECT": "My Shop/한",
}


def test_a_push() -> None:
    assert build(ENV, "autify") == Build(
        ci="azure",
        step="autify",
        name="My Shop/한 Nightly #20260102.3",
        commit="f" * 40,
        branch="feature/login",
        url="https://dev.azure.com/org/My%20Shop%2F%ED%95%9C/_build/results?buildId=77",
        project="org/shop",
        number="20260102.3",
    )


def test_a_pull_request_is_of_its_source() -> None:
    request = {
        "SYSTEM_PULLREQUEST_SOURCECOMMITID": SHA,
        "SYSTEM_PULLREQUEST_SOURCEBRANCH": "refs/heads/fix/$(x)",
        "BUILD_SOURCEBRANCH": "refs/pull/12/merge",
    }
    found = build(ENV | request, "autify")
    assert (found.commit, found.branch) == (SHA, "fix/$(x)")


@pytest.mark.parametrize(
    ("reference", "branch"), [("refs/tags/v1", "v1"), ("refs/pull/12/merge", "refs/pull/12/merge"), ("main", "main")]
)
def test_what_is_no_branch(reference: str, branch: str) -> None:
    assert build(ENV | {"BUILD_SOURCEBRANCH": reference}, "autify").branch == branch


def test_an_environment_that_says_nothing_or_what_is_no_text() -> None:
    assert build({}, "autify") == Build(ci="azure", step="autify")
    assert build({"BUILD_SOURCEBRANCH": "refs/heads/\udcff"}, "../x").branch == "?"
    assert build({"SYSTEM_TEAMPROJECT": "\udcff", "BUILD_BUILDID": "1"}, "../x").step == "x"
