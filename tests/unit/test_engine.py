"""The engine over a scripted vendor and a clock that makes time up: every way out is a report and a result."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from core.ending import clean_up, end_run
from core.engine import Hooks, RunRequest, execute
from core.errors import CallFailedError, Fault, ResultUnknownError, StoppedError
from core.http.calls import ApiCalls
from core.http.transport import Transport
from core.model import (
    Conclusion,
    Outcome,
    Phase,
    Progress,
    Reason,
    RemoteRun,
    Result,
    TestCase,
    TestReport,
    TestSuite,
    Verdict,
    count,
)
from core.recovery.journal import Journal
from core.recovery.left import left_behind
from core.waiting.pacing import Pacing
from core.waiting.patience import Patience
from core.waiting.stop import Stop
from tests.support import MemoryCi, VirtualClock

RUN = RemoteRun(vendor="v", id="1", url="https://vendor.example.com/1")
QUEUED = Progress(phase=Phase.QUEUED, word="queued")
RUNNING = Progress(phase=Phase.RUNNING, word="running", done=1, total=2)
PASSED = Progress(phase=Phase.FINISHED, word="passed", done=2, total=2, verdict=Verdict.PASSED)
FAILED = replace(PASSED, word="failed", verdict=Verdict.FAILED)
UNKNOWN = Progress(phase=Phase.RUNNING, word="pondering", known=False)

Step = Progress | Exception | Callable[[], None]


class Scripted:
    """Implements core.ports.Vendor from a list of what its looks give."""

    def __init__(self, *script: Step, start: Exception | None = None, cancels: bool = False) -> None:
        self.script = list(script)
        self.starts = 0
        self.polls = 0
        self.cancelled: list[str] = []
        self.undone: list[Mapping[str, str]] = []
        self.undo_fails: Exception | None = None
        self.reruns: list[str] = []
        self.then: list[Sequence[Step]] = []  # what the looks at each rerun give
        self.rerun_fails: Exception | None = None
        self._start = start
        self._cancels = cancels
        self._last: Progress | None = None

    def start(self) -> RemoteRun:
        self.starts += 1
        if self._start:
            raise self._start
        return RUN

    def attach(self, run_id: str) -> RemoteRun:
        return replace(RUN, id=run_id)

    def poll(self, run: RemoteRun) -> Progress:
        self.polls += 1
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(step, Exception):
            raise step
        if not isinstance(step, Progress):
            step()
            return self.poll(run)
        self._last = step
        return step

    def collect(self, run: RemoteRun, *, complete: bool) -> TestReport:
        last = self._last
        outcome = Outcome.FAILED if last and last.verdict is Verdict.FAILED else Outcome.PASSED
        cases = (TestCase(name="c", classname="s", outcome=outcome),) if last else ()
        suites = (TestSuite(name="s", cases=cases, timestamp=""),)
        return TestReport(
            title="t", run=run, verdict=last.verdict if last else None, suites=suites, totals=count(suites)
        )

    def known(self) -> TestReport | None:
        return None

    def cancel(self, run: RemoteRun) -> bool:
        self.cancelled.append(run.id)
        return self._cancels

    def rerun(self, run: RemoteRun) -> RemoteRun:
        if self.rerun_fails:
            raise self.rerun_fails
        self.reruns.append(run.id)
        self.polls = 0
        self.script = list(self.then.pop(0))
        return replace(RUN, id=f"{run.id}-again")

    def undo(self, debt: Mapping[str, str]) -> None:
        if self.undo_fails:
            raise self.undo_fails
        self.undone.append(debt)

    def usual_seconds(self) -> float | None:
        return None


class Bench:
    """One execution with its parts at hand."""

    def __init__(self, tmp_path: Path, vendor: Scripted, *, mode: str = "run", timeout: float = 600.0) -> None:
        self.clock = VirtualClock()
        self.ci = MemoryCi()
        self.stop = Stop()
        self.vendor = vendor
        self.workspace = str(tmp_path)
        self.journal = Journal.create(self.workspace, step="step", vendor="v", mode=mode, at=0.0)
        self.request = RunRequest(mode=mode, title="t", timeout=timeout, run_id="1")
        self.told: list[str] = []

    def patience(self) -> Patience:
        return Patience(
            clock=self.clock, stop=self.stop, log=self.ci, rng=random.Random(1), timeout=self.request.timeout
        )

    def run(self) -> tuple[TestReport, Result]:
        patience = self.patience()
        transport = Transport(
            base_url="http://127.0.0.1:1",
            headers=dict,
            clock=self.clock,
            stop=self.stop,
            inbox=patience.inbox,
            ca_bundle="",
            environment={},
        )
        calls = ApiCalls({}, transport, patience)
        hooks = Hooks(
            calls=calls,
            started=lambda run: self.told.append(run.id),
            pacing=lambda usual: Pacing(random.Random(1), usual=usual),
        )
        return execute(self.request, self.vendor, patience=patience, journal=self.journal, hooks=hooks)


def test_a_run_is_started_watched_and_judged(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Scripted(QUEUED, RUNNING, PASSED))
    report, result = bench.run()
    assert (result.conclusion, result.status) == (Conclusion.PASSED, 0)
    assert (report.run, bench.vendor.starts, bench.told) == (RUN, 1, ["1"])
    assert [line for line in bench.ci.lines if "The run is" in line] == [
        "The run is queued (queued).",
        "The run is running (running, 2 cases).",
        "The run is finished (passed, 2 cases).",
    ]


def test_mode_start_does_not_wait(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Scripted(RUNNING), mode="start")
    _, result = bench.run()
    assert (result.conclusion, result.status, bench.vendor.polls) == (Conclusion.STARTED, 0, 0)
    assert left_behind(bench.workspace, step="step", vendor="v") == []


def test_mode_wait_starts_nothing(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Scripted(FAILED), mode="wait")
    _, result = bench.run()
    assert (result.reason, bench.vendor.starts) == (Reason.TESTS_FAILED, 0)


def test_the_timeout_is_a_conclusion_of_its_own(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Scripted(RUNNING), timeout=120)
    began = bench.clock.time
    report, result = bench.run()
    assert (result.conclusion, result.reason, result.status) == (Conclusion.TIMED_OUT, Reason.TIMEOUT, 4)
    assert bench.clock.time - began == pytest.approx(120, abs=1)
    assert report.totals.tests == 1


def test_a_timeout_on_an_unknown_word_is_an_unknown_result_and_warned_about_once(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Scripted(RUNNING, UNKNOWN), timeout=120)
    _, result = bench.run()
    assert (result.conclusion, result.reason, result.status) == (Conclusion.ERROR, Reason.PROTOCOL, 7)
    assert bench.ci.text.count("is unknown here: it never counts") == 1


def test_on_timeout_cancel_asks_the_vendor(tmp_path: Path) -> None:
    for cancels, said in ((True, "It was ended"), (False, "can't cancel")):
        vendor = Scripted(RUNNING, cancels=cancels)
        bench = Bench(tmp_path, vendor, timeout=60)
        bench.request = replace(bench.request, cancel_on_timeout=True)
        _, result = bench.run()
        assert (result.reason, vendor.cancelled) == (Reason.TIMEOUT, ["1"])
        assert said in result.fact


def test_a_final_word_that_contradicts_itself_counts_only_when_it_stands(tmp_path: Path) -> None:
    doubtful = replace(PASSED, consistent=False)
    bench = Bench(tmp_path, Scripted(doubtful, RUNNING, FAILED))
    _, result = bench.run()
    assert result.reason is Reason.TESTS_FAILED
    assert "went back from finished to running" in bench.ci.text

    bench = Bench(tmp_path, Scripted(doubtful))
    began = bench.clock.now()
    _, result = bench.run()
    assert (result.conclusion, bench.vendor.polls) == (Conclusion.PASSED, 6)
    assert bench.clock.now() - began == pytest.approx(5.0)


def test_a_run_that_settles_late_is_waited_for(tmp_path: Path) -> None:
    doubtful = replace(PASSED, consistent=False)
    bench = Bench(tmp_path, Scripted(doubtful, doubtful, doubtful, PASSED))
    _, result = bench.run()
    assert (result.conclusion, bench.vendor.polls) == (Conclusion.PASSED, 4)


def test_a_contradiction_at_the_deadline_is_still_read_twice(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Scripted(*[RUNNING] * 3, replace(PASSED, consistent=False), RUNNING), timeout=3)
    _, result = bench.run()
    assert result.reason is Reason.TIMEOUT


def test_final_words_that_contradict_each_other_for_ever_end_at_the_deadline(tmp_path: Path) -> None:
    doubtful = [replace(PASSED, consistent=False), replace(FAILED, consistent=False)]
    bench = Bench(tmp_path, Scripted(*doubtful * 5_000), timeout=600)
    report, result = bench.run()
    assert (result.conclusion, result.reason, result.status) == (Conclusion.ERROR, Reason.PROTOCOL, 7)
    assert "'passed'" in result.fact
    assert "'failed'" in result.fact
    assert RUN.url in result.remedy
    assert report.verdict is None
    assert bench.vendor.polls < 220
    assert bench.ci.text.count("contradicts itself") == 1


@pytest.mark.parametrize("number", [2, 15])
def test_a_signal_ends_the_wait_cancels_and_names_the_run(tmp_path: Path, number: int) -> None:
    vendor = Scripted(RUNNING, cancels=True)
    bench = Bench(tmp_path, vendor)
    vendor.script = [RUNNING, lambda: bench.stop._handle(number, None), RUNNING]
    report, result = bench.run()
    assert (result.conclusion, result.reason, result.status) == (Conclusion.CANCELLED, Reason.SIGNAL, 128 + number)
    assert vendor.cancelled == ["1"]
    assert RUN.url in result.remedy
    assert report.totals.tests == 1
    assert left_behind(bench.workspace, step="step", vendor="v") == []


def test_a_signal_while_a_start_is_in_flight_says_that_a_run_may_exist(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Scripted(RUNNING, start=StoppedError(15)))
    bench.journal.starting()
    _, result = bench.run()
    assert result.status == 143
    assert "a run may exist" in result.fact


@pytest.mark.parametrize("fault", Fault)
def test_a_failed_start_is_safe_to_repeat_and_a_failed_wait_is_not(tmp_path: Path, fault: Fault) -> None:
    failure = CallFailedError(fault, "GET /x failed.")
    _, before = Bench(tmp_path, Scripted(RUNNING, start=failure)).run()
    assert (before.conclusion, before.status) == (Conclusion.ERROR, 3)
    _, after = Bench(tmp_path, Scripted(RUNNING, failure)).run()
    assert (after.conclusion, after.status) == (Conclusion.ERROR, 7)
    assert RUN.url in after.remedy


def test_a_start_that_may_have_happened_is_never_repeated(tmp_path: Path) -> None:
    error = ResultUnknownError("Lost.", remedy="Look.", reason=Reason.MAY_EXIST)
    bench = Bench(tmp_path, Scripted(RUNNING, start=error))
    _, result = bench.run()
    assert (result.reason, result.status, bench.vendor.starts) == (Reason.MAY_EXIST, 7, 1)


def test_debts_are_paid_whatever_happens(tmp_path: Path) -> None:
    for script in ((PASSED,), (RUNNING, CallFailedError(Fault.AUTH, "x"))):
        bench = Bench(tmp_path, Scripted(*script))
        bench.journal.owe({"kind": "thing"})
        bench.run()
        assert bench.vendor.undone == [{"kind": "thing"}]
        assert bench.journal.debts == []


def test_a_debt_that_cannot_be_paid_is_named_and_left_to_cleanup(tmp_path: Path) -> None:
    vendor = Scripted(PASSED)
    vendor.undo_fails = CallFailedError(Fault.SERVER, "DELETE /x answered 503.")
    bench = Bench(tmp_path, vendor)
    bench.journal.owe({"kind": "thing", "label": "a thing of plan 7"})
    _, result = bench.run()
    assert result.problems[0].startswith("Left at the vendor: a thing of plan 7. DELETE /x")
    bench.journal.close()
    (left,) = left_behind(bench.workspace, step="step", vendor="v")

    vendor.undo_fails = None
    done: list[str] = []
    problems: list[str] = []
    clean_up(left, vendor, bench.patience(), done, problems)
    assert (vendor.undone, problems) == ([{"kind": "thing", "label": "a thing of plan 7"}], [])
    assert done
    assert left_behind(bench.workspace, step="step", vendor="v") == []


def test_cleanup_cancels_what_a_killed_process_waited_for_and_nothing_else(tmp_path: Path) -> None:
    for mode, cancelled in (("run", ["1"]), ("wait", ["1"]), ("start", [])):
        vendor = Scripted(RUNNING, cancels=True)
        bench = Bench(tmp_path / mode, vendor, mode=mode)
        bench.journal.started(RUN)
        bench.journal.close()  # killed here
        for left in left_behind(bench.workspace, step="step", vendor="v"):
            clean_up(left, vendor, bench.patience(), [], [])
        assert vendor.cancelled == cancelled


def test_a_heartbeat_comes_every_minute(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Scripted(RUNNING), timeout=600)
    bench.run()
    beats = [line for line in bench.ci.lines if line.startswith("Running, 1 of 2 cases done")]
    assert 8 <= len(beats) <= 10


def rerunning(tmp_path: Path, *then: Sequence[Step], times: int = 1, first: Progress = FAILED) -> Bench:
    vendor = Scripted(RUNNING, first, cancels=True)
    vendor.then = list(then)
    bench = Bench(tmp_path, vendor)
    bench.request = replace(bench.request, rerun_failed=times)
    return bench


def test_what_passes_when_it_is_run_again_is_flaky_and_green(tmp_path: Path) -> None:
    bench = rerunning(tmp_path, [QUEUED, PASSED])
    report, result = bench.run()
    assert (result.status, report.totals.passed, report.totals.flaky) == (0, 1, 1)
    assert (bench.vendor.reruns, bench.told) == (["1"], ["1", "1-again"])
    (case,) = report.suites[0].cases
    assert case.message.startswith("Passed when it was run again.")
    assert left_behind(bench.workspace, step="step", vendor="v") == []


def test_what_fails_again_is_red_after_as_many_tries_as_asked(tmp_path: Path) -> None:
    bench = rerunning(tmp_path, [FAILED], [RUNNING, FAILED], [PASSED], times=2)
    report, result = bench.run()
    assert (result.status, result.reason, report.totals.flaky) == (1, Reason.TESTS_FAILED, 0)
    assert bench.vendor.reruns == ["1", "1-again"]


@pytest.mark.parametrize("word", [PASSED, replace(PASSED, word="canceled", verdict=Verdict.CANCELLED)])
def test_only_failed_tests_are_run_again(word: Progress, tmp_path: Path) -> None:
    bench = rerunning(tmp_path, [PASSED], first=word)
    bench.run()
    assert bench.vendor.reruns == []


@pytest.mark.parametrize(
    "then",
    [[CallFailedError(Fault.AUTH, "GET /x answered 401.")], [RUNNING], [replace(PASSED, verdict=Verdict.CANCELLED)]],
)
def test_a_rerun_without_a_verdict_of_its_own_leaves_the_first_one(then: Sequence[Step], tmp_path: Path) -> None:
    bench = rerunning(tmp_path, then)
    _, result = bench.run()
    assert (result.status, result.reason, len(result.problems)) == (1, Reason.TESTS_FAILED, 1)
    bench.journal.close()
    assert left_behind(bench.workspace, step="step", vendor="v") == []


def test_a_rerun_that_cannot_be_started_leaves_the_first_verdict(tmp_path: Path) -> None:
    bench = rerunning(tmp_path)
    bench.vendor.rerun_fails = ResultUnknownError("The reply is lost.", reason=Reason.MAY_EXIST)
    _, result = bench.run()
    assert (result.status, result.problems) == (1, ("What did not pass could not be run again: The reply is lost.",))


def test_a_signal_cancels_the_rerun_and_not_the_first_run(tmp_path: Path) -> None:
    bench = rerunning(tmp_path)
    bench.vendor.then = [[RUNNING, lambda: bench.stop._handle(15, None), RUNNING]]
    _, result = bench.run()
    assert (result.status, bench.vendor.cancelled) == (143, ["1-again"])
    bench.journal.close()
    assert left_behind(bench.workspace, step="step", vendor="v") == []


NOTE = "Find it in the vendor's list; it keeps a slot."


class Pageless(Scripted):
    """A vendor whose runs have no page, and that can't cancel."""

    def start(self) -> RemoteRun:
        return replace(super().start(), url="", note=NOTE)

    def attach(self, run_id: str) -> RemoteRun:
        return replace(super().attach(run_id), url="", note=NOTE)


@pytest.mark.parametrize("on_timeout", ["leave", "cancel"])
def test_a_run_without_a_page_is_named_with_what_there_is_to_know(on_timeout: str, tmp_path: Path) -> None:
    bench = Bench(tmp_path, Pageless(RUNNING), timeout=60)
    bench.request = replace(bench.request, cancel_on_timeout=on_timeout == "cancel")
    _, result = bench.run()
    assert "run 1 is still running" in result.fact
    assert result.fact.endswith(NOTE)


def test_no_text_points_to_a_page_that_is_not_there(tmp_path: Path) -> None:
    outage = CallFailedError(Fault.REFUSED, "Refused.")
    _, result = Bench(tmp_path, Pageless(outage)).run()
    assert result.remedy.endswith(NOTE)
    assert "page" not in result.remedy
    done: list[str] = []
    assert end_run(Pageless(RUNNING), replace(RUN, url=""), done, [])
    assert done == [f"Run 1 may go on: the vendor's API can't cancel it. {NOTE}"]


def test_a_rerun_that_shows_nothing_of_what_failed_proves_nothing(tmp_path: Path) -> None:
    for first_cases, second_cases in ((("a", Outcome.PASSED), ("b", Outcome.FAILED)), (("b", Outcome.FAILED), None)):
        vendor = Scripted(RUNNING, FAILED)
        vendor.then = [[PASSED]]
        answers = [a_report_of(Verdict.FAILED, first_cases), a_report_of(Verdict.PASSED, second_cases)]
        if first_cases[1] is Outcome.PASSED:  # the run failed, and shows no case that did
            answers[1] = a_report_of(Verdict.PASSED, ("a", Outcome.PASSED))
        vendor.collect = lambda run, *, complete, found=answers: found.pop(0)  # type: ignore[method-assign,misc]
        bench = Bench(tmp_path / str(first_cases[1]), vendor)
        bench.request = replace(bench.request, rerun_failed=1)
        _, result = bench.run()
        assert (result.status, result.reason) == (1, Reason.TESTS_FAILED)
        assert "shows no case that failed before" in result.problems[0]


def a_report_of(verdict: Verdict, case: tuple[str, Outcome] | None) -> TestReport:
    cases = (TestCase(name=case[0], classname="s", outcome=case[1]),) if case else ()
    suites = (TestSuite(name="s", cases=cases, timestamp=""),)
    return TestReport(title="t", run=RUN, verdict=verdict, suites=suites, totals=count(suites))


def test_a_rerun_that_was_on_its_way_is_told_when_a_signal_comes(tmp_path: Path) -> None:
    bench = rerunning(tmp_path)

    def lost(run: RemoteRun) -> RemoteRun:
        bench.journal.starting()
        raise StoppedError(15)

    bench.vendor.rerun = lost  # type: ignore[method-assign]
    report, result = bench.run()
    assert result.status == 143
    assert "had finished (failed)" in result.fact
    assert "a run may exist at the vendor" in result.fact
    assert report.run == RUN
