"""Testmo: every case recorded exactly once and the run never left open, whatever happens on the way."""

import os
import threading
import time
from pathlib import Path

import pytest

from core.sandbox import BOXES, Fault, Scenario
from core.sandbox.hostile import EVERYTHING
from core.sandbox.repertoire import faults_of, scenarios_of
from core.sandbox.testmo import RecordedRun, recorded
from core.vendors.testmo.operations import LULL
from tests.contract.promises import breaches
from tests.harness import EPOCH, TOKEN, Bench, Ended

SCENES = scenarios_of(BOXES["testmo"])
KINDS = sorted(faults_of(BOXES["testmo"]).keys() - {"endless", "gzip-bomb"})  # each of those costs real time
CASES = 600  # three appends
ALL = [f"case {number}" for number in range(CASES)]
WRITES = ("create-run", "create-thread", "append-tests", "complete-thread", "complete-run")
TWINS = {("twice", "create-run"), ("twice", "append-tests")}  # the server itself does it twice
USUAL = {"vendor": "testmo", "project_id": "1", "source": "frontend", "results": "results.xml"}


def write(folder: Path, *, bad: int = 0, name: str = "results.xml", cases: int = CASES) -> None:
    ends = ["<failure/>" if number < bad else "" for number in range(cases)]
    lines = [f'<testcase classname="Cart" name="case {n}" time="0.01">{end}</testcase>' for n, end in enumerate(ends)]
    (folder / name).write_text(f"<testsuites><testsuite name='s'>{''.join(lines)}</testsuite></testsuites>")


def play(folder: Path, *faults: str, scenario: str | Scenario = "passing", bad: int = 0, **inputs: str) -> Ended:
    write(folder, bad=bad)
    scene = SCENES[scenario] if isinstance(scenario, str) else scenario
    with Bench(folder, scenario=scene, faults=faults, vendor="testmo") as bench:
        return bench.run(**{**USUAL, **inputs})


def bench_of(folder: Path, inputs: dict[str, str]) -> Ended:
    with Bench(folder, scenario=SCENES["passing"], vendor="testmo") as bench:
        return bench.run(**{**USUAL, **inputs})


def ours(ended: Ended) -> list[RecordedRun]:
    return [run for run in recorded(ended.ledger) if run.ours]


def writes(ended: Ended) -> list[str]:
    """The requests that change something; a look before the command changes nothing."""
    return [each.operation for each in ended.journal if each.method == "POST"]


def names(run: RecordedRun) -> list[str]:
    return [test.name for test in run.tests]


@pytest.mark.parametrize("scenario", sorted(SCENES.keys() - {"vanishing", "closed-early"}))
def test_every_case_arrives_once_in_every_world(scenario: str, tmp_path: Path) -> None:
    ended = play(tmp_path, scenario=scenario)
    assert (ended.status, ended.outputs["tests"]) == (0, str(CASES)), ended.log
    (run,) = ours(ended)
    assert names(run) == ALL
    assert (run.completed_by_us, run.state, [thread.completed for thread in run.threads]) == (True, "success", [True])
    assert run.threads[0].computed == 6_000_000
    assert breaches(ended, green=True) == []


@pytest.mark.parametrize(
    ("kind", "call"), [(kind, call) for kind in KINDS for call in WRITES if (kind, call) not in TWINS]
)
def test_whatever_happens_to_a_write_nothing_is_recorded_twice(kind: str, call: str, tmp_path: Path) -> None:
    ended = play(tmp_path, f"{kind}@{call}{'#2' if call == 'append-tests' else ''}")
    runs = ours(ended)
    assert len(runs) <= 1
    for run in runs:
        assert names(run) == ALL[: len(run.tests)]
        assert run.completed
    assert ended.status in (0, 3, 7), ended.log
    if ended.status == 0:
        assert names(runs[0]) == ALL
    assert ended.status != 3 or not runs


@pytest.mark.parametrize("kind", ["500-after", "reset-after", "hang-after", "html-after", "cut", "empty-body", "late"])
@pytest.mark.parametrize("call", WRITES)
def test_a_lost_reply_is_looked_up_and_costs_nothing(kind: str, call: str, tmp_path: Path) -> None:
    ended = play(tmp_path, f"{kind}@{call}")
    assert ended.status == 0, ended.log
    assert [names(run) for run in ours(ended)] == [ALL]


@pytest.mark.parametrize("scenario", ["stale-reads", "lagging-reads", "eventual", "threads-unlisted", "same-name"])
@pytest.mark.parametrize(
    "fault",
    [
        *("reset-after@append-tests#2", "reset-before@append-tests#2", "reset-after@create-run"),
        *("reset-before@create-run", "500-after@complete-run"),
    ],
)
def test_copies_that_lag_behind_deceive_nobody(scenario: str, fault: str, tmp_path: Path) -> None:
    ended = play(tmp_path, fault, scenario=scenario)
    assert ended.status == 0, ended.log
    assert [(names(run), run.completed) for run in ours(ended)] == [(ALL, True)]


@pytest.mark.parametrize("call", ["create-run", "append-tests", "complete-run"])
def test_a_429_without_a_time_means_a_minute(call: str, tmp_path: Path) -> None:
    ended = play(tmp_path, f"429@{call}")
    assert ended.status == 0
    first, second = [one.at for one in ended.calls(call)][:2]
    assert LULL <= second - first <= LULL * 1.1 + 1
    named = play(tmp_path, f"429=7@{call}")
    first, second = [one.at for one in named.calls(call)][:2]
    assert 7 <= second - first <= 8


@pytest.mark.parametrize(
    "fault",
    [
        *("401@any*forever", "503@any*forever", "422@create-thread", "403@append-tests*forever"),
        *("500@append-tests#2*forever", "422@complete-run*forever"),
    ],
)
def test_failed_tests_beat_whatever_goes_wrong_with_recording_them(fault: str, tmp_path: Path) -> None:
    ended = play(tmp_path, fault, bad=2)
    assert (ended.status, ended.reason, ended.conclusion) == (1, "tests-failed", "failed")
    assert ended.report["totals"]["failed"] == 2
    assert "answered" in " ".join(ended.report["problems"]), "the other problem is shown"
    green = play(tmp_path, fault)
    assert green.status in (3, 7), "and no green hides it either"
    assert len(green.report["suites"][0]["cases"]) == CASES


def test_what_was_cut_short_says_so_at_testmo(tmp_path: Path) -> None:
    ended = play(tmp_path, "422@append-tests#3")
    assert (ended.status, ended.reason) == (7, "refused")
    (run,) = ours(ended)
    assert (len(run.tests), run.completed) == (500, True)
    assert run.fields[-1]["value"] == f"Cut short: 500 of {CASES} tests are known to be here."


@pytest.mark.parametrize("nth", range(1, 11))
def test_a_signal_completes_the_run(nth: int, tmp_path: Path) -> None:
    write(tmp_path)
    with Bench(tmp_path, scenario=SCENES["passing"], vendor="testmo") as bench:
        bench.stop_in_call(nth)
        ended = bench.run(**USUAL)
    assert ended.status == 143
    assert ended.seconds < 5
    for run in ours(ended):
        assert run.completed
        assert names(run) == ALL[: len(run.tests)]


@pytest.mark.parametrize("kind", ["lost-test", "extra-test", "still-open"])
def test_counts_that_do_not_agree_are_no_green(kind: str, tmp_path: Path) -> None:
    ended = play(tmp_path, f"{kind}@get-run#3*forever")
    assert (ended.status, ended.reason) == (7, "protocol")
    assert f"{CASES} tests were sent" in ended.log


def test_jobs_share_a_run_and_the_last_one_completes_it(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, bad=1, name="red.xml")
    with Bench(tmp_path, scenario=SCENES["passing"], vendor="testmo") as bench:
        begun = bench.run(vendor="testmo", mode="start", project_id="1", source="frontend", tags="pr, nightly")
        assert (begun.status, begun.conclusion) == (0, "started")
        run = begun.outputs["run-id"]
        green = bench.run(vendor="testmo", thread_of=run, results="results.xml")
        red = bench.run(vendor="testmo", thread_of=run, results="red.xml", fields="{name: job, value: two}")
        assert (green.status, red.status) == (0, 1)
        (open_run,) = ours(red)
        assert (open_run.completed, len(open_run.threads), len(open_run.tests)) == (False, 2, 2 * CASES)
        assert open_run.tags == ("pr", "nightly")
        assert [item["value"] for item in open_run.threads[1].fields] == ["two"]
        ended = bench.run(vendor="testmo", mode="wait", run_id=red.outputs["run-url"])
    assert f"Adding to run {run}: " in green.log
    assert (ended.status, ended.reason) == (1, "tests-failed")
    assert (ended.outputs["failed"], ended.outputs["passed"]) == ("1", str(2 * CASES - 1))
    assert [(each.completed_by_us, each.measured) for each in ours(ended)] == [(True, True)]


def waited(folder: Path, *faults: str, bad: int, cases: int = CASES) -> Ended:
    """Wait for a run that another job has filled."""
    write(folder, bad=bad, cases=cases)
    with Bench(folder, scenario=SCENES["passing"], faults=faults, vendor="testmo") as bench:
        run = bench.run(vendor="testmo", mode="start", project_id="1", source="frontend").outputs["run-id"]
        bench.run(vendor="testmo", thread_of=run, results="results.xml")
        return bench.run(vendor="testmo", mode="wait", run_id=run)


def test_who_waits_sees_the_names_of_what_failed(tmp_path: Path) -> None:
    ended = waited(tmp_path, bad=3)
    assert (ended.status, ended.outputs["failed"], ended.outputs["tests"]) == (1, "3", str(CASES))
    (listed,) = ended.calls("list-tests")
    assert "status_id=3" in listed.query
    assert [case["name"] for case in ended.report["suites"][0]["cases"]] == ALL[:3]
    assert [f'name="{name}"' in ended.junit for name in ALL[:4]] == [True, True, True, False]
    assert ended.log.count("::error title=") >= 3
    assert not waited(tmp_path, bad=0).calls("list-tests")


def test_so_many_names_and_no_more_are_read(tmp_path: Path) -> None:
    ended = waited(tmp_path, bad=4_500, cases=4_600)
    assert (ended.outputs["failed"], len(ended.calls("list-tests"))) == ("4500", 4)
    assert len(ended.report["suites"][0]["cases"]) == 4_000


@pytest.mark.parametrize("fault", ["404", "422", "501", "500", "hang", "cut", "html-after", "list-body", "reset-after"])
def test_the_counts_stand_where_nothing_is_listed(fault: str, tmp_path: Path) -> None:
    ended = waited(tmp_path, f"{fault}@list-tests*forever", bad=3)
    assert (ended.status, ended.reason, ended.outputs["failed"]) == (1, "tests-failed", "3")
    assert ended.report["suites"] == []
    assert ended.seconds < 20
    assert ("have no names here" in ended.log) == (fault not in ("404", "422", "501"))


def test_waiting_for_an_empty_run_is_inconclusive(tmp_path: Path) -> None:
    with Bench(tmp_path, scenario=SCENES["passing"], vendor="testmo") as bench:
        run = bench.run(vendor="testmo", mode="start", project_id="1", source="frontend").outputs["run-id"]
        ended = bench.run(vendor="testmo", mode="wait", run_id=run)
    assert (ended.status, ended.reason) == (5, "empty")


@pytest.mark.parametrize("scenario", ["lagging-reads", "eventual"])
@pytest.mark.parametrize("nth", [1, 2])
def test_cleanup_finds_a_run_that_is_not_listed_yet(nth: int, scenario: str, tmp_path: Path) -> None:
    write(tmp_path)
    with Bench(tmp_path, scenario=SCENES[scenario], vendor="testmo") as bench:
        bench.kill_in_call(nth)
        assert bench.run(**USUAL).status == -9
        bench.another_process()
        cleaned = bench.run(**USUAL, mode="cleanup")
    assert cleaned.status == 0, cleaned.log
    assert [run.completed for run in ours(cleaned)] == [True]


def test_cleanup_is_content_once_the_run_that_was_waited_for_is_deleted(tmp_path: Path) -> None:
    with Bench(tmp_path, scenario=SCENES["vanishing"], vendor="testmo") as bench:
        run = bench.run(vendor="testmo", mode="start", project_id="1", source="frontend").outputs["run-id"]
        write(tmp_path)
        bench.sandbox.trouble(Fault.parse("500@complete-run*forever"))
        assert "still open" in bench.run(vendor="testmo", mode="wait", run_id=run, timeout="1m").log
        bench.sandbox.trouble()
        bench.run(vendor="testmo", thread_of=run, results="results.xml")
        waited = bench.run(vendor="testmo", mode="wait", run_id=run)
        assert (waited.status, waited.reason) == (7, "refused")
        first, second = (bench.run(**USUAL, mode="cleanup") for _ in range(2))
    assert f"has no run {run}" in first.log
    assert (first.status, second.status) == (0, 0)
    assert "Nothing was left behind" in second.log


def test_other_jobs_are_not_sent_to_a_run_that_is_not_ours(tmp_path: Path) -> None:
    with Bench(tmp_path, scenario=SCENES["foreign-run"], faults=("wrong-id@create-run",), vendor="testmo") as bench:
        ended = bench.run(vendor="testmo", mode="start", project_id="1", source="frontend")
    assert (ended.status, ended.reason) == (7, "protocol")
    assert "is not the new and empty one that was created" in ended.log
    assert [run.completed for run in ours(ended)] == [True]


@pytest.mark.parametrize("fault", ["500@append-tests*forever", "401@append-tests*forever", "hang@append-tests"])
def test_a_shared_run_stays_open_whatever_becomes_of_one_job(fault: str, tmp_path: Path) -> None:
    write(tmp_path)
    with Bench(tmp_path, scenario=SCENES["passing"], faults=(fault,), vendor="testmo") as bench:
        run = bench.run(vendor="testmo", mode="start", project_id="1", source="frontend").outputs["run-id"]
        if fault.startswith("hang"):
            bench.stop_at(5)
        ended = bench.run(vendor="testmo", thread_of=run, results="results.xml")
        assert ended.status in (7, 143)
        cleaned = bench.run(vendor="testmo", mode="cleanup", thread_of=run)
    assert cleaned.status == 0
    assert [each.completed for each in ours(cleaned)] == [False]
    assert not cleaned.calls("complete-run")


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        (None, 5, "matches no file"),
        ("", 5, "is empty"),
        ("<testsuites/>", 5, "no test case"),
        ("<testsuites><testsuite>", 2, "is cut"),
        ("<html></html>", 2, "is no JUnit"),
        ('<testsuite name="s" failures="1"><testcase name="x"/></testsuite>', 2, "claims 1 failures"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><testsuites/>', 2, "DTD"),
    ],
)
def test_what_is_no_result_is_told_before_any_request(text: str | None, status: int, said: str, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "results.xml").write_text(text)
    with Bench(tmp_path, scenario=SCENES["passing"], vendor="testmo") as bench:
        ended = bench.run(**USUAL)
        assert (ended.status, ended.journal) == (status, [])
        assert said in ended.log
        allowed = bench.run(**USUAL, allow_empty="true")
    assert (allowed.status, allowed.journal) == (0 if status == 5 else 2, [])


def test_a_pattern_that_matches_nothing_beside_another_is_an_error_unless_allowed(tmp_path: Path) -> None:
    both = "results.xml\nother/*.xml"
    ended = play(tmp_path, results=both)
    assert (ended.status, ended.reason, ended.journal) == (2, "bad-input", [])
    allowed = play(tmp_path, results=both, allow_empty="true")
    assert allowed.status == 0
    assert "'other/*.xml' matches no file" in " ".join(allowed.report["warnings"])


@pytest.mark.parametrize(
    ("command", "status", "code"),
    [
        *(("cp made.xml results.xml", 0, "0"), ("sh -c 'cp made.xml results.xml; exit 3'", 1, "3")),
        *(("sh -c 'cp made.xml results.xml; kill -9 $$'", 1, "137"), ("no-such-program", 2, None)),
    ],
)
def test_the_command_counts_beside_its_results(command: str, status: int, code: str | None, tmp_path: Path) -> None:
    write(tmp_path, name="made.xml")
    ended = bench_of(tmp_path, {"command": command})
    assert ended.status == status
    assert ended.outputs.get("command-exit-code") == code
    assert len(ours(ended)) == (status != 2)
    for run in ours(ended):
        assert names(run) == ALL
        assert str(run.threads[0].fields[0]["value"]).startswith("Executing: ")


def test_a_command_that_fails_and_leaves_no_results_is_a_failure(tmp_path: Path) -> None:
    ended = play(tmp_path, command="false", results="none/*.xml")
    assert (ended.status, ended.outputs["command-exit-code"]) == (1, "1")
    assert [each.operation for each in ended.journal] == ["list-runs"], "whether there is a place for them"
    assert "matches no file" in " ".join(ended.report["problems"])


@pytest.mark.parametrize(
    ("command", "status"), [("true", 5), ("chmod 600 results.xml", 5), ("cp -p results.xml copy.xml", 5), ("false", 1)]
)
def test_what_was_there_before_the_command_is_no_result_of_it(command: str, status: int, tmp_path: Path) -> None:
    ended = play(tmp_path, command=command)
    assert (ended.status, writes(ended)) == (status, [])
    assert "only what was there before the command, and is as it was: results.xml" in ended.log


@pytest.mark.parametrize("command", ["cp -p made.xml results.xml", "touch results.xml", "cp made.xml results.xml"])
def test_what_the_command_wrote_counts_whatever_its_time(command: str, tmp_path: Path) -> None:
    write(tmp_path, name="made.xml")
    os.utime(tmp_path / "made.xml", (EPOCH - 9e6, EPOCH - 9e6))
    ended = play(tmp_path, command=command)
    assert (ended.status, ended.outputs["tests"]) == (0, str(CASES)), ended.log


def test_a_report_of_yesterday_beside_those_of_today_is_left_out_and_told(tmp_path: Path) -> None:
    write(tmp_path, name="made.xml")
    write(tmp_path, name="yesterday.xml", bad=1)
    both = bench_of(tmp_path, {"command": "cp made.xml today.xml", "results": "*day.xml"})
    assert (both.status, both.outputs["tests"]) == (0, str(CASES)), both.log
    assert "yesterday.xml' was left out" in " ".join(both.report["warnings"])
    apart = bench_of(tmp_path, {"command": "cp made.xml new.xml", "results": "new.xml\nyesterday.xml"})
    assert (apart.status, apart.reason, writes(apart)) == (2, "bad-input", [])


@pytest.mark.parametrize("whole", [True, False])
def test_a_signal_while_the_command_runs_keeps_the_results_that_there_are(*, whole: bool, tmp_path: Path) -> None:
    write(tmp_path, name="made.xml", bad=2)
    (tmp_path / "cut.xml").write_text("<testsuites><testsuite name='s'>")
    write(tmp_path, name="results.xml")
    source = "made.xml" if whole else "cut.xml"
    command = f"sh -c 'cp {source} results.xml; echo written; exec sleep 60'"
    with Bench(tmp_path, scenario=SCENES["passing"], vendor="testmo") as bench:
        threading.Thread(target=_ring_when, args=(bench, tmp_path / "results.xml", tmp_path / source)).start()
        ended = bench.run(**USUAL, command=command)
    assert (ended.status, ended.conclusion, writes(ended)) == (143, "cancelled", [])
    assert ended.outputs["command-exit-code"] == "143"
    assert (ended.outputs["tests"], ended.outputs["failed"]) == ((str(CASES), "2") if whole else ("0", "0"))
    assert ended.seconds <= 5
    assert ("had written by then" in " ".join(ended.report["warnings"])) == whole


def _ring_when(bench: Bench, path: Path, source: Path) -> None:
    """A signal as soon as the command has written its report."""
    while path.read_bytes() != source.read_bytes():
        time.sleep(0.01)
    bench._ring(15)


def test_the_command_knows_no_secret(tmp_path: Path) -> None:
    write(tmp_path, name="made.xml")
    with Bench(tmp_path, scenario=SCENES["passing"], vendor="testmo") as bench:
        ended = bench.run(**USUAL, command="sh -c 'env; cp made.xml results.xml'")
    (run,) = ours(ended)
    assert "INPUT_TOKEN" not in str(run.threads[0].fields)
    assert breaches(ended, green=True) == []


def test_our_token_is_sent_to_nobody_in_a_text(tmp_path: Path) -> None:
    """Neither whole nor, where a text is cut, in half."""
    told = TOKEN.replace("&", "&amp;")
    cases = [f"{'x' * at}{told} {'y' * 800}" for at in (0, 740)]
    long = f"{'x' * 8_170}{told}{'y' * 20_000}{told}{'z' * 8_170}"
    parts = f"<failure message='{told}'>{long}</failure><system-out>{told}\n[[PROPERTY|a={told}]]</system-out>"
    inside = "".join(f"<testcase classname='{text}' name='{text}'>{parts}</testcase>" for text in cases)
    (tmp_path / "made.txt").write_text(f"<testsuite name='s'>{inside}</testsuite>")
    with Bench(tmp_path, scenario=SCENES["passing"], vendor="testmo") as bench:
        command = f"sh -c 'cp made.txt results.xml; echo {'x' * 3_990}$(cat told.txt)'"
        (tmp_path / "told.txt").write_text(TOKEN)
        ended = bench.run(**USUAL, command=command)
    (run,) = ours(ended)
    sent = str((run, [test for thread in run.threads for test in thread.tests]))
    shown = "".join(line for line in ended.log.splitlines() if "::add-mask::" not in line)
    assert (ended.status, len(run.tests)) == (1, 2), ended.log
    assert "***" in sent
    for text in (sent, shown):
        assert not [size for size in range(4, len(TOKEN) + 1) if TOKEN[:size] in text or TOKEN[-size:] in text]


def test_hostile_texts_arrive_as_they_are_and_give_no_orders(tmp_path: Path) -> None:
    text = "".join(each if each.isprintable() else " " for each in EVERYTHING)
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    (tmp_path / "results.xml").write_text(
        f'<testsuite name="{escaped}"><testcase classname="{escaped}" name="{escaped}">'
        f'<failure message="{escaped}">{escaped}</failure></testcase></testsuite>'
    )
    with Bench(tmp_path, scenario=SCENES["hostile"], vendor="testmo") as bench:
        ended = bench.run(**USUAL)
    assert breaches(ended, green=False) == []
    (run,) = ours(ended)
    assert [test.name for test in run.tests] == [text.strip()[:750]]


@pytest.mark.parametrize(
    ("inputs", "name"),
    [
        ({"base_url": ""}, "base-url"),
        ({"project_id": ""}, "project-id"),
        ({"source": ""}, "source"),
        ({"results": ""}, "results"),
        ({"thread_of": "x"}, "thread-of"),
        ({"thread_of": "41", "tags": "a"}, "tags"),
        ({"mode": "start", "command": "true"}, "command"),
        ({"mode": "wait", "run_id": "first"}, "run-id"),
        ({"rerun_failed": "1"}, "rerun-failed"),
        ({"links": "{name: a, url: 'javascript:alert(1)'}"}, "links"),
        ({"fields": "{name: a, type: picture}"}, "fields"),
        ({"artifacts": "{name: a, url: 'https://x', size: big}"}, "artifacts"),
        ({"command": "sh -c 'open"}, "command"),
        ({"command": "echo hi && false"}, "command"),
    ],
)
def test_bad_input_is_named_before_any_request(inputs: dict[str, str], name: str, tmp_path: Path) -> None:
    ended = bench_of(tmp_path, inputs)
    assert (ended.status, ended.journal) == (2, [])
    assert f"`{name}`" in ended.log


def test_what_testmo_says_is_wrong_is_told(tmp_path: Path) -> None:
    ended = play(tmp_path, config="nosuch")
    assert (ended.status, ended.reason) == (3, "refused")
    assert "config: " in ended.report["fact"], ended.log


def test_everything_that_can_be_attached_is(tmp_path: Path) -> None:
    ended = play(
        tmp_path,
        name="ci #512",
        tags="pr\nnightly",
        config="Linux, Chrome",
        links="{name: build, url: 'https://ci.example/512', note: job 3}",
        fields="[{name: Branch, value: main}, {name: Log, type: console, value: hello}, {name: B, value: true}, "
        "{name: N, value: 0012}, {name: Nil, value: null}]",
        artifacts="{name: log, url: 'https://ci.example/log.txt', mime_type: text/plain, size: 1024}",
    )
    (run,) = ours(ended)
    assert (run.name, run.source, run.tags, run.config) == ("ci #512", "frontend", ("pr", "nightly"), "Linux, Chrome")
    assert run.links == ({"name": "build", "url": "https://ci.example/512", "note": "job 3"},)
    assert [(item["name"], item["type"], item["value"]) for item in run.fields[:5]] == [
        ("Branch", 1, "main"),
        ("Log", 4, "hello"),
        ("B", 1, "true"),
        ("N", 1, "0012"),
        ("Nil", 1, ""),
    ]
    assert [(item["url"], item["size"]) for item in run.artifacts] == [("https://ci.example/log.txt", 1024)]


def test_a_command_of_several_lines_is_refused_before_the_first_of_them_runs(tmp_path: Path) -> None:
    (tmp_path / "a.sh").write_text("touch ran")
    ended = bench_of(tmp_path, {"command": "sh a.sh\nsh b.sh\n"})
    assert (ended.status, ended.reason, ended.journal) == (2, "bad-input", [])
    assert "`command`: holds several lines" in ended.log
    assert not (tmp_path / "ran").exists()
