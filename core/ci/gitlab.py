"""GitLab CI: a log with sections and colours, outputs.env for `reports: dotenv`, the run's page on the job's page.

Wire: https://docs.gitlab.com/ci/jobs/job_logs, https://docs.gitlab.com/ci/yaml/artifacts_reports
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from core.ci import Surroundings
from core.ci.capped import size_of
from core.ci.dotenv import LETTERS
from core.ci.generic import Generic
from core.ci.gitlab_variables import LEFT_OUT, fixed
from core.ci.outputs import PATHS
from core.ci.steps import slug
from core.ci.terminal import DIM
from core.ci.texts import escaped, sendable
from core.model import Build, Result, TestReport
from core.text.sanitize import one_line
from core.text.wording import is_link

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.ports import Leave

ANNOTATIONS = "annotations.json"
LARGEST_JUNIT = 30_000_000  # bytes: a report has to be smaller
LINKS = {"run-url": "Run at the vendor", "recorded-run-url": "Recorded run"}  # output: what its link is called
CLEAR = "\r\x1b[0K"  # what GitLab looks for behind a marker; without the 0 it is no marker
_ADDRESS = frozenset(LETTERS + "!#$%&'()*+,-./:;=?@[]_~")  # what may stand in an address


class GitLab(Generic):
    """Implements core.ports.Ci. GitLab has no command for masks: our own redactor stands before every line."""

    def __init__(self, surroundings: Surroundings) -> None:
        super().__init__(surroundings, name="gitlab")
        self._env = surroundings.env
        self._wall = surroundings.wall
        self._workspace = surroundings.workspace
        self._colours = not self._env.get("NO_COLOR")  # the log is no terminal, and shows colours all the same
        self._sections = 0

    def build(self) -> Build:
        return build(self._env, self._vendor)

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        self._sections += 1
        name = f"test_runner_{self._sections}"
        marker = f"\x1b[0Ksection_start:{int(self._wall())}:{name}[collapsed=true]{CLEAR}"
        self._stream.put(marker + self._stream.clean(title, one_line))
        try:
            yield
        finally:  # or all that follows would be folded away with it
            self._stream.put(f"\x1b[0Ksection_end:{int(self._wall())}:{name}{CLEAR}")

    def outputs(self, values: Mapping[str, str], leave: "Leave") -> None:
        super().outputs(values, leave)
        links = [
            {"external_link": {"label": label, "url": address(self._values[name])}}
            for name, label in LINKS.items()
            if is_link(self._values.get(name, ""))
        ]
        if links:
            import json  # noqa: PLC0415 -- no start pays for it

            leave(ANNOTATIONS, json.dumps({"Test run": links}) + "\n")
        self._tell_what_is_left_out()

    def publish(self, report: TestReport, result: Result, *, annotations: int) -> None:
        super().publish(report, result, annotations=annotations)
        path = self._values.get("junit", "")
        size = size_of(os.path.join(self._workspace, path)) if path else 0
        if size >= LARGEST_JUNIT:
            self.warning(
                f"{path} has {size / 1e6:.0f} MB. GitLab reads none of 30 MB or more, and will show no test of this "
                "job: divide the tests among two or more jobs."
            )

    def _file(self) -> str:
        return fixed(self._values)

    def _tell_what_is_left_out(self) -> None:
        """Once, with the values, which stand nowhere else; where the files lie is said anyway."""
        for name in LEFT_OUT:
            text = self._values.get(name, "")
            if text and name not in PATHS and name not in self._told:
                self._told.add(name)
                self.info(f"Not among the job's variables, of which GitLab takes 20: {name} {text}")

    def _paint(self, code: str, text: str) -> str:
        return text if code == DIM else super()._paint(code, text)  # a style that GitLab's log lacks


def build(env: Mapping[str, str], vendor: str) -> Build:
    """What GitLab says of the job: the commit and branch that users know, the page of the job.

    In a merged results pipeline CI_COMMIT_SHA is a merge commit that nobody has seen; a merge request's pipeline has
    no branch but its source.
    """
    project, number = sendable(env.get("CI_PROJECT_PATH", "")), env.get("CI_PIPELINE_IID", "")
    name = " ".join(part for part in (project, sendable(env.get("CI_JOB_NAME", ""))) if part)
    source = env.get("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "")
    return Build(
        ci="gitlab",
        step=slug(vendor, "run"),
        name=name + (f" #{number}" if number else ""),
        commit=env.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", "") or env.get("CI_COMMIT_SHA", ""),
        branch=sendable(source or env.get("CI_COMMIT_BRANCH", "") or env.get("CI_COMMIT_TAG", "")),
        url=env.get("CI_JOB_URL", "") or env.get("CI_PIPELINE_URL", ""),
        project=project,
        number=number,
    )


def address(url: str) -> str:
    """The link with what no address may hold escaped, its meaning as it was."""
    return escaped(url, _ADDRESS)


make = GitLab
