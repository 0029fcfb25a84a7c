"""qTest: data that is odd, hostile or somebody else's: times, lists, texts of tests, report files, fields, ids."""

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.sandbox.qtest.knobs import with_knobs
from core.sandbox.qtest.truth import Truth, truth_of
from tests.contract.test_qtest import DONE, GIVEN_UP, SCENES, USUAL, paths, play, sent
from tests.contract.test_qtest_faults import TRIGGER, ended_as, play_as
from tests.harness import Bench, Ended


def play_contents(folder: Path, texts: tuple[str, ...], **inputs: str) -> tuple[Ended, Truth]:
    """A step whose first job has one test for each text."""
    scenario = with_knobs(replace(SCENES["passing"], matrix=(len(texts), 1)), contents=(texts,))
    with Bench(folder, scenario=scenario, vendor="qtest") as bench:
        ended = bench.run(**{**USUAL, **inputs})
    return ended, truth_of(ended.ledger)


@pytest.mark.parametrize("skew", [600.0, -600.0])
def test_the_clock_of_this_machine_does_not_count(skew: float, tmp_path: Path) -> None:
    with Bench(tmp_path, scenario=SCENES["passing"], vendor="qtest") as bench:
        bench.clock.wall_error = skew
        ended = bench.run(**USUAL)
    assert (ended.status, paths(truth_of(ended.ledger))) == (0, [DONE])
    assert "clock is 600s off" in ended.log
    assert sent(ended, "submit-test-log")[0]["exe_start_date"].startswith("2026-03-02T10:00:")  # type: ignore[attr-defined]


@pytest.fixture
def in_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("in_zone", ["America/New_York", "Asia/Kolkata", "Pacific/Apia"], indirect=True)
def test_the_zone_of_this_machine_does_not_count(in_zone: str, tmp_path: Path) -> None:
    ended, truth = play(tmp_path, scenario="other-zones")
    assert ended.status == 0, (in_zone, ended.log)
    assert {words[1:] for words in paths(truth)} == {DONE[1:]}, paths(truth)
    query = ended.calls("retrieve-jobs")[0].query
    assert "end_date=2026-03-02T10%3A00%3A0" in query
    assert "%2B0000" in query


def test_next_weeks_jobs_are_not_run_today(tmp_path: Path) -> None:
    ended, truth = play(tmp_path, scenario="recurring")
    assert ended.status == 0
    assert sorted(paths(truth)) == [("PLANNED",), ("PLANNED",), DONE]


@pytest.mark.parametrize(("lookback", "run"), [("", 24), ("3h", 3), ("90m", 1)])
def test_jobs_are_run_however_long_they_are_overdue_as_far_as_lookback_says(
    lookback: str, run: int, tmp_path: Path
) -> None:
    ended, truth = play(tmp_path, scenario="overdue", lookback=lookback)
    assert ended.status == 0
    assert len([words for words in paths(truth) if words[-1] == "COMPLETED"]) in (run, run + 1)
    assert len(paths(truth)) == 50


@pytest.mark.parametrize("mode", [{}, TRIGGER])
def test_jobs_of_other_agents_and_projects_are_nobodys_business(mode: dict[str, str], tmp_path: Path) -> None:
    ended, truth = play_as(tmp_path, mode, scenario="foreign-run")
    foreign = [job for job in truth.jobs if not job.ours]
    assert foreign
    assert {job.words for job in foreign} == {("PLANNED",)}
    ids = {str(job.id) for job in foreign}
    assert not ids & {exchange.path.split("/")[-2] for exchange in ended.calls("update-job-status")}


RECORD = """\
import json, os, sys
with open(os.environ["QTEST_MATERIALS_FILE"], encoding="utf-8") as file:
    found = json.load(file)["materials"]
with open("told", "w", encoding="utf-8") as file:
    json.dump([sys.argv[2:], [each["automation_content"] for each in found]], file)
with open(sys.argv[1], "w", encoding="utf-8") as file:
    file.write("<testsuite>%s</testsuite>" % "".join("<testcase name='t'/>" for each in found))
"""


@pytest.mark.parametrize("texts", [
    ("a,b", "two words", "it's", 'say "x"', "x;touch pwned", "$(touch pwned)", "ü#장", "List&lt;String&gt;"),
    tuple(f"shop.Cart#t{number}" for number in range(500)),
])  # fmt: skip
def test_any_text_of_a_test_is_one_word_and_is_run_by_nobody(texts: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "record.py").write_text(RECORD)
    command = f"{sys.executable} record.py {{junit}} {{automation_contents}}"
    ended, _ = play_contents(tmp_path, texts, command=command, max_jobs="1")
    argv, told = json.loads((tmp_path / "told").read_text(encoding="utf-8"))
    plain = [text.replace("&lt;", "<").replace("&gt;", ">") for text in texts]  # qTest may store them escaped
    assert argv == told == plain
    assert not (tmp_path / "pwned").exists()
    assert ended.status == 1, "no case of the file is one of these tests"


@pytest.mark.parametrize("text", ["first\nsecond", "-rf", "--output=/etc/passwd", "x" * 65_536, "nul\x00byte"])
def test_a_text_that_could_mean_something_fails_the_job_unrun(text: str, tmp_path: Path) -> None:
    (tmp_path / "record.py").write_text(RECORD)
    command = f"{sys.executable} record.py {{junit}} {{automation_contents}}"
    ended, truth = play_contents(tmp_path, (text,), command=command, max_jobs="1")
    assert ended_as(ended) == (1, "tests-failed"), ended.log
    assert not (tmp_path / "told").exists()
    assert GIVEN_UP in paths(truth)
    assert truth.logs == ()


def test_jobs_without_tests_and_with_one_test_twice_end(tmp_path: Path) -> None:
    ended, truth = play(tmp_path, scenario="odd-materials")
    assert ended_as(ended) == (1, "tests-failed")
    assert {words[-1] for words in paths(truth)} <= {"COMPLETED", "FAILED"}
    assert truth.running == ()


BOMB = "<!DOCTYPE b [<!ENTITY a 'x'>" + "".join(
    f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9)
)
FILES = {
    "empty": "",
    "no XML": "tests passed",
    "cut": "<testsuite><testcase classname='shop.CartTest' name='addsItem'/>",
    "an entity of a file": "<!DOCTYPE t [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><testsuite name='&x;'/>",
    "a bomb": BOMB + "]><testsuite name='&j;'/>",
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_read_is_no_result(name: str, tmp_path: Path) -> None:
    (tmp_path / "content").write_text(FILES[name])
    (tmp_path / "put.py").write_text("import shutil, sys\nshutil.copy('content', sys.argv[1])\n")
    ended, truth = play(tmp_path, command=f"{sys.executable} put.py {{junit}}")
    assert ended_as(ended) == (1, "tests-failed"), ended.log
    assert (truth.logs, paths(truth)) == ((), [GIVEN_UP])
    assert "root:x:0" not in "".join(ended.texts.values())


def test_several_files_are_one_result(tmp_path: Path) -> None:
    one = "<testsuite><testcase classname='shop.CartTest' name='{}'/></testsuite>"
    (tmp_path / "put.py").write_text(
        "import os\nos.makedirs('out')\n"
        f"open('out/a.xml', 'w').write({one.format('addsItem')!r})\n"
        f"open('out/b.xml', 'w').write({one.format('removesItem')!r})\n"
        f"open('out/c.xml', 'w').write({one.format('addsItem').replace('/></', '><failure/></testcase></')!r})\n"
    )
    ended, truth = play(tmp_path, command=f"{sys.executable} put.py", results="out/*.xml")
    assert ended_as(ended) == (1, "tests-failed")
    words = {log.test_run: log.asked.status for log in truth.logs}
    assert words == {88120: "FAILED", 88121: "PASSED"}, "any failure of a test that is there twice fails it"
    assert (ended.outputs["tests"], ended.outputs["unmatched"]) == ("4", "1")


UPLOAD = {"command": "", "idle_timeout": "", "qtest_mode": "report-only", "test_suite": "TS-9", "results": "r.xml"}


@pytest.mark.parametrize(("fault", "status"), [
    ("queue-failed@submit-suite-logs", (7, "vendor-error")),
    ("queue-stuck@submit-suite-logs", (4, "timeout")),
    ("413@submit-suite-logs", (3, "refused")),
])  # fmt: skip
@pytest.mark.parametrize("failed", [False, True])
def test_an_upload_that_does_not_end_well_is_no_green(
    fault: str, status: tuple[int, str], failed: bool, tmp_path: Path
) -> None:
    inside = "<failure/>" if failed else ""
    (tmp_path / "r.xml").write_text(f"<testsuite><testcase classname='a' name='b'>{inside}</testcase></testsuite>")
    ended, _ = play_as(tmp_path, UPLOAD, fault, timeout="5m")
    assert ended_as(ended) == ((1, "tests-failed") if failed else status), ended.log


@pytest.mark.parametrize("kind", ["unknown-fields", "text-ids"])
@pytest.mark.parametrize("inputs", [{}, TRIGGER])
def test_fields_that_nobody_knows_and_ids_as_texts_change_nothing(
    kind: str, inputs: dict[str, str], tmp_path: Path
) -> None:
    ended, truth = play_as(tmp_path, inputs, f"{kind}@any*forever")
    assert (ended.status, paths(truth)[-1]) == (0, DONE), ended.log
    assert len(truth.logs) == (2 if inputs else 3)


@pytest.mark.parametrize("inputs", [{}, {**TRIGGER, "test_run_ids": str(2**53 + 88_120)}])
def test_ids_beyond_those_of_javascript_are_exact(inputs: dict[str, str], tmp_path: Path) -> None:
    ended, truth = play_as(tmp_path, inputs, scenario="big-ids")
    assert ended.status == 0, ended.log
    assert int(ended.outputs["host-id"]) == truth.hosts[0].id > 2**53
    assert {log.test_run for log in truth.logs} <= {run for job in truth.jobs for run in job.test_runs}


def test_a_job_in_a_status_that_nobody_knows_is_not_run(tmp_path: Path) -> None:
    ended, truth = play(tmp_path, scenario="unknown-status", timeout="5m")
    assert ended_as(ended) == (7, "protocol")
    assert ended.log.count("is unknown here: it is not run") == 1
    assert paths(truth) == [("PLANNED",)]


def test_a_sweep_that_took_long_is_not_waiting_in_vain(tmp_path: Path) -> None:
    ended, truth = play(tmp_path, "hang@retrieve-jobs#2*3", idle_timeout="30s")
    assert (ended.status, paths(truth)) == (0, [DONE]), "what is due since is in the answer to the next sweep"
