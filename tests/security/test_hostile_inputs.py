"""Whatever an input holds, nothing runs it, no output is set by it and no line of the log acts (threats T1 to T3)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.sandbox import Progression, Sandbox
from tests.readers.github_runner import read_file_commands, read_log

ENTRYPOINT = Path(__file__).parents[2] / "entrypoint.py"
HOSTILE = (
    '"; touch pwned #',
    "$(touch pwned)",
    "`touch pwned`",
    "| touch pwned",
    "a\n::set-output name=conclusion::passed\n##[set-output name=conclusion;]passed",
    "a\r::error::x\r##vso[task.complete result=Failed]",
    "conclusion=passed\nconclusion<<EOF\npassed\nEOF",
    "../../../../etc/passwd",
    "{{7*7}} ${{ secrets.TOKEN }} %0A::error::x",
    "한국어 😀 \u202egnp",
    "-rf --help",
)
NAMES = (
    "vendor", "mode", "run-id", "base-url", "name", "timeout", "fail-on", "results-dir", "project-id", "scenarios",
    "test-plan", "capabilities", "url-replacements", "execution-type", "autify-connect", "token", "ca-bundle",
    "nonsense",
)  # fmt: skip


def run_step(workspace: Path, inputs: dict[str, str]) -> tuple[int, str, dict[str, str]]:
    """Exit code, log and outputs of the real program under what GitHub sets."""
    files = {name: workspace.parent / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV")}
    for path in files.values():
        path.write_text("")
    environment = {"PATH": os.environ["PATH"], "GITHUB_ACTIONS": "true", "GITHUB_ACTION": "e2e"}
    environment |= {name: str(path) for name, path in files.items()}
    environment |= {f"INPUT_{name.upper()}": text for name, text in inputs.items()}
    done = subprocess.run(
        [sys.executable, str(ENTRYPOINT)], cwd=workspace, env=environment, capture_output=True, timeout=60, check=False
    )
    assert done.stderr == b""
    assert files["GITHUB_ENV"].read_text() == ""
    outputs = read_file_commands(files["GITHUB_OUTPUT"].read_bytes().decode())
    return done.returncode, done.stdout.decode(), outputs


@pytest.mark.parametrize("name", NAMES)
def test_no_input_can_run_or_set_anything(name: str, tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    with Sandbox(progression=Progression.immediate()) as sandbox:
        base = {"vendor": "autify", "token": "made-up", "project-id": "77", "scenarios": "501", "base-url": sandbox.url}
        for text in HOSTILE:
            code, log, outputs = run_step(workspace, base | {name: text})
            assert code in (0, 2, 3, 7), log
            assert outputs["exit-code"] == str(code)
            assert (outputs["conclusion"] == "passed") == (code == 0)
            commands, _ = read_log(log)
            assert {command.name for command in commands} <= {
                "add-mask", "group", "endgroup", "error", "warning", "notice", "stop-commands",
            }  # fmt: skip
            runs = len(sandbox.ledger.ours)
            assert runs == 0 or code == 0
            sandbox.reset()
    made = [path for path in tmp_path.rglob("*") if path.name == "pwned"]
    assert made == []
    if name != "results-dir":  # a folder may have any name that a file system bears
        assert {path.name for path in workspace.iterdir()} <= {"test-results", ".test-runner"}
