"""Bitbucket Pipelines: it finds junit.xml below test-results by itself, and takes variables for later steps.

Wire: https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets
"""

from collections.abc import Mapping

from core.ci import Surroundings
from core.ci.dotenv import dotenv
from core.ci.told import Told
from core.workspace.files import append

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.ports import Leave

VARIABLES = {
    "commit": "{BITBUCKET_COMMIT}",
    "branch": "{BITBUCKET_BRANCH} {BITBUCKET_TAG}",
    "url": ("https://bitbucket.org/{BITBUCKET_REPO_FULL_NAME}/addon/pipelines/home#!/results/{BITBUCKET_BUILD_NUMBER}"),
    "project": "{BITBUCKET_REPO_FULL_NAME}",
    "number": "{BITBUCKET_BUILD_NUMBER}",
}


class Bitbucket(Told):
    """Implements core.ports.Ci. Of the variables a later step sees those that ours names in `output-variables`."""

    def __init__(self, surroundings: Surroundings) -> None:
        super().__init__(surroundings, name="bitbucket", variables=VARIABLES)

    def outputs(self, values: Mapping[str, str], leave: "Leave") -> None:
        super().outputs(values, leave)
        path = self._env.get("BITBUCKET_PIPELINES_VARIABLES_PATH", "")
        if path:
            append(path, dotenv({name: self._values[name] for name in values}))


make = Bitbucket
