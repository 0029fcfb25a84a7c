"""qTest's jobs: due, claimed, logged, finished."""

from core.sandbox import Sandbox
from core.sandbox.qtest.truth import truth_of
from tests.sandbox.qtest import at_work, jobs, log, put_status
from tests.sandbox.support import Client


def test_a_job_is_claimed_logged_and_completed(tester: Client, qtest: Sandbox) -> None:
    host, _ = at_work(tester)
    (job,) = jobs(tester, host)
    assert put_status(tester, job["job_id"], "RUNNING").status == 200
    assert jobs(tester, host) == []
    truth = truth_of(qtest.ledger)
    assert [one.id for one in truth.running] == [job["job_id"]]
    for material in job["automation_materials"]:
        assert log(tester, material["test_run_id"], name=material["test_case_name"]).status == 201
    assert put_status(tester, job["job_id"], "COMPLETED").status == 200
    truth = truth_of(qtest.ledger)
    assert (truth.running, truth.claimed_twice, truth.logged_twice) == ((), (), ())
    assert truth.jobs[0].words == ("PLANNED", "RUNNING", "COMPLETED")
    assert [step.by for step in truth.jobs[0].claims] == ["t0ken"]
    run = qtest.ledger[0]
    assert (run.id, run.verdict, run.passed, run.finished) == (job["job_id"], "COMPLETED", True, True)
