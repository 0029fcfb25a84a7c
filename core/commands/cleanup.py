"""`cleanup`: end what a killed invocation of this very step left at the vendor. Idempotent.

It deletes and writes no files: the results in the folder are those of the step that it cleans up after.
"""

from collections.abc import Mapping
from contextlib import closing

from core.ci.jobs import job
from core.commands.asked import Asked, MissingSecret, understand
from core.errors import RunnerError
from core.inputs.options import Option
from core.inputs.sources import Raw
from core.process import Process
from core.recovery.left import at_work, has_ended, left_behind
from core.workspace.private import PrivateFolder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.commands.assembling import Means
    from core.ports import Ci
    from core.recovery.left import Left

NOT_ENDED = 7


def cleanup(
    process: Process,
    raw: Raw,
    known: Mapping[str, Option],
    ci: "Ci",
    means: "Means | None" = None,
    *,
    every_step: bool = False,
) -> int:
    """0 when nothing is left to be done, 7 when something could not be ended: it is then named.

    A run that a vendor's API has no way to cancel is named, too, and is no 7: nobody could do more from here.

    A command (`cleanup` as a word) is for the step that it belongs to. A step with `mode: cleanup` has a name of its
    own, so it is for `every_step` that this workspace has seen.

    A program of this very step that is still at work, since no signal of the CI has reached it, is ended first. What is
    surely another's is none of our business; what may be ours, and can't be ended or must not be, is named.

    With nothing to do it is 0 whatever the inputs are: a step that failed on them left nothing behind.
    """
    run_id = raw.values.get("run-id", "").strip()
    step = None if every_step else ci.build().step
    vendor, record_to = raw.values.get("vendor", "").strip(), raw.values.get("record-to", "").strip()
    lives = _lives(process, raw, ci, step)
    if lives:
        from core.commands.assembling import usual_means  # noqa: PLC0415 -- brings requests: mostly nothing to do

        means = means or usual_means(process)
        vague = every_step or _is_vague(raw, ci)
        if _stopped(process, raw, ci, lives, means, every_step=vague) and not means.stop.signal:
            lives = []
    found = left_behind(process.workspace, step=step, vendor=vendor)
    found = [left for left in found if not run_id or run_id in left.runs]
    recorded = left_behind(process.workspace, step=step, vendor=record_to) if record_to else []
    over = bool(run_id) and not found and has_ended(process.workspace, vendor=vendor, run=run_id)
    if over:
        ci.info(f"Run {run_id} is over: a step in this workspace has its result.")
        run_id = ""
    if not found and not recorded and not run_id:
        if not lives and not over:
            ci.info(f"Nothing was left behind by {'any' if every_step else 'this'} step.")
        return NOT_ENDED if lives else 0
    try:
        return _end(process, understand(raw, known), ci, found, recorded, run_id, means) or (NOT_ENDED if lives else 0)
    except MissingSecret:
        ci.warning("Nothing can be cleaned up without the secret, and `on-missing-secret` is `skip`.")
        return 0
    except RunnerError as error:
        ci.warning(error.advice)
        return int(error.exit_code)


def _lives(process: Process, raw: Raw, ci: "Ci", step: str | None) -> "list[Left]":
    """The programs that are at work here, but for those of which it is sure that they are another job's or step's."""
    vendor, record_to, run_id = (raw.values.get(name, "").strip() for name in ("vendor", "record-to", "run-id"))
    vendors = dict.fromkeys((vendor, record_to))
    found = [left for name in vendors for left in at_work(process.workspace, step=step, vendor=name)]
    if not found:
        return []
    from core.recovery.holder import is_of_another_job, is_of_another_step  # noqa: PLC0415 -- mostly nothing to do

    here, results = job(process.environment, ci.name), raw.values.get("results-dir", "") if step is not None else ""
    found = [left for left in found if not is_of_another_job(left, here) and not is_of_another_step(left, results)]
    return [left for left in found if not run_id or run_id in left.runs]


def _is_vague(raw: Raw, ci: "Ci") -> bool:
    """Whether one step of a job can't be told from another that runs beside it: only Jenkins has such, and no names."""
    return ci.name == "jenkins" and not raw.values.get("results-dir", "").strip()


def _stopped(process: Process, raw: Raw, ci: "Ci", lives: "list[Left]", means: "Means", *, every_step: bool) -> bool:
    """End the programs that are surely this step's, and name the others. True when none goes on."""
    from core.recovery.holder import end, is_of, told  # noqa: PLC0415 -- mostly nothing to do

    here, results, ended = job(process.environment, ci.name), raw.values.get("results-dir", ""), True
    for left in lives:
        is_ours = not every_step and is_of(left, here, results)
        if is_ours and end(left, means.clock, means.stop):
            ci.info(f"This step was still at work ({told(left)}): it was told to end, and has ended.")
            continue
        ended = False
        what = "could not be ended from here" if is_ours else "is not surely this step's, so it was not ended"
        runs = "".join(f" Its run {run.id} goes on: {run.url}" for run in left.runs.values())
        ci.warning(f"A run is still at work: {told(left)} {what}. End it, and clean up again.{runs}")
    return ended


def _end(
    process: Process,
    asked: Asked,
    ci: "Ci",
    found: "list[Left]",
    recorded: "list[Left]",
    run_id: str,
    means: "Means | None",
) -> int:
    # It brings requests: mostly there is nothing to do.
    from core.commands.assembling import assemble, journal_of, usual_means  # noqa: PLC0415
    from core.ending import clean_up, end_run  # noqa: PLC0415 -- the same

    means = means or usual_means(process)
    build = ci.build()
    private = PrivateFolder(process.workspace)  # nothing is run, so none is made
    done: list[str] = []
    problems: list[str] = []
    todo = [(asked, "base-url", left) for left in found]
    if asked.recorder:
        todo += [(asked.recorder, f"{asked.recorder.spec.name}-base-url", left) for left in recorded]
    for at, (whose, where, left) in enumerate(todo):
        if means.stop.signal:
            problems.append(f"Stopped before the end: {len(todo) - at} more left-overs were not looked at.")
            break
        if left.base_url not in ("", whose.base_url):
            problems.append(f"Something was left at {left.base_url}, and `{where}` is {whose.base_url}.")
            continue
        patience, _, vendor = assemble(process, whose, build, ci, left.journal, means, private)
        clean_up(left, vendor, patience, done, problems)
    if run_id and not found:
        with closing(journal_of(process, asked, build, means)) as journal:
            _, _, vendor = assemble(process, asked, build, ci, journal, means, private)
            end_run(vendor, vendor.attach(run_id), done, problems)
    for sentence in done:
        ci.info(sentence)
    for sentence in problems:
        ci.warning(sentence)
    if means.stop.signal:
        return 128 + means.stop.signal
    return NOT_ENDED if problems else 0
