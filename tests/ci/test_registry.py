import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest

from core.ci import CIS, detect
from core.inputs.settings import Common
from core.ports import Ci
from tests.ci.hostile import Screen, a_ci

ROOT = Path(__file__).parents[2]
HEAVY = ["json", "logging", "pathlib", "random", "secrets", "shutil", "tempfile", "unicodedata", "urllib", "uuid"]


def test_every_ci_is_made_under_its_own_name() -> None:
    for name in CIS:
        ci: Ci = a_ci(name, Screen())
        assert ci.name == ci.build().ci == name


def test_the_input_ci_offers_every_system_that_there_is() -> None:
    kind = next(field for field in dataclasses.fields(Common) if field.name == "ci").metadata["option"].kind
    assert set(kind.choices) == set(CIS)


@pytest.mark.parametrize(
    ("env", "name"),
    [
        ({}, "terminal"),
        ({"GITHUB_ACTIONS": "true", "CI": "true"}, "github"),
        ({"GITHUB_ACTIONS": "false"}, "terminal"),
        ({"GITHUB_ACTIONS": "true", "JENKINS_URL": "x", "BUILD_ID": "1", "GITLAB_CI": "true"}, "github"),
        ({"GITLAB_CI": "true"}, "gitlab"),
        ({"GITLAB_CI": "true", "TF_BUILD": "True", "JENKINS_URL": "x", "BUILD_ID": "1"}, "gitlab"),
        ({"GITLAB_CI": "false"}, "terminal"),
        ({"TF_BUILD": "True"}, "azure"),
        ({"TF_BUILD": "True", "JENKINS_URL": "x", "BUILD_ID": "1"}, "azure"),
        ({"TF_BUILD": ""}, "terminal"),
        ({"JENKINS_URL": "https://jenkins", "BUILD_ID": "7", "CI": "true"}, "jenkins"),
        ({"JENKINS_URL": "https://jenkins"}, "terminal"),
        ({"CI": "true", "BUILDKITE": "true"}, "buildkite"),
        ({"BUILDKITE": ""}, "terminal"),
        ({"TEAMCITY_VERSION": "2026.1"}, "teamcity"),
        ({"CI": "woodpecker"}, "woodpecker"),
        ({"CI": "woodpecker", "DRONE": "true"}, "drone"),
        ({"CIRCLECI": "true", "BUILDKITE": "true", "TRAVIS": "true"}, "circleci"),
        ({"CI": "true"}, "generic"),
        ({"CI": "True"}, "generic"),
        ({"CI": "TRUE"}, "generic"),
        ({"CI": "false"}, "terminal"),
    ],
)
def test_the_ci_is_known_by_exact_variables(env: dict[str, str], name: str) -> None:
    assert detect(env) == name


def test_the_users_word_beats_the_environment() -> None:
    assert detect({"GITHUB_ACTIONS": "true"}, "terminal") == "terminal"


def test_naming_a_ci_imports_no_adapter_and_making_one_nothing_heavy() -> None:
    program = (
        "import io, sys; from core.ci import CIS, Surroundings, detect; name = detect({'GITHUB_ACTIONS': 'true'});"
        "early = {m for m in sys.modules if m.startswith('core.ci.')};"
        "ci = CIS[name].make(Surroundings(env={}, out=io.StringIO(), redact=str));"
        "ci.info('x'); ci.build();"
        f"heavy = set({HEAVY}) & set(sys.modules);"
        "print(sorted(early), sorted(heavy), 'core.ci.terminal' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-S", "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[] [] False\n"
