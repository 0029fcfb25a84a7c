"""`record-to`: any vendor's report arrives at Testmo once and whole, and never changes the gate but to red."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from core.sandbox.testmo import RecordedRun
from core.text.secret import encoded_forms
from tests.contract.jobs import JOBS
from tests.contract.promises import breaches
from tests.contract.recorder import PLAN, RECORDER_TOKEN, pair
from tests.harness import TOKEN, Ended

OTHERS = sorted(name for name, job in JOBS.items() if job.vendor != "testmo")
STATES = {"passed": None, "failure": "failure", "error": "error", "skipped": "skipped"}
LOST = ("500-after", "reset-after", "hang-after", "html-after", "empty-body", "late")


def cases(ended: Ended) -> list[tuple[str, str]]:
    """(name, Testmo's word) of each case of the step's junit.xml, in its order."""
    root = ET.fromstring(ended.junit)  # noqa: S314 -- our own file
    return [(case.get("name", ""), _word(case)) for case in root.iter("testcase")]


def _word(case: ET.Element) -> str:
    return next((word for word, tag in STATES.items() if tag and case.find(tag) is not None), "passed")


def arrived(run: RecordedRun) -> list[tuple[str, str]]:
    return [(test.name, test.status) for test in run.tests]


def conclusion_at_testmo(run: RecordedRun) -> object:
    return next(field["value"] for field in run.fields if field["name"] == "Conclusion")


@pytest.mark.parametrize("scenario", ["passing", "one-failure"])
@pytest.mark.parametrize("name", OTHERS)
def test_the_report_of_every_vendor_arrives_as_it_stands_in_the_file(name: str, scenario: str, tmp_path: Path) -> None:
    job = JOBS[name]
    scene, inputs = job.scene(scenario, tmp_path)
    with pair(tmp_path, vendor=job.box, scenario=scene) as both:
        ended = both.run(vendor=job.vendor, **inputs, name="nightly of shop")
        (run,) = both.runs
    assert ended.status == (0 if scenario == "passing" else 1), ended.log
    assert arrived(run) == cases(ended)
    assert len(run.tests) >= int(ended.outputs["tests"]) > 0
    assert (run.name, run.completed, run.state == "success") == ("nightly of shop", True, scenario == "passing")
    assert conclusion_at_testmo(run) == ended.conclusion
    assert [link["url"] for link in run.links] == [url for url in [ended.outputs["run-url"]] if url]
    assert (ended.outputs["recorded-run-id"], ended.report["recorded"]["id"]) == (str(run.id), str(run.id))
    assert ended.outputs["recorded-run-url"] in ended.summary
    assert breaches(ended, green=scenario == "passing") == []


@pytest.mark.parametrize("fault", [f"{kind}@{call}" for kind in LOST for call in ("create-run", "append-tests")])
def test_a_lost_reply_is_looked_up_and_nothing_is_recorded_twice(fault: str, tmp_path: Path) -> None:
    with pair(tmp_path, fault) as both:
        ended = both.run()
    assert ended.status == 0, ended.log
    assert [(arrived(run), run.completed) for run in both.runs] == [(cases(ended), True)]


@pytest.mark.parametrize("scenario", ["passing", "one-failure"])
@pytest.mark.parametrize(
    ("fault", "said", "runs"),
    [
        ("401@any*forever", "`testmo-token`", 0),
        ("403@create-run*forever", "`testmo-token`", 0),
        ("404@create-run*forever", "404", 0),
        ("422@create-run*forever", "422", 0),
        ("503@any*forever", "503", 0),
        ("429@any*forever", "429", 0),
        ("reset-before@any*forever", "", 0),
        ("html@any*forever", "HTML", 0),
        ("401@append-tests*forever", "`testmo-token`", 1),
        ("500@append-tests*forever", "500", 1),
        ("422@complete-thread*forever", "422", 1),
        ("lost-test@get-run*forever", "", 1),
    ],
)
def test_what_could_not_be_recorded_is_told_and_reddens_a_green_step_alone(
    fault: str, said: str, runs: int, scenario: str, tmp_path: Path
) -> None:
    with pair(tmp_path, fault, scenario=scenario) as both:
        ended = both.run()
    green = scenario == "passing"
    assert (ended.status, ended.conclusion) == ((6, "passed") if green else (1, "failed")), ended.log
    assert ended.reason == ("output" if green else "tests-failed")
    assert ended.report["exit-code"] == ended.status
    (problem,) = ended.report["problems"]
    assert "Testmo" in problem
    assert said in problem
    assert "not recorded at Testmo" in ended.log
    assert "Nothing was started" not in ended.log
    assert "not recorded at Testmo" in ended.summary
    assert len(both.runs) == runs
    assert all(run.completed for run in both.runs)
    assert _leaks(ended) == []


def test_a_429_is_waited_out(tmp_path: Path) -> None:
    with pair(tmp_path, "429=90@create-run", "429@append-tests") as both:
        ended = both.run(timeout="3m")
    assert ended.status == 0, ended.log
    assert ended.seconds > 150
    assert [arrived(run) for run in both.runs] == [cases(ended)]


def test_a_run_that_used_up_its_time_is_recorded_all_the_same_and_not_as_green(tmp_path: Path) -> None:
    with pair(tmp_path, "429=200@create-run", scenario="never-ends-running") as both:
        ended = both.run(timeout="2m")
        (run,) = both.runs
    assert (ended.status, ended.conclusion) == (4, "timed-out")
    assert int(ended.outputs["tests"]) > 0
    assert arrived(run) == cases(ended)
    assert (run.state, run.completed, conclusion_at_testmo(run)) == ("failure", True, "timed-out")


@pytest.mark.parametrize("fault", ["401@any*forever", "reset-after@execute-schedule"])
def test_without_a_case_nothing_is_asked_of_testmo(fault: str, tmp_path: Path) -> None:
    with pair(tmp_path, vendor_faults=(fault,)) as both:
        ended = both.run(outage_window="30s")
    assert ended.status in (3, 7)
    assert both.asked == []
    assert "Nothing to record at Testmo: the report has no case." in ended.log
    assert "recorded-run-id" not in ended.outputs


def test_a_signal_before_the_recording_leaves_it_out_and_says_so(tmp_path: Path) -> None:
    with pair(tmp_path, scenario="never-ends-running") as both:
        both.bench.stop_at(60)
        ended = both.run()
    assert (ended.status, ended.reason, both.asked) == (143, "signal", [])
    assert "Not recorded at Testmo: the step was stopped before." in ended.log


@pytest.mark.parametrize("scenario", ["passing", "one-failure"])
@pytest.mark.parametrize("nth", range(1, 10))  # so many calls are made
def test_a_signal_while_recording_completes_the_run_in_time(nth: int, scenario: str, tmp_path: Path) -> None:
    with pair(tmp_path, scenario=scenario) as both:
        both.stop_in_call(nth)
        ended = both.run()
        left = both.bench.clock.now() - both.asked[nth - 1].at
    last = both.asked[-1].operation == "get-run" and len(both.asked) == nth
    assert ended.status == 143 or last, ended.log
    assert left < 5
    assert len(both.runs) <= 1
    assert all(run.completed for run in both.runs)
    if ended.status == 143:
        assert (ended.conclusion, ended.report["exit-code"]) == ("cancelled", 143)
        assert f"had ended as {'passed' if scenario == 'passing' else 'failed'}" in ended.report["fact"]
        assert "Nothing was started" not in ended.report["fact"]
        assert "at the vendor" not in ended.report["fact"], "two are known here"


def test_a_thread_in_a_shared_run_leaves_that_open(tmp_path: Path) -> None:
    with pair(tmp_path) as both:
        own = {"vendor": "testmo", "token": RECORDER_TOKEN, "base_url": both.testmo.url}
        begun = both.bench.run(**own, mode="start", project_id="1", source="e2e")
        inputs = {"testmo_thread_of": begun.outputs["run-id"], "testmo_project_id": "", "testmo_source": ""}
        ended = both.run(**inputs)
        (run,) = both.runs
    assert ended.status == 0, ended.log
    assert (run.completed, arrived(run)) == (False, cases(ended))
    assert [field["value"] for field in run.threads[0].fields] == ["passed", ended.outputs["run-url"]]


def test_everything_that_a_run_at_testmo_can_have_is_an_input(tmp_path: Path) -> None:
    with pair(tmp_path) as both:
        ended = both.run(
            testmo_tags="nightly, web",
            testmo_config="Linux, Chrome",
            testmo_milestone_id="5",
            testmo_links="{name: build, url: https://ci.example/9}",
            testmo_fields="{name: branch, value: main}",
            testmo_artifacts="{name: video, url: https://ci.example/9.mp4}",
        )
        (run,) = both.runs
    assert ended.status == 0, ended.log
    assert (run.tags, run.config, run.milestone) == (("nightly", "web"), "Linux, Chrome", "1.4")
    assert [link["name"] for link in run.links] == ["build", f"Autify run {ended.outputs['run-id']}"]
    assert [field["name"] for field in run.fields][:2] == ["branch", "Conclusion"]
    assert [each["url"] for each in run.artifacts] == ["https://ci.example/9.mp4"]


def test_waiting_for_a_run_of_an_earlier_step_records_it(tmp_path: Path) -> None:
    with pair(tmp_path) as both:
        begun = both.bench.run(**PLAN, mode="start")
        assert (begun.status, both.asked) == (0, [])
        ended = both.run(vendor="autify", project_id="77", mode="wait", run_id=begun.outputs["run-id"])
    assert ended.status == 0, ended.log
    assert [arrived(run) for run in both.runs] == [cases(ended)]


def test_hostile_names_arrive_and_give_no_orders(tmp_path: Path) -> None:
    with pair(tmp_path, scenario="hostile", recorder="hostile") as both:
        ended = both.run()
        (run,) = both.runs
    assert ended.status == 1
    assert [name for name, _ in arrived(run)] == [name.strip()[:750] or "(no name)" for name, _ in cases(ended)]
    assert breaches(ended, green=False) == []
    assert all(not line.startswith("::set-output") for line in ended.log.splitlines())


@pytest.mark.parametrize("level", ["info", "debug"])
@pytest.mark.parametrize("fault", ["echo-secret@any*forever", "echo-secret@append-tests*forever", "html@append-tests"])
def test_the_recorders_token_is_in_no_sink(fault: str, level: str, tmp_path: Path) -> None:
    with pair(tmp_path, fault) as both:
        ended = both.run(log_level=level, outage_window="1m")
    assert _leaks(ended) == []


def _leaks(ended: Ended) -> list[str]:
    """The sinks, but for the masks in the log, in which some form of Testmo's token stands."""
    masked = {"log": "\n".join(line for line in ended.log.splitlines() if not line.startswith("::add-mask::"))}
    texts = {**ended.texts, **masked}
    return [name for name, text in texts.items() if any(form in text for form in encoded_forms(RECORDER_TOKEN))]


def test_both_keep_to_their_own_token(tmp_path: Path) -> None:
    with pair(tmp_path) as both:
        ended = both.run()
    assert {exchange.header("Authorization") for exchange in both.asked} == {f"Bearer {RECORDER_TOKEN}"}
    assert {exchange.header("Authorization") for exchange in ended.journal} == {f"Bearer {TOKEN}"}


@pytest.mark.parametrize(
    ("inputs", "least", "most"),
    [
        ({}, 240, 420),
        ({"outage_window": "10m"}, 540, 720),
        ({"outage_window": "30s"}, 0, 120),
        ({"timeout": "1m"}, 0, 90),
    ],
)
def test_an_outage_of_the_recorder_holds_up_a_green_step_for_minutes_only(
    inputs: dict[str, str], least: float, most: float, tmp_path: Path
) -> None:
    with pair(tmp_path, "500@append-tests*forever") as both:
        ended = both.run(**inputs)
    assert (ended.status, ended.conclusion) == (6, "passed"), ended.log
    assert least <= ended.seconds <= most, ended.log


def test_a_recorder_that_is_away_for_a_few_minutes_costs_a_green_step_nothing(tmp_path: Path) -> None:
    with pair(tmp_path, "503@append-tests*5") as both:
        ended = both.run()
    assert ended.status == 0, ended.log
    assert ended.seconds > 60
    assert [arrived(run) for run in both.runs] == [cases(ended)]
