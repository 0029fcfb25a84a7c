"""Testmo's calls, each made exactly once: the API has no idempotency key, but what it counts tells what happened."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, repeat
from math import inf
from typing import TypeVar

from core.errors import BadInputError, CallFailedError, Fault, ResultUnknownError
from core.model import Reason
from core.ports import Answer, Calls, Log
from core.vendors.testmo import attaching, fields
from core.vendors.testmo.batches import joined

Item = TypeVar("Item")
DELAYS = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)  # seconds before further tries
LONGEST_DELAY = 60.0  # before all later ones, up to the deadline, where calls fail by themselves
LOOKS = (0.0, 2.0, 4.0, 7.0, 8.0)  # seconds before each look: what was done may be seen only some 20 s later
YOUNG = (1.0, 3.0, 7.0)  # seconds: what was created just now may not be found at once
AGAIN = (2.0,)  # a refused token has one retry
TOO_LARGE = 413
NOTE_SECONDS = 120.0  # in which something is added to a run itself, such as a word


class Recorder:
    """Runs and threads by their ids. Methods raise RunnerError, and CallFailedError where a call had no effect."""

    def __init__(self, calls: Calls, log: Log, project: int, *, given: bool = False) -> None:
        """`project` 0: whichever the run is in; `given`: the user has named the run, so its project may be wrong."""
        self._calls = calls
        self._log = log
        self._project = project
        self._given = given
        self._elsewhere = False  # the last answer was about another project

    def look(self, run: int) -> fields.Run:
        """Read a run, riding out outages."""
        return self._calls.read("get-run", parse=lambda answer: self._ours(answer, run), path={"run_id": run})

    def peek(self, run: int) -> fields.Run:
        """The same in one short try."""
        return self._calls.peek("get-run", parse=lambda answer: self._ours(answer, run), path={"run_id": run})

    def look_at_new(self, run: int) -> fields.Run:
        """The same of a run that was created just now, which may not be found at once."""
        return self._bearing(lambda: self.look(run), (Fault.ABSENT,))

    def badge(self, run: int) -> fields.Badge:
        """Whose a run is, which may not be found at once."""

        def look() -> fields.Badge:
            return self._calls.read("get-run", parse=lambda answer: _badge(answer, run), path={"run_id": run})

        return self._bearing(look, (Fault.ABSENT,))

    def _ours(self, answer: Answer, run: int) -> fields.Run:
        """The run, or ValueError: an answer about another run is no answer.

        Raises BadInputError once a run that the user has named is of another project twice in a row.
        """
        found = fields.run(answer.value["result"])
        if found.id != run:
            raise ValueError(f"it is about run {found.id}")
        if self._project in (0, found.project):
            self._elsewhere = False
            return found
        if self._given and self._elsewhere:
            text = f"is {self._project}, and run {run} is one of project {found.project}. Check both, it and `run-id`."
            raise BadInputError([("project-id", text)])
        self._elsewhere = True
        raise ValueError(f"it is about project {found.project}")

    def create_thread(self, run: int, body: Mapping[str, object]) -> int:
        """A thread of our own. After a lost reply there may be an empty one more, which does no harm."""

        def create() -> int:
            path = {"run_id": run}
            return self._calls.read("create-thread", parse=_id, path=path, body=body)

        return self._bearing(create, (Fault.ABSENT,))

    def append(self, run: int, thread: int, tests: Sequence[bytes], before: int) -> None:
        """Add tests, each as JSON, to a thread that holds `before` tests, all of them ours."""
        try:
            self._append(run, thread, tests, before)
        except CallFailedError as failure:
            if failure.status != TOO_LARGE or len(tests) < 2:
                raise
            half = len(tests) // 2
            self.append(run, thread, tests[:half], before)
            self.append(run, thread, tests[half:], before + half)

    def _append(self, run: int, thread: int, tests: Sequence[bytes], before: int) -> None:
        began = self._calls.left
        for delay in _delays():
            try:
                self._effect("append-tests", {"thread_id": thread}, joined(tests))
            except CallFailedError as failure:
                if failure.fault.surely_without_effect:
                    raise
                self._log.warning(f"{failure.fact} Looking whether these {len(tests)} tests have arrived.")
                if self._have_arrived(run, thread, before, len(tests)):
                    return
                if not failure.fault.passes or not self._may_wait(delay, began):
                    raise
                self._calls.pause(delay)
            else:
                return

    def _may_wait(self, delay: float, began: float, longest: float = inf) -> bool:
        """Whether there is time for another try; `began`: what was left of it when the first one was made."""
        left = self._calls.left
        return left > delay and began - left + delay <= min(self._calls.window, longest)

    def _have_arrived(self, run: int, thread: int, before: int, count: int) -> bool:
        """Whether the thread's count has grown by `count`; that it has not is only believed after all looks."""
        total = before
        for wait in LOOKS:
            self._calls.pause(wait)
            found = self.look(run).threads.get(thread)
            total = -1 if found is None else found.total
            if total == before + count:
                return True
            if total > before:
                break
        if total == before:
            return False
        fact = f"Thread {thread} holds {total} tests, where {before} or {before + count} were sent."
        raise ResultUnknownError(fact, remedy="Look at the run's page.", reason=Reason.PROTOCOL)

    def complete_thread(self, run: int, thread: int) -> None:
        self._complete(
            "complete-thread",
            {"thread_id": thread},
            {},
            lambda: thread in (threads := self.look(run).threads) and threads[thread].completed,
        )

    def complete_run(self, run: int, *, measured: bool = False) -> None:
        """Complete it; that somebody else has done so is as good. `measured`: its time is that until now."""
        self._complete("complete-run", {"run_id": run}, {"measure_elapsed": measured}, lambda: self.look(run).completed)

    def lacking(self, run: int, wanted: attaching.Wanted) -> attaching.Attached:
        """The fields, links and artifacts that a run does not show."""

        def parse(answer: Answer) -> attaching.Attached:
            return attaching.lacking(wanted, answer, run)

        return self._calls.read("get-run", parse=parse, path={"run_id": run}, seconds=NOTE_SECONDS)

    def attach(self, run: int, wanted: attaching.Wanted) -> None:
        """Add to a run what of it is lacking."""
        missing = self.lacking(run, wanted)
        if any(missing.values()):
            self._complete(
                "append-run",
                {"run_id": run},
                missing,
                lambda: self.lacking(run, missing) != missing,
                alone=True,
            )

    def _complete(
        self,
        operation: str,
        path: Mapping[str, object],
        body: object,
        done: Callable[[], bool],
        *,
        alone: bool = False,
    ) -> None:
        """Repeat what is lost until it is `done`; that it is not is believed after a look, a refusal after all looks.

        `alone`: nobody else does it, and twice would be wrong. So a loss is believed after all looks, a refusal at
        once where no try before may have had an effect; and it is not worth more than NOTE_SECONDS.
        """
        began, longest = self._calls.left, NOTE_SECONDS if alone else inf
        may_be_done = not alone
        for delay in _delays():
            try:
                self._effect(operation, path, body)
            except CallFailedError as failure:
                # A completed run refuses to be completed again, so a refusal after a lost reply is a good sign.
                refused = failure.fault is Fault.REFUSED
                if failure.fault.surely_without_effect and not (refused and may_be_done):
                    raise
                may_be_done = True
                if any(self._after(wait, done) for wait in (LOOKS if refused or alone else LOOKS[:1])):
                    return
                if not failure.fault.passes or not self._may_wait(delay, began, longest):
                    raise
                self._calls.pause(delay)
            else:
                return

    def _after(self, seconds: float, done: Callable[[], bool]) -> bool:
        self._calls.pause(seconds)
        return done()

    def note(self, run: int, text: str) -> None:
        """Leave word on a run that it is not whole. Raises CallFailedError where it does not land.

        Nothing else tells a later look, once completing the run has closed its threads: so nobody completes it then.
        """
        value = f"{fields.CUT_SHORT}: {text}"
        body = {"fields": [{"name": fields.RECORDING, "type": 1, "value": value, "is_highlight": True}]}
        began = self._calls.left
        for delay in _delays():
            try:
                self._effect("append-run", {"run_id": run}, body)
            except CallFailedError as failure:
                if not failure.fault.surely_without_effect and self.look(run).cut_short:
                    return
                if failure.fault.surely_without_effect or not failure.fault.passes:
                    raise _untold(failure, run) from failure
                if not self._may_wait(delay, began, NOTE_SECONDS):
                    raise _untold(failure, run) from failure
                self._calls.pause(delay)
            else:
                return

    def _effect(self, operation: str, path: Mapping[str, object], body: object) -> None:
        def make() -> None:
            self._calls.create(operation, parse=lambda _: None, path=path, body=body)

        self._bearing(make, (Fault.ABSENT, Fault.AUTH))

    def _bearing(self, call: Callable[[], Item], with_faults: Sequence[Fault]) -> Item:
        """Make a call; what was created just now may be unknown for a while, and a token be refused by mistake."""
        waits: Sequence[float] | None = None
        at = 0
        while True:
            try:
                return call()
            except CallFailedError as failure:
                if failure.fault not in with_faults:
                    raise
                waits = waits or (YOUNG if failure.fault is Fault.ABSENT else AGAIN)
                if at >= len(waits):
                    raise
            self._calls.pause(waits[at])
            at += 1


def _untold(failure: CallFailedError, run: int) -> CallFailedError:
    """The same failure, with what it means for the run; one that is gone needs no word."""
    if failure.fault is Fault.ABSENT:
        return failure
    return CallFailedError(
        failure.fault,
        f"{failure.fact} So run {run} does not say that tests may be missing in it, and is left as it is.",
        status=failure.status,
        reason=failure.reason,
        remedy=failure.remedy,
        code=failure.code,
    )


def _delays() -> Iterator[float]:
    return chain(DELAYS, repeat(LONGEST_DELAY))


def _id(answer: Answer) -> int:
    return fields.whole(answer.value, "id")


def _badge(answer: Answer, run: int) -> fields.Badge:
    found = fields.badge(answer.value["result"])
    if found.id != run:
        raise ValueError(f"it is about run {found.id}")
    return found
