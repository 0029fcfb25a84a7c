"""Testmo: the one reading, which a signal may end; what is kept of it, what is read again; what a command left."""

import json
import os
import resource
import tempfile
from pathlib import Path

import pytest

from core.errors import StoppedError
from core.junit_read import JUnitError, JUnitFile, survey
from core.ports import Reports
from core.text.secret import Redactor, Secret
from core.vendors.testmo.batches import joined
from core.vendors.testmo.results import Results, read
from core.vendors.testmo.salvage import MOST, salvage


def written(folder: Path, name: str, cases: int, *, end: str = "</testsuite>") -> tuple[str, str]:
    path = folder / name
    lines = "\n".join(f'<testcase classname="Cart" name="case {number}"/>' for number in range(cases))
    path.write_text(f'<testsuite name="s">{lines}{end}')
    return str(path), name


def of(*files: tuple[str, str]) -> Reports:
    return Reports(files=files, missing=(), unreadable=())


def test_a_signal_ends_a_long_reading(tmp_path: Path) -> None:
    calls: list[int] = []

    def check() -> None:
        calls.append(1)
        if len(calls) == 3:
            raise StoppedError(15)

    with pytest.raises(StoppedError):
        read(of(written(tmp_path, "a.xml", 50_000)), Redactor(), allow_missing=False, check=check)
    assert len(calls) == 3


def test_what_has_been_counted_is_read_again_to_its_end(tmp_path: Path) -> None:
    rung: list[int] = []

    def check() -> None:
        if rung:
            raise StoppedError(15)

    found = read(of(written(tmp_path, "a.xml", 20_000)), Redactor(), allow_missing=False, check=check)
    rung.append(15)
    assert sum(1 for suite in found.suites() for _ in suite.cases) == 20_000


def test_of_what_was_written_the_whole_files_are_kept(tmp_path: Path) -> None:
    files = (written(tmp_path, "a.xml", 3), written(tmp_path, "b.xml", 2, end=""), written(tmp_path, "c.xml", 1))
    found = salvage(of(*files))
    assert found is not None
    assert [file.shown for file in found.files] == ["a.xml", "c.xml"]
    assert found.totals.tests == 4
    assert any("b.xml" in doubt for doubt in found.doubts)
    assert salvage(of(files[1])) is None
    assert salvage(of()) is None


def test_more_than_can_be_read_in_time_is_told(tmp_path: Path) -> None:
    large = tmp_path / "large.xml"
    with large.open("wb") as file:
        file.truncate(MOST)
    found = salvage(of(written(tmp_path, "a.xml", 1), (str(large), "large.xml")))
    assert found is not None
    assert "large.xml was not read: there was no time left for it." in found.doubts


TESTS = "<testcase name='a hunter2 b'><failure message='hunter2'>at hunter2</failure></testcase><testcase name='c'/>"


def recorded(found: Results) -> list[str]:
    bodies = [json.loads(joined(batch)) for batch in found.batches(Redactor([Secret("hunter2")]))]
    return [test["name"] for body in bodies for test in body["tests"]]


def reported(found: Results) -> list[str]:
    return [case.name for suite in found.suites() for case in suite.cases]


def test_a_file_that_vanishes_once_it_was_read_is_recorded_and_reported_whole(tmp_path: Path) -> None:
    files = (written(tmp_path, "a.xml", 600), written(tmp_path, "b.xml", 3))
    found = read(of(*files), Redactor(), allow_missing=False)
    for path, _ in files:
        Path(path).unlink()
    wanted = [f"case {number}" for number in (*range(600), *range(3))]
    assert recorded(found) == reported(found) == reported(found) == wanted
    assert [suite.name for suite in found.suites()] == ["s", "s"]


@pytest.mark.parametrize("room", [0, 20_000])
def test_without_room_for_what_was_read_the_files_are_read_again(tmp_path: Path, room: int) -> None:
    files = (written(tmp_path, "a.xml", 600), written(tmp_path, "b.xml", 3))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        found = read(of(*files), Redactor(), allow_missing=False)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert found.reading is None
    assert len(recorded(found)) == len(reported(found)) == found.totals.tests == 603
    Path(files[1][0]).unlink()
    with pytest.raises(JUnitError):
        recorded(found)


def nameless_file(folder: Path) -> bytes:
    """What is in the one file of this process that is open in the folder and has no name there."""
    links = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    (found,) = [link for link in links if os.readlink(link).startswith(f"{folder}/")]
    return found.read_bytes()


def test_what_is_kept_of_the_files_holds_no_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    files = of(written(tmp_path, "a.xml", 1, end=f"{TESTS}</testsuite>"))
    found = read(files, Redactor([Secret("hunter2")]), allow_missing=False)
    assert recorded(found) == reported(found) == ["case 0", "a *** b", "c"]
    kept = nameless_file(folder)
    assert kept.count(b"case 0") == 2  # for the upload, and for the reports
    assert b"hunter2" not in kept


def test_the_totals_are_those_of_a_survey(tmp_path: Path) -> None:
    inside = "<testcase name='x' time='1.5'><error/></testcase><testcase name='y' time='0,5'><skipped/></testcase>"
    inside += "<testcase name='z'><flakyFailure/></testcase>"
    path, shown = written(tmp_path, "a.xml", 2, end=f"{TESTS}{inside}</testsuite>")
    found = read(of((path, shown)), Redactor(), allow_missing=False)
    assert found.totals == survey([JUnitFile(path)]).totals
    assert (found.totals.tests, found.totals.flaky, found.seconds) == (7, 1, 2.0)
