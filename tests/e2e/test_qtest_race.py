"""Two real programs as the same agent of qTest, both of which have seen a job before either of them claims it."""

import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from core.sandbox import BOXES
from core.sandbox.qtest.truth import Truth, truth_of
from core.sandbox.repertoire import scenarios_of
from tests.e2e.support import LONGEST, Ended, Step, Vendor, vendor

SCENES = scenarios_of(BOXES["qtest"])
PROGRAM = Path(__file__).parents[1] / "files" / "qtest_command.py"
INPUTS = {"vendor": "qtest", "agent_name": "shop-web", "command": f"{sys.executable} {PROGRAM} {{junit}}"}
TELLING = ("passing", "no-cancel-from-running")  # tables by which the second claim is refused
SILENT = ("lenient", "self-transition-ok")  # and those by which it succeeds like the first one


def race(scenario: str, folder: Path) -> tuple[list[Ended], Truth]:
    """The two steps; the jobs are those since an earlier step has registered host and agent."""
    with vendor(SCENES[scenario], box="qtest") as server:
        before = Step(folder=folder / "before", url=server.url).run(**INPUTS, deactivate="true")
        assert before.status == 0, before.log
        earlier = {job.id for job in truth_of(server.ledger).jobs}
        for operation in ("retrieve-jobs", "update-job-status"):
            _meet(server, operation)
        steps = [Step(folder=folder / name, url=server.url) for name in ("first", "second")]
        processes = [step.start(**INPUTS) for step in steps]
        ended = [step.finish(process) for step, process in zip(steps, processes, strict=True)]
        truth = truth_of(server.ledger)
        assert not truth.running
        assert len(truth.agents) == 1
        return ended, replace(truth, jobs=tuple(job for job in truth.jobs if job.id not in earlier))


def _meet(server: Vendor, operation: str) -> None:
    """The first such call of either program is answered when the other one's has come, and has been acted on."""
    met = threading.Barrier(2, timeout=LONGEST)
    turns = iter((True, True))  # two threads take one each: no more are waited for

    def wait() -> None:
        if next(turns, False):
            met.wait()

    server.when(operation, wait)


@pytest.mark.parametrize("scenario", TELLING)
def test_a_job_that_two_runners_race_for_is_started_once(scenario: str, tmp_path: Path) -> None:
    ended, truth = race(scenario, tmp_path)
    assert sorted(each.verdict for each in ended) == [(0, "passed", ""), (5, "inconclusive", "empty")]
    (job,) = truth.jobs
    assert job.words == ("PLANNED", "RUNNING", "COMPLETED")
    assert sum(each.log.count("running 3 tests") for each in ended) == 1
    loser = next(each for each in ended if each.status)
    assert f"The job {job.id} was not handed out" in loser.log


@pytest.mark.parametrize("scenario", SILENT)
def test_where_qtest_lets_both_claim_it_both_run_it_and_leave_it_completed(scenario: str, tmp_path: Path) -> None:
    """No answer tells them apart: what keeps two runners from one agent is the guard in the templates."""
    ended, truth = race(scenario, tmp_path)
    assert [each.verdict for each in ended] == [(0, "passed", "")] * 2
    (job,) = truth.jobs
    assert (len(job.claims), job.status) == (2, "COMPLETED")
