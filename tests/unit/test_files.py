"""Files: inside the workspace, whole or not at all, through no link (threat T12)."""

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import OutputError
from core.workspace.files import Workspace, append, check_relative

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
    "file:stream",
    "COM¹.txt",
    "conin$",
    "half \ud83d",
    "\N{HANGUL SYLLABLE GA}" * 86,  # 258 bytes
)
VARIANTS = pytest.mark.parametrize("descriptors", [True, False], ids=["descriptors", "paths"])


@VARIANTS
@pytest.mark.parametrize("path", BAD)
def test_a_path_that_leaves_the_workspace_or_fits_no_system_is_refused(
    path: str, tmp_path: Path, *, descriptors: bool
) -> None:
    workspace = Workspace(str(tmp_path), descriptors=descriptors)
    assert check_relative(path)
    with pytest.raises(OutputError):
        workspace.write(path, ["x"])
    with pytest.raises(OutputError):
        workspace.clear("a", [path])
    assert list(tmp_path.iterdir()) == []


@VARIANTS
@settings(deadline=None)  # a busy machine is no failure
@given(
    path=st.lists(st.sampled_from(["..", ".", "/", "\\", "a", "b ", "nul", ":", "~", "\0"]), max_size=8).map("".join)
)
def test_whatever_the_path_nothing_is_written_outside(path: str, *, descriptors: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        inside = Path(folder, "inside")
        inside.mkdir()
        with suppress(OutputError):
            Workspace(str(inside), descriptors=descriptors).write(path, ["x"])
        assert list(Path(folder).iterdir()) == [inside]
        assert not (check_relative(path) and list(inside.iterdir()))


@VARIANTS
@pytest.mark.parametrize("name", ["x" * 255, "a/./b//c.txt", "a\\b.txt", "한국어.txt", "-rf", "~"])
def test_an_unusual_path_that_every_system_bears_is_written(name: str, tmp_path: Path, *, descriptors: bool) -> None:
    Workspace(str(tmp_path), descriptors=descriptors).write(name, ["x"])
    assert [found.read_text() for found in tmp_path.rglob("*") if found.is_file()] == ["x"]


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


@VARIANTS
def test_what_a_killed_process_left_behind_stops_no_later_write(tmp_path: Path, *, descriptors: bool) -> None:
    workspace = Workspace(str(tmp_path), descriptors=descriptors)
    pieces = iter(["half", "never asked for"])
    reader: list[str] = []

    def observed() -> Iterator[str]:
        reader.extend(path.name for path in tmp_path.iterdir())
        yield next(pieces)

    workspace.write("x.xml", observed())
    (unfinished,) = reader
    assert not unfinished.endswith((".xml", ".json", ".md"))  # no glob of a CI takes it for a report
    (tmp_path / unfinished).write_text("left behind")
    workspace.write("x.xml", ["new"])
    assert (tmp_path / "x.xml").read_text() == "new"
    assert (tmp_path / unfinished).read_text() == "left behind"


@VARIANTS
def test_readers_see_the_old_file_until_the_new_one_is_whole(tmp_path: Path, *, descriptors: bool) -> None:
    workspace = Workspace(str(tmp_path), descriptors=descriptors)
    workspace.write("x.txt", ["old"])
    seen: list[str] = []

    def pieces() -> Iterator[str]:
        for piece in ("a" * 100_000, "b"):
            seen.append((tmp_path / "x.txt").read_text())
            yield piece

    workspace.write("x.txt", pieces())
    assert seen == ["old", "old"]
    assert len((tmp_path / "x.txt").read_text()) == 100_001


@VARIANTS
def test_a_folder_in_the_way_is_an_error_that_leaves_nothing(tmp_path: Path, *, descriptors: bool) -> None:
    workspace = Workspace(str(tmp_path), descriptors=descriptors)
    (tmp_path / "r" / "junit.xml").mkdir(parents=True)
    (tmp_path / "file").touch()
    for path in ("r/junit.xml", "file/x"):
        with pytest.raises(OutputError, match=f"{path} can't be written") as caught:
            workspace.write(path, ["x"])
        assert "must be a real folder" in caught.value.remedy
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")) == ["file", "r", "r/junit.xml"]


def test_a_workspace_that_is_absent_is_an_error_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        Workspace(str(tmp_path / "absent")).write("x.txt", ["x"])
    assert list(tmp_path.iterdir()) == []


def test_appending_follows_no_link_and_writes_to_nothing_but_a_file(tmp_path: Path) -> None:
    target, link, pipe = tmp_path / "out", tmp_path / "link", tmp_path / "pipe"
    append(str(target), "a\n")
    append(str(target), "b\n")
    assert target.read_text() == "a\nb\n"
    link.symlink_to(target)
    os.mkfifo(pipe)
    for path in (link, pipe, tmp_path):
        with pytest.raises(OutputError, match="can't be written") as caught:
            append(str(path), "x")
        assert "The CI names this file" in caught.value.remedy
    assert target.read_text() == "a\nb\n"
