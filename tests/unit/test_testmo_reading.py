"""Testmo: a first reading that a signal ends, what is read again, and what an ended command has written."""

from pathlib import Path

import pytest

from core.errors import StoppedError
from core.ports import Reports
from core.vendors.testmo.results import read
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
        read(of(written(tmp_path, "a.xml", 50_000)), allow_missing=False, check=check)
    assert len(calls) == 3


def test_what_has_been_counted_is_read_again_to_its_end(tmp_path: Path) -> None:
    rung: list[int] = []

    def check() -> None:
        if rung:
            raise StoppedError(15)

    found = read(of(written(tmp_path, "a.xml", 20_000)), allow_missing=False, check=check)
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
