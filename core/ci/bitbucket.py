"""Bitbucket Pipelines: it finds junit.xml below test-results by itself, and takes variables for later steps.

Wire: https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets
"""

from collections.abc import Mapping

from core.ci import Surroundings
from core.ci.dotenv import dotenv, line
from core.ci.outputs import NAMES, variable
from core.ci.told import Told
from core.workspace.files import append
from core.workspace.opening import reading

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
            given = dotenv({name: self._values[name] for name in values})
            append(path, given)  # first, since it makes sure that the file is one to be read
            append(path, "".join(line(name, "") for name in self._stale(path)))

    def _stale(self, path: str) -> list[str]:
        """The outputs that an earlier run has set, in this file or in an earlier step, and this run has not."""
        with reading(path) as file:
            given = file.read().decode("utf-8", "replace").split("\n")
        found = dict(self._env) | dict(each.rstrip("\r").partition("=")[::2] for each in given)
        ours = dict(each.partition("=")[::2] for each in dotenv(self._values).splitlines())
        return [name for name in NAMES if found.get(variable(name)) and variable(name) not in ours]


make = Bitbucket
