"""Azure's templates as far as no tool is needed: expanded, and looked at. tests/verify/test_azure.py runs them."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.inputs.kinds import boolean
from core.vendors import VENDORS
from core.workspace.marked import MARK
from tests.readers.azure_template import TemplateError, expand, holds, load
from tools.rendering.azure import NAMES, parameter
from tools.rendering.inputs import inputs

ROOT = Path(__file__).parents[2]
TEMPLATES = {name: (ROOT / "azure-pipelines" / name).read_text(encoding="utf-8") for name in NAMES}
GUIDE = (ROOT / "docs" / "ci" / "azure.md").read_text(encoding="utf-8")
OWN = {f"TESTRUN_SCRIPT_{name}" for name in ("IMAGE", "STEP", "PYTHON", "DIRECTORY", "TOKEN")}
SECRETS = {item.name for item in inputs() if any(each.option.kind.secret for each in item.variants)}

pytestmark = pytest.mark.parametrize("text", TEMPLATES.values(), ids=TEMPLATES)


def _given(text: str) -> dict[str, str]:
    """A value for every parameter that an input has: the first word of a closed list."""
    known = {each["name"]: each for each in load(text)["parameters"]}
    return {name: (spec.get("values") or ["", name])[1] for name, spec in known.items() if spec.get("default") == ""}


def _bash(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [step for step in steps if "bash" in step]


def test_every_input_is_a_parameter_and_reaches_both_steps_under_its_name(text: str) -> None:
    given = _given(text) | {"vendor": "autify"} | {parameter(name): f"$(MY_{name})" for name in SECRETS}
    for step in _bash(expand(text, given)):
        for item in inputs():
            variable = "TEST_RUNNER_" + item.name.upper().replace("-", "_")
            variable = "TESTRUN_SCRIPT_TOKEN" if item.name == "token" else variable  # the step's own
            assert step["env"][variable] == given[parameter(item.name)], item.name
            assert "TEST_RUNNER_TOKEN" not in step["env"]


def test_what_is_not_given_is_not_set_but_for_secrets_which_need_a_mapping(text: str) -> None:
    for vendor in VENDORS:
        for step in _bash(expand(text, {"vendor": vendor})):
            set_here = {name: value for name, value in step["env"].items() if name not in OWN}
            assert set_here.pop("TEST_RUNNER_VENDOR") == vendor
            assert all(value == f"$({name})" for name, value in set_here.items())
            ours = {name.removeprefix("TEST_RUNNER_").lower().replace("_", "-") for name in set_here}
            assert ours >= SECRETS
            (token,) = [item for item in inputs() if item.name == "token"]
            usual = {name for each in token.variants if vendor in each.vendors for name in each.option.environment}
            assert {name for name in set_here if not name.startswith("TEST_RUNNER_")} == usual


def test_a_word_that_is_none_of_its_closed_list_stops_the_pipeline_before_it_starts(text: str) -> None:
    wrong = ({"vendor": "selenium"}, {"vendor": "autify", "mode": "x"}, {"vendor": "autify", "project-id": "7"})
    for given in ({}, *wrong, {"vendor": "autify", "allowEmpty": "yes"}):
        with pytest.raises(TemplateError):
            expand(text, given)


def test_a_boolean_of_the_pipelines_own_is_taken_as_azure_writes_it(text: str) -> None:
    outer = "parameters: [{name: empty, type: boolean}]\nsteps: [{bash: '${{ parameters.empty }}'}]"
    for value in ("true", "false"):
        (step,) = expand(outer, {"empty": value})
        run = expand(text, {"vendor": "autify", "allowEmpty": step["bash"]})[0]
        assert boolean(run["env"]["TEST_RUNNER_ALLOW_EMPTY"]) == (value == "true")


def test_no_text_of_an_input_stands_in_a_script_and_each_script_ends_in_exec(text: str) -> None:
    scripts = [step["bash"] for step in _bash(load(text)["steps"])]
    assert len(scripts) == 2
    for script in scripts:
        assert "${{" not in script
        assert re.search(r"(?m)^exec [^\n]*(\\\n[^\n]*)?\n\Z", script)
        assert not re.findall(r"\$\([A-Za-z_.]+\)", script)  # else the agent might put a variable's text there


def test_a_file_that_an_input_names_outside_of_the_sources_is_shown_to_the_container_alone_and_read_only(
    text: str, tmp_path: Path
) -> None:
    scripts = [step["bash"] for step in _bash(load(text)["steps"])]
    if "docker run" not in scripts[0]:
        return  # on the agent itself everything is seen
    sources, staging = tmp_path / "s", tmp_path / "a b"
    for folder in (sources, staging):
        folder.mkdir()
        (folder / "app.apk").touch()
    (sources / "link.apk").symlink_to(staging / "app.apk")
    docker = tmp_path / "docker"
    docker.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" "$TEST_RUNNER_APP_FILE" > {tmp_path}/words\n')
    docker.chmod(0o755)
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin", "AGENT_TEMPDIRECTORY": str(tmp_path), "TESTRUN_SCRIPT_STEP": "x",
           "TESTRUN_SCRIPT_IMAGE": "image", "TEST_RUNNER_VENDOR": "autify"}  # fmt: skip
    for script in scripts:
        for app, shown in (
            (f"{staging}/app.apk", [f"--volume={staging}/app.apk:{staging}/app.apk:ro"]),
            ("../a b/app.apk", [f"--volume={staging}/app.apk:{staging}/app.apk:ro"]),
            (f"{sources}/../a b/app.apk", [f"--volume={staging}/app.apk:{staging}/app.apk:ro"]),
            ("link.apk", []),
            (f"{sources}/link.apk", []),
            (f"{sources}/app.apk", []),
            (f"{staging}/../s/app.apk", []),
            ("app.apk", []),
            (f"{staging}/none.apk", []),
        ):
            given = env | {"TEST_RUNNER_APP_FILE": app}
            subprocess.run(["bash", "-e", "-c", script], cwd=sources, env=given, check=True)
            words = (tmp_path / "words").read_text().splitlines()
            assert [word for word in words if word.startswith("--volume=")] == shown
            assert "--env=TEST_RUNNER_APP_FILE" in words
            assert words[-1] == (f"{staging}/app.apk" if shown else app)  # what the program is told


def test_a_named_token_goes_into_the_container_by_its_name_and_none_hides_the_vendors_own(
    text: str, tmp_path: Path
) -> None:
    scripts = [step["bash"] for step in _bash(load(text)["steps"])]
    if "docker run" not in scripts[0]:
        return  # tests/verify/test_azure.py sends one from the agent itself
    docker = tmp_path / "docker"
    docker.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" >{tmp_path}/words\necho "${{INPUT_TOKEN-none}}" >{tmp_path}/token\n'
    )
    docker.chmod(0o755)
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin", "AGENT_TEMPDIRECTORY": str(tmp_path), "TEST_RUNNER_VENDOR": "autify"}
    for script in scripts:
        for token, told in (("a t0ken", "a t0ken"), ("", "none")):
            given = env | {"TESTRUN_SCRIPT_TOKEN": token}
            subprocess.run(["bash", "-e", "-c", script], cwd=tmp_path, env=given, check=True)
            words = (tmp_path / "words").read_text()
            assert ("--env=INPUT_TOKEN" in words, "a t0ken" in words) == (True, False)
            assert (tmp_path / "token").read_text().strip() == told


def test_a_report_that_is_none_of_ours_stays_where_our_old_one_goes(text: str, tmp_path: Path) -> None:
    script = load(text)["steps"][0]["bash"]
    first, found, _ = script.partition("esac\n")
    report, beside = tmp_path / "reports" / "junit.xml", tmp_path / "reports" / "report.json"
    report.parent.mkdir()
    for stays, content, json in (
        (True, "<testsuites/>", ""),
        (True, "<testsuites/>", '{"cucumber": "test-runner-action"}'),
        (False, f'<?xml version="1.0"?>\n{MARK}\n<testsuites/>', ""),
        (False, "<testsuites/>", '{"tool": {"name": "test-runner-action", "version": "1.0"}}'),
    ):
        report.write_text(content)
        beside.write_text(json)
        env = {"PATH": "/usr/bin:/bin", "TEST_RUNNER_RESULTS_DIR": "reports", "TEST_RUNNER_VENDOR": "testmo"}
        subprocess.run(["bash", "-e", "-c", first + found], cwd=tmp_path, env=env, check=True)
        assert report.exists() == stays, content


def test_failed_tests_by_choice_do_not_fail_and_the_users_own_list_beats_the_choice(text: str) -> None:
    def fail_on(**given: str) -> object:
        return expand(text, {"vendor": "autify", **given})[0]["env"].get("TEST_RUNNER_FAIL_ON")

    assert fail_on() is None
    assert fail_on(onTestFailure="issues") == "inconclusive error timed-out cancelled"
    assert fail_on(onTestFailure="issues", failOn="failed") == "failed"


def test_the_report_is_published_where_this_step_has_written_one_and_the_clean_up_always_runs(text: str) -> None:
    def published(**given: str) -> list[dict[str, Any]]:
        steps = expand(text, {"vendor": "qtest", **given})
        assert [step.get("condition") for step in _bash(steps)] == [given.get("condition", "succeeded()"), "always()"]
        return [step for step in steps if "task" in step]

    (step,) = published(stepName="nightly")
    assert step["inputs"]["testResultsFiles"] == "$(nightly.TESTRUN_JUNIT)"
    assert step["inputs"]["failTaskOnMissingResultsFile"] == "true"
    states = {"succeeded": False, "succeededOrFailed": True, "always": True}
    written = {"nightly.TESTRUN_JUNIT": "out/junit.xml"}
    others: tuple[dict[str, str], ...] = ({"other.TESTRUN_JUNIT": "out/junit.xml"}, {"nightly.TESTRUN_JUNIT": ""}, {})
    assert holds(step["condition"], states, written)
    assert [holds(step["condition"], states, each) for each in others] == [False] * 3
    assert not holds(step["condition"], states | {"succeededOrFailed": False}, written)
    assert published(publishResults="false") == published(mode="start") == []
    assert published(condition="and(succeededOrFailed(), ne(variables['Build.Reason'], 'PullRequest'))")


def test_the_guides_examples_name_parameters_that_exist(text: str) -> None:
    name = next(name for name, each in TEMPLATES.items() if each is text)
    found = 0
    for block in re.findall(r"(?s)```yaml\n(.*?)```", GUIDE):
        for step in _using(load(block)):
            if step["template"] == f"azure-pipelines/{name}@testRunner":
                found += len(expand(text, step["parameters"]))
    assert found


def _using(node: Any) -> Iterator[dict[str, Any]]:
    """The steps that use a template, wherever they stand in a pipeline."""
    if isinstance(node, dict) and "template" in node:
        yield node
    elif isinstance(node, dict | list):
        for each in node.values() if isinstance(node, dict) else node:
            yield from _using(each)
