"""`record-to`: record the junit.xml of this step at another vendor, as a second and small run. ADR 0009."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace

from core.commands.asked import Asked
from core.commands.assembling import Means, assemble, journal_of
from core.commands.publishing import Publisher
from core.commands.recorder import renamed
from core.ending import pay
from core.engine import Hooks, RunRequest, execute
from core.errors import BadInputError, OutputError, StoppedError
from core.model import Build, Conclusion, Reason, RemoteRun, Result, TestReport, Verdict
from core.ports import Ci, Log
from core.process import Process
from core.recovery.journal import WRITABLE, Journal
from core.verdict import known_of
from core.waiting.pacing import Pacing

SHORTEST = 300.0  # seconds that a recording gets where the run has used up `timeout`
WORD_SECONDS = 1.5  # for the word on a run that others use, once a signal came: the first vendor has had 2.5 of the 5 s
WINDOW = 300.0  # seconds of an outage that hold up a step whose verdict is known, unless `outage-window` says more


class Recording:
    """What there is to record with, made when the run begins: `timeout` holds for both together.

    What the step owes the recorder is in a journal from then on, whatever becomes of the run: making it raises
    OutputError where that can't be written, and BadInputError.
    """

    def __init__(self, process: Process, asked: Asked, ci: Ci, means: Means, build: Build) -> None:
        if asked.recorder is None:
            raise TypeError("nothing is to be recorded")
        self._process = process
        self._vendor = asked.spec.title
        self._asked = asked.recorder
        self._title = asked.recorder.spec.title
        self._ci = ci
        self._means = means
        self._build = build
        self._until = means.clock.now() + asked.common.timeout
        self._owing = self._owe()

    def __call__(self, publisher: Publisher, report: TestReport, result: Result, path: str) -> None:
        """Record the file. Raises OutputError where it could not be recorded, StoppedError where a signal came."""
        if result.reason is Reason.SIGNAL:
            self._ci.warning(f"Not recorded at {self._title}: the step was stopped before.")
            self._redden(self._give_up(publisher))
            return
        if not report.totals.tests:
            self._ci.info(f"Nothing to record at {self._title}: the report has no case.")
            may_be_empty = self._asked.common.allow_empty and result.reason is Reason.EMPTY
            self._redden(self._give_up(publisher, may_be_empty=may_be_empty))
            return
        if not path:
            fact = f"Nothing was recorded at {self._title}, since junit.xml could not be written."
            raise OutputError(fact, remedy=self._give_up(publisher))
        if self._means.stop.rung:
            stopped = StoppedError(self._means.stop.signal)
            fact = f"{stopped.fact} Nothing was recorded at {self._title}."
            stopped.fact = f"{fact} {self._give_up(publisher)}".strip()
            raise stopped
        recorded, ended = self._execute(publisher, report, result, path)
        self._check(recorded, ended)
        self._ci.info(f"Recorded at {self._title}: {recorded.totals.tests} cases.")

    def _owe(self) -> Journal | None:
        """The journal with what this step owes until all is recorded, None where that is nothing."""
        name, owed = self._asked.spec.name, self._asked.spec.owed
        try:
            debt = owed(self._asked.settings, self._asked.base_url) if owed else None
        except BadInputError as error:
            problems = [(f"{name}-{about}", renamed(name, text)) for about, text in error.problems]
            raise BadInputError(problems) from None
        if debt is None:
            return None
        journal = journal_of(self._process, self._asked, self._build, self._means)
        journal.owe(debt)
        return journal

    def _give_up(self, publisher: Publisher, *, may_be_empty: bool = False) -> str:
        """Nothing is recorded: pay what is owed, unless nothing is missing. Says what `cleanup` has to pay."""
        journal = self._owing
        if journal is None:
            return ""
        with closing(journal):
            if may_be_empty:
                for debt in journal.debts.copy():
                    journal.settle(debt)
                return ""
            log = Titled(self._title, self._ci)
            patience, _, vendor = assemble(
                self._process, self._asked, self._build, log, journal, self._means, publisher.private
            )
            if self._means.stop.signal:
                patience.begin_closing(WORD_SECONDS)
            return self._said(pay(vendor, journal, patience).problems)

    def _redden(self, problem: str) -> None:
        if problem:
            raise OutputError(f"{self._title}: {problem}")

    def _execute(
        self, publisher: Publisher, report: TestReport, result: Result, path: str
    ) -> tuple[TestReport, Result]:
        """The second run, by the same engine as the first; its result is about recording alone."""
        asked, means = self._for(report, result), self._means
        log = Titled(self._title, self._ci)
        journal = self._owing or self._journal(publisher.build)
        patience, calls, vendor = assemble(
            self._process, asked, publisher.build, log, journal, means, publisher.private, report=path
        )

        def started(run: RemoteRun) -> None:
            publisher.recorded(run)
            patience.say(f"Recording {path} in run {run.id}: {run.url}")

        def pacing(_: float | None) -> Pacing:
            return Pacing(means.rng)

        title = f"Report recorded at {self._title}"
        request = RunRequest(mode="run", title=title, timeout=asked.common.timeout, vendor=self._title)
        hooks = Hooks(calls=calls, started=started, pacing=pacing)
        with closing(journal):
            return execute(request, vendor, patience=patience, journal=journal, hooks=hooks)

    def _for(self, report: TestReport, result: Result) -> Asked:
        """What is asked, for this very report: with what is left of the time, and a word on the run that it is of."""
        common = self._asked.common
        left = self._until - self._means.clock.now()
        if left < min(SHORTEST, common.timeout / 2):
            left = SHORTEST
        about = self._asked.spec.about
        settings = self._asked.settings
        if about is not None:
            settings = about(settings, self._vendor, str(result.conclusion), report.run)
        window = WINDOW if common.outage_window is None else common.outage_window
        common = replace(common, timeout=left, outage_window=window)
        return replace(self._asked, common=common, settings=settings)

    def _journal(self, build: Build) -> Journal:
        """One of its own, so that `cleanup` of this step knows at which of the two vendors a run was left."""
        try:
            return journal_of(self._process, self._asked, build, self._means)
        except OutputError as error:
            raise OutputError(f"Nothing was recorded at {self._title}: {error.fact}", remedy=WRITABLE) from error

    def _check(self, recorded: TestReport, ended: Result) -> None:
        """Raise for whatever is not as it should be: a verdict means that all of it is there, whichever it is."""
        problems = list(ended.problems)
        if recorded.verdict is not None:
            if problems:
                raise OutputError(f"The report was recorded at {self._title}, but: {self._said(problems)}")
            return
        if ended.reason is Reason.SIGNAL:
            stopped = StoppedError(self._means.stop.signal)
            stopped.fact = f"{self._said([ended.fact])} The report is not whole at {self._title}."
            stopped.remedy = ended.remedy
            raise stopped
        if ended.conclusion is not Conclusion.FAILED:  # that one tells of the tests, and its problems of the recording
            told = known_of(replace(recorded, verdict=Verdict.PASSED))  # the other vendor's verdict says it already
            problems.insert(0, f"{ended.fact.removeprefix(told)} {ended.remedy}".strip())
        raise OutputError(f"The report was not recorded at {self._title}: {self._said(problems)}")

    def _said(self, problems: Sequence[str]) -> str:
        """In this step something was started, and the recorder's inputs have other names."""
        return renamed(self._asked.spec.name, " ".join(problems)).replace(" Nothing was started.", "")


class Titled:
    """Implements core.ports.Log: each line says at which of the two vendors it happened."""

    def __init__(self, title: str, log: Log) -> None:
        self._title = title
        self._log = log

    def info(self, text: str) -> None:
        self._log.info(f"{self._title}: {text}")

    def warning(self, text: str) -> None:
        self._log.warning(f"{self._title}: {text}")

    def debug(self, text: str) -> None:
        self._log.debug(f"{self._title}: {text}")

    def live(self, text: str) -> bool:
        return self._log.live(f"{self._title}: {text}")
