"""The files between us and the user's command: the tests of a job for it, and the JUnit files that it wrote."""

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import OutputError
from core.ports import Machine, Snapshot
from core.vendors.qtest.jobs import Job, Material


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What the command left: JUnit files, and sentences on files that can't be read and patterns without a file."""

    paths: tuple[str, ...]
    faults: tuple[str, ...]
    unmatched: tuple[str, ...]


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
                "automation_content": material.plain,
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
        """How the report files are now, also those that can't be read."""
        return self._machine.snapshot(self._patterns) if self._patterns else {}

    def written(self, before: Snapshot) -> Written:
        """The report files that are new or have changed, as copies: the next job may write them again."""
        reports = self._machine.reports(self._patterns, since=before) if self._patterns else None
        sources = [self.junit] if os.path.isfile(self.junit) and not os.path.islink(self.junit) else []
        sources += [path for path, _ in reports.files] if reports else []
        return Written(
            paths=tuple(self._copied(path, at) for at, path in enumerate(sources)),
            faults=tuple(text for _, text in reports.faulty) if reports else (),
            unmatched=(*reports.unmatched, *reports.stale) if reports else (),
        )

    def _copied(self, path: str, at: int) -> str:
        copy = copied(path, os.path.join(self._machine.kept, f"{self._count}-{at}.xml"))
        if path == self.junit:
            os.unlink(path)
        return copy


def copied(path: str, copy: str) -> str:
    """Copy a user's file, and give the copy's path. Raises OutputError."""
    try:
        shutil.copyfile(path, copy)
    except OSError as error:
        raise OutputError(f"{path} can't be copied: {error.strerror}.") from error
    return copy
