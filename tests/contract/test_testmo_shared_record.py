"""`record-to` with `thread-of`: no shared run is green over a step that did not record its report in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.sandbox import Fault
from tests.contract.recorder import RECORDER_TOKEN, Pair, pair
from tests.contract.test_testmo import write
from tests.harness import Ended


@contextmanager
def shared(folder: Path, *, scenario: str = "passing", vendor_faults: tuple[str, ...] = ()) -> Iterator["Shared"]:
    """A run that holds the results of one good job already."""
    write(folder, cases=3)
    with pair(folder, scenario=scenario, vendor_faults=vendor_faults) as both:
        yield Shared(both)


class Shared:
    def __init__(self, both: Pair) -> None:
        self.both = both
        self._own = {"vendor": "testmo", "token": RECORDER_TOKEN, "base_url": both.testmo.url}
        self.run = both.bench.run(**self._own, mode="start", project_id="1", source="e2e").outputs["run-id"]
        assert both.bench.run(**self._own, thread_of=self.run, results="results.xml").status == 0
        both.asked.clear()

    def leg(self, **inputs: str) -> Ended:
        own = {"testmo_thread_of": self.run, "testmo_project_id": "", "testmo_source": ""}
        return self.both.run(**{**own, **inputs})

    def wait(self) -> Ended:
        self.both.bench.another_process()
        self.both.testmo.trouble()
        return self.both.bench.run(**self._own, mode="wait", run_id=self.run)

    def cleanup(self) -> Ended:
        return self.leg(mode="cleanup")

    @property
    def words(self) -> list[object]:
        (run,) = self.both.runs
        return [field["value"] for field in run.fields if field["name"] == "Recording"]


def test_a_report_that_is_recorded_leaves_no_word(tmp_path: Path) -> None:
    with shared(tmp_path) as run:
        assert run.leg().status == 0
        assert run.words == []
        run.both.bench.another_process()
        asked = len(run.both.asked)
        assert (run.cleanup().status, len(run.both.asked)) == (0, asked), "nothing is owed any more"
        assert run.wait().status == 0


@pytest.mark.parametrize("fault", ["404@execute-schedule*forever", "401@any*forever", "reset-after@execute-schedule"])
def test_nor_is_it_green_over_a_step_without_a_case(fault: str, tmp_path: Path) -> None:
    with shared(tmp_path, vendor_faults=(fault,)) as run:
        ended = run.leg(outage_window="30s")
        assert ended.status in (3, 7), ended.log
        assert "Nothing to record at Testmo: the report has no case." in ended.log
        assert f"Testmo: Run {run.run} now says that results of this job are missing" in ended.log
        assert (len(run.words), run.wait().status) == (1, 7)


def test_nor_over_one_that_was_stopped_before_its_report(tmp_path: Path) -> None:
    with shared(tmp_path, scenario="never-ends-running") as run:
        run.both.bench.stop_at(run.both.bench.clock.now() - run.both.bench.clock.start + 60)
        ended = run.leg()
        assert (ended.status, ended.reason) == (143, "signal"), ended.log
        assert (len(run.words), run.wait().status) == (1, 7)


def test_a_stop_ends_in_time_though_testmo_hangs_and_cleanup_leaves_the_word(tmp_path: Path) -> None:
    with shared(tmp_path, scenario="never-ends-running") as run:
        run.both.testmo.trouble(Fault.parse("hang@any*forever"))
        clock = run.both.bench.clock
        at = clock.now() - clock.start + 60
        run.both.bench.stop_at(at)
        ended = run.leg()
        assert (ended.status, clock.now() - clock.start - at < 5) == (143, True), ended.log
        assert f"Left at the vendor: run {run.run}" in " ".join(ended.report["problems"])
        run.both.bench.another_process()
        run.both.testmo.trouble()
        assert (run.cleanup().status, len(run.words)) == (0, 1)
        assert run.wait().status == 7


@pytest.mark.parametrize("fault", ["422@create-thread*forever", "401@create-thread*forever"])
def test_nor_over_one_whose_report_testmo_refused(fault: str, tmp_path: Path) -> None:
    with shared(tmp_path) as run:
        run.both.testmo.trouble(Fault.parse(fault))
        assert run.leg().status == 6
        assert (len(run.words), run.wait().status) == (1, 7)


def test_a_word_that_can_not_be_left_reddens_the_step(tmp_path: Path) -> None:
    with shared(tmp_path, scenario="empty") as run:
        run.both.testmo.trouble(Fault.parse("422@append-run*forever"))
        ended = run.leg(fail_on="failed")
        assert (ended.status, ended.reason) == (6, "empty"), ended.log
        assert f"run {run.run}, which does not say that results of this job are missing" in ended.log


def test_what_may_be_empty_lacks_nothing(tmp_path: Path) -> None:
    with shared(tmp_path, scenario="empty") as run:
        ended = run.leg(allow_empty="true")
        assert (ended.status, run.words) == (0, []), ended.log
        assert run.wait().status == 0


def test_a_run_at_another_testmo_is_told_before_anything_is_started(tmp_path: Path) -> None:
    with shared(tmp_path) as run:
        ended = run.leg(testmo_thread_of="https://else.testmo.net/automation/runs/view/41")
        assert (ended.status, ended.journal, run.both.asked) == (2, [], [])
        assert "`testmo-thread-of`: names a run at else.testmo.net, and `testmo-base-url` is at" in ended.log
