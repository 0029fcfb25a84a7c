"""Azure Pipelines: masks, groups, issues, output variables, progress, the summary, a step that succeeded with issues.

Wire: https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands. A known area with an event or an
argument that the agent does not know fails the step; so does a path of a file that is not there.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from core.ci import Surroundings
from core.ci.azure_build import build
from core.ci.dotenv import plain
from core.ci.logging_commands import command, decodes_percents
from core.ci.outputs import PATHS, variable
from core.ci.ranking import worst
from core.ci.stream import Stream
from core.ci.workflow_commands import fit
from core.model import Build, Conclusion, Outcome, Result, TestCase, TestReport
from core.text.sanitize import defuse, one_line, quoted_block
from core.text.secret import SHORTEST, carried_forms
from core.text.wording import closing, complaint, further, headline, is_link

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.ports import Leave

PER_TYPE = 10  # issues of one type that the agent keeps per step
WARNINGS = 4  # of them for warnings on the way; the rest is for cases, the verdict and "N more"
LONGEST_ISSUE = 4096  # UTF-16 units; no limit is documented, and nobody reads more on the build's page
LONGEST_VALUE = 8_000  # characters of an output: every later step of the job gets it in its environment
DONE = " cases done"


class Azure:
    """Implements core.ports.Ci."""

    name = "azure"

    def __init__(self, surroundings: Surroundings) -> None:
        self._env = surroundings.env
        self._stream = Stream(surroundings.out, surroundings.redact, surroundings.noted, surroundings.patience)
        self._vendor = surroundings.vendor
        self._workspace = surroundings.workspace
        self._debug = surroundings.debug
        self._decodes = decodes_percents(surroundings.env)
        self._grouped = False
        self._progress = 0
        self._summary = ""
        self._spent: dict[str, int] = {}

    def info(self, text: str) -> None:
        self._stream.say(text)

    def warning(self, text: str) -> None:
        if self._spent.get("warning", 0) < WARNINGS:
            self._issue("warning", f"{self._vendor}: {text}" if self._vendor else text)
        else:
            self._stream.put("##[warning]" + self._stream.clean(text))

    def error(self, text: str) -> None:
        self._issue("error", f"{self._vendor}: {text}" if self._vendor else text)

    def debug(self, text: str) -> None:
        if self._debug:  # `task.debug` would only be shown to who has set System.Debug
            self._stream.put("##[debug]" + self._stream.clean(text))

    def live(self, text: str) -> bool:
        """A log can't take a line back, but the step has a bar: moved by how many cases the status says are done."""
        before, found, _ = text.partition(DONE)
        done, _, total = before.rpartition(", ")[2].partition(" of ")
        if found and _is_number(done) and _is_number(total) and int(total):
            progress = min(100 * int(done) // int(total), 100)
            if progress > self._progress:
                self._progress = progress
                self._command("task.setprogress", f"{done} of {total}{DONE}", value=str(progress))
        return False

    def build(self) -> Build:
        return build(self._env, self._vendor)

    def mask(self, secrets: Iterable[str]) -> None:
        """Azure masks single lines: of a secret that has several, each is masked for itself.

        What others do with it in later steps we don't see: Azure is also given what Base64 and URLs make of it.
        """
        several = False
        for secret in secrets:
            lines = [line for line in secret.replace("\r", "\n").split("\n") if line.strip()]
            several = several or len(lines) > 1
            for part in dict.fromkeys([*lines, *(line.strip() for line in lines)]):
                if len(part.strip()) >= SHORTEST:
                    self._command("task.setsecret", part)
                    for form in carried_forms(part):
                        self._command("task.setsecret", form)
        if several:
            self.info("A secret has several lines. Azure Pipelines hides a line at a time: each was masked for itself.")

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        if self._grouped:  # the end of an inner one would end the outer
            self._stream.say(title)
            yield
            return
        self._grouped = True
        self._stream.put("##[group]" + self._stream.clean(title, one_line))
        try:
            yield
        finally:
            self._grouped = False
            self._stream.put("##[endgroup]")

    def block(self, text: str) -> None:
        lines = quoted_block(self._stream.redact(text))
        if lines:
            self._stream.put(self._stream.redact("\n".join(lines)))

    def outputs(self, values: Mapping[str, str], leave: "Leave") -> None:  # noqa: ARG002 -- they are variables
        """`$(step.TESTRUN_RUN_ID)` is pasted into scripts, and pasted again: `$` and quotes of a vendor stay out."""
        for name, text in values.items():
            value = self._stream.redact(text)
            value = value if name in PATHS else plain(value)
            if len(value) > LONGEST_VALUE:
                self.info(f"The variable {variable(name)} stays empty: {len(value)} characters are too many for it.")
                value = ""
            self._command("task.setvariable", value, variable=variable(name), isoutput="true")
        self._summary = values.get("summary", self._summary)

    def publish(self, report: TestReport, result: Result, *, annotations: int) -> None:
        level = "error" if result.status else "warning"
        if result.status or not _is_fine(report, result):
            self._issue(level, self._verdict(report, result))
        else:
            self.info(self._verdict(report, result))
        self._issue_cases(report, level, annotations)
        self.info(closing(result, report.totals))
        if not result.status and result.conclusion not in (Conclusion.PASSED, Conclusion.STARTED):
            # `fail-on` lets it go, and nobody shall take it for a pass
            self._command("task.complete", f"Test run {result.conclusion}", result="SucceededWithIssues")

    def summarize(self, pieces: Iterator[str]) -> None:  # noqa: ARG002 -- the agent takes the file that holds them
        path = os.path.abspath(os.path.join(self._workspace, *self._summary.split("/"))) if self._summary else ""
        if path and os.path.isfile(path):
            self._command("task.uploadsummary", path)
        else:
            self.debug("There is no summary.md: no page is shown.")

    def check(self) -> None:
        self._stream.check()

    def _verdict(self, report: TestReport, result: Result) -> str:
        title = f"{self._vendor or 'test run'}: {result.conclusion}"
        return "\n".join([f"{title}: {headline(result)}", *further(report, result)])

    def _issue_cases(self, report: TestReport, level: str, most: int) -> None:
        room = PER_TYPE - self._spent.get(level, 0) - 1  # one for "N more"
        shown = worst(report, min(most, room))
        for case in shown:
            self._issue(level, _of_case(case, self._stream.redact))
        rest = report.totals.failed + report.totals.errored - len(shown)
        if rest and most:
            cases = "case" if rest == 1 else "cases"
            self._issue(level, f"{rest} more {cases} did not pass: see the summary.")

    def _issue(self, level: str, message: str) -> None:
        if self._spent.get(level, 0) >= PER_TYPE:
            self._stream.put(f"##[{level}]" + self._stream.clean(message))
            return
        self._spent[level] = self._spent.get(level, 0) + 1
        self._command("task.logissue", fit(self._stream.clean(message, defuse), LONGEST_ISSUE), type=level)

    def _command(self, name: str, data: str, **properties: str) -> None:
        self._stream.put(command(name, data, decodes=self._decodes, **properties))


def _is_fine(report: TestReport, result: Result) -> bool:
    passed = result.conclusion in (Conclusion.PASSED, Conclusion.STARTED)
    return passed and not report.warnings and not result.problems


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _of_case(case: TestCase, redact: Callable[[str], str]) -> str:
    """Redacted before anything is cut, or half a secret could stay."""
    word = "Failed" if case.outcome is Outcome.FAILED else "Errored"
    message = fit(defuse(redact(complaint(case))[: 2 * LONGEST_ISSUE]), LONGEST_ISSUE - 2500)
    name, where = one_line(redact(case.name)), one_line(redact(case.classname))
    first = f"{word}: {name} ({where})" if where else f"{word}: {name}"
    return "\n".join(text for text in (f"{first}: {message}", case.url if is_link(case.url) else "") if text)


make = Azure
