"""What the release job does to the sources, done to a copy of them."""

import shutil
from pathlib import Path

import pytest

from core import VERSION
from tools.release import ROOT, TEMPLATES, check, pin

IMAGE = "ghcr.io/shop/test-runner-action@sha256:" + "0a" * 32


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "action.yml", tmp_path)
    for folder in TEMPLATES:
        if (ROOT / folder).is_dir():
            shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "core").mkdir()
    shutil.copy(ROOT / "core" / "version.txt", tmp_path / "core")
    return tmp_path


def test_an_image_is_named_by_its_digest_wherever_one_is_named(sources: Path) -> None:
    changed = pin(IMAGE, sources)
    assert f"  image: docker://{IMAGE}\n" in (sources / "action.yml").read_text(encoding="utf-8")
    assert {path.relative_to(sources).parts[0] for path in changed} >= {"action.yml", "gitlab-ci", "templates"}
    for path in sources.rglob("*"):
        assert path.is_dir() or "ghcr.io/org/test-runner-action:1" not in path.read_text(encoding="utf-8"), path
    assert "test-runner-action:1@" not in "".join(path.read_text(encoding="utf-8") for path in changed)


def test_a_release_is_not_pinned_again(sources: Path) -> None:
    pin(IMAGE, sources)
    with pytest.raises(SystemExit, match="is it released already"):
        pin(IMAGE, sources)


@pytest.mark.parametrize("image", ["", "ghcr.io/x/y:1", IMAGE[:-1], IMAGE + "\n", f"{IMAGE}; x", "@sha256:" + "0" * 64])
def test_what_has_no_whole_digest_is_refused(image: str, sources: Path) -> None:
    with pytest.raises(SystemExit, match="no image with a digest"):
        pin(image, sources)


def test_only_the_version_of_these_sources_can_be_released(sources: Path) -> None:
    check(VERSION, sources)
    for wrong in ("9.9.9", f"v{VERSION}", "", f"{VERSION}-rc1"):
        with pytest.raises(SystemExit, match="can't be released"):
            check(wrong, sources)
