"""This machine, for a vendor that works with the user's own tests: their reports, and the command that runs them.

Every run gets one, and few use it: what it needs is imported when it is used.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import fields

from core.model import Command
from core.patience import Patience
from core.ports import Reports
from core.secret import Redactor, Secret
from core.stop import Stop


class ThisMachine:
    """Implements core.ports.Machine. `ours` is the folder of our own results."""

    def __init__(
        self,
        *,
        workspace: str,
        ours: str,
        environment: Mapping[str, str],
        settings: object,
        patience: Patience,
        stop: Stop,
    ) -> None:
        self._workspace = workspace
        self._ours = ours
        self._environment = environment
        self._secrets = [value for value in _values(settings) if isinstance(value, Secret)]
        self._patience = patience
        self._stop = stop

    def reports(self, patterns: Sequence[str]) -> Reports:
        from core import globs  # noqa: PLC0415 -- see above

        found = globs.find(patterns, self._workspace, ours=(self._ours,), check=self._stop.check)
        lacking = (globs.Lack.NOTHING, globs.Lack.EMPTY)
        return Reports(
            files=tuple((os.path.join(self._workspace, name), name) for name in found.files),
            missing=tuple(each.text for each in found.problems if each.lack in lacking),
            unreadable=tuple(each.text for each in found.problems if each.lack not in lacking),
        )

    def run(self, words: Sequence[str], directory: str) -> Command:
        from core import child  # noqa: PLC0415 -- see above

        ended = child.run(
            words,
            directory=os.path.join(os.path.abspath(self._workspace), directory),
            environment=child.environment_without(self._environment, [each.reveal() for each in self._secrets]),
            clock=self._patience.clock,
            stop=self._stop,
            show=self._patience.say,
            timeout=self._patience.left,
        )
        self._stop.check()
        return Command(
            exit_code=ended.exit_code,
            is_good=ended.is_good,
            fact=ended.fact,
            seconds=ended.seconds,
            output=Redactor(self._secrets)(ended.output),
        )


def _values(settings: object) -> list[object]:
    return [getattr(settings, each.name) for each in fields(settings)]  # type: ignore[arg-type]
