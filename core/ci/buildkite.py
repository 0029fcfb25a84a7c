"""Buildkite: groups in the log, the summary as an annotation of the build, secrets told to its redactor.

Wire: https://buildkite.com/docs/pipelines/configure/managing-log-output,
https://buildkite.com/docs/agent/cli/reference/annotate, https://buildkite.com/docs/agent/cli/reference/redactor
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from core.ci import Surroundings
from core.ci.told import Told
from core.model import Conclusion, Result, TestReport
from core.text.sanitize import one_line
from core.text.secret import SHORTEST

LONGEST_ANNOTATION = 1 << 20  # bytes
CUT = "\n\n_Cut here: an annotation holds one MiB._\n"
PATIENCE = 10.0  # seconds for the agent's program, which asks Buildkite
NO_TIME = 2.0  # after a signal: ten seconds later the agent kills us
FIRST_SIGNAL = 128
VARIABLES = {
    "commit": "{BUILDKITE_COMMIT}",
    "branch": "{BUILDKITE_BRANCH} {BUILDKITE_TAG}",
    "url": "{BUILDKITE_BUILD_URL}#{BUILDKITE_JOB_ID} {BUILDKITE_BUILD_URL}",
    "project": "{BUILDKITE_ORGANIZATION_SLUG}/{BUILDKITE_PIPELINE_SLUG} {BUILDKITE_PIPELINE_SLUG}",
    "number": "{BUILDKITE_BUILD_NUMBER}",
}


class Buildkite(Told):
    """Implements core.ports.Ci. What its agent refuses is no reason to take a verdict away: it is a warning."""

    def __init__(self, surroundings: Surroundings) -> None:
        super().__init__(surroundings, name="buildkite", variables=VARIABLES)
        self._result: Result | None = None

    def mask(self, secrets: Iterable[str]) -> None:
        """Beside our own redactor, which stands before every line: other steps' lines aren't ours."""
        parts = [part for secret in secrets for part in dict.fromkeys([secret, *secret.splitlines()])]
        named = {f"secret-{at}": part for at, part in enumerate(parts) if len(part.strip()) >= SHORTEST}
        if named and self._env.get("BUILDKITE_AGENT_JOB_API_SOCKET"):  # agents before it can't be told
            import json  # noqa: PLC0415 -- only here, and only where there is such an agent

            problem = self._tell(["redactor", "add", "--format", "json"], json.dumps(named), NO_TIME)
            if problem:
                self.debug(f"Buildkite's own redactor was not told of the secrets: {problem}")

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        self._stream.put("--- " + self._stream.clean(title, one_line))
        try:
            yield
        finally:  # a group goes on to the next one
            self._stream.put("+++ " + self._stream.clean(self._vendor or "Test run", one_line))

    def publish(self, report: TestReport, result: Result, *, annotations: int) -> None:
        self._result = result
        super().publish(report, result, annotations=annotations)

    def summarize(self, pieces: Iterator[str]) -> None:
        from core.ci.capped import capped  # noqa: PLC0415 -- nothing before the end needs it

        text = capped(pieces, LONGEST_ANNOTATION, self._stream.redact, CUT)
        seconds = NO_TIME if self._result and self._result.status > FIRST_SIGNAL else PATIENCE
        words = ["annotate", "--style", _style(self._result), "--context", self._context]
        problem = self._tell(words, text, seconds) if text else ""
        if problem:
            self.warning(f"The build is not annotated: {problem}. The summary is in the file summary.md.")

    @property
    def _context(self) -> str:
        """One annotation for each step of ours in a build, which a retried job replaces."""
        rest = (self._env.get(name, "") for name in ("BUILDKITE_STEP_ID", "BUILDKITE_PARALLEL_JOB"))
        return "-".join(["test-runner", self.build().step, *self._place, *(part for part in rest if part)])

    def _tell(self, arguments: list[str], text: str, seconds: float) -> str:
        from core.ci import buildkite_agent as agent  # noqa: PLC0415 -- brings subprocess

        try:
            return agent.tell(arguments, text, self._env, self._stream.redact, seconds=seconds)
        except agent.Missing:
            self.debug(f"No {agent.PROGRAM} in PATH: `{arguments[0]}` is left out.")
            return ""


def _style(result: Result | None) -> str:
    if result is None or result.status:
        return "error"
    if result.conclusion is Conclusion.STARTED:
        return "info"
    return "success" if result.conclusion is Conclusion.PASSED else "warning"


make = Buildkite
