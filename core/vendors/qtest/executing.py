"""Run the user's command for some tests of a job, and read what it wrote."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.child import Ended, check, environment_without, looks_like_shell, run, split
from core.junit_read import JUnitError, JUnitFile, Survey, survey
from core.model import Totals
from core.ports import Calls, Here, Log
from core.vendors.qtest.files import Files
from core.vendors.qtest.jobs import Job, Material
from core.vendors.qtest.settings import Settings
from core.vendors.qtest.template import Values, fill, variables

RESERVE = 30.0  # seconds of `timeout` that are kept for telling qTest how it ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One run of the command. `problem` says why there are no results, as a sentence; empty where there are."""

    ended: Ended
    files: tuple[JUnitFile, ...] = ()
    survey: Survey | None = None
    problem: str = ""

    @property
    def totals(self) -> Totals:
        return self.survey.totals if self.survey else Totals()


class Execution:
    """Raises BadInputError at once where the program of the command is not here."""

    def __init__(self, settings: Settings, here: Here, calls: Calls, log: Log, meanwhile: Callable[[], float]) -> None:
        self._settings = settings
        self._here = here
        self._calls = calls
        self._log = log
        self._meanwhile = meanwhile
        self._files = Files(here.workspace, settings.results, here.ours)
        self._environment = environment_without(here.environment, [settings.token.reveal()])
        self.words = split(settings.command)
        self._directory = os.path.join(here.workspace, *settings.working_directory.split("/")).rstrip("/")
        check(self.words, self._directory, self._environment)
        warning = looks_like_shell(self.words)
        if warning:
            log.warning(warning)

    def run(self, job: Job, materials: Sequence[Material], *, seconds: float) -> Ran:
        """At most so many seconds. Raises StoppedError after a signal, when the command has been ended."""
        files = self._files
        files.next()
        files.write_materials(job, materials)
        values = Values(materials=materials, job_id=job.id, material_file=files.materials, junit=files.junit)
        before = files.state()
        ended = run(
            fill(self.words, values),
            directory=self._directory,
            environment=self._environment | dict(variables(values, env=self._settings.shell == "env")),
            clock=self._here.clock,
            stop=self._here.stop,
            show=self._log.info,
            timeout=seconds,
            meanwhile=self._meanwhile,
        )
        self._log.info(ended.fact)
        self._here.stop.check()
        if ended.timed_out:
            return Ran(ended=ended)
        return self._read(ended, files.written(before))

    def _read(self, ended: Ended, paths: Sequence[str]) -> Ran:
        if not paths:
            where = "to {junit}" if not self._settings.results else "where `results` says"
            return Ran(ended=ended, problem=f"The command wrote no JUnit file {where}. {ended.fact}")
        files = tuple(JUnitFile(path, shown=f"the JUnit file {at + 1}") for at, path in enumerate(paths))
        try:
            return Ran(ended=ended, files=files, survey=survey(files))
        except JUnitError as error:
            return Ran(ended=ended, problem=f"{error} {ended.fact}")

    def time_left(self, used: float) -> float:
        """Seconds that the command may take yet, of which `used` are gone for this job."""
        left = max(self._calls.left - RESERVE, self._calls.left / 2)
        limit = self._settings.job_timeout
        return left if limit is None else min(left, limit - used)
