"""What we ship for GitHub, judged by its own language service and by schemas; the judge is shown to judge."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.verify.engine import ROOT

CHECK = Path(__file__).with_name("languageservice.mjs")
ACTIONS = ("action.yml", "native/action.yml")
WORKFLOWS = (".github/workflows/ci.yml", ".github/workflows/release.yml")
PLANTED = {
    # file: what is put in the place of what
    "action.yml": ("using: docker", "using: dokcer"),
    "native/action.yml": ("steps.run.outputs.conclusion", "stpes.run.outputs.conclusion"),
    ".github/workflows/ci.yml": ("runs-on: ubuntu-24.04", "runs-onn: ubuntu-24.04"),
    ".github/workflows/release.yml": ("needs: prepare", "needs: preparer"),
}
QUICK_STARTS = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/ci/github.md").read_text(encoding="utf-8"), re.DOTALL)


def judge(node: str, node_modules: str, *files: Path) -> "subprocess.CompletedProcess[str]":
    words = [node, str(CHECK), node_modules, *map(str, files)]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)


def test_githubs_language_service_finds_nothing(node: str, node_modules: str) -> None:
    done = judge(node, node_modules, *(ROOT / name for name in (*ACTIONS, *WORKFLOWS)))
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


@pytest.mark.parametrize("name", PLANTED)
def test_it_would_find_a_mistake(name: str, node: str, node_modules: str, tmp_path: Path) -> None:
    right, wrong = PLANTED[name]
    text = (ROOT / name).read_text(encoding="utf-8")
    assert right in text
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    done = judge(node, node_modules, path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert str(path) in done.stdout


def test_the_whole_workflows_of_the_documentation_are_right(node: str, node_modules: str, tmp_path: Path) -> None:
    whole = [text for text in QUICK_STARTS if text.startswith("name:")]
    assert whole
    for at, text in enumerate(whole):
        path = tmp_path / ".github" / "workflows" / f"example{at}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        done = judge(node, node_modules, path)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr


@pytest.mark.parametrize("name", [*ACTIONS, *WORKFLOWS])
def test_action_validator_takes_it(name: str, node: str, node_modules: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    text = (ROOT / name).read_text(encoding="utf-8")
    path.write_text(
        re.sub(r"(?m)^ *attestations: write.*\n", "", text), encoding="utf-8"
    )  # it knows no such permission
    words = [node, f"{node_modules}/@action-validator/cli/cli.mjs", str(path)]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_both_actions_have_the_same_inputs_and_outputs() -> None:
    docker, native = (yaml.safe_load((ROOT / name).read_text(encoding="utf-8")) for name in ACTIONS)
    assert docker["inputs"] == native["inputs"]
    assert docker["outputs"] == {name: {"description": one["description"]} for name, one in native["outputs"].items()}
    (step,) = native["runs"]["steps"]
    given = {f"INPUT_{name.upper().replace('-', '_')}": f"${{{{ inputs.{name} }}}}" for name in native["inputs"]}
    assert step["env"] == given


def test_every_action_that_we_use_is_pinned_by_its_commit_and_nothing_of_an_event_is_in_a_script() -> None:
    for name in WORKFLOWS:
        workflow = yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))
        assert workflow["permissions"] == {}
        for job in workflow["jobs"].values():
            for step in job["steps"]:
                used = step.get("uses", "./")
                assert used.startswith("./") or re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", used), used
                assert "${{" not in step.get("run", "")
                if used.startswith("actions/checkout@"):
                    assert step["with"]["persist-credentials"] is False
