"""What the release job does to the sources, done to a copy of them."""

import re
import shutil
import tomllib
from pathlib import Path

import pytest
import yaml

from core import VERSION
from tools.release import CLAIMED, ROOT, TEMPLATES, check, claim, digest, leads, pin

IMAGE = "ghcr.io/shop/test-runner-action@sha256:" + "0a" * 32
RELEASED = (IMAGE, "1.2.3", "Shop/test-runner-action")
RUNS = (*TEMPLATES, "action.yml", "native", "core", "Dockerfile")  # what a user's job executes, or is made from


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    for name in {*CLAIMED, "action.yml", "core/version.txt", "pyproject.toml", "CHANGELOG.md"}:
        there = tmp_path / name
        there.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, there, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, there)
    return tmp_path


@pytest.fixture
def ready(sources: Path) -> Path:
    """Sources that can be released, as 1.0.0."""
    for name in ("core/__init__.py", "core/version.txt", "pyproject.toml", "Dockerfile"):
        path = sources / name
        path.write_text(path.read_text(encoding="utf-8").replace(VERSION, "1.0.0"), encoding="utf-8")
    with (sources / "CHANGELOG.md").open("a", encoding="utf-8") as log:
        log.write("\n## [1.0.0] - 2026-01-02\n")
    return sources


def text_of(folder: Path, *names: str) -> str:
    files = [
        each for name in names for each in ((folder / name).rglob("*") if (folder / name).is_dir() else [folder / name])
    ]
    return "\n".join(path.read_text(encoding="utf-8") for path in files if path.is_file())


def test_a_release_names_its_image_its_program_and_its_repository_and_nothing_that_moves(sources: Path) -> None:
    pin(*RELEASED, sources)
    assert f"  image: docker://{IMAGE}\n" in text_of(sources, "action.yml")
    text = text_of(sources, *RUNS)
    assert not re.findall(r".*org/test-runner-action.*", text)
    assert not re.findall(r".*(?<!/api/)\bv1\b(?!\.).*", text)  # /api/v1 is a vendor's
    assert not re.findall(r".*test-runner-action:\d.*", text)
    assert not re.findall(r".*ghcr\.io/Shop.*", text)
    assert 'PROJECT = "https://github.com/Shop/test-runner-action"\n' in text


@pytest.mark.parametrize("folder", ["gitlab-ci", "templates"])
def test_gitlabs_templates_have_the_release_as_their_defaults(folder: str, sources: Path) -> None:
    pin(*RELEASED, sources)
    of_image, of_host = (
        next(yaml.safe_load_all((sources / folder / name).read_text(encoding="utf-8")))["spec"]["inputs"]
        for name in ("test-runner.yml", "test-runner-host.yml")
    )
    assert of_image["image"]["default"] == IMAGE
    assert of_host["program-ref"]["default"] == "v1.2.3"
    assert of_host["program-source"]["default"] == "https://github.com/Shop/test-runner-action"


def test_jenkins_and_azures_templates_have_the_release_as_their_defaults(sources: Path) -> None:
    pin(*RELEASED, sources)
    library = text_of(sources, "jenkins/src")
    for text in (IMAGE, "v1.2.3", "https://github.com/Shop/test-runner-action"):
        assert f"'{text}'" in library
    azure = yaml.safe_load(text_of(sources, "azure-pipelines/test-runner.yml"))
    assert {"name": "image", "type": "string", "default": IMAGE} in azure["parameters"]


def test_the_sources_of_an_image_name_the_repository_alone(sources: Path) -> None:
    claim("Shop/test-runner-action", sources)
    assert "org/test-runner-action" not in text_of(sources, *CLAIMED)
    assert 'image.source="https://github.com/Shop/test-runner-action"' in text_of(sources, "Dockerfile")
    assert "docker run" in text_of(sources, "README.md")
    assert "ghcr.io/shop/test-runner-action:1" in text_of(sources, "README.md")
    assert claim("Shop/test-runner-action", sources) == []


@pytest.mark.parametrize("repository", ["", "shop", "shop/x/y", "shop/x y", "https://github.com/shop/x", "shop/x\n"])
def test_what_is_no_repository_is_refused(repository: str, sources: Path) -> None:
    with pytest.raises(SystemExit, match="no repository"):
        claim(repository, sources)


def test_the_name_of_the_image_stays_as_it_was_given(sources: Path) -> None:
    image = IMAGE.replace("ghcr.io/shop/", "127.0.0.1:15000/org/")
    pin(image, "1.2.3", "shop/x", sources)
    assert f"  image: docker://{image}\n" in text_of(sources, "action.yml")
    assert f"'{image}'" in text_of(sources, "jenkins/src")


def test_a_release_is_not_pinned_again(sources: Path) -> None:
    pin(*RELEASED, sources)
    with pytest.raises(SystemExit, match="is it released already"):
        pin(*RELEASED, sources)


@pytest.mark.parametrize("image", ["", "ghcr.io/x/y:1", IMAGE[:-1], IMAGE + "\n", f"{IMAGE}; x", "@sha256:" + "0" * 64])
def test_what_has_no_whole_digest_is_refused(image: str, sources: Path) -> None:
    with pytest.raises(SystemExit, match="no image with a digest"):
        pin(image, "1.2.3", "shop/x", sources)


def test_only_the_version_of_these_sources_can_be_released(ready: Path) -> None:
    check("1.0.0", ready)
    for wrong in ("9.9.9", "v1.0.0", "", "1.0.0-rc1", "1.0", "1.0.0\n"):
        with pytest.raises(SystemExit, match="can't be released"):
            check(wrong, ready)


@pytest.mark.parametrize("name", ["core/__init__.py", "core/version.txt", "pyproject.toml", "Dockerfile"])
def test_a_file_that_says_another_version_is_named(name: str, ready: Path) -> None:
    path = ready / name
    path.write_text(path.read_text(encoding="utf-8").replace("1.0.0", "1.0.1", 1), encoding="utf-8")
    with pytest.raises(SystemExit, match=re.escape(f"{name} says 1.0.1")):
        check("1.0.0", ready)


def test_another_major_version_than_the_templates_name_is_refused(ready: Path) -> None:
    host = ready / "gitlab-ci" / "test-runner-host.yml"
    host.write_text(host.read_text(encoding="utf-8").replace("default: v1", "default: v0"), encoding="utf-8")
    with pytest.raises(SystemExit, match="name the major version 0 and 1"):
        check("1.0.0", ready)


def test_a_version_that_the_change_log_does_not_know_is_refused(ready: Path) -> None:
    log = ready / "CHANGELOG.md"
    log.write_text(log.read_text(encoding="utf-8").replace("## [1.0.0]", "## [1.0.0-rc1]"), encoding="utf-8")
    with pytest.raises(SystemExit, match=r"CHANGELOG\.md has no heading"):
        check("1.0.0", ready)


def test_all_that_is_wrong_is_told_at_once(sources: Path) -> None:
    with pytest.raises(SystemExit) as told:
        check("2.0.0", sources)
    assert len(str(told.value).splitlines()) == 1 + 4 + 1 + 1, told.value


def test_the_project_file_says_the_same_version() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"] == VERSION


@pytest.mark.parametrize(
    ("version", "tags", "expected"),
    [
        ("1.0.0", [], True),
        ("1.10.0", ["v1.9.9", "v1.10.0", "v1", "v2.0.0", "v1.11.0-rc1", "nightly"], True),
        ("1.9.9", ["v1.9.8", "v1.10.0"], False),
    ],
)
def test_what_moves_goes_to_the_newest_version_only(version: str, tags: list[str], expected: bool) -> None:
    assert leads(version, [f"{'0a' * 20}\trefs/tags/{tag}\n" for tag in tags]) is expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("echo sha256:0a", "sha256:0a"),
        ('echo "ERROR: $4: not found" >&2; exit 1', ""),
        ('echo "ERROR: failed to do request: dial tcp: lookup ghcr.io: no such host" >&2; exit 1', "no such host"),
        ('echo "ERROR: unexpected status: 403 Forbidden" >&2; exit 1', "403"),
    ],
)
def test_a_registry_that_does_not_answer_has_not_said_that_there_is_no_image(
    script: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "docker").write_text(f"#!/bin/sh\n{script}\n")
    (tmp_path / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    if expected and not expected.startswith("sha256"):
        with pytest.raises(SystemExit, match=expected):
            digest("ghcr.io/shop/x:1")
    else:
        assert digest("ghcr.io/shop/x:1") == expected
