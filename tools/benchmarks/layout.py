"""The image's file layout in a folder: an interpreter of its own, the locked packages, our code, compiled at last."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from docker.pack import UNUSED, drop

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"
# What would not be started in an image anyway.
_LEFT_OUT = shutil.ignore_patterns("site-packages", "dist-packages", "test", "tests", "idlelib", "__pycache__", "*.a")
_SKIPPED = "/(test|tests|lib2to3)/"  # some of what the image has no bytecode of; no start reads any of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """`python` and `entrypoint` are absolute paths; `environment` is all that a started process gets."""

    folder: str
    python: str
    entrypoint: str
    environment: Mapping[str, str]


def build(folder: str) -> Layout:
    """Do by hand, below `folder`, what the Dockerfile does."""
    usr = os.path.join(folder, "usr")
    python = os.path.join(usr, "bin", VERSION)
    os.makedirs(os.path.dirname(python))
    shutil.copy2(real_interpreter(), python)
    shutil.copytree(os.path.join(sys.base_prefix, "lib", VERSION), os.path.join(usr, "lib", VERSION), ignore=_LEFT_OUT)
    app = os.path.join(folder, "app")
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8", "PYTHONHASHSEED": "0"}
    requirements = os.path.join(ROOT, "requirements.txt")
    quiet = "-qq --no-warn-script-location --disable-pip-version-check"
    fixed = "--no-compile --no-deps --require-hashes --only-binary :all:"
    pip = [sys.executable, "-m", "pip", "install", *quiet.split(), *fixed.split(), "--target", app]
    subprocess.run([*pip, "-r", requirements], check=True)
    drop(Path(app), UNUSED)
    shutil.copytree(os.path.join(ROOT, "core"), os.path.join(app, "core"), ignore=_LEFT_OUT)
    shutil.copy2(os.path.join(ROOT, "entrypoint.py"), app)
    layout = Layout(
        folder=folder, python=python, entrypoint=os.path.join(app, "entrypoint.py"), environment=environment
    )
    compile_all(layout, "unchecked-hash")
    return layout


def compile_all(layout: Layout, mode: str) -> None:
    """Bytecode for all of it, valid by `mode` of compileall; what was there before is replaced."""
    command = [layout.python, "-m", "compileall", "-q", "-f", "-x", _SKIPPED, "--invalidation-mode", mode]
    places = [os.path.join(layout.folder, "usr", "lib"), os.path.join(layout.folder, "usr", "local", "lib")]
    places = [place for place in places if os.path.isdir(place)]
    subprocess.run(
        [*command, *places, os.path.join(layout.folder, "app")], env=layout.environment, check=True, stdout=2
    )


def protect(layout: Layout, *, writable: bool) -> None:
    """Take the right to write from every folder and file, or give it back to the owner."""
    for folder, _, names in os.walk(layout.folder):
        for path in (folder, *(os.path.join(folder, name) for name in names)):
            if not os.path.islink(path):
                mode = os.stat(path).st_mode
                os.chmod(path, mode | 0o200 if writable else mode & ~0o222)


def listing(layout: Layout) -> dict[str, tuple[int, int]]:
    """Every file with its size and the time of its last change, to see that a start changed nothing."""
    found = {}
    for folder, _, names in os.walk(layout.folder):
        for name in names:
            path = os.path.join(folder, name)
            seen = os.lstat(path)
            found[path] = (seen.st_size, seen.st_mtime_ns)
    return found


def real_interpreter() -> str:
    """The binary itself: neither a venv's link nor a version manager's shim."""
    base = getattr(sys, "_base_executable", None) or sys.executable
    return os.path.realpath(base)
