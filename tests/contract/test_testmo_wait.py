"""Testmo, `mode: wait`: a run that is not whole, or whose counts contradict each other, is never green."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core.sandbox import BOXES, Fault
from core.sandbox.repertoire import scenarios_of
from core.sandbox.testmo import recorded
from tests.contract.test_testmo import CASES, USUAL, ours, write
from tests.harness import Bench, Ended

SCENES = scenarios_of(BOXES["testmo"])
START = {"vendor": "testmo", "mode": "start", "project_id": "1", "source": "frontend"}
IN_TIME = 60.0


def bench_of(folder: Path, *faults: str, scenario: str = "passing") -> Bench:
    write(folder)
    return Bench(folder, scenario=SCENES[scenario], faults=faults, vendor="testmo")


def started(bench: Bench) -> str:
    return bench.run(**START).outputs["run-id"]


def thread(bench: Bench, run: str) -> Ended:
    return bench.run(vendor="testmo", thread_of=run, results="results.xml")


def waited(bench: Bench, run: str, **inputs: str) -> Ended:
    return bench.run(vendor="testmo", mode="wait", run_id=run, **inputs)


def let_time_pass_in(bench: Bench, operation: str, nth: int, seconds: float) -> None:
    """While the server works on the `nth` such request."""

    def pass_on() -> None:
        bench.clock.time += seconds

    act_in(bench, operation, nth, pass_on)


def act_in(bench: Bench, operation: str, nth: int, act: Callable[[], None]) -> None:
    seen = 0

    def watch(exchange: object) -> None:
        nonlocal seen
        seen += getattr(exchange, "operation", "") == operation
        if seen == nth:
            seen += 1
            act()

    bench.observers.append(watch)


@pytest.mark.parametrize("fail_on", ["failed,timed-out,inconclusive,cancelled", "failed"])
def test_an_upload_that_hits_the_deadline_is_no_timeout_and_no_later_wait_is_green(
    fail_on: str, tmp_path: Path
) -> None:
    with bench_of(tmp_path) as bench:
        let_time_pass_in(bench, "append-tests", 2, IN_TIME)
        ended = bench.run(**USUAL, timeout=f"{IN_TIME:.0f}s", fail_on=fail_on)
        (run,) = ours(ended)
        assert (ended.status, ended.reason, run.completed, len(run.tests)) == (7, "timeout", True, 500)
        assert "goes on" not in ended.log
        assert "mode: wait" not in ended.log
        later = waited(bench, str(run.id))
    assert (later.status, later.reason) == (7, "protocol")
    assert f"Cut short: 500 of {CASES} tests" in later.log


@pytest.mark.parametrize("how", ["signal", "kill"])
def test_a_job_that_died_in_its_upload_is_no_green_of_the_run(how: str, tmp_path: Path) -> None:
    with bench_of(tmp_path) as bench:
        run = started(bench)
        assert thread(bench, run).status == 0
        if how == "signal":
            bench.stop_in_call(5)
            assert thread(bench, run).status == 143
            bench.another_process()
        else:
            bench.kill_in_call(5)
            thread(bench, run)
        first, second = waited(bench, run), waited(bench, run)
    (recorded_run,) = ours(first)
    whole, dead = recorded_run.threads
    assert (len(whole.tests), 0 < len(dead.tests) < CASES) == (CASES, True)
    for ended in (first, second):
        assert (ended.status, ended.reason) == (7, "protocol"), "also once completing it has closed the thread"
        assert f"thread {dead.id}" in ended.log


def test_failures_beat_a_thread_that_is_not_whole(tmp_path: Path) -> None:
    with bench_of(tmp_path) as bench:
        run = started(bench)
        write(tmp_path, bad=1)
        bench.stop_in_call(5)
        assert thread(bench, run).status == 143
        bench.another_process()
        assert waited(bench, run).status == 1


def test_a_thread_that_a_lost_reply_has_left_empty_is_worth_a_warning(tmp_path: Path) -> None:
    with bench_of(tmp_path, "reset-after@create-thread") as bench:
        run = started(bench)
        assert thread(bench, run).status == 0
        ended = waited(bench, run)
    (recorded_run,) = ours(ended)
    (empty,) = [each.id for each in recorded_run.threads if not each.tests]
    assert (ended.status, ended.outputs["passed"]) == (0, str(CASES))
    assert any(f"thread {empty}" in text for text in ended.report["warnings"])


def test_a_copy_that_lags_behind_makes_no_thread_look_dead(tmp_path: Path) -> None:
    with bench_of(tmp_path, scenario="lagging-reads") as bench:
        run = started(bench)
        assert thread(bench, run).status == 0
        assert waited(bench, run).status == 0


@pytest.mark.parametrize("kind", ["many-counted", "none-counted", "none-ended"])
def test_counts_that_contradict_each_other_are_no_green(kind: str, tmp_path: Path) -> None:
    with bench_of(tmp_path) as bench:
        run = started(bench)
        assert thread(bench, run).status == 0
        bench.sandbox.trouble(Fault.parse(f"{kind}@get-run*forever"))
        ended = waited(bench, run)
        assert (ended.status, ended.reason) == (7, "protocol")
        assert "contradict each other" in ended.log
        bench.sandbox.trouble()
        assert waited(bench, run).status == 0


def test_a_clean_up_leaves_word_of_what_is_not_whole(tmp_path: Path) -> None:
    with bench_of(tmp_path) as bench:
        bench.kill_in_call(6)
        bench.run(**USUAL)
        cleaned = bench.run(**USUAL, mode="cleanup")
        (run,) = [each for each in recorded(cleaned.ledger) if each.ours]
        assert (cleaned.status, run.completed, 0 < len(run.tests) < CASES) == (0, True, True)
        assert waited(bench, str(run.id)).status == 7


def test_a_verdict_of_the_server_that_its_counts_do_not_explain_is_worth_a_warning(tmp_path: Path) -> None:
    with bench_of(tmp_path, "unknown-state@get-run#4") as bench:
        ended = bench.run(**USUAL)
    assert (ended.status, ended.outputs["passed"]) == (0, str(CASES))
    assert any("calls the run 9" in text for text in ended.report["warnings"]), ended.log


def test_what_was_not_sent_for_lack_of_time_is_named_as_it_would_have_been(tmp_path: Path) -> None:
    with bench_of(tmp_path, "413@append-tests") as bench:
        let_time_pass_in(bench, "append-tests", 1, IN_TIME)
        ended = bench.run(**USUAL, timeout=f"{IN_TIME:.0f}s")
    (run,) = ours(ended)
    assert (ended.status, ended.reason) == (7, "timeout")
    assert f"threads/{run.threads[0].id}/append was not sent: the time is over." in ended.log
    assert "`base-url`" not in ended.log


@pytest.mark.parametrize("fault", ["500@append-tests*forever", "500@complete-thread*forever"])
def test_the_outage_window_bounds_what_is_tried_again_after_a_look(fault: str, tmp_path: Path) -> None:
    with bench_of(tmp_path, fault) as bench:
        ended = bench.run(**USUAL, outage_window="10s")
        assert (ended.status, ended.reason) == (7, "unavailable")
        assert ended.seconds < 60
        patient = bench.run(**USUAL)
    assert (patient.status, patient.seconds > 600) == (7, True)


def test_a_file_that_is_gone_once_the_run_is_created_is_recorded_and_reported_whole(tmp_path: Path) -> None:
    with bench_of(tmp_path) as bench:
        act_in(bench, "create-run", 1, (tmp_path / "results.xml").unlink)
        ended = bench.run(**USUAL)
    (run,) = ours(ended)
    assert not (tmp_path / "results.xml").exists()
    assert (ended.status, len(run.tests), run.completed) == (0, CASES, True), ended.log
    assert sum(len(suite["cases"]) for suite in ended.report["suites"]) == CASES


def _dead_thread(bench: Bench, run: str) -> None:
    """A job that is killed in its upload: its thread stays open with the tests that it has sent."""
    bench.kill_in_call(5)
    assert thread(bench, run).status == -9
    bench.another_process()


@pytest.mark.parametrize("how", ["deadline", "signal"])
def test_a_run_that_can_not_be_told_that_tests_are_missing_is_not_completed(how: str, tmp_path: Path) -> None:
    with bench_of(tmp_path, "500@append-run*forever") as bench:
        if how == "deadline":
            let_time_pass_in(bench, "append-tests", 2, IN_TIME)
        else:
            act_in(bench, "append-tests", 2, lambda: bench._ring(15))
        ended = bench.run(**USUAL, timeout=f"{IN_TIME:.0f}s")
        (run,) = ours(ended)
        assert (ended.status, run.completed) == (7 if how == "deadline" else 143, False), ended.log
        assert f"run {run.id} does not say that tests may be missing in it" in ended.log
        assert "Run `mode: cleanup`" in ended.log
        bench.another_process()
        assert waited(bench, str(run.id)).status == 7
        assert waited(bench, str(run.id)).status == 7, "and it is no other for having been looked at"
        bench.sandbox.trouble()
        cleaned = bench.run(**USUAL, mode="cleanup")
        (run,) = ours(cleaned)
        assert (cleaned.status, run.completed, run.fields[-1]["name"]) == (0, True, "Recording")
        assert waited(bench, str(run.id)).reason == "protocol"


@pytest.mark.parametrize("fault", ["500@append-run*forever", "422@append-run*forever", "500@append-run#2*forever"])
def test_a_second_look_at_a_thread_that_is_not_whole_is_as_red_as_the_first(fault: str, tmp_path: Path) -> None:
    with bench_of(tmp_path) as bench:
        run = started(bench)
        assert thread(bench, run).status == 0
        _dead_thread(bench, run)
        bench.sandbox.trouble(Fault.parse(fault))
        first, second = waited(bench, run), waited(bench, run)
    assert (first.status, second.status) == (7, 7)
    assert first.seconds < 600, "a word that does not land holds nobody up for the whole of `timeout`"
    (recorded_run,) = ours(second)
    assert recorded_run.completed == ("#2" in fault)


@pytest.mark.parametrize("kind", ["500", "reset-before", "reset-after", "429", "503"])
def test_a_word_that_does_not_land_at_once_is_left_again(kind: str, tmp_path: Path) -> None:
    with bench_of(tmp_path, f"{kind}@append-run") as bench:
        run = started(bench)
        _dead_thread(bench, run)
        ended = waited(bench, run)
    (recorded_run,) = ours(ended)
    words = [each["value"] for each in recorded_run.fields if each["name"] == "Recording"]
    assert (ended.status, recorded_run.completed, len(words)) == (7, True, 1), ended.log


@pytest.mark.parametrize("append_run", ["works", "fails"])
def test_an_upload_whose_tests_nobody_saw_is_no_later_green(append_run: str, tmp_path: Path) -> None:
    faults = ["lost-test@get-run#3*forever", *(["500@append-run*forever"] if append_run == "fails" else [])]
    with bench_of(tmp_path, *faults) as bench:
        ended = bench.run(**USUAL)
        (run,) = ours(ended)
        assert (ended.status, ended.reason, run.completed) == (7, "protocol", append_run == "works"), ended.log
        assert waited(bench, str(run.id)).status == 7
        bench.sandbox.trouble()
        assert waited(bench, str(run.id)).status == 7


@pytest.mark.parametrize(("look", "completed"), [(3, False), (4, True)])
def test_a_thread_whose_tests_nobody_saw_makes_no_green(look: int, *, completed: bool, tmp_path: Path) -> None:
    with bench_of(tmp_path) as bench:
        run = started(bench)
        bench.sandbox.trouble(Fault.parse(f"lost-test@get-run#{look}*forever"))
        ended = thread(bench, run)
        (recorded_run,) = ours(ended)
        assert (ended.status, [each.completed for each in recorded_run.threads]) == (7, [completed])
        bench.sandbox.trouble()
        assert waited(bench, run).status == 7


@pytest.mark.parametrize("scenario", ["passing", "empty-neutral"])
def test_a_completed_run_without_a_test_is_empty_whatever_its_status(scenario: str, tmp_path: Path) -> None:
    with bench_of(tmp_path, scenario=scenario) as bench:
        first, allowed = started(bench), started(bench)
        empty = waited(bench, first)
        assert (empty.status, empty.reason) == (5, "empty"), empty.log
        assert waited(bench, allowed, allow_empty="true").status == 0
        assert bench.clock.now() - bench.clock.start < IN_TIME


def test_a_completed_run_that_never_says_how_it_ended_is_not_waited_for(tmp_path: Path) -> None:
    with bench_of(tmp_path) as bench:
        run = started(bench)
        assert thread(bench, run).status == 0
        bench.sandbox.trouble(Fault.parse("unknown-state@get-run*forever"))
        ended = waited(bench, run)
        assert (ended.status, ended.reason, ended.seconds < IN_TIME) == (7, "protocol", True), ended.log
        assert "its status 9 is neither success nor failure" in ended.log
        bench.sandbox.trouble(Fault.parse("unknown-state@get-run#1"))
        assert waited(bench, run).status == 0


def test_a_wrong_project_is_named_and_nothing_is_owed(tmp_path: Path) -> None:
    with bench_of(tmp_path) as bench:
        run = started(bench)
        ended = waited(bench, run, project_id="2")
        assert (ended.status, ended.reason, ended.seconds < IN_TIME) == (2, "bad-input", True), ended.log
        assert f"`project-id`: is 2, and run {run} is one of project 1." in ended.log
        assert "Left at the vendor" not in ended.log
        assert "Nothing was left behind" in bench.run(vendor="testmo", mode="cleanup", project_id="1").log
        cleaned = bench.run(vendor="testmo", mode="cleanup", run_id=run, project_id="2")
        assert (cleaned.status, "`project-id`: is 2" in cleaned.log, cleaned.seconds < IN_TIME) == (7, True, True)
        assert [each.completed for each in ours(cleaned)] == [False]
        assert thread(bench, run).status == 0
        bench.sandbox.trouble(Fault.parse("wrong-project@get-run#1"))
        assert waited(bench, run, project_id="1").status == 0, "one answer about another project is an outage"


@pytest.mark.parametrize("scenario", ["passing", "lagging-reads"])
@pytest.mark.parametrize("nth", [1, 2])
def test_what_a_clean_up_completes_is_no_later_green_though_copies_lag(nth: int, scenario: str, tmp_path: Path) -> None:
    with bench_of(tmp_path, scenario=scenario) as bench:
        act_in(bench, "append-tests", nth, bench._kill)
        assert bench.run(**USUAL).status == -9
        bench.another_process()
        cleaned = bench.run(**USUAL, mode="cleanup")
        (run,) = ours(cleaned)
        assert (cleaned.status, run.completed, 0 < len(run.tests) < CASES) == (0, True, True)
        bench.another_process(later=IN_TIME)
        assert waited(bench, str(run.id)).status == 7


MORE = {
    "links": "{name: report, url: https://ci.example/r, note: n}",
    "fields": "{name: Branch, type: string, value: main}",
    "artifacts": "{name: log, url: https://ci.example/log.txt, size: 7}",
}


def attached(ended: Ended) -> list[list[object]]:
    (run,) = ours(ended)
    own = [item for item in run.fields if item["name"] not in ("Recorded as", "Recording")]
    return [[item["name"] for item in items] for items in (run.links, own, run.artifacts)]


@pytest.mark.parametrize("scenario", ["passing", "lagging-reads"])
@pytest.mark.parametrize(
    "fault", [None, "500", "reset-before", "reset-after", "429", "503", "cut", "html-after", "401"]
)
def test_who_waits_adds_to_the_run_each_thing_once(fault: str | None, scenario: str, tmp_path: Path) -> None:
    with bench_of(tmp_path, *([f"{fault}@append-run"] if fault else []), scenario=scenario) as bench:
        run = started(bench)
        assert thread(bench, run).status == 0
        ended = waited(bench, run, **MORE)
    assert (ended.status, ended.report["warnings"]) == (0, []), ended.log
    assert attached(ended) == [["report"], ["Branch"], ["log"]]
    assert ours(ended)[0].completed


def test_who_waits_again_adds_nothing_twice(tmp_path: Path) -> None:
    with bench_of(tmp_path, "500@complete-run*forever") as bench:
        run = started(bench)
        assert thread(bench, run).status == 0
        assert waited(bench, run, **MORE, timeout="5m").status == 7
        bench.sandbox.trouble()
        second, third = waited(bench, run, **MORE), waited(bench, run, **MORE)
    assert (second.status, second.report["warnings"]) == (0, [])
    assert attached(third) == [["report"], ["Branch"], ["log"]]
    assert (third.status, third.report["warnings"]) == (0, [])


def test_a_run_that_is_completed_gets_nothing_more(tmp_path: Path) -> None:
    with bench_of(tmp_path) as bench:
        run = started(bench)
        assert thread(bench, run).status == 0
        assert waited(bench, run).status == 0
        ended = waited(bench, run, **MORE)
    assert (ended.status, attached(ended)) == (0, [[], [], []])
    assert "was completed already: not all" in " ".join(ended.report["warnings"])


@pytest.mark.parametrize("fault", ["422", "500", "404"])
def test_what_can_not_be_added_is_told_and_decides_nothing(fault: str, tmp_path: Path) -> None:
    with bench_of(tmp_path, f"{fault}@append-run*forever") as bench:
        run = started(bench)
        assert thread(bench, run).status == 0
        ended = waited(bench, run, **MORE)
    assert (ended.status, ours(ended)[0].completed, ended.seconds < 300) == (0, True, True), ended.log
    assert "not all links, fields and artifacts" in " ".join(ended.report["warnings"])


def test_a_plain_refusal_of_it_is_told_at_once_with_what_to_do(tmp_path: Path) -> None:
    with bench_of(tmp_path, "422@append-run#1") as bench:
        run = started(bench)
        assert thread(bench, run).status == 0
        ended = waited(bench, run, **MORE)
    assert (ended.status, ended.seconds < 2) == (0, True), ended.log
    assert "Check `links`, `fields` and `artifacts`" in " ".join(ended.report["warnings"])


def test_a_refusal_after_a_lost_reply_is_looked_into(tmp_path: Path) -> None:
    with bench_of(tmp_path, "reset-after@append-run#1", "422@append-run#2", scenario="lagging-reads") as bench:
        run = started(bench)
        assert thread(bench, run).status == 0
        ended = waited(bench, run, **MORE)
    assert (ended.status, ended.report["warnings"]) == (0, []), ended.log
    assert attached(ended) == [["report"], ["Branch"], ["log"]]


@pytest.mark.parametrize("name", ["tags", "config", "config-id", "milestone", "milestone-id"])
def test_what_only_a_new_run_can_have_is_refused(name: str, tmp_path: Path) -> None:
    with bench_of(tmp_path) as bench:
        ended = waited(bench, "41", **{name.replace("-", "_"): "7"})
    assert (ended.status, ended.journal) == (2, [])
    assert f"`{name}`: is for a new run" in ended.log
