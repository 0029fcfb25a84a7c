"""One JUnit file as its cases, in flat memory however many there are."""

from collections.abc import Iterator

from core.junit_read.guard import Guard, Limits, NeedsCleaning
from core.junit_read.nouns import JUnitCase, JUnitSuite
from core.junit_read.reader import Reader
from core.junit_read.tally import Tally
from core.model import Outcome


class JUnitFile:
    """The cases of one file; each iteration reads it again. Raises JUnitError, after the cases before the place.

    `root` is the outermost element, `shown` the path for messages. Once all cases have been read there are: `doubts`,
    sentences on suites that claim more tests or more failures than they hold; `hides_failures`, whether there are such
    of the second kind, which says nothing new where a case failed; `seconds`, what the file as a whole claims, by its
    root or by the only suite inside.
    """

    def __init__(self, path: str, *, shown: str = "", limits: Limits | None = None) -> None:
        self.path = path
        self.shown = shown or path
        self.root: JUnitSuite | None = None
        self.seconds: float | None = None
        self.doubts: tuple[str, ...] = ()
        self.hides_failures = False
        self._limits = limits or Limits()

    def __iter__(self) -> Iterator[JUnitCase]:
        suite = JUnitSuite(attributes={}, path=())
        for reader in self._pieces():
            for each in reader.found:
                if type(each) is dict:
                    yield JUnitCase(suite, each, Outcome.PASSED)
                elif isinstance(each, JUnitCase):
                    yield each
                elif isinstance(each, JUnitSuite):
                    suite = each

    def tally(self, keep: int) -> Tally:
        """The counts of all cases, and whole of the first `keep` that failed or errored."""
        try:
            return self._tally(keep, cleans=False)
        except NeedsCleaning:  # then once more from its beginning: nothing has been handed on yet
            return self._tally(keep, cleans=True)

    def _tally(self, keep: int, *, cleans: bool) -> Tally:
        tally = Tally(keep)
        for _ in self._pieces(tally, cleans=cleans):
            tally.settle()
        return tally

    def _pieces(self, tally: Tally | None = None, *, cleans: bool = True) -> Iterator[Reader]:
        guard = Guard(self.path, self.shown, self._limits, cleans=cleans)
        reader = Reader(guard, self._limits, tally)
        for _ in guard.feed():
            self.root = reader.root
            reader.measure()
            yield reader
            reader.found.clear()
        if reader.root is not None:
            only = reader.below.seconds if reader.below is not None and reader.below_count == 1 else None
            self.seconds = only if reader.root.seconds is None else reader.root.seconds
        self.hides_failures = reader.claims.hides_failures
        self.doubts = tuple(f"{self.shown}: {doubt}" for doubt in reader.claims.doubts)
