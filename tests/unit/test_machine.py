"""The user's command beside our journal, and a machine that has no room."""

import sys
from pathlib import Path
from random import Random

import pytest

from core.commands import machine
from core.commands.lacking import lacking
from core.commands.machine import ThisMachine
from core.errors import NoRoomError
from core.model import Build, ExitCode, Reason
from core.recovery.journal import Journal
from core.recovery.left import at_work
from core.waiting.clock import SystemClock
from core.waiting.patience import Patience
from core.waiting.stop import Stop
from core.workspace.private import PrivateFolder
from tests.support import MemoryCi


@pytest.mark.skipif(sys.platform == "win32", reason="a shell")
def test_a_command_that_cleans_the_workspace_up_is_in_the_journal_again_while_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else nobody would know of it, nor of the job that it is for, if we were killed now."""
    monkeypatch.setattr(machine, "LOOK", 0.1)
    stop = Stop({})
    this = ThisMachine(
        workspace=str(tmp_path),
        ours=(),
        environment={"PATH": "/usr/local/bin:/usr/bin:/bin"},
        secrets=(),
        build=Build(ci="memory", step="step"),
        patience=Patience(clock=SystemClock(), stop=stop, log=MemoryCi(), rng=Random(0), timeout=20),
        stop=stop,
        private=PrivateFolder(str(tmp_path)),
        journal=Journal.create(str(tmp_path), step="step", vendor="qtest", mode="run", at=0),
    )
    script = "sleep 0.2; rm -rf .test-runner; until grep -qs command .test-runner/*.jsonl; do sleep 0.05; done"
    ended = this.run(["sh", "-c", script], "", meanwhile=lambda: 60.0)
    assert ended.is_good, ended.fact
    assert len(at_work(str(tmp_path), step="step", vendor="qtest")) == 1


@pytest.mark.parametrize("error", [MemoryError(), NoRoomError("This machine lets no further thread begin.")])
def test_a_machine_without_room_is_no_bug_of_ours(error: BaseException) -> None:
    lack = lacking(error)
    assert lack is not None
    assert (lack.reason, lack.exit_code) == (Reason.CAPACITY, ExitCode.NOTHING_STARTED)
    assert "ulimit" in lack.remedy


def test_a_bug_is_a_bug() -> None:
    assert lacking(RuntimeError("can't")) is None
    assert lacking(ModuleNotFoundError("x", name="nobody_has_this")) is None
