"""Testmo's own client, to compare with: installed from npm into `.tools/testmo` once, never a part of the project.

Prints the path of its program. Where it can't be had, prints nothing, and the reason to stderr and into `REASON`.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

VERSION = "1.5.0"
FOLDER = Path(__file__).resolve().parents[1] / ".tools" / "testmo"
PROGRAM = FOLDER / "node_modules" / ".bin" / "testmo"
REASON = FOLDER / "why-not.txt"
INSTALL_SECONDS = 180
# 1.5.0 asks for a release of testmo-api that not every registry has; what the client uses of it is in 2.4.0.
PACKAGE = {"dependencies": {"@testmo/testmo-cli": VERSION}, "overrides": {"@testmo/testmo-api": "2.4.0"}}


class MissingError(Exception):
    """The client can't be had on this machine; the text says why."""


def program() -> str:
    """The path of the installed program. Raises MissingError."""
    if not PROGRAM.exists():
        _install()
    node = shutil.which("node")
    if node is None:
        raise MissingError("node is not at hand")
    found = _run([node, str(PROGRAM), "--version"], "testmo --version")
    if found.strip() != VERSION:
        raise MissingError(f"testmo --version says {found.strip()!r}, not {VERSION}")
    return str(PROGRAM)


def _install() -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise MissingError("npm is not at hand")
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "package.json").write_text(json.dumps(PACKAGE), encoding="utf-8")
    _run([npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"], "npm install")


def _run(command: list[str], name: str) -> str:
    try:
        done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=True)
    except subprocess.CalledProcessError as error:
        said = next((line for line in (error.stderr or "").splitlines() if line.strip()), "no word")
        raise MissingError(f"{name} failed: {said.strip()[:200]}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MissingError(f"{name} failed: {error}") from error
    return done.stdout


def main() -> int:
    try:
        print(program())
    except MissingError as error:
        FOLDER.mkdir(parents=True, exist_ok=True)
        REASON.write_text(f"{error}\n", encoding="utf-8")
        print(f"No comparison with Testmo's client: {error}.", file=sys.stderr)
    else:
        REASON.unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
