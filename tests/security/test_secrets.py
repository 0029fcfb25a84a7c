"""The token is in no sink, in no encoding, whatever the vendor does with it (threat T10)."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.sandbox import Progression, Sandbox
from core.text.secret import encoded_forms

ENTRYPOINT = Path(__file__).parents[2] / "entrypoint.py"
CANARY = 'cAnary/+"7<&>-0f-the\\token'
COMMANDS = {
    "run": ["run", "--vendor", "autify", "--project-id", "77", "--scenarios", "501"],
    "plan": ["run", "--vendor", "autify", "--project-id", "77", "--test-plan", "3001"],
    "start": ["start", "--vendor", "autify", "--project-id", "77", "--scenarios", "501"],
    "wait": ["wait", "--vendor", "autify", "--project-id", "77", "--run-id", "880001"],
    "cleanup": ["cleanup", "--vendor", "autify", "--project-id", "77", "--run-id", "880001"],
    "api": ["api", "autify", "list-results", "--project-id", "77"],
    "bad input": ["run", "--vendor", "autify", "--timeout", "soon"],
}
FAULTS = ("echo-secret@any*forever", "echo-secret=403@any*forever", "401@any*forever", "html@any*forever",
          "redirect307@any*forever", "echo-secret=401@describe-result", "reset-after@any")  # fmt: skip


@pytest.mark.parametrize("github", [True, False], ids=["github", "terminal"])
@pytest.mark.parametrize("command", COMMANDS)
def test_the_token_is_in_no_output_whatever_the_vendor_says(command: str, tmp_path: Path, *, github: bool) -> None:
    faults = FAULTS if command in ("run", "api") else FAULTS[:2]
    with Sandbox(progression=Progression.immediate()) as sandbox, ThreadPoolExecutor(4) as pool:

        def leaks(number: int) -> list[str]:
            address = sandbox.url_of("passing+immediate+" + faults[number].replace("@", "%40"))
            return leaked(COMMANDS[command], address, tmp_path / str(number), github=github)

        assert list(pool.map(leaks, range(len(faults)))) == [[]] * len(faults)


def leaked(command: list[str], address: str, folder: Path, *, github: bool) -> list[str]:
    """The forms of the token that one process left anywhere but in its masks."""
    workspace = folder / "workspace"
    workspace.mkdir(parents=True)
    environment = {"PATH": os.environ["PATH"], "AUTIFY_WEB_ACCESS_TOKEN": CANARY, "TEST_RUNNER_LOG_LEVEL": "debug"}
    environment["TEST_RUNNER_OUTAGE_WINDOW"] = "1s"
    if github:
        names = ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")
        environment |= {"GITHUB_ACTIONS": "true", **{name: str(folder / name) for name in names}}
    done = subprocess.run(
        [sys.executable, str(ENTRYPOINT), *command, "--base-url", address],
        cwd=workspace, env=environment, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert b"Traceback" not in done.stdout + done.stderr
    sinks = [done.stdout + done.stderr, *(path.read_bytes() for path in folder.rglob("*") if path.is_file())]
    lines = b"\n".join(sinks).decode().splitlines()
    if github:
        assert lines[0].startswith("::add-mask::"), "the mask is the very first line"
    text = "\n".join(line for line in lines if not line.startswith("::add-mask::"))
    return [form for form in encoded_forms(CANARY) if form in text]


SPLIT = "tok_bbbbbbbbbbbb"
REPORT = """<testsuite name="s"><testcase name="n1 tok_&#x200B;bbbbbbbbbbbb" classname="c tok_&#x200B;bbbbbbbbbbbb">
<failure message="m tok_&#xAD;bbbbbbbbbbbb">tok_&#x2060;bbbbbbbbbbbb</failure></testcase></testsuite>"""


def test_a_token_that_a_test_has_spelled_with_invisible_characters_is_in_no_sink(tmp_path: Path) -> None:
    """A filter that takes such characters out, ours or a reader's, would put it together again."""
    (tmp_path / "r.xml").write_text(REPORT)
    (tmp_path / "t.sh").write_text("printf 'o tok_\\033[7mbbbbbbbbbbbb\\n'; touch r.xml\n")
    bodies: list[bytes] = []
    with Sandbox(vendor="testmo", observe=lambda exchange: bodies.append(exchange.body)) as sandbox:
        words = ["run", "--vendor", "testmo", "--project-id", "1", "--source", "s", "--base-url", sandbox.url]
        environment = {"PATH": os.environ["PATH"], "TESTMO_TOKEN": SPLIT, "GITHUB_STEP_SUMMARY": str(tmp_path / "page")}
        environment |= {"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(tmp_path / "outputs")}
        done = subprocess.run(
            [sys.executable, str(ENTRYPOINT), *words, "--command", "sh t.sh", "--results", "r.xml"],
            cwd=tmp_path, env=environment, capture_output=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 1, done.stdout
    (tmp_path / "r.xml").unlink()
    (tmp_path / "t.sh").unlink()
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    text = b"\n".join((done.stdout.partition(b"\n")[2], done.stderr, *files, *bodies)).decode()
    assert len(files) > 4
    assert "***" in text
    assert "bbbb" not in text.replace("\\", ""), [line for line in text.splitlines() if "bbbb" in line]
