"""The release workflow's own scripts, run as its jobs run them, with stand-ins for GitHub and for the registry."""

import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from core import VERSION
from tools.release import ROOT

JOBS = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8"))["jobs"]
RELEASE = (
    *(("prepare", "version"), ("publish", "join"), ("try", "start")),
    *(("tag", "commit"), ("tag", "push"), ("tag", "notes"), ("tag", "image")),
)
GH = """\
#!/bin/sh
case "$*" in
  "auth setup-git") ;;
  "release view"*) test -e "$WORLD/page" ;;
  "release create"*) mkdir "$WORLD/page" ;;  # fails where there is one
  *git/ref/tags/*)
    test ! -e "$WORLD/down" || { echo "gh: Server Error (HTTP 502)" >&2; exit 1; }
    git -C "$WORLD/origin" rev-parse --verify --quiet "refs/tags/${2##*/}" ||
      { echo '{"message": "Not Found"}'; echo "gh: Not Found (HTTP 404)" >&2; exit 1; } ;;
  *git/commits/*) git -C "$WORLD/origin" rev-parse "${2##*/}^" ;;
  *) echo "unexpected: gh $*" >&2; exit 2 ;;
esac
"""
# An image's digest is a file named as its tag. Joining two gives a new one, copying one its own.
DOCKER = """\
#!/bin/sh
case "$*" in
  "logout ghcr.io") ;;
  "buildx imagetools inspect"*)
    cat "$WORLD/images/${4##*:}" 2>/dev/null || { echo "ERROR: $4: not found" >&2; exit 1; } ;;
  "buildx imagetools create"*)
    shift 3; tags=
    while [ "$1" = --tag ]; do tags="$tags ${2##*:}"; shift 2; done
    digest=${1##*@}
    test $# = 1 || digest=sha256:$(echo "$*" | sha256sum | cut -d' ' -f1)
    for tag in $tags; do echo "$digest" >"$WORLD/images/$tag"; done ;;
  "run --rm "*) test ! -e "$WORLD/private" && echo "test-runner-action $VERSION" ;;
  *) echo "unexpected: docker $*" >&2; exit 2 ;;
esac
"""


WHO = ("-c", "user.name=x", "-c", "user.email=x@y.z", "-c", "commit.gpgsign=false")
WHEN = "1767323045 +0200"


@dataclass(slots=True, kw_only=True)
class World:
    """GitHub and the registry as folders: `origin` is the repository, `images` has one file for each tag."""

    folder: Path
    outputs: dict[str, str] = field(default_factory=dict)

    def run(self, *words: str, at: str, given: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
        path = f"{self.folder / 'bin'}:/usr/local/bin:/usr/bin:/bin"
        usual = {"PATH": path, "HOME": str(self.folder), "WORLD": str(self.folder), "GIT_CONFIG_NOSYSTEM": "1"}
        environment = {**usual, **(given or {})}
        return subprocess.run(words, cwd=self.folder / at, env=environment, capture_output=True, text=True, check=False)

    def git(self, *words: str, at: str = "origin", given: Mapping[str, str] | None = None) -> str:
        done = self.run("git", *WHO, *words, at=at, given=given)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def tags(self) -> dict[str, str]:
        """The repository's tags, with their commits."""
        lines = self.git("for-each-ref", "--format=%(refname:short) %(objectname)", "refs/tags").splitlines()
        return {name: commit for name, _, commit in (line.partition(" ") for line in lines)}

    def images(self) -> dict[str, str]:
        """The image's tags that users know, with their digests."""
        files = (self.folder / "images").iterdir()
        return {path.name: path.read_text().strip() for path in files if not path.name.startswith("commit-")}

    def commit(self, version: str) -> None:
        """Sources of this version become the tip of main."""
        for name in ("core/__init__.py", "core/version.txt", "pyproject.toml", "Dockerfile"):
            text = (ROOT / name).read_text(encoding="utf-8").replace(VERSION, version)
            (self.folder / "main" / name).write_text(text, encoding="utf-8")
        with (self.folder / "main" / "CHANGELOG.md").open("a", encoding="utf-8") as log:
            log.write(f"\n## [{version}] - 2026-01-02\n")
        self.git("add", "--all", at="main")
        dates = {"GIT_AUTHOR_DATE": WHEN, "GIT_COMMITTER_DATE": WHEN}
        self.git("commit", "--quiet", "--message", version, at="main", given=dates)
        self.git("push", "--quiet", "origin", "HEAD:main", at="main")

    def step(self, job: str, name: str, given: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
        """Run this step's script as the runner does; what it writes as outputs is what later steps are given."""
        (script,) = (step["run"] for step in JOBS[job]["steps"] if step.get("id") == name)
        said = self.folder / "said-outputs"
        said.write_text("")
        given = {**given, "GITHUB_OUTPUT": str(said), "RUNNER_TEMP": str(self.folder)}
        done = self.run("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script, at="job", given=given)
        self.outputs |= {
            key.upper(): text for key, text in (line.split("=", 1) for line in said.read_text().splitlines())
        }
        return done

    def release(self, version: str, *, build: str = "0a", only: Sequence[tuple[str, str]] = RELEASE) -> str:
        """The workflow for the tip of main; gives what the first failing step printed, or nothing."""
        sha = self.git("rev-parse", "refs/heads/main")
        given = {
            "VERSION": version,
            "GITHUB_SHA": sha,
            "GITHUB_REPOSITORY": "Shop/tests",
            "IMAGE": "ghcr.io/shop/tests",
        }
        given |= {"AMD64": f"sha256:{build * 32}", "ARM64": f"sha256:{build[::-1] * 32}"}
        shutil.rmtree(self.folder / "job", ignore_errors=True)
        self.git("clone", "--quiet", ".", "../job")
        for job, name in only:
            done = self.step(job, name, {**given, **self.outputs})
            if done.returncode:
                return f"{job} {name}: {done.stdout}{done.stderr}"
        return ""


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A repository whose tip of main can be released as 1.0.0, by its own workflow."""
    made = World(folder=tmp_path)
    for name in ("bin", "images", "origin", "main/core"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "bin" / "python3").symlink_to(sys.executable)
    for name, text in (("gh", GH), ("docker", DOCKER)):
        (tmp_path / "bin" / name).write_text(text)
        (tmp_path / "bin" / name).chmod(0o755)
    main = tmp_path / "main"
    for name in (
        "action.yml",
        "CHANGELOG.md",
        "gitlab-ci",
        "templates",
        "azure-pipelines",
        "jenkins",
        "tools",
        ".github",
    ):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, main / name)
    made.git("init", "--quiet", "--bare", "--initial-branch=main")
    made.git("init", "--quiet", "--initial-branch=main", at="main")
    made.git("remote", "add", "origin", "../origin", at="main")
    made.commit("1.0.0")
    return made


def test_nothing_is_tagged_before_the_image_was_started_on_every_platform_that_it_is_built_for() -> None:
    assert "try" in JOBS["tag"]["needs"]
    assert "publish" in JOBS["try"]["needs"]
    assert JOBS["try"]["strategy"] == JOBS["image"]["strategy"]
    assert [step["id"] for step in JOBS["tag"]["steps"] if "id" in step] == [
        name for job, name in RELEASE if job == "tag"
    ]


def test_a_release_tags_one_commit_and_one_image_and_the_commit_names_the_image(world: World) -> None:
    assert world.release("1.0.0") == ""
    tags, images = world.tags(), world.images()
    assert tags.keys() == {"v1.0.0", "v1"}
    assert images.keys() == {"1.0.0", "1"}
    assert len({*tags.values()}) == len({*images.values()}) == 1
    assert f"image: docker://ghcr.io/shop/tests@{images['1']}" in world.git("show", "v1:action.yml")
    assert "programRef: 'v1.0.0'" in world.git("show", "v1:jenkins/src/org/testrunner/Request.groovy")
    assert world.git("show", "--no-patch", "--date=raw", "--format=%ad %cd", "v1") == f"{WHEN} {WHEN}"
    assert world.git("diff", "--name-only", "main", "v1", "--", ".github", "tools") == ""


def test_a_release_is_repeated_as_a_whole_though_its_image_is_built_anew(world: World) -> None:
    assert world.release("1.0.0", build="0a") == ""
    before = world.tags(), world.images()
    assert world.release("1.0.0", build="1b") == ""
    assert (world.tags(), world.images()) == before


def test_the_job_that_tags_is_repeated_after_it_ended_in_the_middle(world: World) -> None:
    assert world.release("1.0.0", only=RELEASE[:5]) == ""
    assert world.tags().keys() == {"v1.0.0", "v1"}
    assert world.images() == {}
    assert world.release("1.0.0", only=RELEASE[3:]) == ""
    assert world.images().keys() == {"1.0.0", "1"}


def test_a_refused_tag_leaves_nothing_behind_and_a_mended_commit_can_be_released(world: World) -> None:
    hook = world.folder / "origin" / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\ntest "$1" != refs/tags/v1.0.0\n')
    hook.chmod(0o755)
    assert "tag push: " in world.release("1.0.0")
    assert (world.tags(), world.images()) == ({}, {})
    hook.unlink()
    world.commit("1.0.0")
    assert world.release("1.0.0", build="1b") == ""
    assert world.tags().keys() == {"v1.0.0", "v1"}


def test_a_version_that_was_released_from_another_commit_is_refused(world: World) -> None:
    assert world.release("1.0.0") == ""
    before = world.tags(), world.images()
    world.commit("1.0.0")
    assert "v1.0.0 exists, made from" in world.release("1.0.0")
    assert "tag push: " in world.release("1.0.0", only=RELEASE[3:])  # of an old workflow, repeated alone
    assert (world.tags(), world.images()) == before


def test_an_image_that_was_released_is_never_replaced(world: World) -> None:
    (world.folder / "images" / "1.0.0").write_text("sha256:of-somebody")
    assert "a released image never changes" in world.release("1.0.0")
    assert (world.tags(), world.images()) == ({}, {"1.0.0": "sha256:of-somebody"})


def test_a_version_is_not_new_because_github_did_not_answer(world: World) -> None:
    (world.folder / "down").touch()
    assert "does not tell whether v1.0.0 exists" in world.release("1.0.0")


def test_nothing_is_tagged_while_nobody_can_pull_the_image(world: World) -> None:
    (world.folder / "private").touch()
    assert "Is the package public" in world.release("1.0.0")
    assert (world.tags(), world.images()) == ({}, {})


def test_an_older_version_does_not_take_the_major_version_back(world: World) -> None:
    world.git("tag", "v1.1.0", "main")
    assert world.release("1.0.0") == ""
    assert world.tags().keys() == {"v1.0.0", "v1.1.0"}
    assert world.images().keys() == {"1.0.0"}
