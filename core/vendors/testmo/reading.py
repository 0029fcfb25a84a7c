"""The one look at the files: while their cases are counted, what becomes of them is kept in a nameless file.

For the upload that is the JSON of the tests, for the reports their cases. All of it is redacted before, and comes in
the order of the files. A file that is changed or deleted later changes nothing any more.
"""

from collections.abc import Iterable, Iterator

from core.junit_read import JUnitCase, JUnitError, JUnitFile, as_test_case
from core.model import Outcome, Totals
from core.reports.spool import Filling, Place, Store, Stored
from core.text.secret import Redactor
from core.vendors.testmo.batches import Batch, batches
from core.vendors.testmo.redacting import redacted


class Reading:
    """One reading of files that are not in memory as a whole at any time.

    After `read` there are `totals` of all files; `seconds`, what they say that the tests took; `problems`, sentences on
    files that are not whole; `cases` of each file, None where there was no room for them. `is_kept` says whether there
    was room for everything.
    """

    def __init__(self, files: Iterable[JUnitFile], redact: Redactor) -> None:
        self._files = files
        self._redact = redact
        self._store = Store()
        self._places: list[Place] = []  # of the batches
        self._tests = 0
        self._counts = dict.fromkeys(Outcome, 0)  # of all but those that passed
        self._flaky = 0
        self._sum = 0.0
        self.seconds = 0.0
        self.problems: list[str] = []
        self.cases: list[Stored | None] = []
        self.is_kept = True

    def read(self) -> None:
        """Raises what the files' limits raise between two pieces, nothing else."""
        for batch in batches(self._read()):
            place = self._store.put(batch)
            if place is None:
                self.is_kept = False
            else:
                self._places.append(place)

    def batches(self) -> Iterator[Batch]:
        """All tests, if all was kept. Raises OutputError where the system does not give them back."""
        return map(self._store.get, self._places)

    @property
    def totals(self) -> Totals:
        counts = self._counts
        return Totals(
            passed=self._tests - sum(counts.values()),
            failed=counts[Outcome.FAILED],
            errored=counts[Outcome.ERRORED],
            skipped=counts[Outcome.SKIPPED],
            flaky=self._flaky,
            seconds=self._sum,
        )

    def _read(self) -> Iterator[JUnitCase]:
        for file in self._files:
            try:
                yield from self._read_file(file)
            except JUnitError as error:
                self.problems.append(error.fact)

    def _read_file(self, file: JUnitFile) -> Iterator[JUnitCase]:
        filling = Filling(self._store)
        before = self._sum
        for case in file:
            safe = redacted(case, self._redact)
            shown = as_test_case(safe)
            filling.add(shown)
            self._tests += 1
            self._sum += shown.seconds or 0.0
            self._flaky += shown.flaky
            if shown.outcome is not Outcome.PASSED:
                self._counts[shown.outcome] += 1
            yield safe
        kept = filling.end()
        self.cases.append(kept)
        self.is_kept = self.is_kept and kept is not None
        self.seconds += self._sum - before if file.seconds is None else file.seconds
