"""Which file is started, with Windows as the platform too: batch files have to be named whole, and fed with care."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from core.child.program import startable
from core.errors import BadInputError

HERE = ("gradlew.bat", "tools/run.cmd", "tools/run", "node.exe")
INSTALLED = ("npm", "npm.cmd", "mvn.CMD.txt", "mvn.cmd", "node.exe", "both.bat", "both.exe", "script.py")


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    """The folder of the tests, and one of the PATH."""
    for folder, names in (("here", HERE), ("Program Files (x86)", INSTALLED)):
        for name in names:
            path = tmp_path / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("")
            path.chmod(0o755)
    return tmp_path / "here", tmp_path / "Program Files (x86)"


def on_windows(places: tuple[Path, Path], *words: str) -> Sequence[str]:
    here, installed = places
    return startable(words, str(here), {"PATH": f'/absent::"{installed}"'}, windows=True)


@pytest.mark.parametrize(
    ("word", "folder", "name"),
    [
        ("npm", 1, "npm.cmd"),
        ("npm.cmd", 1, "npm.cmd"),
        ("mvn", 1, "mvn.cmd"),
        ("node", 1, "node.exe"),
        ("both", 1, "both.exe"),
        ("gradlew", 0, "gradlew.bat"),
        ("./gradlew", 0, "./gradlew.bat"),
        ("tools/run", 0, "tools/run.cmd"),
    ],
)
def test_on_windows_a_program_is_found_as_a_command_line_finds_it(
    places: tuple[Path, Path], word: str, folder: int, name: str
) -> None:
    assert on_windows(places, word, "test", "a b") == [f"{places[folder]}/{name}", "test", "a b"]


@pytest.mark.parametrize("word", ["none", "none.cmd", "script.py", "tools/none", "tools/npm"])
def test_what_windows_could_not_start_is_not_there(places: tuple[Path, Path], word: str) -> None:
    with pytest.raises(FileNotFoundError):
        on_windows(places, word)


@pytest.mark.parametrize("sign", '&|<>^%"()\r\n')
def test_a_batch_file_gets_no_argument_that_cmd_exe_would_act_on(places: tuple[Path, Path], sign: str) -> None:
    for program in ("npm", "npm.cmd", "./gradlew"):
        with pytest.raises(BadInputError) as refused:
            on_windows(places, program, "test", f"a{sign}calc")
        ((name, said),) = refused.value.problems
        assert (name, f"would act on {sign!r}" in said) == ("command", True)
    assert on_windows(places, "node", f"a{sign}calc")[1:] == [f"a{sign}calc"], "no shell reads those of a program"


def test_elsewhere_the_words_stay_as_they_are(places: tuple[Path, Path]) -> None:
    here, installed = places
    for words in (["npm", "a&b"], ["./gradlew.bat", "%PATH%"], ["tools/run"]):
        assert startable(words, str(here), {"PATH": str(installed)}, windows=False) == words
    with pytest.raises(FileNotFoundError):
        startable(["gradlew"], str(here), {"PATH": str(installed)}, windows=False)
