"""Travis CI: files and an exit code; the commit and branch of a pull request are its head's, not the merge's.

Wire: https://docs.travis-ci.com/user/environment-variables
"""

from core.ci import Surroundings
from core.ci.told import Told

VARIABLES = {
    "commit": "{TRAVIS_PULL_REQUEST_SHA} {TRAVIS_COMMIT}",
    "branch": "{TRAVIS_PULL_REQUEST_BRANCH} {TRAVIS_BRANCH}",  # the latter is a pull request's target
    "url": "{TRAVIS_JOB_WEB_URL} {TRAVIS_BUILD_WEB_URL}",
    "project": "{TRAVIS_REPO_SLUG}",
    "job": "{TRAVIS_JOB_NAME}",
    "number": "{TRAVIS_BUILD_NUMBER}",
}


def make(surroundings: Surroundings) -> Told:
    return Told(surroundings, name="travis", variables=VARIABLES)
