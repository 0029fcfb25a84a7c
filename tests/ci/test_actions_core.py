"""GitHub's own library as an oracle: what it writes, we write; what it reads, our names are made for.

It is looked for in `.tools/node`, where tests/verify/setup.sh puts it.
"""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from core.ci.workflow_commands import command
from tests.ci.hostile import HOSTILE, Folder, Screen, a_ci

TOOLS = Path(__file__).parents[2] / ".tools" / "node"
NODE = shutil.which("node")
PROGRAM = """
import * as core from '@actions/core'
import fs from 'node:fs'
const asked = JSON.parse(fs.readFileSync(0, 'utf8'))
for (const [name, value] of asked.outputs) core.setOutput(name, value)
for (const [message, properties] of asked.errors) core.error(message, properties)
for (const secret of asked.secrets) core.setSecret(secret)
for (const title of asked.groups) { core.startGroup(title); core.endGroup() }
console.log(JSON.stringify(asked.inputs.map((name) => core.getInput(name))))
"""


@pytest.mark.skipif(NODE is None, reason="node is not at hand: install it to compare with @actions/core")
@pytest.mark.skipif(
    not (TOOLS / "node_modules" / "@actions" / "core").is_dir(),
    reason="@actions/core is not at hand: run tests/verify/setup.sh",
)
def test_our_outputs_annotations_masks_and_input_names_are_those_of_githubs_own_library(tmp_path: Path) -> None:
    texts = [text for text in HOSTILE.values() if len(text) < 1000 and "\ud83d" not in text and "hunter2" not in text]
    values = {f"output-{number}": text for number, text in enumerate(["", "one", *texts])}
    asked = {
        "outputs": list(values.items()),
        "errors": [
            [text, {"title": f"T: {text}", "file": "a,b:c%.py", "startLine": 3, "endLine": 4}] for text in texts
        ],
        "secrets": ["a secret", "100%25"],
        "groups": ["Start: 100%"],
        "inputs": ["run-id", "base-url", "vendor"],
    }
    theirs, said, inputs = _theirs(asked, tmp_path / "theirs")

    ours = tmp_path / "ours"
    ours.touch()
    out = Screen()
    ci = a_ci("github", out, {"GITHUB_OUTPUT": str(ours)})
    ci.outputs(values, Folder().leave)
    for text in texts:
        out.write(command("error", text, title=f"T: {text}", file="a,b:c%.py", line="3", endLine="4") + "\n")
    ci.mask(["a secret", "100%25"])
    with ci.group("Start: 100%"):
        pass
    assert re.sub("ghadelimiter_[0-9a-f]{32}", "D", ours.read_bytes().decode()) == theirs
    assert out.getvalue() == said
    assert inputs == ["7", "https://x", ""]


def _theirs(asked: dict[str, Any], output: Path) -> tuple[str, str, list[str]]:
    """The file, the log, the inputs."""
    output.touch()
    env = {"GITHUB_OUTPUT": str(output), "INPUT_RUN-ID": " 7 ", "INPUT_BASE-URL": "https://x", "INPUT_VENDOR": ""}
    done = subprocess.run(
        [str(NODE), "--input-type=module", "-e", PROGRAM],
        cwd=TOOLS,
        env=env,
        input=json.dumps(asked).encode(),
        capture_output=True,
        check=True,
    )
    said, _, inputs = done.stdout.decode().rstrip("\n").rpartition("\n")
    text = re.sub("ghadelimiter_[0-9a-f-]{36}", "D", output.read_bytes().decode())
    return text, said + "\n", json.loads(inputs)
