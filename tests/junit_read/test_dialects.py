"""Every dialect with the cases that a person would count, or refused with the file, the line and the reason."""

import os
from pathlib import Path

import pytest

from core.junit_read import JUnitError, JUnitFile, survey
from core.model import Outcome
from tests.junit_read.dialects import DIALECTS, REFUSED, Dialect


def a_file(folder: Path, content: str | bytes) -> Path:
    path = folder / "junit.xml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
def test_a_dialect_is_read_as_a_person_would_count_it(dialect: Dialect, tmp_path: Path) -> None:
    file = JUnitFile(str(a_file(tmp_path, dialect.xml)))
    for _ in range(2):  # it can be read again
        cases = list(file)
        assert tuple((c.suite.path, c.classname, c.name, c.outcome, c.seconds) for c in cases) == dialect.cases
        assert tuple(c.name for c in cases if c.flaky) == dialect.flaky
        assert len(file.doubts) == dialect.doubts
        assert file.hides_failures is dialect.hides


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
def test_the_totals_are_those_of_the_cases(dialect: Dialect, tmp_path: Path) -> None:
    file = JUnitFile(str(a_file(tmp_path, dialect.xml)))
    found = survey([file])
    outcomes = [case[3] for case in dialect.cases]
    totals = found.totals
    assert totals.tests == len(outcomes)
    assert totals.passed == outcomes.count(Outcome.PASSED)
    assert totals.failed == outcomes.count(Outcome.FAILED)
    assert totals.errored == outcomes.count(Outcome.ERRORED)
    assert totals.skipped == outcomes.count(Outcome.SKIPPED)
    assert totals.flaky == len(dialect.flaky)
    assert totals.seconds == pytest.approx(sum(case[4] or 0 for case in dialect.cases))
    assert [(c.name, c.outcome) for c in found.worst] == [
        (name, outcome) for _, _, name, outcome, _ in dialect.cases if outcome in (Outcome.FAILED, Outcome.ERRORED)
    ]
    assert len(found.doubts) == dialect.doubts
    assert file.hides_failures is dialect.hides


@pytest.mark.parametrize(("content", "said"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_whole_report_is_refused_with_file_and_reason(
    content: str | bytes, said: str, tmp_path: Path
) -> None:
    file = JUnitFile(str(a_file(tmp_path, content)), shown="reports/junit.xml")
    with pytest.raises(JUnitError) as caught:
        list(file)
    assert caught.value.fact.startswith("reports/junit.xml")
    assert said in caught.value.fact
    with pytest.raises(JUnitError):
        survey([file])


def test_a_file_that_is_cut_anywhere_is_refused_and_never_gives_fewer_cases(tmp_path: Path) -> None:
    whole = (
        '<?xml version="1.0"?>\n<testsuites>\n<testsuite name="a"><testcase name="b"><failure>c</failure></testcase>'
        '<testcase name="d"><system-out><![CDATA[e]]></system-out></testcase></testsuite>\n</testsuites>'
    )
    for end in range(len(whole)):
        with pytest.raises(JUnitError):
            survey([JUnitFile(str(a_file(tmp_path, whole[:end])))])
    assert survey([JUnitFile(str(a_file(tmp_path, whole)))]).totals.tests == 2


def test_cases_on_every_side_of_a_piece_s_end_are_read(tmp_path: Path) -> None:
    """Pieces end in the middle of tags, of characters of several bytes, and of references to illegal characters."""
    for shift in range(64):
        names = [f"{number:03} é장&#27;&#x1b;&amp;" for number in range(2_000)]
        body = "".join(f'<testcase name="{name}"/>' for name in names)
        path = a_file(tmp_path, f"<testsuite>{' ' * shift}{body}</testsuite>")
        assert path.stat().st_size > 65_536
        assert [case.name for case in JUnitFile(str(path))] == [
            f"{number:03} é장\ufffd\ufffd&" for number in range(2_000)
        ]


def test_a_control_character_far_behind_changes_no_count(tmp_path: Path) -> None:
    """Totals are read without cleaning first; what was counted before the character must not count twice."""
    for bad in ("\x1b", "&#27;", "&#x0;"):
        cases = (
            '<testcase name="a" time="1"/>' * 5_000 + '<testcase name="b" time="1"><failure>text</failure></testcase>'
        )
        path = a_file(tmp_path, f'<testsuite tests="5002">{cases}<testcase name="c{bad}" time="1"/></testsuite>')
        found = survey([JUnitFile(str(path))])
        assert (found.totals.passed, found.totals.failed, found.totals.seconds) == (5_001, 1, 5_002.0)
        assert [(case.name, case.details) for case in found.worst] == [("b", "text")]
        assert not found.doubts


def test_one_case_in_two_files_is_two_cases(tmp_path: Path) -> None:
    """A later run of the same tests, or another machine's: nobody could tell, and a failure stays one."""
    files = []
    for number, inside in enumerate(("<failure/>", "")):
        (tmp_path / str(number)).mkdir()
        xml = f'<testsuite name="s"><testcase classname="k" name="n">{inside}</testcase></testsuite>'
        files.append(JUnitFile(str(a_file(tmp_path / str(number), xml))))
    totals = survey(files).totals
    assert (totals.passed, totals.failed, totals.flaky) == (1, 1, 0)


def test_a_file_s_own_time_is_the_root_s_or_the_only_suite_s(tmp_path: Path) -> None:
    for xml, seconds in (
        ('<testsuites time="2,503.1"><testsuite time="1"/></testsuites>', 2503.1),
        ('<testsuites><testsuite time="50"><testcase time="3"/></testsuite></testsuites>', 50.0),
        ('<testsuites><testsuite time="50"/><testsuite time="50"/></testsuites>', None),
    ):
        file = JUnitFile(str(a_file(tmp_path, xml)))
        assert list(file) == [] or seconds == 50.0
        assert file.seconds == seconds


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    for path, said in ((tmp_path, "directory"), (tmp_path / "absent.xml", "No such file")):
        with pytest.raises(JUnitError, match=said):
            list(JUnitFile(str(path)))


def test_a_pipe_is_refused_without_waiting_for_its_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.xml")
    with pytest.raises(JUnitError, match="no plain file"):
        list(JUnitFile(str(tmp_path / "pipe.xml")))
