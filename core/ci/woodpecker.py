"""Woodpecker: files and an exit code; as a plugin our inputs are its settings (core/inputs/sources.py).

Wire: https://woodpecker-ci.org/docs/usage/environment
"""

from core.ci import Surroundings
from core.ci.told import Told

VARIABLES = {
    "commit": "{CI_COMMIT_SHA}",
    "branch": "{CI_COMMIT_SOURCE_BRANCH} {CI_COMMIT_BRANCH} {CI_COMMIT_TAG}",
    "url": "{CI_STEP_URL} {CI_PIPELINE_URL}",
    "project": "{CI_REPO}",
    "job": "{CI_WORKFLOW_NAME}",
    "number": "{CI_PIPELINE_NUMBER}",
}


def make(surroundings: Surroundings) -> Told:
    return Told(surroundings, name="woodpecker", variables=VARIABLES)
