"""The files between us and the user's command: the tests of a job for it, and the JUnit files that it wrote."""

import json
import os
import shutil
from collections.abc import Sequence

from core.errors import OutputError
from core.ports import Machine, Snapshot
from core.vendors.qtest.jobs import Job, Material


class Files:
    """The private folder of this process; each run of the command has names of its own there."""

    def __init__(self, machine: Machine, patterns: Sequence[str]) -> None:
        self._machine = machine
        self._patterns = patterns
        self._count = 0

    def next(self) -> None:
        """The command is about to be run once more."""
        self._count += 1

    @property
    def junit(self) -> str:
        """Where `{junit}` is."""
        return os.path.join(self._machine.folder, f"{self._count}.xml")

    @property
    def materials(self) -> str:
        return os.path.join(self._machine.folder, f"{self._count}.json")

    def write_materials(self, job: Job, materials: Sequence[Material]) -> None:
        """The tests as JSON, for a command that reads them from a file: there no text can mean anything else."""
        tests = [
            {
                "test_run_id": material.test_run,
                "test_case_name": material.name,
                "test_case_version_id": material.version,
                "automation_content": material.content,
            }
            for material in materials
        ]
        value = {"job_id": job.id, "project_id": job.project, "schedule_id": job.schedule, "materials": tests}
        try:
            with open(self.materials, "x", encoding="utf-8", errors="replace") as file:
                json.dump(value, file, indent=1)
        except OSError as error:
            raise OutputError(f"The tests of the job {job.id} can't be written: {error.strerror}.") from error

    def state(self) -> Snapshot:
        """How the report files are now."""
        return self._machine.snapshot(self._patterns) if self._patterns else {}

    def written(self, before: Snapshot) -> list[str]:
        """The report files that are new or have changed, as copies: the next job may write them again."""
        reports = self._machine.reports(self._patterns, since=before) if self._patterns else None
        paths = [self.junit] if os.path.isfile(self.junit) and not os.path.islink(self.junit) else []
        for at, (path, _) in enumerate(reports.files if reports else ()):
            copy = os.path.join(self._machine.folder, f"{self._count}-{at}.xml")
            try:
                shutil.copyfile(path, copy)
            except OSError as error:
                raise OutputError(f"{path} can't be copied: {error.strerror}.") from error
            paths.append(copy)
        return paths
