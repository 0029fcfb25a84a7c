"""This machine, for a vendor that works with the user's own tests: their reports, and the command that runs them.

Every run gets one, and few use it: what it needs is imported when it is used.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields

from core.errors import BadInputError, StoppedError
from core.model import Build, Command
from core.ports import Reports, Snapshot
from core.recovery.identity import identity
from core.recovery.journal import Journal
from core.text.secret import Redactor, Secret
from core.waiting.patience import Patience
from core.waiting.stop import Stop
from core.workspace.private import PrivateFolder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LOOK = 2.0  # seconds between two looks at the journal while a command runs


class ThisMachine:
    """Implements core.ports.Machine. `ours` are the paths of our own results, `secrets` are hidden from the command.

    `report`, if set, is the path in the workspace of the one report that there is, whatever the patterns say.
    """

    def __init__(
        self,
        *,
        workspace: str,
        ours: Sequence[str],
        environment: Mapping[str, str],
        secrets: Sequence[Secret],
        report: str = "",
        build: Build,
        patience: Patience,
        stop: Stop,
        private: PrivateFolder,
        journal: Journal,
    ) -> None:
        self.workspace = os.path.abspath(workspace)
        self.build = build
        self.clock = patience.clock
        self._ours = ours
        self._job = environment
        self._secrets = secrets
        self._report = report
        self._patience = patience
        self._stop = stop
        self._private = private
        self._journal = journal

    @property
    def is_stopping(self) -> bool:
        return self._stop.rung

    @property
    def folder(self) -> str:
        return self._private.path

    @property
    def kept(self) -> str:
        return self._private.kept

    def snapshot(self, patterns: Sequence[str]) -> Snapshot:
        from core.workspace import fresh  # noqa: PLC0415 -- see above

        found = self.reports(patterns)
        return fresh.snapshot(path for path, _ in (*found.files, *found.faulty))

    def reports(self, patterns: Sequence[str], *, since: Snapshot | None = None) -> Reports:
        if self._report:
            only = (os.path.join(self.workspace, self._report), self._report)
            return Reports(files=(only,), missing=(), unreadable=())
        from core.workspace import fresh, globs  # noqa: PLC0415 -- see above

        before = since or {}
        found = globs.find(
            patterns,
            self.workspace,
            ours=self._ours,
            check=self._stop.check,
            is_stale=lambda real: fresh.is_stale(real, before),
        )
        lacking, left_out = (globs.Lack.NOTHING, globs.Lack.EMPTY), (globs.Lack.STALE, globs.Lack.UNSEEN)
        return Reports(
            files=tuple((os.path.join(self.workspace, name), name) for name in found.files),
            missing=tuple(each.text for each in found.problems if each.lack in lacking),
            unreadable=tuple(each.text for each in found.problems if each.lack is globs.Lack.UNREADABLE),
            stale=tuple(each.text for each in found.problems if each.lack in left_out),
            faulty=tuple(
                (os.path.join(self.workspace, each.path), each.text)
                for each in found.problems
                if each.path and not fresh.is_stale(os.path.realpath(os.path.join(self.workspace, each.path)), before)
            ),
            unmatched=tuple(
                each.text
                for each in found.problems
                if each.lack is globs.Lack.NOTHING or (each.lack is globs.Lack.UNREADABLE and not each.path)
            ),
        )

    def check(self, words: Sequence[str], directory: str) -> None:
        from core import child  # noqa: PLC0415 -- see above

        child.check(words, self._place(directory), self._environment)

    def run(
        self,
        words: Sequence[str],
        directory: str,
        *,
        seconds: float | None = None,
        added: Mapping[str, str] | None = None,
        meanwhile: Callable[[], float] | None = None,
    ) -> Command:
        from core import child  # noqa: PLC0415 -- see above

        ended = child.run(
            words,
            directory=self._place(directory),
            environment=self._environment | dict(added or {}),
            clock=self.clock,
            stop=self._stop,
            show=self._patience.say,
            timeout=self._patience.left if seconds is None else min(seconds, self._patience.left),
            meanwhile=lambda: self._look(meanwhile),
            started=lambda pid: self._journal.command(identity(pid)),
            redact=Redactor(self._secrets),
        )
        self._journal.command({})
        self._patience.say(ended.fact)
        command = Command(
            exit_code=ended.exit_code,
            is_good=ended.is_good,
            fact=ended.fact,
            seconds=ended.seconds,
            output=ended.output,
            timed_out=ended.timed_out,
        )
        if self._stop.rung:
            raise StoppedError(self._stop.signal, command=command)
        return command

    def _look(self, meanwhile: Callable[[], float] | None) -> float:
        """See that the command has not deleted the journal; the seconds until the next look."""
        self._journal.keep()
        return min(meanwhile(), LOOK) if meanwhile else LOOK

    @property
    def _environment(self) -> dict[str, str]:
        """What the user's command may see of the job's environment."""
        from core import child  # noqa: PLC0415 -- see above

        return child.environment_without(self._job, [each.reveal() for each in self._secrets])

    def _place(self, directory: str) -> str:
        if not directory:
            return self.workspace
        place = os.path.join(self.workspace, *directory.split("/")).rstrip("/")
        home, real = os.path.realpath(self.workspace), os.path.realpath(place)
        if real != home and not real.startswith(home.rstrip(os.sep) + os.sep):
            raise BadInputError([("working-directory", f"{directory!r} is a link that leads out of the workspace.")])
        return place


def secrets_in(*settings: "Any") -> list[Secret]:
    """Those among the values of some settings; None has none."""
    values = [getattr(some, each.name) for some in settings if some is not None for each in fields(some)]
    return [value for value in values if isinstance(value, Secret)]
