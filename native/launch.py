"""The native action: install what is locked, once per job, and become entrypoint.py in this very process.

Called as `python -I`, so that nothing in the workspace or the environment can stand in for our modules; not a child of
ours, so that signals reach the program itself. Needs RUNNER_TEMP, which GitHub empties after the job.
"""

import hashlib
import os
import platform
import runpy
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LOCK = os.path.join(ROOT, "requirements.txt")
NOT_STARTED = 3  # core.model.ExitCode, which can't be imported yet
PIP = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-compile")
LOCKED = ("--no-deps", "--require-hashes", "--only-binary", ":all:", "--requirement", LOCK)
# Settings of pip for other installations on this machine; the index, a proxy and certificates are meant for us, too.
UNMEANT = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT")
# What is for the program alone: its inputs, and where the vendors' tokens usually stand, as core.inputs.sources has it,
# which can't be imported yet. Whoever reads pip's environment is to find none of it.
SECRET_PREFIXES = ("INPUT_", "TEST_RUNNER_")
SECRETS = (
    *("AUTIFY_WEB_ACCESS_TOKEN", "AUTIFY_MOBILE_ACCESS_TOKEN", "ATS_API_TOKEN", "APPTEST_AI_ACCESS_KEY"),
    *("TESTMO_TOKEN", "QTEST_TOKEN"),
)
MEANT = {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}


def packages() -> str:
    """The folder of our dependencies: of this lock, this Python and this machine. Raises OSError."""
    with open(LOCK, "rb") as file:
        key = hashlib.sha256(file.read() + f"{sys.version} {platform.platform()} {platform.machine()}".encode())
    parent = os.path.join(os.environ.get("RUNNER_TEMP") or tempfile.gettempdir(), "test-runner-action")
    folder = os.path.join(parent, key.hexdigest()[:16])
    if not os.path.isdir(folder):
        os.makedirs(parent, exist_ok=True)
        _install(tempfile.mkdtemp(prefix="installing-", dir=parent), folder)
    return folder


def _install(partial: str, folder: str) -> None:
    """Whole or not at all: a step that is killed here leaves no half of it for the next one."""
    try:
        command = [sys.executable, "-I", *PIP, "--target", partial, *LOCKED]
        done = subprocess.run(command, env=_for_pip(os.environ), check=False)
        if done.returncode:
            raise OSError(f"pip ended with exit code {done.returncode}")
        try:
            os.rename(partial, folder)
        except OSError:  # another step was faster
            if not os.path.isdir(folder):
                raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _for_pip(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without our secrets, and without settings that are for other installations."""
    kept = {name: text for name, text in environment.items() if not name.upper().startswith(SECRET_PREFIXES)}
    return {name: text for name, text in kept.items() if name not in (*UNMEANT, *SECRETS)} | MEANT


def refuse(reason: str) -> int:
    """Tell it as the program would: nothing was started, and the job may be repeated."""
    print(
        f"::error title=test-runner-action::The dependencies can't be installed: {reason}. Nothing was started. "
        "The runner must reach the Python package index, or a mirror of it by PIP_INDEX_URL."
    )
    output = os.environ.get("GITHUB_OUTPUT")
    if output:
        with open(output, "a", encoding="utf-8", newline="\n") as file:
            file.write(f"conclusion=error\nreason=unavailable\nexit-code={NOT_STARTED}\n")
    return NOT_STARTED


def main() -> int:
    try:
        found = packages()
    except OSError as error:
        return refuse(error.strerror or str(error))
    except KeyboardInterrupt:
        print("Stopped while the dependencies were being installed. Nothing was started.")
        return 130
    sys.path[:0] = [ROOT, found]
    sys.argv = [os.path.join(ROOT, "entrypoint.py")]
    runpy.run_path(sys.argv[0], run_name="__main__")  # which leaves by sys.exit
    return 0


if __name__ == "__main__":
    sys.exit(main())
