"""Where a template installs the program on the job's machine: pip's settings there are for other installations."""

from pathlib import Path

import pytest

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
