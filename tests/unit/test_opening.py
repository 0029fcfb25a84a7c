"""A pipe where we look for a file, or for a folder of ours, holds nobody up: nobody may ever write into it."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.ci.git_head import head
from core.ci.github_build import build
from core.errors import OutputError
from core.inputs.kinds import ca_bundle
from core.model import RemoteRun
from core.recovery.journal import Journal, is_held
from core.recovery.left import at_work, has_ended, left_behind
from core.workspace import opening
from core.workspace.private import PrivateFolder


@pytest.fixture(autouse=True)
def _quick() -> Iterator[None]:
    """Whoever waits is ended, since a pipe waits for ever."""
    signal.setitimer(signal.ITIMER_REAL, 5.0)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)


def test_only_plain_files_and_folders_are_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_text("x")
    for path in (tmp_path, tmp_path / "pipe", Path(os.devnull)):
        with pytest.raises(OSError, match=r"no plain file|a directory"):
            opening.reading(str(path))
    for path in (tmp_path / "pipe", tmp_path / "file"):
        with pytest.raises(OSError, match="Not a directory"):
            opening.folder(str(path))
    with opening.reading(str(tmp_path / "file")) as file:
        assert file.read() == b"x"


def test_a_pipe_among_our_own_files_is_none_of_them(tmp_path: Path) -> None:
    (tmp_path / ".test-runner").mkdir()
    os.mkfifo(tmp_path / ".test-runner" / "files-x")
    os.mkfifo(tmp_path / ".test-runner" / "1.jsonl")
    workspace = str(tmp_path)
    assert Path(PrivateFolder(workspace).path).is_dir()
    assert left_behind(workspace, step=None, vendor="autify") == at_work(workspace, step=None, vendor="autify") == []
    assert not has_ended(workspace, vendor="autify", run="7")
    assert not is_held(str(tmp_path / ".test-runner" / "1.jsonl"))


def test_a_journal_that_has_become_a_pipe_is_one_that_cannot_be_written(tmp_path: Path) -> None:
    journal = Journal.create(str(tmp_path), step="s", vendor="autify", mode="run", at=0)
    (path,) = (tmp_path / ".test-runner").glob("*.jsonl")
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(OutputError, match="can't be written"):
        journal.starting()
    journal.started(RemoteRun(vendor="autify", id="7", url=""))
    assert journal.problems
    journal.close()


def test_a_pipe_where_the_ci_or_git_has_its_files_is_as_good_as_none(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    os.mkfifo(tmp_path / ".git" / "HEAD")
    assert head(str(tmp_path)) == ("", "")
    env = {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(tmp_path / ".git" / "HEAD"), "GITHUB_SHA": "a"}
    assert build(env, "autify").commit == "a"
    with pytest.raises(ValueError, match="is a pipe"):
        ca_bundle(str(tmp_path / ".git" / "HEAD"))
