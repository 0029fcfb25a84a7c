"""CircleCI: outputs as exports in the file that every later step of the job sources.

Wire: https://circleci.com/docs/guides/security/set-environment-variable, "Parameters and Bash environment"
"""

from collections.abc import Mapping

from core.ci import Surroundings
from core.ci.dotenv import LONGEST
from core.ci.outputs import variable
from core.ci.told import Told
from core.text.sanitize import defuse
from core.workspace.files import append

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.ports import Leave

VARIABLES = {
    "commit": "{CIRCLE_SHA1}",
    "branch": "{CIRCLE_BRANCH} {CIRCLE_TAG}",
    "url": "{CIRCLE_BUILD_URL}",
    "project": "{CIRCLE_PROJECT_USERNAME}/{CIRCLE_PROJECT_REPONAME}",
    "job": "{CIRCLE_JOB}",
    "number": "{CIRCLE_BUILD_NUM}",
}


class CircleCI(Told):
    """Implements core.ports.Ci."""

    def __init__(self, surroundings: Surroundings) -> None:
        super().__init__(surroundings, name="circleci", variables=VARIABLES)

    def outputs(self, values: Mapping[str, str], leave: "Leave") -> None:
        super().outputs(values, leave)
        path = self._env.get("BASH_ENV", "")
        if path:
            given = self._with_stale({name: self._values[name] for name in values})
            append(path, "".join(export(name, self._stream.clean(text, defuse)) for name, text in given.items()))


def export(name: str, text: str) -> str:
    """`export NAME='value'`: between single quotes nothing but a single quote means anything to a shell.

    Empty where there is no value, or one that is too long: an earlier step of the job may have set another.
    """
    quoted = "" if len(text) > LONGEST else text.replace("'", "'\\''")
    return f"export {variable(name)}='{quoted}'\n"


make = CircleCI
