"""The examples of docs/ci/others.md: valid by each system's published schema, and of inputs that there are."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.commands.asked import known_inputs
from core.inputs.sources import gather

PAGE = Path(__file__).parents[2] / "docs" / "ci" / "others.md"
SCHEMAS = {
    ".circleci/config.yml": "circle-ci",
    ".buildkite/pipeline.yml": "buildkite",
    "bitbucket-pipelines.yml": "bitbucket-pipelines",
    ".drone.yml": "drone-ci",
    ".woodpecker.yaml": "woodpecker-ci",
    ".travis.yml": "travis",
    "bamboo-specs/bamboo.yml": "bamboo-spec",
}
WITHOUT = {"buildspec.yml", ".semaphore/semaphore.yml", "codefresh.yml"}  # no schema of these is in check-jsonschema
EXAMPLES = {
    text.partition("\n")[0].removeprefix("# "): text
    for text in re.findall(r"```yaml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
}


def test_every_example_is_checked() -> None:
    assert set(EXAMPLES) == set(SCHEMAS) | WITHOUT


@pytest.mark.parametrize("name", SCHEMAS)
def test_an_example_is_what_its_system_takes(name: str, tmp_path: Path) -> None:
    path = tmp_path / "example.yml"
    path.write_text(EXAMPLES[name], "utf-8")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{SCHEMAS[name]}", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_gives_inputs_that_there_are_and_no_secret_as_a_text(name: str) -> None:
    names = set(re.findall("TEST_RUNNER_[A-Z_]+", EXAMPLES[name]))
    settings = [step["settings"] for step in _steps(yaml.safe_load(EXAMPLES[name])) if "settings" in step]
    names |= {f"TEST_RUNNER_{key.upper()}" for each in settings for key in each}
    raw = gather([], dict.fromkeys(names, "x"))
    assert set(raw.values) <= set(known_inputs("autify"))
    assert "vendor" in raw.values
    given = re.findall(r"TEST_RUNNER_TOKEN(?:=|: )(\S+)", EXAMPLES[name])
    assert set(given) <= {"autify:token", "${{AUTIFY_TOKEN}}", "${bamboo.autify_password}"}  # names of secrets
    assert all(each["token"] == {"from_secret": "autify_token"} for each in settings)


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_is_written_into_a_script_is_the_authors_own_word(name: str) -> None:
    """No text of a commit, a branch or an input is put into a command by the system before a shell reads it."""
    commands = [line for line in EXAMPLES[name].splitlines() if "docker run" in line or "entrypoint.py" in line]
    assert commands or name in (".drone.yml", ".woodpecker.yaml")  # plugins have no script
    assert not any(sign in line for line in commands for sign in ("${{", "<<", "%", "{{"))


def _steps(value: Any) -> list[dict[str, Any]]:
    found = value.get("steps", []) if isinstance(value, dict) else []
    return [step for step in found if isinstance(step, dict)]
