"""Where a template installs the program on the job's machine: pip's settings there are for other installations."""

import subprocess
from pathlib import Path

import pytest
import yaml

from core.inputs.sources import USUAL_SECRETS

ROOT = Path(__file__).parents[2]
UNMEANT = "env -u PIP_TARGET -u PIP_PREFIX -u PIP_ROOT PIP_USER=0 PIP_REQUIRE_VIRTUALENV=0 \\"
PLACES = [
    "jenkins/resources/org/testrunner/agent.sh",
    "gitlab-ci/test-runner-host.yml",
    "templates/test-runner-host.yml",
    "azure-pipelines/test-runner-host.yml",
]


def test_these_are_all_that_install() -> None:
    folders = {Path(place).parts[0] for place in PLACES}
    found = {
        str(path.relative_to(ROOT))
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".sh", ".yml", ".groovy") and "-m pip" in path.read_text("utf-8")
    }
    assert found == set(PLACES)


@pytest.mark.parametrize("place", PLACES)
def test_settings_of_pip_for_others_do_not_reach_it(place: str) -> None:
    lines = [line.strip() for line in (ROOT / place).read_text("utf-8").splitlines()]
    (at,) = (number for number, line in enumerate(lines) if "-m pip install" in line)
    assert lines[at - 1] == UNMEANT


@pytest.mark.parametrize("place", PLACES)
def test_what_is_locked_is_installed_and_nothing_is_resolved(place: str) -> None:
    """A lock is whole; a newer release of a package that is named with an extra would have an older pip refuse it."""
    words = (ROOT / place).read_text("utf-8").partition("-m pip install")[2].partition("requirements.txt")[0].split()
    assert {"--no-deps", "--require-hashes", "--only-binary"} <= set(words)


# Makes an "environment" of itself, notes what pip may see, and is the program, too.
PYTHON = """#!/bin/sh
case "$*" in
*'-m venv '*) for at; do :; done; mkdir -p "$at/bin" && cp "$0" "$at/bin/python" ;;
*'-m pip '*) env >"$SEEN.pip" ;;
*) env >"$SEEN.program" ;;
esac
"""


def _script(place: str) -> str:
    text = (ROOT / place).read_text("utf-8")
    if place.endswith(".sh"):
        return text
    *_, last = yaml.safe_load_all(text)
    if "steps" in last:
        return str(last["steps"][0]["bash"])
    (job,) = last.values()
    return "\n".join(job["script"])


@pytest.mark.parametrize("place", PLACES)
def test_neither_inputs_nor_tokens_are_for_pip(place: str, tmp_path: Path) -> None:
    secret = "s3cret"
    for name, text in (("git", "#!/bin/sh\n"), ("python", PYTHON)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    environment = dict.fromkeys(
        ("TESTRUN_SCRIPT_DIRECTORY", "AGENT_TEMPDIRECTORY", "WORKSPACE_TMP", "CI_PROJECT_DIR"), str(tmp_path / "ws")
    )
    environment |= dict.fromkeys(("TESTRUN_SCRIPT_SOURCE", "TESTRUN_SCRIPT_REF", "TESTRUN_SCRIPT_ID"), "x")
    environment |= {"PATH": f"{tmp_path}:/usr/bin:/bin", "SEEN": f"{tmp_path}/seen", "TEST_RUNNER_RESULTS_DIR": "out"}
    environment |= {"TESTRUN_SCRIPT_PYTHON": "python", "TESTRUN_SCRIPT_VARIABLES": " ".join(USUAL_SECRETS)}
    environment |= dict.fromkeys(("INPUT_TOKEN", "TEST_RUNNER_TOKEN", *USUAL_SECRETS), f"{secret}\nTEST_RUNNER_=x")
    environment |= {"TESTRUN_SCRIPT_TOKEN": secret} if "azure" in place else {}
    (tmp_path / "ws").mkdir()
    shell = "bash" if "azure" in place else "sh"
    subprocess.run([shell, "-e", "-c", _script(place)], cwd=tmp_path / "ws", env=environment, check=True)
    assert secret not in (tmp_path / "seen.pip").read_text()
    assert (tmp_path / "seen.program").read_text().count(secret) >= len(USUAL_SECRETS)
