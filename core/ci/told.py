"""A system that reads a log and files: generic, and its variables tell of the build."""

from collections.abc import Mapping

from core.ci import Surroundings
from core.ci.generic import Generic
from core.ci.outputs import NAMES, variable
from core.ci.steps import slug
from core.ci.texts import sendable
from core.model import Build


class Told(Generic):
    """Implements core.ports.Ci.

    `variables` has for `commit`, `branch`, `url`, `project`, `job` and `number` what they are made of:
    `{VARIABLE}` in a text, and alternatives between spaces, of which the first counts whose variables are all set.
    """

    def __init__(self, surroundings: Surroundings, *, name: str, variables: Mapping[str, str]) -> None:
        super().__init__(surroundings, name=name)
        self._env = surroundings.env
        self._variables = variables
        self._results_dir = surroundings.results_dir.replace("\\", "/").strip("/ ")

    def build(self) -> Build:
        given = {name: sendable(text) for name, text in self._env.items() if text}
        found = {name: _first(texts, given) for name, texts in self._variables.items()}
        project, number = found.get("project", ""), found.get("number", "")
        name = " ".join(part for part in (project, found.get("job", "")) if part)
        return Build(
            ci=self.name,
            step=slug(self._vendor, "run"),
            name=name + (f" #{number}" if number else ""),
            commit=found.get("commit", ""),
            branch=found.get("branch", "").removeprefix("refs/heads/"),
            url=found.get("url", ""),
            project=project,
            number=number,
        )

    @property
    def _place(self) -> list[str]:
        """What tells two steps of one vendor in one job apart: a word made of the `results-dir` that was given."""
        import binascii  # noqa: PLC0415 -- built in; few systems ask

        given = self._results_dir.encode("utf-8", "replace")
        return [f"{binascii.crc32(given):08x}"] if given else []

    def _with_stale(self, values: Mapping[str, str]) -> dict[str, str]:
        """The outputs to set, and as empty ones those that an earlier step of this job has set and this one has not."""
        stale = [name for name in NAMES if name not in self._values and variable(name) in self._env]
        return {**dict.fromkeys(stale, ""), **values}


def _first(texts: str, given: Mapping[str, str]) -> str:
    for text in texts.split(" "):
        try:
            return text.format_map(given)
        except KeyError:
            continue
    return ""
