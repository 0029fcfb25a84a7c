"""Outputs for the later steps of CircleCI and Bitbucket, read as these steps read them."""

from pathlib import Path

import pytest

from core.ci.circleci import export
from core.errors import OutputError
from tests.ci.hostile import HOSTILE, SECRET, Folder, Screen, a_ci
from tests.e2e.places import sourced
from tests.readers.dotenv import read_dotenv
from tests.readers.teamcity import read_messages


def _given(ci: str, variable: str, tmp_path: Path, *values: dict[str, str]) -> str:
    path = tmp_path / "given"
    path.write_text("export MINE=1\n" if ci == "circleci" else "MINE=1\n")
    one = a_ci(ci, Screen(), {variable: str(path)})
    for each in values:
        one.outputs(each, Folder().leave)
    return path.read_text("utf-8")


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_shell_that_sources_hostile_values_gets_them_and_nothing_else(text: str, tmp_path: Path) -> None:
    values = {"run-id": text, "run-url": f"https://v.example/{text}", "conclusion": "failed"}
    given = _given("circleci", "BASH_ENV", tmp_path, values)
    found = sourced(given)
    assert (
        {"MINE", "TESTRUN_CONCLUSION"}
        <= set(found)
        <= {"MINE", "TESTRUN_CONCLUSION", "TESTRUN_RUN_ID", "TESTRUN_RUN_URL"}
    )
    assert found["TESTRUN_CONCLUSION"] == "failed"
    assert SECRET not in given
    assert list(tmp_path.iterdir()) == [tmp_path / "given"]


def test_quotes_come_through_and_a_later_value_wins(tmp_path: Path) -> None:
    given = _given("circleci", "BASH_ENV", tmp_path, {"run-id": "it's"}, {"run-id": "'$(id)'`x`\\"}, {"tests": ""})
    assert sourced(given) == {"MINE": "1", "TESTRUN_RUN_ID": "'$(id)'`x`\\", "TESTRUN_TESTS": ""}
    assert export("run-id", "x" * 1001) == "export TESTRUN_RUN_ID=''\n"


FIRST = {"run-id": "7", "reason": "tests-failed", "run-url": "https://v.example/7", "recorded-run-id": "8"}
SECOND = {"run-id": "9", "reason": "", "run-url": f"https://v.example/{'x' * 1000}"}


def test_of_two_steps_of_a_circleci_job_nothing_of_the_first_stands_among_the_outputs_of_the_second(
    tmp_path: Path,
) -> None:
    path = tmp_path / "given"
    path.touch()
    a_ci("circleci", Screen(), {"BASH_ENV": str(path)}).outputs(FIRST, Folder().leave)
    between = sourced(path.read_text("utf-8"))  # as the next step starts
    assert between["TESTRUN_REASON"] == "tests-failed"
    hostile = {"TESTRUN_X$(id)": "1", "TESTRUN_lower": "1", "testrun_run_id": "1"}
    second = a_ci("circleci", Screen(), {"BASH_ENV": str(path), **between, **hostile})
    second.outputs({"run-id": "9"}, Folder().leave)
    second.outputs(SECOND, Folder().leave)
    found = sourced(path.read_text("utf-8"))
    assert {name: text for name, text in found.items() if text} == {"TESTRUN_RUN_ID": "9"}


@pytest.mark.parametrize("ci", ["circleci", "teamcity"])
def test_a_variable_that_is_none_of_our_outputs_is_left_as_it_is(ci: str, tmp_path: Path) -> None:
    (tmp_path / "given").touch()
    out = Screen()
    theirs = {"TESTRUN_NIGHTLY": "1", "TESTRUN_ID": "2", "TESTRUN_HTML": "3"}
    a_ci(ci, out, {"BASH_ENV": str(tmp_path / "given"), **theirs}).outputs({"run-id": "9"}, Folder().leave)
    found = _parameters(out) if ci == "teamcity" else sourced((tmp_path / "given").read_text("utf-8"))
    assert found == {"TESTRUN_RUN_ID": "9"}


def test_of_two_runs_of_a_bitbucket_step_nothing_of_the_first_stands_among_the_outputs_of_the_second(
    tmp_path: Path,
) -> None:
    path = tmp_path / "given"
    path.write_text("MINE=1\nTESTRUN_NIGHTLY=1\n")
    environment = {"BITBUCKET_PIPELINES_VARIABLES_PATH": str(path), "TESTRUN_RECORDED_RUN_URL": "of an earlier step"}
    a_ci("bitbucket", Screen(), environment).outputs(FIRST | {"command-exit-code": "3"}, Folder().leave)
    second = a_ci("bitbucket", Screen(), environment)
    second.outputs({"run-id": "9"}, Folder().leave)
    assert read_dotenv(path.read_text("utf-8"))["TESTRUN_REASON"] == ""
    second.outputs(SECOND | {"conclusion": "passed"}, Folder().leave)
    found = read_dotenv(path.read_text("utf-8"))
    assert {name: text for name, text in found.items() if text} == {
        "MINE": "1", "TESTRUN_NIGHTLY": "1", "TESTRUN_RUN_ID": "9", "TESTRUN_CONCLUSION": "passed",
    }  # fmt: skip
    assert found["TESTRUN_RECORDED_RUN_URL"] == found["TESTRUN_COMMAND_EXIT_CODE"] == ""


def test_teamcity_gets_a_path_as_it_is() -> None:
    out = Screen()
    a_ci("teamcity", out).outputs({"junit": "한 [1]/50%/junit.xml"}, Folder().leave)
    assert _parameters(out)["TESTRUN_JUNIT"].replace("%%", "%") == "한 [1]/50%/junit.xml"


def test_of_two_steps_of_a_teamcity_build_nothing_of_the_first_stands_among_the_outputs_of_the_second() -> None:
    first, second = Screen(), Screen()
    a_ci("teamcity", first).outputs(FIRST, Folder().leave)
    between = _parameters(first)
    assert between["TESTRUN_REASON"] == "tests-failed"
    ci = a_ci("teamcity", second, between)
    ci.outputs({"run-id": "9"}, Folder().leave)
    ci.outputs(SECOND, Folder().leave)
    found = between | _parameters(second)
    assert {name: text for name, text in found.items() if text} == {"TESTRUN_RUN_ID": "9"}


def _parameters(out: Screen) -> dict[str, str]:
    sets = [each.attributes for each in read_messages(out.getvalue()) if each.name == "setParameter"]
    return {each["name"].removeprefix("env."): each["value"] for each in sets}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_bitbucket_gets_lines_of_safe_values(text: str, tmp_path: Path) -> None:
    variable = "BITBUCKET_PIPELINES_VARIABLES_PATH"
    given = _given("bitbucket", variable, tmp_path, {"run-id": text[:300]}, {"conclusion": "failed"})
    found = read_dotenv(given)
    assert found["TESTRUN_CONCLUSION"] == "failed"
    assert set(found) <= {"MINE", "TESTRUN_CONCLUSION", "TESTRUN_RUN_ID"}
    assert SECRET not in given


@pytest.mark.parametrize(
    ("ci", "variable"), [("circleci", "BASH_ENV"), ("bitbucket", "BITBUCKET_PIPELINES_VARIABLES_PATH")]
)
def test_a_file_that_is_a_link_or_cannot_be_written_is_told_and_where_none_is_named_nothing_is(
    ci: str, variable: str, tmp_path: Path
) -> None:
    (tmp_path / "target").write_text("")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    for path in (tmp_path / "link", tmp_path / "none" / "x"):
        with pytest.raises(OutputError):
            a_ci(ci, Screen(), {variable: str(path)}).outputs({"tests": "1"}, Folder().leave)
    assert (tmp_path / "target").read_text() == ""
    folder = Folder()
    a_ci(ci, Screen()).outputs({"tests": "1"}, folder.leave)
    assert folder == {"outputs.env": "TESTRUN_TESTS=1\n"}
