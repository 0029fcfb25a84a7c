"""The native action: install what is locked, once per job, and become entrypoint.py in this very process.

Called as `python -I`, so that nothing in the workspace or the environment can stand in for our modules; not a child of
ours, so that signals reach the program itself. Needs RUNNER_TEMP, which GitHub empties after the job. What is imported
of our own modules needs no package.
"""

import hashlib
import os
import platform
import runpy
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LOCK = os.path.join(ROOT, "requirements.txt")
NOT_STARTED = 3  # core.model.ExitCode, whose import is not worth its time
PIP = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-compile")
LOCKED = ("--no-deps", "--require-hashes", "--only-binary", ":all:", "--requirement", LOCK)
# Settings of pip for other installations on this machine; the index, a proxy and certificates are meant for us, too.
UNMEANT = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT")
# What is for the program alone: its inputs, and where the vendors' tokens usually stand, as core.inputs.sources has it,
# whose import is not worth its time. Whoever reads pip's environment is to find none of it.
SECRET_PREFIXES = ("INPUT_", "TEST_RUNNER_")
SECRETS = (
    *("AUTIFY_WEB_ACCESS_TOKEN", "AUTIFY_MOBILE_ACCESS_TOKEN", "ATS_API_TOKEN", "APPTEST_AI_ACCESS_KEY"),
    *("TESTMO_TOKEN", "QTEST_TOKEN"),
)
MEANT = {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}
PIECE = 0.5  # seconds of the wait for pip: on Windows no signal is heard before a wait is over

noted: list[int] = []  # the signals that came; entrypoint.py goes on with this list


def hear_signals() -> None:
    """Only note them: an error raised in the midst of something would leave pip alone, or half a folder."""
    from core.waiting.signals import ending  # noqa: PLC0415 -- after the path

    for number in ending():
        signal.signal(number, lambda came, _frame: noted.append(came))


def packages() -> str:
    """The folder of our dependencies: of this lock, this Python and this machine. Raises OSError."""
    with open(LOCK, "rb") as file:
        key = hashlib.sha256(file.read() + f"{sys.version} {platform.platform()} {platform.machine()}".encode())
    parent = os.path.join(os.environ.get("RUNNER_TEMP") or tempfile.gettempdir(), "test-runner-action")
    folder = os.path.join(parent, key.hexdigest()[:16])
    if not os.path.isdir(folder):
        _clear()
        os.makedirs(parent, exist_ok=True)
        _install(tempfile.mkdtemp(prefix="installing-", dir=parent), folder)
    return folder


def _clear() -> None:
    """Delete the step's old reports, as the program would before anything else: this may be as far as it gets."""
    from core.ci.steps import slug  # noqa: PLC0415 -- after the path
    from core.commands.publishing import OURS, results_folder  # noqa: PLC0415 -- the same
    from core.errors import OutputError  # noqa: PLC0415 -- the same
    from core.inputs.sources import gather  # noqa: PLC0415 -- the same
    from core.workspace.files import Workspace  # noqa: PLC0415 -- the same

    given = gather((), os.environ).values
    if given.get("mode", "").strip() == "cleanup":  # which writes none
        return
    step = slug(os.environ.get("GITHUB_ACTION", ""), slug(given.get("vendor", ""), "run"))
    folder = results_folder(given.get("results-dir", ""), step)
    if _is_theirs(os.path.join(os.getcwd(), folder, "junit.xml")):
        return
    with suppress(OutputError, OSError):  # which the program says itself, if it gets there
        Workspace(os.getcwd()).clear(folder, OURS)


def _is_theirs(report: str) -> bool:
    """Whether a report lies there that is none of ours: where `results` means it, the program refuses the folder."""
    from core.workspace.marked import is_ours  # noqa: PLC0415 -- after the path
    from core.workspace.opening import reading  # noqa: PLC0415 -- the same

    try:
        with reading(report) as file:
            return not is_ours(file, os.fstat(file.fileno()).st_size, report)
    except OSError:  # there is none, or no plain file
        return False


def _install(partial: str, folder: str) -> None:
    """Whole or not at all: a step that is stopped here leaves no half of it for the next one."""
    try:
        command = [sys.executable, "-I", *PIP, "--target", partial, *LOCKED]
        with subprocess.Popen(command, env=_for_pip(os.environ)) as pip:
            while pip.poll() is None and not noted:
                with suppress(subprocess.TimeoutExpired):
                    pip.wait(PIECE)
            pip.kill()  # which does nothing to one that has ended
        if pip.returncode:
            raise OSError(f"pip ended with exit code {pip.returncode}")
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
    return _ended("error", "unavailable", NOT_STARTED)


def stopped() -> int:
    """The same of a signal that came while pip was at work."""
    from core.waiting.signals import ending, meant  # noqa: PLC0415 -- after the path

    number = meant(noted, ending())
    print(
        f"::error title=test-runner-action::Stopped by {signal.Signals(number).name} while the dependencies were being "
        "installed. Nothing was started."
    )
    return _ended("cancelled", "signal", 128 + number)


def _ended(conclusion: str, reason: str, status: int) -> int:
    """Set the step's outputs; gives the status to leave with."""
    output = os.environ.get("GITHUB_OUTPUT")
    if output:
        with open(output, "a", encoding="utf-8", newline="\n") as file:
            file.write(f"conclusion={conclusion}\nreason={reason}\nexit-code={status}\n")
    return status


def main() -> int:
    sys.path.insert(0, ROOT)
    hear_signals()
    try:
        found = packages()
    except OSError as error:
        return stopped() if noted else refuse(error.strerror or str(error))
    sys.path.insert(1, found)
    sys.argv = [os.path.join(ROOT, "entrypoint.py")]
    runpy.run_path(sys.argv[0], {"noted": noted}, run_name="__main__")  # which leaves by itself
    return 0


if __name__ == "__main__":
    sys.exit(main())
