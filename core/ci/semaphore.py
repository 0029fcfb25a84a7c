"""Semaphore: files and an exit code.

Wire: https://docs.semaphoreci.com/reference/env-vars
"""

from core.ci import Surroundings
from core.ci.told import Told

VARIABLES = {
    "commit": "{SEMAPHORE_GIT_PR_SHA} {SEMAPHORE_GIT_SHA}",
    "branch": "{SEMAPHORE_GIT_PR_BRANCH} {SEMAPHORE_GIT_BRANCH} {SEMAPHORE_GIT_TAG_NAME}",
    "url": "{SEMAPHORE_ORGANIZATION_URL}/jobs/{SEMAPHORE_JOB_ID}",
    "project": "{SEMAPHORE_GIT_REPO_SLUG} {SEMAPHORE_PROJECT_NAME}",
    "job": "{SEMAPHORE_JOB_NAME}",
    "number": "{SEMAPHORE_WORKFLOW_NUMBER}",
}


def make(surroundings: Surroundings) -> Told:
    return Told(surroundings, name="semaphore", variables=VARIABLES)
