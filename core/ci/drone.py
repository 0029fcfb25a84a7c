"""Drone: files and an exit code; as a plugin our inputs are its settings (core/inputs/sources.py).

Wire: https://docs.drone.io/pipeline/environment/reference
"""

from core.ci import Surroundings
from core.ci.told import Told

VARIABLES = {
    "commit": "{DRONE_COMMIT_SHA}",
    "branch": "{DRONE_SOURCE_BRANCH} {DRONE_BRANCH} {DRONE_TAG}",
    "url": "{DRONE_BUILD_LINK}",
    "project": "{DRONE_REPO}",
    "job": "{DRONE_STEP_NAME}",
    "number": "{DRONE_BUILD_NUMBER}",
}


def make(surroundings: Surroundings) -> Told:
    return Told(surroundings, name="drone", variables=VARIABLES)
