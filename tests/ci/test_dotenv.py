"""outputs.env: every output, and nothing that a shell would act on. GitLab's own limits are in test_gitlab.py."""

import subprocess
from pathlib import Path

import pytest

from core.ci.dotenv import FILE, dotenv, plain
from core.ci.outputs import NAMES, variable
from tests.ci.hostile import FRAGMENTS, HOSTILE, SECRET, Folder, Screen, a_ci
from tests.readers.dotenv import read_dotenv
from tools.rendering.outputs import OUTPUTS


def read(text: str) -> dict[str, str]:
    return read_dotenv(text)


def test_values_stand_under_the_names_of_the_outputs_and_empty_ones_are_left_out() -> None:
    assert (
        dotenv({"run-id": "7", "conclusion": "failed", "reason": ""}) == "TESTRUN_RUN_ID=7\nTESTRUN_CONCLUSION=failed\n"
    )


def test_every_output_is_there_in_its_order_and_one_that_is_too_long_is_told_once() -> None:
    assert tuple(OUTPUTS) == NAMES
    out, folder = Screen(), Folder()
    ci = a_ci("generic", out)
    for _ in range(2):
        ci.outputs(dict.fromkeys(OUTPUTS, "x" * 900) | {"log-ids": "1" * 1001}, folder.leave)
    assert list(read(folder[FILE])) == [variable(name) for name in NAMES if name != "log-ids"]
    assert out.getvalue() == "The output log-ids stays empty in outputs.env: 1001 characters are too many.\n"


@pytest.mark.parametrize("path", ["out/junit.xml", "결과/ünïcode+1=2/junit.xml"])
def test_a_path_is_written_as_it_is_where_a_shell_reads_it_so(path: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(dotenv({"junit": path}), "utf-8")
    done = subprocess.run(["sh", "-eu", "-c", f'. ./{FILE}; printf %s "$TESTRUN_JUNIT"'], cwd=tmp_path, env={},
                          capture_output=True, check=True)  # fmt: skip
    assert done.stdout.decode() == path


@pytest.mark.parametrize("path", ["my results/junit.xml", "~/junit.xml", "a;b/junit.xml", "a$b/junit.xml"])
@pytest.mark.parametrize("name", ["generic", "gitlab", "jenkins"])
def test_no_path_of_another_file_is_written_and_the_log_says_so(name: str, path: str) -> None:
    out, folder = Screen(), Folder()
    a_ci(name, out).outputs({"junit": path, "tests": "1"}, folder.leave)
    assert read(folder[FILE]).get("TESTRUN_JUNIT", "") == ""
    assert "The output junit stays empty in outputs.env: the path holds a space or a sign" in out.getvalue()


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_values_are_one_line_that_a_shell_reads_as_a_word(text: str, tmp_path: Path) -> None:
    values = {"run-id": text[:300], "run-url": f"https://vendor.example/{text[:100]}", "conclusion": "failed"}
    written = dotenv(values)
    assert read(written)["TESTRUN_CONCLUSION"] == "failed"
    (tmp_path / "outputs.env").write_text(written)
    script = 'set -eu; . ./outputs.env; printf %s "$TESTRUN_CONCLUSION"; ls'
    done = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True, env={})
    assert (done.stdout, done.stderr) == ("failedoutputs.env\n", "")


def test_an_address_keeps_its_meaning() -> None:
    assert plain("https://v.example/a b?x=1&y=한") == "https://v.example/a%20b?x=1%26y=%ED%95%9C"
    assert plain("a b") == "a_b"


def test_later_values_win_and_no_secret_is_in_the_file() -> None:
    folder, ci = Folder(), a_ci("generic", Screen())
    ci.outputs({"run-id": "7", "reason": SECRET}, folder.leave)
    assert read(folder[FILE]) == {"TESTRUN_RUN_ID": "7", "TESTRUN_REASON": "___"}
    ci.outputs({"conclusion": "passed", "run-id": "8"}, folder.leave)
    assert read(folder[FILE]) == {"TESTRUN_RUN_ID": "8", "TESTRUN_REASON": "___", "TESTRUN_CONCLUSION": "passed"}


def test_every_fragment_of_a_command_is_harmless() -> None:
    for text in FRAGMENTS:
        read(dotenv({"run-id": text, "run-url": f"http://v.example/{text}"}))
