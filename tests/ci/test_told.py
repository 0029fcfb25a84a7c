"""What the smaller systems say of a build, and that nothing of it is made up."""

import pytest

from core.ci import CIS, detect
from core.ci.told import Told
from core.model import Build
from tests.ci.environments import ENVIRONMENTS, SHA, TOLD
from tests.ci.hostile import Screen, a_ci


def _build(name: str, env: dict[str, str]) -> Build:
    return a_ci(name, Screen(), env).build()


def test_every_system_that_only_tells_by_its_variables_has_an_example() -> None:
    assert {name for name in CIS if isinstance(a_ci(name, Screen()), Told)} == set(TOLD)


@pytest.mark.parametrize("name", TOLD)
def test_a_push_is_told_by_the_systems_own_variables(name: str) -> None:
    assert detect(ENVIRONMENTS[name]) == name
    assert _build(name, ENVIRONMENTS[name]) == TOLD[name]


@pytest.mark.parametrize("name", TOLD)
def test_an_empty_variable_is_an_unset_one_and_nothing_is_made_of_halves(name: str) -> None:
    assert _build(name, dict.fromkeys(ENVIRONMENTS[name], "")) == Build(ci=name, step="autify")


@pytest.mark.parametrize(
    ("name", "more", "branch"),
    [
        ("travis", {"TRAVIS_PULL_REQUEST_SHA": "a" * 40, "TRAVIS_PULL_REQUEST_BRANCH": "fork"}, "fork"),
        ("semaphore", {"SEMAPHORE_GIT_PR_SHA": "a" * 40, "SEMAPHORE_GIT_PR_BRANCH": "fork"}, "fork"),
        ("drone", {"DRONE_SOURCE_BRANCH": "fork", "DRONE_COMMIT_SHA": "a" * 40}, "fork"),
        ("woodpecker", {"CI_COMMIT_SOURCE_BRANCH": "fork", "CI_COMMIT_SHA": "a" * 40}, "fork"),
        ("teamcity", {"TEAMCITY_PULLREQUEST_SOURCE_BRANCH": "fork", "BUILD_VCS_NUMBER": "a" * 40}, "fork"),
    ],
)
def test_in_a_pull_request_it_is_the_head_that_its_author_knows(name: str, more: dict[str, str], branch: str) -> None:
    found = _build(name, ENVIRONMENTS[name] | more)
    assert (found.commit, found.branch) == ("a" * 40, branch)


def test_a_tag_stands_where_there_is_no_branch() -> None:
    for name, branch, tag in (
        ("circleci", "CIRCLE_BRANCH", "CIRCLE_TAG"),
        ("buildkite", "BUILDKITE_BRANCH", "BUILDKITE_TAG"),
        ("bitbucket", "BITBUCKET_BRANCH", "BITBUCKET_TAG"),
        ("drone", "DRONE_BRANCH", "DRONE_TAG"),
        ("woodpecker", "CI_COMMIT_BRANCH", "CI_COMMIT_TAG"),
    ):
        assert _build(name, ENVIRONMENTS[name] | {branch: "", tag: "v1"}).branch == "v1"


def test_a_value_is_never_read_as_a_text_of_ours_and_can_always_be_sent() -> None:
    found = _build("drone", {"DRONE_REPO": "{DRONE_COMMIT_SHA}", "DRONE_COMMIT_SHA": SHA, "DRONE_BRANCH": "a\udcffb"})
    assert (found.project, found.branch) == ("{DRONE_COMMIT_SHA}", "a?b")
