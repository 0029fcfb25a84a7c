"""The agent's own program in a Buildkite job, where it is at hand: what it is told, it tells Buildkite."""

import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence

PROGRAM = "buildkite-agent"
_OURS = ("INPUT_", "TEST_RUNNER_", "PLUGIN_")


class Missing(Exception):  # noqa: N818 -- no error: an image need not have it
    """There is no such program in PATH."""


def tell(
    arguments: Sequence[str], text: str, env: Mapping[str, str], redact: Callable[[str], str], *, seconds: float
) -> str:
    """Give it a text; what went wrong, else empty. Raises Missing. It sees nothing that holds a secret of ours."""
    program = shutil.which(PROGRAM, path=env.get("PATH", ""))
    if program is None:
        raise Missing
    safe = {name: value for name, value in env.items() if not name.upper().startswith(_OURS) and redact(value) == value}
    try:
        done = subprocess.run(  # noqa: S603 -- a fixed program, and no word of its arguments is a vendor's
            [program, *arguments],
            input=text.encode("utf-8", "replace"),
            env=safe,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=seconds,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return f"{PROGRAM} {arguments[0]}: {type(error).__name__}"
    last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
    return f"{PROGRAM} {arguments[0]} ended with {done.returncode}: {last}" if done.returncode else ""
