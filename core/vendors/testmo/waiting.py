"""`mode: wait`: complete a run that other jobs have filled, and say what it holds, if that can be believed."""

from collections.abc import Callable

from core.errors import CallFailedError, ResultUnknownError
from core.model import Progress, Reason
from core.ports import Calls
from core.vendors.testmo import bodies, fields
from core.vendors.testmo.attaching import Wanted
from core.vendors.testmo.counts import ALIASES
from core.vendors.testmo.recorder import LOOKS, Recorder

AGAIN = (2.0, 7.0)  # seconds before further looks at a completed run that does not say how it ended
MOST_TOLD = 10


class Waiting:
    """The end of one run. `seen` is its last reading, `doubts` are sentences for the report.

    `owe` is called before anything is done to the run, so only to one that is there and of our project. `resources`
    are added to it before it is completed.

    An open thread that holds tests is one of a job that died in its upload: nobody knows how many tests are missing.
    Completing the run closes it, so a word is left on the run before: another look would find nothing but green.
    """

    def __init__(
        self,
        recorder: Recorder,
        calls: Calls,
        run: int,
        owe: Callable[[], None] = lambda: None,
        resources: Wanted | None = None,
    ) -> None:
        self._recorder = recorder
        self._calls = calls
        self._run = run
        self._owe = owe
        self._resources = resources if resources and any(resources.values()) else None
        self._cut: tuple[int, ...] = ()  # threads that were open and held tests
        self.seen: fields.Run | None = None
        self.doubts: tuple[str, ...] = ()

    def poll(self) -> Progress:
        """Complete it and look. Raises ResultUnknownError where a green of it would prove nothing."""
        self.complete(measured=True, patient=True)
        seen = self._believable()
        if seen.completed and not seen.failure:
            self._refuse_what_is_cut(seen)
            self._refuse_what_is_untested(seen)
        return bodies.progress(self._decided(seen))

    def complete(self, *, measured: bool = False, patient: bool = False, ours: bool = False) -> None:
        """Complete it if it is open; `measured`: its time is that until now.

        `ours`: one upload of this very step was to fill it, and was whole only if it has completed its thread; a
        copy that lags behind may show that thread without its tests, or not at all.

        `patient`: there is time to look again, as a thread that was completed just now may look open for a while.
        """
        seen = self.seen = self._recorder.look(self._run)
        if seen.completed:
            self._attach(seen)
            return
        self._owe()
        self._attach(seen)
        for wait in LOOKS[1:] if patient else ():
            if not _cut(seen) or self._calls.left <= wait:
                break
            self._calls.pause(wait)
            seen = self._recorder.look(self._run)
        self._cut = self._cut or _cut(seen)
        if not seen.cut_short and (text := self._word(seen, ours=ours)):
            self._recorder.note(self._run, text)
        if empty := tuple(each.id for each in seen.threads.values() if not each.completed and not each.total):
            self._doubt(f"Open and without a test when the run was completed: {_threads(empty)}.")
        self._recorder.complete_run(self._run, measured=measured)
        self.seen = self._recorder.look(self._run)

    def _attach(self, seen: fields.Run) -> None:
        """Whether they are there decides nothing: what is not is told, and the run goes its way."""
        resources, self._resources = self._resources, None
        if not resources:
            return
        try:
            if not seen.completed:
                self._recorder.attach(self._run, resources)
            elif any(self._recorder.lacking(self._run, resources).values()):
                self._doubt(f"Run {self._run} was completed already: not all links, fields and artifacts are there.")
        except CallFailedError as failure:
            remedy = failure.remedy or "Check `links`, `fields` and `artifacts`; what is there is on the run's page."
            self._doubt(f"{failure.fact} So not all links, fields and artifacts may be at run {self._run}. {remedy}")

    def _doubt(self, text: str) -> None:
        self.doubts = tuple(dict.fromkeys((*self.doubts, text)))

    def _believable(self) -> fields.Run:
        """The run once its counts agree with each other. Raises ResultUnknownError where they never do."""
        seen = self.seen or self._recorder.look(self._run)
        for wait in LOOKS:
            if not seen.completed or seen.failure or not seen.contradiction:
                return seen
            self._calls.pause(wait)
            seen = self.seen = self._recorder.look(self._run)
        raise self._unknown(f"Testmo's counts of run {self._run} contradict each other: {seen.contradiction}.")

    def _decided(self, seen: fields.Run) -> fields.Run:
        """The run once its status says how it ended: a completed one has no reason to change its mind for long.

        Raises ResultUnknownError where it never does.
        """
        for wait in AGAIN:
            if not seen.completed or bodies.verdict_of(seen) is not None:
                return seen
            self._calls.pause(wait)
            seen = self.seen = self._recorder.look(self._run)
        if not seen.completed or bodies.verdict_of(seen) is not None:
            return seen
        fact = f"Run {self._run} is completed, and its status {seen.status} is neither success nor failure."
        raise ResultUnknownError(fact, remedy="Look at the run's page at Testmo.", reason=Reason.PROTOCOL)

    def _refuse_what_is_cut(self, seen: fields.Run) -> None:
        if self._cut:
            raise self._unknown(f"Jobs have not ended their part of run {self._run}: {self._threads}.")
        if seen.cut_short:
            raise self._unknown(f"Run {self._run} is not whole. It says: {seen.cut_short}")

    def _refuse_what_is_untested(self, seen: fields.Run) -> None:
        """A test that was sent with a status that the instance does not know may have failed."""
        if seen.untested:
            number = "1 test" if seen.untested == 1 else f"{seen.untested} tests"
            fact = (
                f"Run {self._run} is completed, and Testmo has {number} of it as untested: how they ended is unknown."
            )
            remedy = f"Look at the run's page, and {ALIASES}."
            raise ResultUnknownError(fact, remedy=remedy, reason=Reason.PROTOCOL)

    def _word(self, seen: fields.Run, *, ours: bool) -> str:
        """What the run should say of itself, empty where nothing is amiss."""
        if self._cut:
            return f"open when the run was completed, so tests may be missing: {self._threads}."
        if ours and not any(each.completed for each in seen.threads.values()):
            return "no thread of it was completed before the run itself, so tests may be missing."
        return ""

    @property
    def _threads(self) -> str:
        return _threads(self._cut)

    def _unknown(self, fact: str) -> ResultUnknownError:
        remedy = (
            "Tests may be missing in it: look at the jobs that recorded them, and repeat the whole pipeline, so that "
            "they are recorded in a new run."
        )
        return ResultUnknownError(fact, remedy=remedy, reason=Reason.PROTOCOL)


def _cut(seen: fields.Run) -> tuple[int, ...]:
    return tuple(each.id for each in seen.threads.values() if each.total and not each.completed)


def _threads(ids: tuple[int, ...]) -> str:
    more = f" and {len(ids) - MOST_TOLD} more" if len(ids) > MOST_TOLD else ""
    return f"{'threads' if len(ids) > 1 else 'thread'} {', '.join(map(str, ids[:MOST_TOLD]))}{more}"
