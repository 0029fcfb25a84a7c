"""outputs.env: what GitLab's own rules take, and nothing that a shell would act on."""

import subprocess
from pathlib import Path

import pytest

from core.ci.dotenv import FILE, dotenv, plain
from tests.ci.hostile import FRAGMENTS, HOSTILE, SECRET, Folder, Screen, a_ci
from tests.readers.dotenv import read_dotenv
from tools.rendering.outputs import OUTPUTS


def read(text: str) -> dict[str, str]:
    assert len(text.encode()) < 5120
    found = read_dotenv(text)
    assert len(found) < 20
    return found


def test_values_stand_under_the_names_of_the_outputs_and_empty_ones_are_left_out() -> None:
    assert (
        dotenv({"run-id": "7", "conclusion": "failed", "reason": ""}) == "TESTRUN_RUN_ID=7\nTESTRUN_CONCLUSION=failed\n"
    )


def test_all_outputs_together_are_what_gitlab_takes() -> None:
    found = read(dotenv(dict.fromkeys(OUTPUTS, "x" * 1000)))
    assert list(found)[:3] == ["TESTRUN_CONCLUSION", "TESTRUN_REASON", "TESTRUN_EXIT_CODE"]
    assert "TESTRUN_RUN_URL" not in read(dotenv({"run-url": "https://v.example/" + "x" * 1000, "tests": "3"}))


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
