"""As root, what is made in a folder belongs to the folder's owner; for anybody else nothing changes."""

import os
from pathlib import Path

import pytest

from core.recovery.journal import Journal
from core.workspace.files import Workspace
from core.workspace.private import PrivateFolder

OWNER = 12345
pytestmark = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root makes files that belong to others"
)


def owners(folder: Path) -> set[tuple[int, int]]:
    found = [path.lstat() for path in folder.rglob("*")]
    assert found
    return {(one.st_uid, one.st_gid) for one in found}


def fill(folder: Path) -> None:
    Workspace(str(folder)).write("test-results/test-runner/step/junit.xml", ["<testsuites/>"])
    Journal.create(str(folder), step="step", vendor="autify", mode="run", at=0.0).close()
    path = PrivateFolder(str(folder)).path
    assert os.path.isdir(path)


def test_everything_in_a_workspace_belongs_to_its_owner(tmp_path: Path) -> None:
    os.chown(tmp_path, OWNER, OWNER)
    fill(tmp_path)
    assert owners(tmp_path) == {(OWNER, OWNER)}


def test_a_private_folder_alone_belongs_to_the_owner_too(tmp_path: Path) -> None:
    os.chown(tmp_path, OWNER, OWNER)
    assert os.path.isdir(PrivateFolder(str(tmp_path)).path)
    assert owners(tmp_path) == {(OWNER, OWNER)}


def test_roots_own_workspace_stays_roots(tmp_path: Path) -> None:
    fill(tmp_path)
    assert owners(tmp_path) == {(0, 0)}


def test_a_link_that_lies_in_the_way_hands_nothing_over(tmp_path: Path) -> None:
    """Somebody in the job could point our name at a file of root's: only what we made changes hands."""
    roots = tmp_path / "roots"
    roots.write_text("root's")
    workspace = tmp_path / "workspace"
    (workspace / "out").mkdir(parents=True)
    os.chown(workspace, OWNER, OWNER)
    (workspace / "out" / "junit.xml").symlink_to(roots)
    Workspace(str(workspace)).write("out/junit.xml", ["<testsuites/>"])
    assert roots.stat().st_uid == 0
    assert roots.read_text() == "root's"
