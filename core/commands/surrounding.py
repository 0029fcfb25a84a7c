"""The CI system that a command speaks to, made of what its process was given."""

import time
from collections.abc import Mapping

from core.ci import CIS, PATIENCE, Surroundings, detect
from core.inputs.kinds import duration
from core.process import Process
from core.text.secret import Redactor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.commands.assembling import Means
    from core.ports import Ci


def ci_for(
    process: Process, values: Mapping[str, str], vendor: str, redact: Redactor, means: "Means | None" = None
) -> "Ci":
    """By the input `ci`, else as detected. `values` are the raw inputs, right or wrong; `means` are a test's own."""
    env, wanted = process.environment, values.get("ci", "").strip()
    asks = env.get("RUNNER_DEBUG") == "1" or env.get("SYSTEM_DEBUG", "").lower() == "true"  # GitHub's word, and Azure's
    return CIS[detect(env, wanted if wanted in CIS else "")].make(
        Surroundings(
            env=env,
            out=process.out,
            redact=redact,
            wall=means.clock.wall if means else time.time,
            vendor=vendor,
            workspace=process.workspace,
            results_dir=values.get("results-dir", ""),
            noted=process.noted,
            patience=_patience(values.get("timeout", "").strip()),
            debug=asks or values.get("log-level", "").strip() == "debug",
        )
    )


def _patience(timeout: str) -> float:
    """Seconds that a log may wait for its reader: the step's own, as far as they are known already."""
    try:
        return duration(timeout)
    except ValueError:
        return PATIENCE
