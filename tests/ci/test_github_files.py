import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import OutputError
from core.model import TestReport
from tests.ci.hostile import HOSTILE, SECRET, Folder, Screen, a_ci, a_report, a_result, publish, redact
from tests.readers.github_runner import read_file_commands

MIB = 1 << 20


def _output(path: Path) -> dict[str, str]:
    return read_file_commands(path.read_bytes().decode("utf-8"))


def _publish(path: Path, pieces: Iterator[str], report: TestReport | None = None) -> str:
    out = Screen()
    ci = a_ci("github", out, {"GITHUB_STEP_SUMMARY": str(path)})
    publish(ci, report or a_report(), a_result(), summary=pieces, annotations=8)
    return out.getvalue()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.touch()
    return path


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_values_set_the_outputs_that_we_meant_and_no_other(text: str, path: Path) -> None:
    ci = a_ci("github", Screen(), {"GITHUB_OUTPUT": str(path)})
    ci.outputs({"run-id": text, "conclusion": "failed"}, Folder().leave)
    assert _output(path) == {"run-id": redact(text).replace("\ud83d", "?"), "conclusion": "failed"}
    assert SECRET not in path.read_text("utf-8")


@given(first=st.text(), second=st.text())
def test_a_value_that_knows_the_delimiter_of_the_write_before_gains_nothing(first: str, second: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "output")
        path.touch()
        ci = a_ci("github", Screen(), {"GITHUB_OUTPUT": str(path)})
        ci.outputs({"run-id": first}, Folder().leave)
        delimiter = path.read_text("utf-8").partition("<<")[2].partition("\n")[0]
        assert len(delimiter) == len("ghadelimiter_") + 32
        ci.outputs({"run-url": f"{second}\n{delimiter}\nconclusion=passed\n"}, Folder().leave)
        assert _output(path) == {"run-id": first, "run-url": f"{second}\n{delimiter}\nconclusion=passed\n"}


def test_a_later_value_wins(path: Path) -> None:
    ci = a_ci("github", Screen(), {"GITHUB_OUTPUT": str(path)})
    ci.outputs({"run-id": "7", "tests": "0"}, Folder().leave)
    ci.outputs({"tests": "12"}, Folder().leave)
    ci.outputs({}, Folder().leave)
    assert _output(path) == {"run-id": "7", "tests": "12"}


def test_a_bad_name_writes_nothing_at_all(path: Path) -> None:
    ci = a_ci("github", Screen(), {"GITHUB_OUTPUT": str(path)})
    with pytest.raises(OutputError):
        ci.outputs({"tests": "1", "a\nb": "2"}, Folder().leave)
    assert path.read_bytes() == b""


def test_outputs_that_cannot_be_written_are_an_error_and_without_a_file_there_are_none(tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        a_ci("github", Screen(), {"GITHUB_OUTPUT": str(tmp_path)}).outputs({"tests": "1"}, Folder().leave)
    out = Screen()
    a_ci("github", out).outputs({"tests": "1"}, Folder().leave)
    assert out.getvalue() == "debug: GITHUB_OUTPUT is not set: no outputs are written.\n"


def test_the_summary_is_appended_as_it_comes_without_secrets(path: Path) -> None:
    path.write_text("before\n")
    _publish(path, iter(["# Title\n", f"한국어 {SECRET}", "\n"]))
    assert path.read_text("utf-8") == "before\n# Title\n한국어 ***\n"


def test_a_secret_that_falls_on_a_seam_between_two_pieces_is_hidden_too(path: Path) -> None:
    _publish(path, iter(["a ", SECRET[:5], SECRET[5:], "\n"]))
    assert path.read_text("utf-8") == "a ***\n"


@pytest.mark.parametrize("before", [0, 1000, MIB - 3000])
def test_the_summary_never_exceeds_a_mebibyte_and_says_that_it_was_cut(before: int, path: Path) -> None:
    path.write_bytes(b"x" * before)
    _publish(path, (f"| {number} | 한국어 |\n" for number in count()))
    text = path.read_bytes()[before:].decode("utf-8")
    assert before + len(text.encode()) <= MIB
    assert MIB - before - len(text.encode()) < 100
    assert text.endswith(" | 한국어 |\n\n\n_Cut here: a job summary holds one MiB._\n")


def test_a_summary_that_fits_to_the_byte_is_whole_and_a_full_page_takes_nothing_more(path: Path) -> None:
    _publish(path, iter(["x" * (MIB - 2), "\n", "\n"]))
    assert path.stat().st_size == MIB
    _publish(path, iter(["more\n"]))
    assert path.stat().st_size == MIB


def test_a_summary_that_cannot_be_written_is_an_error_after_everything_was_shown(tmp_path: Path) -> None:
    out = Screen()
    ci = a_ci("github", out, {"GITHUB_STEP_SUMMARY": str(tmp_path)})
    with pytest.raises(OutputError):
        publish(ci, a_report(), a_result(), summary=iter(["x\n"]), annotations=8)
    assert "::error title=autify%3A failed::" in out.getvalue()
    assert "Conclusion: failed" in out.getvalue()
