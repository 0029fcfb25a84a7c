"""Runs that must not stay open: each completed as it is, and none that is not ours."""

from collections.abc import Mapping

from core.errors import CallFailedError, Fault, ResultUnknownError
from core.model import Reason
from core.ports import Calls, Log
from core.vendors.testmo.recorder import Recorder
from core.vendors.testmo.starting import Starter
from core.vendors.testmo.texts import short
from core.vendors.testmo.upload import Upload
from core.vendors.testmo.waiting import Waiting


class Closing:
    """Completes runs. `upload` is what this process sends, if it does; `ended` are runs that were completed here."""

    def __init__(self, recorder: Recorder, calls: Calls, log: Log) -> None:
        self._recorder = recorder
        self._calls = calls
        self._log = log
        self.upload: Upload | None = None
        self.ended: set[int] = set()

    def end(self, run: int, *, ours: bool = False) -> None:
        """Complete a run as it is. What may be missing in it is told there first, or it stays open."""
        upload = self.upload
        if upload is None or upload.run != run:
            Waiting(self._recorder, self._calls, run).complete(ours=ours)
        else:
            if not upload.is_whole:
                self._recorder.note(run, upload.word)
            self._recorder.complete_run(run)
        self.ended.add(run)

    def tell(self, run: int, of_job: str) -> None:
        """Leave word of this job on a run that others use too; one that is over or gone takes none."""
        if not self.is_over(run):
            self._recorder.note(run, short(f"{self.upload.word if self.upload else ''} {of_job}".strip()))
            self._log.warning(
                f"Run {run} now says that results of this job are missing in it, and its `mode: wait` will not be "
                "green, whatever is added later. Repeat the whole pipeline, not this job alone: its `mode: start` "
                "makes a new run."
            )

    def end_if_there(self, run: int) -> None:
        """The same; nobody need complete what somebody has deleted."""
        try:
            self.end(run)
        except CallFailedError as failure:
            if failure.fault is not Fault.ABSENT or not self.is_over(run):
                raise

    def end_ours(self, run: int, mark: str) -> None:
        """The same of a run that a list calls ours, if it says so itself: a wrong list shall end nobody's run."""
        seen = self._recorder.badge(run)
        if mark not in seen.marks:
            fact = f"Testmo lists run {run} as one of ours, and it is not."
            raise ResultUnknownError(fact, remedy="Look at the run's page at Testmo.", reason=Reason.PROTOCOL)
        if not seen.completed and run not in self.ended:
            self.end(run, ours=True)
            self._log.info(f"Run {run} of this step was open at Testmo, and was ended.")

    def end_all_of(self, debt: Mapping[str, str]) -> None:
        """Every run that bears the mark of a debt, but the one that it excepts.

        Raises RunnerError where it is unknown whether there is one.
        """
        starter = Starter(self._calls, self._log, int(debt["project"]), debt["name"], debt["mark"])
        if "but" in debt:
            found = starter.others_than(int(debt["but"]))
        else:
            found = list(starter.ours()) if self.ended else starter.left_open()
        for run in found:
            self.end_ours(run, debt["mark"])

    def is_over(self, run: int) -> bool:
        """Whether nothing is left to complete in a run that was there."""
        try:
            return self._recorder.look(run).completed
        except CallFailedError as failure:
            if failure.fault is not Fault.ABSENT:
                raise
            self._log.warning(f"Testmo has no run {run}: nothing is left to do there.")
            return True
