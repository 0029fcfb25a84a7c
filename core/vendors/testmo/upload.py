"""One job's results on their way into a run: thread, batches, the end, and the proof that all of it arrived."""

from collections.abc import Iterator

from core.errors import OutputError, ResultUnknownError
from core.junit_read import JUnitError
from core.model import Reason
from core.ports import Calls
from core.text.secret import Redactor
from core.vendors.testmo import fields
from core.vendors.testmo.batches import Batch
from core.vendors.testmo.cases import microseconds
from core.vendors.testmo.recorder import Recorder
from core.vendors.testmo.results import Results
from core.vendors.testmo.room import refuse_completed
from core.vendors.testmo.starting import check_new

LOOKS = (0.0, 1.0, 2.0, 4.0, 8.0, 15.0)  # seconds before each look at the counts: a copy may lag behind


class Upload:
    """Sends everything once. `sent` counts the tests that are surely there.

    `lack` is a sentence on what should be there and is not sent, empty where nothing is: the run gets it as a word.
    `is_whole` once all of them have been seen there. Only then is the thread completed: until then a thread that is
    open and holds tests is what tells everybody else that some may be missing.
    """

    def __init__(
        self,
        recorder: Recorder,
        calls: Calls,
        results: Results,
        redact: Redactor,
        *,
        run: int,
        shared: bool,
        mark: str,
        lack: str = "",
    ) -> None:
        self._recorder = recorder
        self._calls = calls
        self._results = results
        self._redact = redact
        self.run = run
        self._shared = shared
        self._mark = mark
        self._lack = lack
        self.thread = 0
        self.total = results.totals.tests
        self.sent = 0
        self._all_seen = False
        self.is_whole = False
        self.seen: fields.Run | None = None  # the run at its end

    def begin(self, extras: dict[str, object]) -> None:
        """Create the thread. Raises ResultUnknownError where a reply has named another run than was created.

        Raises NothingStartedError where a shared run takes nothing more.
        """
        seen = self._recorder.look(self.run)
        if self._mark:
            check_new(seen, self._mark)
        else:
            refuse_completed(seen)
        body = {"elapsed_computed": microseconds(self._results.seconds), "fields": [], "artifacts": []} | extras
        self.thread = self._recorder.create_thread(self.run, body)

    def steps(self) -> Iterator[None]:
        """Everything after that, a call or two at a time."""
        self._prove_the_thread()
        yield
        for batch in self._batches():
            self._recorder.append(self.run, self.thread, batch, self.sent)
            self.sent += len(batch)
            yield
        if self.sent != self.total:
            raise self._unknown(f"The files changed while they were recorded: {self.total} tests became {self.sent}.")
        self._verify(ended=False)
        self._all_seen = True
        if self._lack:
            self._recorder.note(self.run, self.word)
        self.is_whole = True
        yield
        self._recorder.complete_thread(self.run, self.thread)
        yield
        if not self._shared:
            self._recorder.complete_run(self.run)
            yield
        try:
            self._verify(ended=True)
        except ResultUnknownError:
            self.is_whole = self._all_seen = False
            raise

    @property
    def word(self) -> str:
        """What a run that is not whole says of itself."""
        text = ""
        if self.sent < self.total:
            text = f"{self.sent} of {self.total} tests are known to be here."
        elif not self._all_seen:
            text = f"{self.sent} tests were sent, and nobody has seen all of them here, and no more."
        thread = f"thread {self.thread}: " if self._shared and self.thread else ""
        return f"{thread}{text} {self._lack}".replace("  ", " ").strip()

    def _batches(self) -> Iterator[Batch]:
        """What is to be sent. Only what there was no room to keep can have changed since it was read."""
        try:
            yield from self._results.batches(self._redact)
        except (JUnitError, OutputError) as error:
            raise self._unknown(f"Not all tests could be recorded: {error.fact}") from error

    def _prove_the_thread(self) -> None:
        """No test goes into another job's thread, whatever a reply said."""
        for wait in LOOKS:
            self._calls.pause(wait)
            seen = self._recorder.look(self.run)
            if self.thread in seen.threads:
                break
        else:
            raise self._unknown(f"Testmo named thread {self.thread}, which is none of run {self.run}.")
        if seen.threads[self.thread].total:
            raise self._unknown(f"Testmo named thread {self.thread}, which holds tests already.")

    def _verify(self, *, ended: bool) -> None:
        """See that all that was sent is there, and no more; `ended`: and that it is completed."""
        found: fields.Run | fields.Thread | None = None
        for wait in LOOKS:
            self._calls.pause(wait)
            self.seen = self._recorder.look(self.run)
            found = self.seen.threads.get(self.thread) if self._shared else self.seen
            if found is not None and found.total == self.sent and (found.completed or not ended):
                return
            if found is not None and found.total > self.sent:
                break
        total = "no such thread" if found is None else f"{found.total} tests"
        still = " and is not completed" if ended and found is not None and not found.completed else ""
        raise self._unknown(f"{self.sent} tests were sent, and Testmo shows {total}{still}.")

    def _unknown(self, fact: str) -> ResultUnknownError:
        return ResultUnknownError(fact, remedy="Look at the run's page at Testmo.", reason=Reason.PROTOCOL)
