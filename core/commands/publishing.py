"""What a step leaves behind: files, outputs, and what the CI shows. A problem here never hides a verdict."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from functools import partial

from core.ci import FILES
from core.errors import OutputError, StoppedError
from core.model import AttachmentName, ExitCode, Reason, RemoteRun, Result, TestReport
from core.reports.redacted import redacted, redacted_result, redacted_run
from core.text.secret import Redactor
from core.verdict import ended_by, gate
from core.workspace.files import Workspace, check_results_dir, spelled
from core.workspace.places import RESULTS
from core.workspace.private import PrivateFolder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from core.commands.lacking import Lack
    from core.inputs.settings import Common
    from core.ports import Ci
    from core.recovery.journal import Journal

    Recording = Callable[["Publisher", TestReport, Result, str], None]
    """Records the report from the junit.xml at this path, empty where there is none.

    Raises OutputError for what stays unrecorded, StoppedError where a signal came first or in between.
    """

OUTPUT_OF = {"junit.xml": "junit", "report.json": "json", "summary.md": "summary"}
OURS = (*OUTPUT_OF, *FILES, *AttachmentName)  # the names of all that we may write among the results
ANNOTATIONS = 8


def results_folder(wanted: str, step: str) -> str:
    """Where our files land: the input `results-dir` where it is usable."""
    usable = wanted.strip() and not check_results_dir(wanted.strip())
    return spelled(wanted.strip()) if usable else f"{RESULTS}/{step}"


def own_files(wanted: str, step: str) -> tuple[str, ...]:
    """The paths of all that we may write there: what else is in a folder of the user's choice is the user's."""
    folder = results_folder(wanted, step)
    return tuple(f"{folder}/{name}" for name in OURS)


class Publisher:
    """The results folder, the outputs and the CI's own display of one step, which `began` then (Result.began)."""

    def __init__(self, *, ci: "Ci", redact: Redactor, workspace: str, wanted: str, began: float) -> None:
        self._ci = ci
        self._redact = redact
        self._files = Workspace(workspace)
        self.private = PrivateFolder(workspace)  # its files may be read until all is written
        self.build = ci.build()
        self.folder = results_folder(wanted, self.build.step)
        self._common: Common | None = None
        self.run: RemoteRun | None = None
        self.recording: Recording | None = None
        self._recorded: RemoteRun | None = None
        self._began = began
        self.journal: Journal | None = None  # of the run, as soon as there may be one

    @property
    def may_go_on(self) -> bool:
        """Whether there is a run at the vendor, or may be one: a start was on its way."""
        return self.run is not None or (self.journal is not None and self.journal.doubtful)

    def clear(self) -> None:
        """Delete our own old files, so that a step that dies can't publish yesterday's green."""
        self._files.clear(self.folder, OURS)

    def ready(self, common: "Common") -> None:
        """The inputs are understood."""
        self._common = common

    def started(self, run: RemoteRun) -> None:
        """Set `run-id` at once: whatever happens to us, the run can be found.

        Should that not work, the run is waited for all the same; the end says that outputs can't be written.
        """
        self.run = run
        try:
            self._ci.outputs({"run-id": run.id, "run-url": run.url}, self._left)
        except OutputError as error:
            self._ci.warning(error.advice)

    def recorded(self, run: RemoteRun) -> None:
        """The same of the run that the report is recorded in."""
        self._recorded = redacted_run(run, self._redact)
        try:
            self._ci.outputs(_outputs_of_recorded(self._recorded), self._left)
        except OutputError as error:
            self._ci.warning(error.advice)

    def finish(self, report: TestReport, result: Result) -> int:
        """Write and show everything; returns the status to leave with.

        Where one of these things fails the others still happen, and those that happened before are done again: no
        file may say 0 while the process says 6.
        """
        fail_on = self._common.fail_on if self._common else frozenset[str]()
        if self._common and self._common.allow_empty:
            fail_on -= {"inconclusive"}
        result = replace(result, began=self._began)
        result = redacted_result(gate(result, fail_on=fail_on, warnings=bool(report.warnings)), self._redact)
        report = redacted(report, self._redact)
        written, ended = self._leave(report, result)
        kept = ""
        if self.recording is not None:
            report, ended = self._record(self.recording, report, ended, written.get("junit", ""))
            report, kept = _in_time(report, ended, written.get("junit", ""))
        for show in (self._show, self._summarize):
            try:
                show(report, ended)
            except Exception as error:  # noqa: BLE001 -- see _worse
                ended = _worse(ended, error)
                self._ci.warning(ended.problems[-1])
        if ended is not result or report.recorded is not None:
            written, ended = self._leave_again(report, ended, kept)
        if written:
            self._ci.info("Written: " + ", ".join(written.values()))
        self.private.remove()
        return ended.status

    def _record(
        self, recording: "Recording", report: TestReport, result: Result, path: str
    ) -> tuple[TestReport, Result]:
        """Everything is written already: nothing that happens here takes the verdict and its files away."""
        try:
            recording(self, report, result, path)
        except StoppedError as stopped:
            result = redacted_result(_stopped(stopped, result), self._redact)
        except Exception as error:  # noqa: BLE001 -- see _worse
            result = redacted_result(_worse(result, error), self._redact)
        return replace(report, recorded=self._recorded), result

    def _leave_again(self, report: TestReport, result: Result, kept: str) -> tuple[dict[str, str], Result]:
        """The same with what has become of it meanwhile. Where that costs the step its green, once more with that."""
        written, ended = self._leave(report, result, again=True, kept=kept)
        if ended.status != result.status:
            written, ended = self._leave(report, ended, again=True, kept=kept)
        for problem in ended.problems[len(result.problems) :]:
            self._ci.warning(problem)
        return written, ended

    def _leave(
        self, report: TestReport, result: Result, *, again: bool = False, kept: str = ""
    ) -> tuple[dict[str, str], Result]:
        """Write the files and the outputs: (the output of each file: its path, the result with what went wrong).

        What can't be written `again` is deleted, since the file of the first time would say something else; on a full
        disk that may make the room for it. `kept`, if set, is the path of the junit.xml of the first time, which is
        left as it is.
        """
        from core.writers import WRITERS  # noqa: PLC0415 -- nothing before the end needs them

        written: dict[str, str] = {}
        texts: list[tuple[str, str, Callable[[], Iterable[str]]]] = [
            (name, OUTPUT_OF[name], partial(write, report, result, self.build)) for name, write in WRITERS.items()
        ]
        texts += [(each.name, each.name, partial(tuple, (each.text,))) for each in report.attachments]
        for name, output, text in texts:
            path = f"{self.folder}/{name}"
            try:
                if path != kept:
                    self._write(name, text, again=again)
                written[output] = path
            except Exception as error:  # noqa: BLE001 -- see _worse
                result = _worse(result, error)
        try:
            self._ci.outputs(_outputs(report, result, written), self._left)
        except Exception as error:  # noqa: BLE001 -- see _worse
            result = _worse(result, error)
        return written, result

    def _write(self, name: str, text: "Callable[[], Iterable[str]]", *, again: bool) -> None:
        try:
            self._files.write(f"{self.folder}/{name}", text())
        except Exception:
            if not again:
                raise
            with suppress(OutputError):
                self._files.clear(self.folder, [name])
            self._files.write(f"{self.folder}/{name}", text())

    def _left(self, name: str, text: str) -> str:
        path = f"{self.folder}/{name}"
        self._files.write(path, (text,))
        return path

    def _show(self, report: TestReport, result: Result) -> None:
        self._ci.publish(report, result, annotations=self._common.annotations if self._common else ANNOTATIONS)
        self._ci.check()

    def _summarize(self, report: TestReport, result: Result) -> None:
        from core.writers.summary import write_summary  # noqa: PLC0415 -- nothing before the end needs it

        self._ci.summarize(write_summary(report, result, self.build))


def _worse(result: Result, error: Exception) -> Result:
    """A verdict beats plumbing: only a green step turns red by this, any other keeps its code and names this too.

    What is no OutputError, nor for want of memory, is a bug, and no reason either to take the verdict and the other
    files away.
    """
    if isinstance(error, OutputError):
        problem, reason, status = error.advice, Reason.OUTPUT, ExitCode.OUTPUT
    elif lack := _lack(error):
        problem = f"Not all of the results could be written. {lack.fact} {lack.remedy}"
        reason, status = Reason.OUTPUT, ExitCode.OUTPUT
    else:
        problem = f"A bug in this program: {type(error).__name__} while the results were written."
        reason, status = Reason.BUG, ExitCode.BUG
    if problem in result.problems:  # it has failed before
        return result
    if not result.status:
        result = replace(result, reason=result.reason or reason, status=int(status))
    return replace(result, problems=(*result.problems, problem))


def _lack(error: Exception) -> "Lack | None":
    try:
        from core.commands.lacking import lacking  # noqa: PLC0415 -- only what fails pays for it

        return lacking(error)
    except MemoryError:  # not even for this
        return None


def _in_time(report: TestReport, result: Result, junit: str) -> tuple[TestReport, str]:
    """What can still be written once a signal has ended the recording: (the report, the junit.xml to keep)."""
    from core.ending import bearable  # noqa: PLC0415 -- only who records pays for it

    shown = bearable(report) if result.reason is Reason.SIGNAL else report
    return shown, "" if shown is report else junit


def _stopped(stopped: StoppedError, result: Result) -> Result:
    """A signal while the report was being recorded: the step's code is the signal's, and the verdict is still told."""
    fact = f"{stopped.fact} The run itself had ended as {result.conclusion}: {result.fact}"
    ended = replace(ended_by(stopped), fact=fact)
    return replace(ended, problems=result.problems, seconds=result.seconds, began=result.began)


def _outputs_of_recorded(run: RemoteRun | None) -> dict[str, str]:
    return {"recorded-run-id": run.id, "recorded-run-url": run.url} if run else {}


def _outputs(report: TestReport, result: Result, written: dict[str, str]) -> dict[str, str]:
    """The step's outputs: names and order as documented; a count is there whenever a report is."""
    totals = report.totals
    return (
        {
            "conclusion": result.conclusion,
            "reason": result.reason,
            "exit-code": str(result.status),
            "run-id": report.run.id if report.run else "",
            "run-url": report.run.url if report.run else "",
            "tests": str(totals.tests),
            "passed": str(totals.passed),
            "failed": str(totals.failed),
            "errored": str(totals.errored),
            "skipped": str(totals.skipped),
            "flaky": str(totals.flaky),
            "seconds": f"{result.seconds:.1f}",
            "junit": written.get("junit", ""),
            "summary": written.get("summary", ""),
            "json": written.get("json", ""),
        }
        | ({"command-exit-code": str(report.command.exit_code)} if report.command else {})
        | _outputs_of_recorded(report.recorded)
        | dict(report.outputs)
    )
