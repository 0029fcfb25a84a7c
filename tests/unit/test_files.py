"""Files: inside the workspace, whole or not at all, through no link (threat T12)."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import OutputError
from core.files import Workspace, append, check_relative

BAD = (
    "../x",
    "a/../../x",
    "/etc/x",
    "C:\\x",
    "\\\\host\\x",
    "a\0b",
    "a\nb",
    "",
    "  ",
    "n" * 300,
    "a/con/b",
    "aux.txt",
    "a/b.",
    "x?",
)
VARIANTS = pytest.mark.parametrize("descriptors", [True, False], ids=["descriptors", "paths"])


@pytest.mark.parametrize("path", BAD)
def test_a_path_that_leaves_the_workspace_or_fits_no_system_is_refused(path: str, tmp_path: Path) -> None:
    assert check_relative(path)
    with pytest.raises(OutputError):
        Workspace(str(tmp_path)).write(path, ["x"])
    assert list(tmp_path.iterdir()) == []


@VARIANTS
def test_a_file_is_written_whole_with_folders_and_a_mode_for_everyone_to_read(
    tmp_path: Path, *, descriptors: bool
) -> None:
    before = os.umask(0o077)
    try:
        size = Workspace(str(tmp_path), descriptors=descriptors).write("a/b/c.txt", ["x", "é\ud83d", "\n"])
    finally:
        os.umask(before)
    path = tmp_path / "a" / "b" / "c.txt"
    assert path.read_bytes() == b"x\xc3\xa9?\n"
    assert size == 5
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


@VARIANTS
def test_no_parent_may_be_a_link(tmp_path: Path, *, descriptors: bool) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    (inside / "a").symlink_to(outside)
    workspace = Workspace(str(inside), descriptors=descriptors)
    with pytest.raises(OutputError, match=r"a/x\.txt can't be written"):
        workspace.write("a/x.txt", ["x"])
    with pytest.raises(OutputError):
        workspace.clear("a", ["x.txt"])
    assert list(outside.iterdir()) == []


@VARIANTS
def test_a_target_that_is_a_link_is_replaced_and_not_followed(tmp_path: Path, *, descriptors: bool) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "x.txt").symlink_to(victim)
    Workspace(str(tmp_path / "w"), descriptors=descriptors).write("x.txt", ["new"])
    assert victim.read_text() == "precious"
    assert not (tmp_path / "w" / "x.txt").is_symlink()


@VARIANTS
def test_a_write_that_breaks_off_leaves_the_old_file_and_nothing_else(tmp_path: Path, *, descriptors: bool) -> None:
    def pieces() -> Iterator[str]:
        yield "half"
        raise RuntimeError("broken off")

    workspace = Workspace(str(tmp_path), descriptors=descriptors)
    workspace.write("x.txt", ["old"])
    with pytest.raises(RuntimeError):
        workspace.write("x.txt", pieces())
    assert [path.name for path in tmp_path.iterdir()] == ["x.txt"]
    assert (tmp_path / "x.txt").read_text() == "old"


@VARIANTS
def test_clearing_deletes_our_files_and_no_others(tmp_path: Path, *, descriptors: bool) -> None:
    workspace = Workspace(str(tmp_path), descriptors=descriptors)
    workspace.write("r/junit.xml", ["old"])
    workspace.write("r/mine.txt", ["x"])
    workspace.clear("r", ["junit.xml", "report.json"])
    workspace.clear("absent", ["junit.xml"])
    assert [path.name for path in (tmp_path / "r").iterdir()] == ["mine.txt"]


def test_appending_follows_no_link_and_writes_to_nothing_but_a_file(tmp_path: Path) -> None:
    target, link, pipe = tmp_path / "out", tmp_path / "link", tmp_path / "pipe"
    append(str(target), "a\n")
    append(str(target), "b\n")
    assert target.read_text() == "a\nb\n"
    link.symlink_to(target)
    os.mkfifo(pipe)
    for path in (link, pipe, tmp_path):
        with pytest.raises(OutputError, match="can't be written"):
            append(str(path), "x")
    assert target.read_text() == "a\nb\n"
