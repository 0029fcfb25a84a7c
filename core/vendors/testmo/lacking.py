"""What a run is told where a job has not recorded all that it should: `mode: wait` must not be green over it.

From before its command until all is recorded, a job that shares a run owes it that word: a debt, which the end of the
step pays, whatever that end is, or after a kill its `cleanup`.
"""

from core.model import Build, Command
from core.vendors.testmo.results import Results

WORD = "word"  # the kind of the debt
_MOST_TOLD = 3


def debt(run: int) -> dict[str, str]:
    label = f"run {run}, which does not say that results of this job are missing in it"
    return {"kind": WORD, "run": str(run), "label": label}


def lack(command: Command | None, found: Results) -> str:
    """What is missing though all that was found is recorded; empty where nothing is.

    Of a command that has failed the tests tell, and where none of them has failed, the failure is in no report.
    """
    if command is None or command.is_good:
        return ""
    if found.lacking:
        return f"{command.fact} Not all of its reports are here: {' '.join(found.lacking[:_MOST_TOLD])}"
    if not found.totals.failed + found.totals.errored:
        return f"{command.fact} No test that is recorded here has failed."
    return ""


def of_job(build: Build) -> str:
    """The same of a job that has not come to its end."""
    name = build.url or build.name
    return f"a job{f' ({name})' if name else ''} has not recorded all of its results."
