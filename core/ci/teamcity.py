"""TeamCity: blocks, warnings, a build problem, imported test results, parameters for later steps.

Wire: https://www.jetbrains.com/help/teamcity/service-messages.html
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from core.ci import Surroundings
from core.ci.dotenv import LONGEST, plain
from core.ci.outputs import PATHS, variable
from core.ci.service_messages import service_message
from core.ci.told import Told
from core.model import Conclusion, Result, TestReport
from core.text.sanitize import defuse, one_line
from core.text.wording import headline

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.ports import Leave

LONGEST_PROBLEM = 3_900  # characters; TeamCity cuts at 4,000
VARIABLES = {
    "commit": "{BUILD_VCS_NUMBER}",
    "branch": "{TEAMCITY_PULLREQUEST_SOURCE_BRANCH} {TEAMCITY_BUILD_BRANCH}",  # the user passes the latter
    "url": "{BUILD_URL}",
    "project": "{TEAMCITY_PROJECT_NAME}",
    "job": "{TEAMCITY_BUILDCONF_NAME}",
    "number": "{BUILD_NUMBER}",
}


class TeamCity(Told):
    """Implements core.ports.Ci."""

    def __init__(self, surroundings: Surroundings) -> None:
        super().__init__(surroundings, name="teamcity", variables=VARIABLES)
        self._set: dict[str, str] = {}

    def warning(self, text: str) -> None:
        self._warn(text)

    def error(self, text: str) -> None:
        self._stream.put(service_message("message", text=self._stream.clean(text), status="ERROR"))

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        name = self._stream.clean(title, one_line)
        self._stream.put(service_message("blockOpened", name=name))
        try:
            yield
        finally:
            self._stream.put(service_message("blockClosed", name=name))

    def outputs(self, values: Mapping[str, str], leave: "Leave") -> None:
        """Parameters of this build: later steps have them in their environment, the empty ones too.

        Else an earlier step's value would stand where this one has none.
        """
        super().outputs(values, leave)
        for name, given in self._with_stale({name: self._values[name] for name in values}).items():
            text = given if name in PATHS else plain(given)
            text = text if len(text) <= LONGEST else ""
            if self._set.get(name) != text:
                self._set[name] = text
                safe = text.replace("%", "%%")  # between two of them TeamCity would put another parameter's value
                self._stream.put(service_message("setParameter", name=f"env.{variable(name)}", value=safe))

    def publish(self, report: TestReport, result: Result, *, annotations: int) -> None:
        super().publish(report, result, annotations=annotations)
        said = f"{self._vendor or 'test run'}: {result.conclusion}. {headline(result)}"
        if result.status:
            problem = self._stream.clean(said, defuse)[:LONGEST_PROBLEM]
            self._stream.put(service_message("buildProblem", description=problem, identity=self._identity))
        elif result.conclusion not in (Conclusion.PASSED, Conclusion.STARTED):
            self._warn(said)
        path = self._values.get("junit", "")
        if path:
            self._stream.put(service_message("importData", type="junit", path=self._stream.clean(path, one_line)))

    @property
    def _identity(self) -> str:
        """The same from build to build, or TeamCity would count each as a new problem: at most 60 characters."""
        name = "-".join(["test-runner", self.build().step[:39], *self._place])
        return "".join(sign if sign.isalnum() else "-" for sign in name)

    def _warn(self, text: str) -> None:
        self._stream.put(service_message("message", text=self._stream.clean(text), status="WARNING"))


make = TeamCity
