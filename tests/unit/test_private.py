"""The folder of a step's private files: made on demand, nobody's by name, gone at the end, never behind a link."""

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from core.errors import OutputError
from core.workspace import private
from core.workspace.private import PrivateFolder


def test_it_is_made_when_it_is_asked_for_and_gone_at_the_end(tmp_path: Path) -> None:
    one, other = PrivateFolder(str(tmp_path)), PrivateFolder(str(tmp_path))
    assert not (tmp_path / ".test-runner").exists()
    (Path(one.path) / "a").write_text("x")
    (Path(other.path) / "b").write_text("y")
    assert one.path != other.path
    one.remove()
    assert [path.name for path in tmp_path.rglob("?")] == ["b"], "only its own files are deleted"


def test_what_a_killed_step_left_is_deleted_and_what_another_uses_is_not(tmp_path: Path) -> None:
    left = tmp_path / ".test-runner" / "files-0123456789ab"
    left.mkdir(parents=True)
    (left / "1.xml").write_text("<testsuite/>")
    at_work = PrivateFolder(str(tmp_path))
    (Path(at_work.path) / "1.xml").write_text("<testsuite/>")
    assert not left.exists()
    one = PrivateFolder(str(tmp_path))
    assert Path(one.path).is_dir()
    assert (Path(at_work.path) / "1.xml").exists()
    at_work.remove()


def test_a_command_that_cleans_the_workspace_up_takes_no_copies_away(tmp_path: Path) -> None:
    one = PrivateFolder(str(tmp_path))
    copy = Path(one.kept) / "1.xml"
    copy.write_text("<testsuite/>")
    path = one.path
    shutil.rmtree(tmp_path / ".test-runner")
    assert copy.exists()
    assert not copy.is_relative_to(tmp_path)
    assert one.path == path
    assert Path(path).is_dir()
    one.remove()
    assert not copy.parent.exists()


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "workspace").mkdir()
    (tmp_path / "workspace" / ".test-runner").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputError, match="symbolic link"):
        _ = PrivateFolder(str(tmp_path / "workspace")).path
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_workspace_that_takes_no_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / ".test-runner").write_text("a file")
    with pytest.raises(OutputError, match="can't be made"):
        _ = PrivateFolder(str(tmp_path)).path


def test_nobody_looks_for_left_folders_while_one_is_being_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What isn't locked yet looks like a killed process's."""
    held: list[bool] = []
    make = os.mkdir

    def mkdir(path: str, mode: int = 0o777) -> None:
        make(path, mode)
        if "files-" in path:
            held.append(is_locked(os.path.dirname(path)))

    monkeypatch.setattr(os, "mkdir", mkdir)
    path = PrivateFolder(str(tmp_path)).path
    assert (held, is_locked(os.path.dirname(path))) == ([True], False)


def is_locked(folder: str) -> bool:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def test_whoever_keeps_the_folder_locked_holds_nobody_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private, "LONGEST_WAIT", 0.02)
    (tmp_path / ".test-runner").mkdir()
    handle = os.open(tmp_path / ".test-runner", os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    with pytest.raises(OutputError, match="another process keeps the folder locked"):
        _ = PrivateFolder(str(tmp_path)).path
    os.close(handle)
    assert Path(PrivateFolder(str(tmp_path)).path).is_dir()


def test_what_a_killed_step_left_among_the_temporary_files_is_deleted_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    names = ("test-runner-action-kept-left", "test-runner-action-kept-new", "test-runner-of-somebody")
    for name in names:
        (tmp_path / "tmp" / name).mkdir(parents=True)
        (tmp_path / "tmp" / name / "1.xml").write_text("<testsuite/>")
    for name in (names[0], names[2]):
        os.utime(tmp_path / "tmp" / name, (0, 0))
    at_work = PrivateFolder(str(tmp_path / "workspace"))
    os.utime(at_work.kept, (0, 0))
    one = PrivateFolder(str(tmp_path / "workspace"))
    kept = {Path(each.kept).name for each in (at_work, one)}
    assert {path.name for path in (tmp_path / "tmp").iterdir()} == {*names[1:], *kept}
    one.remove()
    at_work.remove()


def test_without_a_folder_for_temporary_files_copies_are_where_no_pattern_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python resorts to the working directory then."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    one = PrivateFolder(str(tmp_path))
    assert Path(one.kept).is_relative_to(tmp_path / ".test-runner")
    one.remove()
    assert not list(tmp_path.rglob("*kept*"))
