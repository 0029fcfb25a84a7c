"""AWS CodeBuild: files and an exit code.

Wire: https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html
"""

from core.ci import Surroundings
from core.ci.told import Told

VARIABLES = {
    "commit": "{CODEBUILD_RESOLVED_SOURCE_VERSION}",
    "branch": "{CODEBUILD_WEBHOOK_HEAD_REF}",
    "url": "{CODEBUILD_BUILD_URL}",
    "job": "{CODEBUILD_BUILD_ID}",  # project:id
    "number": "{CODEBUILD_BUILD_NUMBER}",
}


def make(surroundings: Surroundings) -> Told:
    return Told(surroundings, name="codebuild", variables=VARIABLES)
