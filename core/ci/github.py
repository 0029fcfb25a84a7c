"""GitHub Actions: masks, groups, fences, outputs, annotations, the job summary.

Wire: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from core.ci import Surroundings
from core.ci.capped import capped, size_of
from core.ci.github_build import build
from core.ci.ranking import worst
from core.ci.stream import Stream
from core.ci.workflow_commands import LONGEST_MESSAGE, command, fit, heredoc
from core.model import Build, Conclusion, Outcome, Result, TestCase, TestReport
from core.text.sanitize import defuse, one_line, quoted_block
from core.text.secret import SHORTEST
from core.text.wording import closing, complaint, further, headline, is_link
from core.workspace.files import append

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.ports import Leave

PER_LEVEL = 10  # annotations of one level that the runner keeps per step; the eleventh vanishes without a word
WARNINGS = 4  # of them for warnings on the way; the rest is for cases, the verdict and "N more"
LONGEST_SUMMARY = 1 << 20  # bytes; with one more the runner drops all of it
CUT = "\n\n_Cut here: a job summary holds one MiB._\n"


class GitHub:
    """Implements core.ports.Ci."""

    name = "github"

    def __init__(self, surroundings: Surroundings) -> None:
        self._env = surroundings.env
        self._stream = Stream(surroundings.out, surroundings.redact, surroundings.noted, surroundings.patience)
        self._vendor = surroundings.vendor
        self._debug = surroundings.debug
        self._grouped = False
        self._spent: dict[str, int] = {}

    def info(self, text: str) -> None:
        self._stream.say(text)

    def warning(self, text: str) -> None:
        if self._spent.get("warning", 0) < WARNINGS:
            self._annotate("warning", self._vendor, text)
        else:
            self._stream.say(f"Warning: {text}")

    def error(self, text: str) -> None:
        self._annotate("error", self._vendor, text)

    def debug(self, text: str) -> None:
        if not self._debug:
            return
        if self._env.get("RUNNER_DEBUG") == "1":
            self._stream.put(command("debug", self._stream.clean(text)))
        else:  # the runner would hide what our own input asked for
            self._stream.say(f"debug: {text}")

    def live(self, text: str) -> bool:  # noqa: ARG002 -- a log cannot take a line back
        return False

    def build(self) -> Build:
        return build(self._env, self._vendor)

    def mask(self, secrets: Iterable[str]) -> None:
        for secret in secrets:
            lines = secret.replace("\r", "\n").split("\n")  # as the runner itself cuts the log
            for part in dict.fromkeys([secret, *lines]):
                if len(part.strip()) >= SHORTEST:
                    self._stream.put(command("add-mask", part))

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        if self._grouped:  # GitHub's groups don't nest
            self._stream.say(title)
            yield
            return
        self._grouped = True
        self._stream.put(command("group", self._stream.clean(title, one_line)))
        try:
            yield
        finally:
            self._grouped = False
            self._stream.put("::endgroup::")

    def block(self, text: str) -> None:
        lines = quoted_block(self._stream.redact(text))
        if not lines:
            return
        token = _random()
        self._stream.put(command("stop-commands", token))
        try:
            self._stream.put(self._stream.redact("\n".join(lines)))
        finally:  # or every command after it, our verdict too, would be plain text
            self._stream.put(f"::{token}::")

    def outputs(self, values: Mapping[str, str], leave: "Leave") -> None:  # noqa: ARG002 -- see GITHUB_OUTPUT
        path = self._env.get("GITHUB_OUTPUT", "")
        if not path:
            self.debug("GITHUB_OUTPUT is not set: no outputs are written.")
            return
        delimiter = f"ghadelimiter_{_random()}"
        append(path, "".join(heredoc(name, self._value(text), delimiter) for name, text in values.items()))

    def publish(self, report: TestReport, result: Result, *, annotations: int) -> None:
        self._annotate(_level(report, result), *self._verdict(report, result))
        self._annotate_cases(report, "error" if result.status else "warning", annotations)
        self.info(closing(result, report.totals))

    def check(self) -> None:
        self._stream.check()

    def _verdict(self, report: TestReport, result: Result) -> tuple[str, str]:
        title = f"{self._vendor or 'test run'}: {result.conclusion}"
        return title, "\n".join([headline(result), *further(report, result)])

    def _annotate_cases(self, report: TestReport, level: str, most: int) -> None:
        room = PER_LEVEL - self._spent.get(level, 0) - 1  # one for "N more"
        shown = worst(report, min(most, room))
        for case in shown:
            self._annotate(level, *_of_case(case, self._stream.redact))
        rest = report.totals.failed + report.totals.errored - len(shown)
        if rest and most:
            cases = "case" if rest == 1 else "cases"
            self._annotate(level, f"{rest} more {cases} did not pass", "See the job summary.")

    def _annotate(self, level: str, title: str, message: str) -> None:
        clean = fit(self._stream.clean(message, defuse), LONGEST_MESSAGE)
        if self._spent.get(level, 0) >= PER_LEVEL:
            self._stream.say(f"{level.capitalize()}: {title}: {message}")
            return
        self._spent[level] = self._spent.get(level, 0) + 1
        self._stream.put(command(level, clean, title=self._stream.clean(title, one_line)))

    def summarize(self, pieces: Iterator[str]) -> None:
        path = self._env.get("GITHUB_STEP_SUMMARY", "")
        if not path:
            self.debug("GITHUB_STEP_SUMMARY is not set: no job summary is written.")
            return
        text = capped(pieces, LONGEST_SUMMARY - size_of(path), self._stream.redact, CUT)
        if text:
            append(path, text)

    def _value(self, text: str) -> str:
        return self._stream.redact(text).encode("utf-8", "replace").decode("utf-8")


def _random() -> str:
    return os.urandom(16).hex()


def _level(report: TestReport, result: Result) -> str:
    if result.status:
        return "error"
    fine = result.conclusion in (Conclusion.PASSED, Conclusion.STARTED)
    return "notice" if fine and not report.warnings and not result.problems else "warning"


def _of_case(case: TestCase, redact: Callable[[str], str]) -> tuple[str, str]:
    """Title and message; redacted before anything is cut, or half a secret could stay.

    The title starts with a word of ours: the runner drops a leading `=` from a property.
    """
    word = "Failed" if case.outcome is Outcome.FAILED else "Errored"
    message = fit(defuse(redact(complaint(case))[: 2 * LONGEST_MESSAGE]), LONGEST_MESSAGE - 2500)
    tail = (one_line(redact(case.classname)), case.url if is_link(case.url) else "")
    return f"{word}: {one_line(redact(case.name))}", "\n".join(text for text in (message, *tail) if text)


make = GitHub
