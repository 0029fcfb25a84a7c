"""Codefresh: files and an exit code.

Wire: https://codefresh.io/docs/docs/pipelines/variables/#system-variables
"""

from core.ci import Surroundings
from core.ci.told import Told

VARIABLES = {
    "commit": "{CF_REVISION}",
    "branch": "{CF_BRANCH}",
    "url": "{CF_BUILD_URL}",
    "project": "{CF_REPO_OWNER}/{CF_REPO_NAME}",
    "job": "{CF_PIPELINE_NAME}",
}


def make(surroundings: Surroundings) -> Told:
    return Told(surroundings, name="codefresh", variables=VARIABLES)
