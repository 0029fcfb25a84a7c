"""What is in the image: little, the same from every build, and nothing that was not meant to be."""

import json
import os
import shutil
from tarfile import SYMTYPE

import pytest

from core import VERSION
from tests.verify.engine import ROOT, Engine, build
from tests.verify.layers import Layer, digests, fingerprint, layers_above

MARK = b"s3cret-0f-the-builder-not-for-any-layer"
OURS = b"the same program in the mode `cleanup`"  # which is in our layers: so the search finds what is there
SENT = ("Dockerfile", ".dockerignore", "requirements.txt", "entrypoint.py", "core", "docker")
PLANTED = (
    *(".env", ".netrc", "token.txt", "core/.env", "core/ci/.token", "docker/.netrc", "pip.conf"),
    *("core/__pycache__/token.cpython-311.pyc", "tests/token.py", ".git/config"),
)
OWN_LAYERS = 3  # the standard library's bytecode, packages, program
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def again(engine: Engine, base: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A second build, from nothing: of a checkout with another umask, other times, and the builder's secrets in it."""
    folder = tmp_path_factory.mktemp("again")
    for name in SENT:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, copy_function=shutil.copy)
        else:
            shutil.copy(ROOT / name, folder / name)
    for path in folder.glob("**/*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
        os.utime(path, (1_700_000_000, 1_700_000_000))
    for name in PLANTED:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(MARK)
    return build(engine, base, tag="test-runner-action:again", folder=folder, extra=("--no-cache",))


@pytest.fixture(scope="module")
def layers(engine: Engine, base: str, again: str) -> list[Layer]:
    return layers_above(engine, again, base, look_for=frozenset({MARK, OURS}))


def test_two_builds_have_one_root_file_system(engine: Engine, image: str, again: str) -> None:
    first, second = fingerprint(engine, image), fingerprint(engine, again)
    assert "app/core/__pycache__/cli.cpython-311.pyc" in first
    assert {name for name in first.keys() | second.keys() if first.get(name) != second.get(name)} == set()


def test_two_builds_have_the_same_layers_of_ours_times_included(engine: Engine, image: str, again: str) -> None:
    """So that an upgrade transfers only what has changed. Debian's own layer holds the times of what it removed."""
    first, second = digests(engine, image), digests(engine, again)
    assert first[-OWN_LAYERS:] == second[-OWN_LAYERS:]


def test_no_layer_holds_what_else_lies_beside_the_sources(layers: list[Layer]) -> None:
    assert frozenset().union(*(layer.found for layer in layers)) == {OURS}


def test_the_image_adds_little_to_its_base(layers: list[Layer]) -> None:
    packed = {layer.made_by: layer.packed for layer in layers}
    assert sum(packed.values()) <= 15 * MEGABYTE, packed
    (packages,) = (size for line, size in packed.items() if "/packages/" in line)
    assert packages <= 9 * MEGABYTE


def test_no_layer_holds_more_than_the_program(engine: Engine, image: str) -> None:
    found = engine.run("run", "--rm", "--network", "host", "--entrypoint", "find", image, "/app", "-type", "f").stdout
    files = {line.removeprefix("/app/") for line in found.splitlines() if "__pycache__" not in line}
    tracked = {str(path.relative_to(ROOT)) for path in (ROOT / "core").rglob("*") if path.is_file()} | {"entrypoint.py"}
    assert {name for name in files if name.startswith("core/") or "/" not in name} == {
        name for name in tracked if "__pycache__" not in name
    }


def test_each_locked_package_is_named_for_those_who_list_what_an_image_holds(engine: Engine, image: str) -> None:
    found = "[f'{d.name.lower()}=={d.version}' for d in m.distributions(path=['/app'])]"
    code = f"import importlib.metadata as m; print(*{found})"
    listed = engine.run("run", "--rm", "--network", "host", "--entrypoint", "python", image, "-c", code).stdout.split()
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    locked = {line.split()[0] for line in lock.splitlines() if "==" in line and not line.startswith((" ", "#"))}
    assert {name.replace("_", "-") for name in listed} == locked
    installed = engine.run("run", "--rm", "--network", "host", "--entrypoint", "dpkg", image, "-s", "procps").stdout
    assert "Status: install ok installed" in installed


def test_labels_tell_what_it_is(engine: Engine, image: str) -> None:
    labels = json.loads(engine.run("inspect", "--format", "{{json .Config.Labels}}", image).stdout)
    assert {name.removeprefix("org.opencontainers.image."): text for name, text in labels.items()} == {
        "title": "test-runner-action",
        "source": "https://github.com/org/test-runner-action",
        "licenses": "Apache-2.0",
        "version": VERSION,
    }


def test_nothing_in_it_has_the_right_to_become_another_user_or_is_open_to_all(
    engine: Engine, base: str, image: str
) -> None:
    before = fingerprint(engine, base)
    added = {name: entry for name, entry in fingerprint(engine, image).items() if before.get(name) != entry}
    wide = {name for name, (kind, mode, *_) in added.items() if kind != SYMTYPE and mode & 0o6022 and name != "tmp"}
    assert wide == set()
