"""The native action's first step: what pip gets to see, and which old report goes before."""

import os
import runpy
from pathlib import Path

import pytest

from core.inputs.sources import USUAL_SECRETS
from core.workspace.marked import MARK, closing

LAUNCH = runpy.run_path(str(Path(__file__).parents[2] / "native" / "launch.py"), run_name="launch")


def test_pip_gets_none_of_our_secrets_and_whatever_else_it_may_need() -> None:
    ours = {
        "INPUT_TOKEN": "t",
        "INPUT_TESTMO_TOKEN": "t",
        "test_runner_token": "t",
        **dict.fromkeys(USUAL_SECRETS, "t"),
    }
    kept = {"PATH": os.environ["PATH"], "PIP_INDEX_URL": "https://u:p@index.example.com", "HTTPS_PROXY": "http://p"}
    others = {"PIP_TARGET": "/t"}
    seen = LAUNCH["_for_pip"]({**ours, **kept, **others})
    assert seen == kept | LAUNCH["MEANT"]
    assert LAUNCH["SECRETS"] == USUAL_SECRETS


def test_only_an_old_report_of_ours_goes_wherever_an_input_or_a_variable_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ours = f"{MARK}<testsuites/>" + closing(len(MARK) + 13)

    def stays(text: str, folder: str = "out", **variables: str) -> bool:
        report = tmp_path / folder / "junit.xml"
        report.parent.mkdir(parents=True, exist_ok=True)
        report.write_text(text)
        with monkeypatch.context() as patch:
            for name, value in variables.items():
                patch.setenv(name, value)
            LAUNCH["_clear"]()
        return report.exists()

    monkeypatch.setenv("GITHUB_ACTION", "e2e")
    assert not stays(ours, "test-results/test-runner/e2e")
    assert not stays(ours, INPUT_RESULTS_DIR="out")
    assert not stays(ours, TEST_RUNNER_RESULTS_DIR="out", INPUT_RESULTS_DIR="")
    assert stays(ours, TEST_RUNNER_RESULTS_DIR="out", TEST_RUNNER_MODE="cleanup")
    assert stays(ours, INPUT_RESULTS_DIR="out", INPUT_MODE="cleanup")
    assert stays("<testsuites/>", INPUT_RESULTS_DIR="out")
    assert stays(ours.replace("<testsuites/>", "<testsuites />"), INPUT_RESULTS_DIR="out")
    assert stays(ours, ".", INPUT_RESULTS_DIR=".")
