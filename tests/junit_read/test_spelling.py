"""Tags and counts that are spelled otherwise: what failed is never taken for nothing."""

from pathlib import Path

import pytest

from core.errors import BadInputError
from core.junit_read import JUnitError, JUnitFile, survey
from core.model import Outcome
from core.ports import Reports
from core.text.secret import Redactor
from core.vendors.testmo.results import read


def file_of(folder: Path, text: str) -> JUnitFile:
    path = folder / "junit.xml"
    path.write_text(text, encoding="utf-8")
    return JUnitFile(str(path))


def counted(folder: Path, text: str) -> tuple[int, int, int, int]:
    """(passed, failed, errored, skipped), by the cases and by the count alike."""
    file = file_of(folder, text)
    outcomes = [case.outcome for case in file]
    found = survey([file]).totals
    totals = (found.passed, found.failed, found.errored, found.skipped)
    assert totals == tuple(map(outcomes.count, (Outcome.PASSED, Outcome.FAILED, Outcome.ERRORED, Outcome.SKIPPED)))
    return totals


@pytest.mark.parametrize(
    "inside",
    [
        "<testcase name='a'><FAILURE message='m'/></testcase>",
        "<testcase name='a'><x:failure>m</x:failure></testcase>",
        "<x:testcase name='a'><x:failure/></x:testcase>",
        "<TestCase name='a'><Failure/></TestCase>",
        "<TESTCASE name='a'><PROPERTIES><PROPERTY name='p' value='v'/></PROPERTIES><failure/></TESTCASE>",
        "<x:testcase name='a' time='1' status='failed'/>",
        "<testcase name='a'><x:properties><x:property name='p' value='v'/></x:properties><rerunfailure/></testcase>",
    ],
)
def test_a_failure_counts_however_its_tag_is_spelled(inside: str, tmp_path: Path) -> None:
    plain = "<testcase name='b' time='1'/>"
    for each in (f"{inside}{plain}", f"{plain}{inside}"):
        assert counted(tmp_path, f"<testsuite xmlns:x='urn:x'>{each}</testsuite>") == (1, 1, 0, 0)
        whole = f"<x:testsuites xmlns:x='urn:x'><x:testsuite name='s'>{each}</x:testsuite></x:testsuites>"
        assert counted(tmp_path, whole) == (1, 1, 0, 0)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        *((f"status='{word}'", (2, 0, 0, 0)) for word in ("run", "Passed", "PASS", "SUCCESS", " ok ", "completed", "")),
        *((f"result='{word}'", (1, 0, 0, 1)) for word in ("Inconclusive", "not_run", "NotRun", "not run", "skip")),
        *((f"{name}='Failed'", (1, 1, 0, 0)) for name in ("Result", "STATUS", "outcome", "Outcome")),
        ("Success='False'", (1, 1, 0, 0)),
        ("status='run' result='completed'", (2, 0, 0, 0)),
        ("status='notrun' result='suppressed'", (1, 0, 0, 1)),
        ("status='errored' result='failed'", (1, 0, 1, 0)),
    ],
)
def test_a_case_without_an_element_is_what_its_words_say(
    attributes: str, expected: tuple[int, int, int, int], tmp_path: Path
) -> None:
    text = f"<testsuite><testcase name='a' time='1' {attributes}/><testcase name='b' time='1'/></testsuite>"
    assert counted(tmp_path, text) == expected
    assert survey([file_of(tmp_path, text)]).doubts == ()


@pytest.mark.parametrize("word", ["TimedOut", "aborted", "broken", "crashed", "undefined", "incomplete", "пройден"])
def test_a_word_that_nobody_knows_is_an_error_and_is_named(word: str, tmp_path: Path) -> None:
    for name in ("status", "result", "outcome"):
        text = f"<testsuite><testcase name='a' time='1'/><testcase name='b' time='1' {name}='{word}'/></testsuite>"
        assert counted(tmp_path, text) == (1, 0, 1, 0)
        (doubt,) = survey([file_of(tmp_path, text)]).doubts
        assert doubt.endswith(f"The case 'b' says {word!r} of itself, which counts as an error.")


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("<testcase name='a' status='undefined'><skipped/></testcase>", (0, 0, 0, 1)),
        ("<testcase name='a' status='odd'><failure/></testcase>", (0, 1, 0, 0)),
        ("<testcase name='a' status='odd'><flakyFailure/></testcase>", (1, 0, 0, 0)),
        ("<testcase name='a'><failed/></testcase>", (0, 1, 0, 0)),
    ],
)
def test_an_element_speaks_before_such_a_word(case: str, expected: tuple[int, int, int, int], tmp_path: Path) -> None:
    assert counted(tmp_path, f"<testsuite>{case}</testsuite>") == expected
    assert survey([file_of(tmp_path, f"<testsuite>{case}</testsuite>")]).doubts == ()


def test_a_number_is_no_word_and_still_told(tmp_path: Path) -> None:
    text = "<testsuite><testcase name='a' status='200'/></testsuite>"
    assert counted(tmp_path, text) == (1, 0, 0, 0)
    assert "says '200' of itself, which may be anything" in survey([file_of(tmp_path, text)]).doubts[0]


def test_an_encoding_that_the_file_is_not_written_in_is_named(tmp_path: Path) -> None:
    file = file_of(tmp_path, "<?xml version='1.0' encoding='utf-16'?><testsuite><testcase name='a'/></testsuite>")
    with pytest.raises(JUnitError, match="names the encoding utf-16, and is not written in it"):
        survey([file])


def test_cases_with_a_prefix_count(tmp_path: Path) -> None:
    inside = "<x:testcase name='a'/><x:testcase name='b'><x:skipped/></x:testcase><x:testcase name='c'/>"
    assert counted(tmp_path, f"<x:testsuite xmlns:x='urn:x'>{inside}</x:testsuite>") == (2, 0, 0, 1)


def test_a_case_in_a_case_is_refused_however_it_is_spelled(tmp_path: Path) -> None:
    file = file_of(tmp_path, "<testsuite><testcase name='a'><TestCase name='b'/></testcase></testsuite>")
    with pytest.raises(JUnitError, match="nobody could tell what counts"):
        survey([file])


def of(folder: Path, claims: str) -> Reports:
    file_of(folder, f"<testsuite name='s' {claims}><testcase name='a'/></testsuite>")
    return Reports(files=((str(folder / "junit.xml"), "junit.xml"),), missing=(), unreadable=())


@pytest.mark.parametrize(
    "claims", ["failures='1'", "failures='1.0'", "errors='1.'", "errors=' 2.00 '", "failures='.5e0' errors='1'"]
)
def test_failures_that_are_claimed_and_not_there_make_no_green(claims: str, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="failures and errors and holds 0"):
        read(of(tmp_path, claims), Redactor([]), allow_missing=False)


@pytest.mark.parametrize("claims", ["failures='one'", "errors='-1'", "tests='1,000'", "failures='nan'", "errors='1e1'"])
def test_a_count_that_can_not_be_read_is_a_doubt(claims: str, tmp_path: Path) -> None:
    (doubt,) = read(of(tmp_path, claims), Redactor([]), allow_missing=False).doubts
    assert "which is no count" in doubt


@pytest.mark.parametrize("claims", ["", "tests='1' failures='0' errors='0.0'", "tests='1.0' failures='' errors=' '"])
def test_a_count_that_is_right_is_none(claims: str, tmp_path: Path) -> None:
    assert read(of(tmp_path, claims), Redactor([]), allow_missing=False).doubts == ()
