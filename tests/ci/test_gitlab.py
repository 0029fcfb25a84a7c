"""GitLab's adapter: sections, metadata, and files that GitLab's own rules take."""

from pathlib import Path

import pytest

from core.ci.gitlab import address
from core.model import Build, Outcome, TestReport, TestSuite, count
from core.writers import WRITERS
from tests.ci.hostile import HOSTILE, SECRET, Folder, Screen, a_case, a_ci, a_result
from tests.readers.gitlab import read_annotations, read_dotenv, read_log
from tests.writers.junit_readers import gitlab as read_junit
from tools.rendering.outputs import OUTPUTS

JOB = {
    "GITLAB_CI": "true",
    "CI_PROJECT_PATH": "group/shop",
    "CI_JOB_NAME": "test-runner-autify",
    "CI_PIPELINE_IID": "12",
    "CI_COMMIT_SHA": "a" * 40,
    "CI_COMMIT_BRANCH": "main",
    "CI_JOB_URL": "https://gitlab.example/group/shop/-/jobs/9",
    "CI_PIPELINE_URL": "https://gitlab.example/group/shop/-/pipelines/8",
}


def test_a_group_is_a_folded_section_with_its_lines_and_its_time() -> None:
    times = iter([1_770_000_100.9, 1_770_000_103.2])
    out = Screen()
    ci = a_ci("gitlab", out, wall=lambda: next(times))
    with ci.group("Inputs"):
        ci.info("vendor: autify")
    ci.info("after")
    log = read_log(out.getvalue())
    assert log.sections == [("start", "test-runner-1", "[collapsed=true]"), ("end", "test-runner-1", "")]
    assert log.lines == ["Inputs", "vendor: autify", "after"]
    assert "section_start:1770000100:" in out.getvalue()
    assert "section_end:1770000103:" in out.getvalue()


def test_a_section_ends_with_an_error_too_and_the_next_has_a_name_of_its_own() -> None:
    out = Screen()
    ci = a_ci("gitlab", out)
    with pytest.raises(ZeroDivisionError), ci.group("one"):
        raise ZeroDivisionError
    with ci.group("two"), ci.group("inner"):
        pass
    assert [(kind, name[-1]) for kind, name, _ in read_log(out.getvalue()).sections] == [
        ("start", "1"),
        ("end", "1"),
        ("start", "2"),
        ("start", "3"),
        ("end", "3"),
        ("end", "2"),
    ]


def test_colours_are_those_that_gitlab_has_and_none_where_the_job_wants_none() -> None:
    for env, styles in ({}, ["33", "0"]), ({"NO_COLOR": "1"}, []):
        out = Screen()
        ci = a_ci("gitlab", out, env)
        ci.debug("dim is no style of GitLab's log")
        ci.warning("careful")
        assert read_log(out.getvalue()).styles == styles


def test_a_branch_pipeline_names_commit_branch_job_and_number() -> None:
    assert a_ci("gitlab", Screen(), JOB).build() == Build(
        ci="gitlab",
        step="autify",
        name="group/shop test-runner-autify #12",
        commit="a" * 40,
        branch="main",
        url=JOB["CI_JOB_URL"],
        project="group/shop",
        number="12",
    )


def test_a_merge_request_names_the_commit_and_branch_that_its_author_knows() -> None:
    request = {
        "CI_COMMIT_BRANCH": "",
        "CI_COMMIT_REF_NAME": "refs/merge-requests/3/merge",
        "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": "b" * 40,
        "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "feature/한\udcff",
    }
    found = a_ci("gitlab", Screen(), JOB | request).build()
    assert (found.commit, found.branch) == ("b" * 40, "feature/한?")
    without = a_ci("gitlab", Screen(), JOB | request | {"CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": ""}).build()
    assert without.commit == "a" * 40  # only a merged results pipeline has the other


def test_a_tag_is_the_branch_of_its_pipeline_and_the_pipeline_the_page_of_a_job_without_one() -> None:
    found = a_ci("gitlab", Screen(), JOB | {"CI_COMMIT_BRANCH": "", "CI_COMMIT_TAG": "v1", "CI_JOB_URL": ""}).build()
    assert (found.branch, found.url) == ("v1", JOB["CI_PIPELINE_URL"])


def test_the_runs_page_stands_beside_the_job_as_soon_as_there_is_one() -> None:
    folder, ci = Folder(), a_ci("gitlab", Screen())
    ci.outputs({"run-id": "7", "run-url": "https://vendor.example/runs/7?a=1&b=2"}, folder.leave)
    assert read_annotations(folder["annotations.json"]) == {
        "Test run": [("Run at the vendor", "https://vendor.example/runs/7?a=1&b=2")]
    }
    ci.outputs({"recorded-run-url": "https://testmo.example/8"}, folder.leave)
    assert [label for label, _ in read_annotations(folder["annotations.json"])["Test run"]] == [
        "Run at the vendor",
        "Recorded run",
    ]


def test_without_an_address_there_is_no_link() -> None:
    folder, ci = Folder(), a_ci("gitlab", Screen())
    ci.outputs({"run-id": "7", "run-url": "javascript:alert(1)"}, folder.leave)
    assert list(folder) == ["outputs.env"]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_values_leave_files_that_gitlab_takes(text: str) -> None:
    folder, ci = Folder(), a_ci("gitlab", Screen())
    values = dict.fromkeys(OUTPUTS, text) | {"conclusion": "failed", "run-url": f"https://v.example/{text}"}
    ci.outputs(values, folder.leave)
    assert read_dotenv(folder["outputs.env"])["TESTRUN_CONCLUSION"] == "failed"
    links = read_annotations(folder.get("annotations.json", "{}"))
    assert all(url.startswith("https://v.example/") and url.isascii() for _, url in links.get("Test run", []))
    assert SECRET not in "".join(folder.values())


def test_each_job_of_ours_sets_the_same_variables_so_that_of_several_one_is_had_as_a_whole() -> None:
    """GitLab gives a job with several `needs` their variables name by name."""
    first, second, started = Folder(), Folder(), Folder()
    failed = {"conclusion": "failed", "reason": "tests-failed", "run-url": "https://v.example/7", "jobs-failed": "2"}
    a_ci("gitlab", Screen()).outputs(failed, first.leave)
    a_ci("gitlab", Screen()).outputs({"conclusion": "passed", "run-id": "8"}, second.leave)
    a_ci("gitlab", Screen()).outputs({"run-id": "9"}, started.leave)
    had = read_dotenv(first["outputs.env"]) | read_dotenv(second["outputs.env"])
    assert {name: text for name, text in had.items() if text} == {
        "TESTRUN_CONCLUSION": "passed", "TESTRUN_RUN_ID": "8",
    }  # fmt: skip
    assert set(read_dotenv(started["outputs.env"])) == set(had)


def test_all_outputs_together_are_what_gitlab_takes_and_what_it_does_not_take_is_in_the_log_once() -> None:
    out, folder = Screen(), Folder()
    ci = a_ci("gitlab", out)
    for _ in range(2):
        ci.outputs(dict.fromkeys(OUTPUTS, "한" * 90) | {"log-ids": "1,2"}, folder.leave)
    found = read_dotenv(folder["outputs.env"])
    assert (len(found), found["TESTRUN_AGENT_ID"], found["TESTRUN_JUNIT"]) == (19, "_" * 90, "한" * 90)
    ci.outputs({"run-url": "https://v.example/" + "한" * 900}, folder.leave)  # nine bytes for each
    found = read_dotenv(folder["outputs.env"])
    assert (len(found), found["TESTRUN_RUN_URL"], found["TESTRUN_AGENT_ID"]) == (19, "", "_" * 90)
    assert out.getvalue().count("Not among the job's variables, of which GitLab takes 20: log-ids 1,2\n") == 1
    assert "json" not in out.getvalue()


@pytest.mark.parametrize(("size", "warned"), [(29_999_999, False), (33_000_000, True)])
def test_a_report_that_gitlab_will_not_read_is_told(size: int, warned: bool, tmp_path: Path) -> None:
    with (tmp_path / "junit.xml").open("wb") as file:
        file.truncate(size)  # a hole, which takes no room
    out = Screen()
    ci = a_ci("gitlab", out, workspace=str(tmp_path))
    ci.outputs({"junit": "junit.xml"}, Folder().leave)
    ci.publish(TestReport(title="Shop", run=None), a_result(), annotations=8)
    assert ("Warning: junit.xml has 33 MB. GitLab reads none of 30 MB or more" in out.getvalue()) is warned


def test_an_address_keeps_its_meaning_and_loses_what_none_may_hold() -> None:
    assert address("https://v.example/a?x=1&y=%20#z") == "https://v.example/a?x=1&y=%20#z"
    assert address('https://v.example/한"<>`') == "https://v.example/%ED%95%9C%22%3C%3E%60"


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_our_junit_has_every_case_for_gitlab(text: str) -> None:
    cases = [a_case(text[:2000], outcome, number) for number, outcome in enumerate(Outcome)]
    suite = TestSuite(name=text[:2000], cases=cases, timestamp="2026-01-02T03:04:05Z")
    report = TestReport(title="Shop", run=None, suites=[suite], totals=count([suite]))
    build = Build(ci="gitlab", step="autify")
    read = read_junit("".join(WRITERS["junit.xml"](report, a_result(), build)))
    assert [each.outcome for each in read] == ["passed", "failure", "error", "skipped"]
    assert all(each.suite.strip() and each.name.strip() for each in read)
