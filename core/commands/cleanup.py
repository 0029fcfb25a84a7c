"""`cleanup`: end what a killed invocation of this very step left at the vendor. Idempotent.

It deletes and writes no files: the results in the folder are those of the step that it cleans up after.
"""

import os
from collections.abc import Mapping, Sequence
from contextlib import closing

from core.commands.asked import Asked, MissingSecret, understand
from core.commands.sealing import recorders_seal_given, seal_given
from core.commands.survivors import Survivors
from core.errors import RunnerError
from core.inputs.options import Option
from core.inputs.sources import Raw
from core.process import Process
from core.recovery.left import has_ended, left_behind, unproven
from core.workspace.places import STATE
from core.workspace.private import PrivateFolder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.commands.assembling import Means
    from core.ports import Ci
    from core.recovery.left import Left
    from core.recovery.seal import Seal

NOT_ENDED = 7
MOST_NAMED = 3


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

    With nothing to do it is 0 whatever the inputs are: a step that failed on them left nothing behind. So it is where
    the secret is missing and that is meant.

    What a journal claims in lines that were not written with the token of this step is not acted on, but named: 7.
    """
    run_id = raw.values.get("run-id", "").strip()
    step = None if every_step else ci.build().step
    vendor, record_to = raw.values.get("vendor", "").strip(), raw.values.get("record-to", "").strip()
    survivors = Survivors(process, raw, ci, means, step=step)
    survivors.end_programs()
    # Without a token there are only claims, and nobody acts on them: understand() then says that the token is missing.
    seal, recorders_seal = seal_given(raw, vendor), recorders_seal_given(raw, record_to)
    found = left_behind(process.workspace, step=step, vendor=vendor, seal=seal)
    found = [left for left in found if not run_id or run_id in left.runs]
    if seal:
        survivors.end_orphans(found)
    found = [left for left in found if left.is_open]
    strange = _unproven(process.workspace, step, {vendor: seal, record_to: recorders_seal}, run_id)
    recorded = left_behind(process.workspace, step=step, vendor=record_to, seal=recorders_seal) if record_to else []
    if strange:
        ci.warning(_not_ours(strange))
    over = bool(run_id and seal) and not found and has_ended(process.workspace, vendor=vendor, run=run_id, seal=seal)
    if run_id and not found and not over and has_ended(process.workspace, vendor=vendor, run=run_id):
        ci.info(
            f"A journal in {STATE}/ says that run {run_id} is over. It was not written with this token, so what comes "
            "next does not rely on it."
        )
    if over:
        ci.info(f"Run {run_id} is over: a step in this workspace has its result.")
        run_id = ""
    goes_on = NOT_ENDED if survivors.go_on or strange else 0
    if not found and not recorded and not run_id:
        if not survivors.go_on and not over and not strange:
            ci.info(f"Nothing was left behind by {'any' if every_step else 'this'} step.")
        return goes_on
    try:
        return _end(process, understand(raw, known), ci, found, recorded, run_id, survivors.means) or goes_on
    except MissingSecret:
        ci.warning("Nothing can be cleaned up without the secret, and `on-missing-secret` is `skip`.")
        return goes_on
    except RunnerError as error:
        ci.warning(error.advice)
        return int(error.exit_code)


def _unproven(workspace: str, step: str | None, seals: "Mapping[str, Seal | None]", run_id: str) -> list[str]:
    """The files that claim what no line of ours says, of the run that is asked for if there is one.

    Without a token only what a command does is told of here: all else is open, and asks for the token.
    """
    found = []
    for vendor, seal in seals.items():
        found += unproven(workspace, step, vendor, seal) if seal else _running(workspace, step, vendor)
    return [_named(left) for left in found if not run_id or run_id in left.runs]


def _running(workspace: str, step: str | None, vendor: str) -> "list[Left]":
    return [left for left in left_behind(workspace, step=step, vendor=vendor) if left.still_runs]


def _named(left: "Left") -> str:
    running = f" (whose command still runs, as process {left.command['pid']})" if left.still_runs else ""
    return os.path.basename(left.path) + running


def _not_ours(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return (
        f"Not cleaned up, since it was not written with this token: {', '.join(names[:MOST_NAMED])}{more} in {STATE}/. "
        "Where a step that had another token was killed, clean up with that one. Where it was an earlier release, or "
        "nobody knows where the file comes from: look at the vendor, end what still runs, and delete it."
    )


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
