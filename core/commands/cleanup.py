"""`cleanup`: end what a killed invocation of this very step left at the vendor. Idempotent.

It deletes and writes no files: the results in the folder are those of the step that it cleans up after.
"""

from collections.abc import Mapping

from core.commands.asked import Asked, MissingSecret, understand
from core.errors import RunnerError
from core.inputs import Raw
from core.journal import left_behind
from core.options import Option
from core.private import PrivateFolder
from core.process import Process

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.commands.running import Means
    from core.journal import Left
    from core.ports import Ci


def cleanup(
    process: Process,
    raw: Raw,
    known: Mapping[str, Option],
    ci: "Ci",
    means: "Means | None" = None,
    *,
    every_step: bool = False,
) -> int:
    """0 when nothing of ours is left, 7 when something could not be ended: it is then named.

    A command (`cleanup` as a word) is for the step that it belongs to. A step with `mode: cleanup` has a name of its
    own, so it is for `every_step` that this workspace has seen.

    With nothing to do it is 0 whatever the inputs are: a step that failed on them left nothing behind.
    """
    run_id = raw.values.get("run-id", "").strip()
    step = None if every_step else ci.build().step
    found = left_behind(process.workspace, step=step, vendor=raw.values.get("vendor", "").strip())
    found = [left for left in found if not run_id or run_id in left.runs]
    record_to = raw.values.get("record-to", "").strip()
    recorded = left_behind(process.workspace, step=step, vendor=record_to) if record_to else []
    if not found and not recorded and not run_id:
        ci.info(f"Nothing was left behind by {'any' if every_step else 'this'} step.")
        return 0
    try:
        return _end(process, understand(raw, known), ci, found, recorded, run_id, means)
    except MissingSecret:
        ci.warning("Nothing can be cleaned up without the secret, and `on-missing-secret` is `skip`.")
        return 0
    except RunnerError as error:
        ci.warning(error.advice)
        return int(error.exit_code)


def _end(
    process: Process,
    asked: Asked,
    ci: "Ci",
    found: "list[Left]",
    recorded: "list[Left]",
    run_id: str,
    means: "Means | None",
) -> int:
    from core.commands.running import assemble, usual_means  # noqa: PLC0415 -- brings requests: mostly nothing to do
    from core.ending import clean_up, end_run  # noqa: PLC0415 -- the same
    from core.journal import Journal  # noqa: PLC0415 -- the same

    means = means or usual_means(process)
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
        patience, _, vendor = assemble(process, whose, ci, left.journal, means, private)
        clean_up(left, vendor, patience, done, problems)
    if run_id and not found:
        journal = Journal.create(
            process.workspace,
            step=ci.build().step,
            vendor=asked.spec.name,
            mode="cleanup",
            at=means.clock.wall(),
            base_url=asked.base_url,
        )
        _, _, vendor = assemble(process, asked, ci, journal, means, private)
        end_run(vendor, vendor.attach(run_id), done, problems)
    for sentence in done:
        ci.info(sentence)
    for sentence in problems:
        ci.warning(sentence)
    if means.stop.signal:
        return 128 + means.stop.signal
    return 7 if problems else 0
