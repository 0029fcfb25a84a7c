"""Run the user's command for some tests of a job, and read what it wrote."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.child import looks_like_shell, split
from core.errors import BadInputError
from core.junit_read import JUnitError, JUnitFile, Survey, survey
from core.model import Command, Totals
from core.ports import Calls, Machine
from core.vendors.qtest.allowance import RESERVE
from core.vendors.qtest.files import Files, Written
from core.vendors.qtest.jobs import Job, Material
from core.vendors.qtest.settings import Settings
from core.vendors.qtest.template import Values, fill, variables

_MOST_DOUBTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One run of the command. `problem` says why its results tell nothing of any test, as a sentence; mostly empty.

    `unmatched` are sentences on patterns that match no file.
    """

    ended: Command
    files: tuple[JUnitFile, ...] = ()
    survey: Survey | None = None
    problem: str = ""
    unmatched: tuple[str, ...] = ()

    @property
    def totals(self) -> Totals:
        return self.survey.totals if self.survey else Totals()


class Execution:
    """Raises BadInputError at once where the program is not here, or a pattern leads out of the workspace."""

    def __init__(self, settings: Settings, machine: Machine, calls: Calls, meanwhile: Callable[[], float]) -> None:
        self._settings = settings
        self._machine = machine
        self._calls = calls
        self._meanwhile = meanwhile
        self._files = Files(machine, settings.results)
        self.words = split(settings.command)
        machine.check(self.words, settings.working_directory)
        self._files.state()
        if problem := looks_like_shell(settings.command):
            raise BadInputError([("command", problem)])

    def run(self, job: Job, materials: Sequence[Material], *, seconds: float) -> Ran:
        """At most so many seconds. Raises StoppedError after a signal, when the command has been ended.

        Raises BadInputError where it can't be started: its folder is gone, or the job's texts are too long for it.
        """
        files = self._files
        files.next()
        files.write_materials(job, materials)
        values = Values(materials=materials, job_id=job.id, material_file=files.materials, junit=files.junit)
        before = files.state()
        ended = self._machine.run(
            fill(self.words, values),
            self._settings.working_directory,
            seconds=seconds,
            added=variables(values, env=self._settings.shell == "env"),
            meanwhile=self._meanwhile,
        )
        if ended.timed_out:
            return Ran(ended=ended)
        return self._read(ended, files.written(before))

    def _read(self, ended: Command, written: Written) -> Ran:
        """A file that can't be read makes all of them doubtful: what it lacks may be what failed."""
        files = tuple(JUnitFile(path, shown=f"the JUnit file {at + 1}") for at, path in enumerate(written.paths))
        unmatched = tuple(f"`results`: {text}" for text in written.unmatched)
        try:
            found = survey(files)
        except JUnitError as error:
            return Ran(ended=ended, problem=f"{error} {ended.fact}", unmatched=unmatched)
        doubts: tuple[str, ...] = written.faults
        shown = found.totals.failed + found.totals.errored
        if not shown and any(file.hides_failures for file in files):  # which of its tests failed, nobody can tell
            doubts += ("The JUnit files lack failures that they claim.", *found.doubts)
        problem = " ".join(doubts[:_MOST_DOUBTS])
        if not files and not problem:
            where = "to {junit}" if not self._settings.results else "where `results` says"
            problem = f"The command wrote no JUnit file {where}."
        problem = f"{problem} {ended.fact}" if problem else ""
        return Ran(ended=ended, files=files, survey=found if files else None, problem=problem, unmatched=unmatched)

    def time_left(self, used: float) -> float:
        """Seconds that the command may take yet, of which `used` are gone for this job."""
        left = max(self._calls.left - RESERVE, self._calls.left / 2)
        limit = self._settings.job_timeout
        return left if limit is None else min(left, limit - used)
