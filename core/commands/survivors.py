"""What `cleanup` finds alive: programs that no signal of the CI has reached, and commands whose program was killed."""

from collections.abc import Sequence

from core.ci.jobs import job
from core.inputs.sources import Raw
from core.process import Process
from core.recovery.left import at_work

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.commands.assembling import Means
    from core.ports import Ci
    from core.recovery.left import Left


class Survivors:
    """Ends what is surely this step's, and names the rest. `step` is the step's name, None for every step.

    `go_on`: one goes on, so that not all is cleaned up. `means` are a test's own, or what a wait has needed.
    """

    def __init__(self, process: Process, raw: Raw, ci: "Ci", means: "Means | None", *, step: str | None) -> None:
        self.means = means
        self.go_on = False
        self._process = process
        self._raw = raw
        self._ci = ci
        self._step = step

    def end_programs(self) -> None:
        """End this step's own program; one that may be another's is named."""
        lives = self._lives()
        if not lives:
            return
        from core.recovery.holder import end, is_of, told  # noqa: PLC0415 -- mostly nothing to do

        means = self._begin()
        here, results = job(self._process.environment, self._ci.name), self._raw.values.get("results-dir", "")
        is_vague = self._step is None or self._is_vague()
        ended: set[str] = set()  # one that is to record in a run of others holds two journals
        for left in lives:
            is_ours = not is_vague and is_of(left, here, results)
            if is_ours and end(left, means.clock, means.stop):
                if told(left) not in ended:
                    self._ci.info(f"This step was still at work ({told(left)}): it was told to end, and has ended.")
                ended.add(told(left))
                continue
            self.go_on = True
            what = "could not be ended from here" if is_ours else "is not surely this step's, so it was not ended"
            runs = "".join(f" Its run {run.id} goes on: {run.url}" for run in left.runs.values())
            self._ci.warning(f"A run is still at work: {told(left)} {what}. End it, and clean up again.{runs}")
        self.go_on = self.go_on or bool(means.stop.signal)

    def end_orphans(self, found: "Sequence[Left]") -> None:
        """End the user's commands of programs that are gone: nobody else will, and they work on the same files.

        `found` is what sealed lines say: anybody may name a process.
        """
        commands = [left.command for left in found if left.still_runs]
        if not commands:
            return
        from core.recovery.orphan import end  # noqa: PLC0415 -- mostly nothing to do

        means = self._begin()
        for command in commands:
            name = f"The command of this step still ran (process {command['pid']}), though the step was killed:"
            if end(command, means.clock, means.stop):
                self._ci.info(f"{name} it was told to end, and has ended.")
            else:
                self.go_on = True
                self._ci.warning(f"{name} it could not be ended from here. End it, and clean up again.")

    def _begin(self) -> "Means":
        from core.commands.assembling import usual_means  # noqa: PLC0415 -- brings requests: mostly nothing to do

        self.means = self.means or usual_means(self._process)
        return self.means

    def _lives(self) -> "list[Left]":
        """The programs that are at work here, but for those that are surely another job's or step's."""
        vendor, record_to, run_id = (
            self._raw.values.get(name, "").strip() for name in ("vendor", "record-to", "run-id")
        )
        vendors = dict.fromkeys((vendor, record_to))
        found = [left for name in vendors for left in at_work(self._process.workspace, step=self._step, vendor=name)]
        if not found:
            return []
        from core.recovery.holder import is_of_another_job, is_of_another_step  # noqa: PLC0415 -- the same

        here = job(self._process.environment, self._ci.name)
        results = self._raw.values.get("results-dir", "") if self._step is not None else ""
        found = [left for left in found if not is_of_another_job(left, here) and not is_of_another_step(left, results)]
        return [left for left in found if not run_id or run_id in left.runs]

    def _is_vague(self) -> bool:
        """Whether one step of a job can't be told from another beside it: only Jenkins has such, and no names."""
        return self._ci.name == "jenkins" and not self._raw.values.get("results-dir", "").strip()
