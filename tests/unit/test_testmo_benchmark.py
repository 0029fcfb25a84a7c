"""The server that Testmo's benchmark measures against: what it answers is a run for our client."""

from core.vendors.testmo import fields
from tools.benchmarks.testmo_server import RUN, THREAD, Counts


def test_a_run_of_the_benchmarks_server_is_one_for_the_client_at_each_stage() -> None:
    counts = Counts()
    counts.take("POST", "/projects/1/automation/runs", b'{"fields": [{"value": "mark"}]}')
    for path in (f"/threads/{THREAD}/append", f"/threads/{THREAD}/complete", f"/runs/{RUN}/complete"):
        counts.take("POST", path, b'{"tests":[{"key":"a","status":"passed"},{"key":"b","status":"failure"}]}')
        run = fields.run(counts.run())
        assert (run.id, run.total, run.failure, run.contradiction) == (RUN, 2, 1, "")
    assert run.completed
    assert run.threads[THREAD].completed
    assert run.marks == {"mark"}
