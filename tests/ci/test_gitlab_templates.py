"""GitLab's templates as text: what is an input, what GitLab checks of it, and where its text goes."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.inputs.options import Kind
from core.workspace.marked import MARK
from tools.rendering.inputs import inputs

ROOT = Path(__file__).parents[2]
NAMES = ("test-runner.yml", "test-runner-host.yml")
SECRETS = {item.name for item in inputs() if any(each.option.kind.secret for each in item.variants)}


def _parts(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The declared inputs and the one job."""
    head, body = yaml.safe_load_all((ROOT / "templates" / name).read_text(encoding="utf-8"))
    (job,) = body.values()
    return head["spec"]["inputs"], job


@pytest.mark.parametrize("name", NAMES)
def test_every_input_but_the_secrets_is_declared_and_becomes_its_variable(name: str) -> None:
    declared, job = _parts(name)
    wanted = {item.name for item in inputs()} - SECRETS
    assert wanted <= set(declared)
    assert not SECRETS & set(declared)
    ours = {key: text for key, text in job["variables"].items() if key.startswith("TEST_RUNNER_")}
    results = ours.pop("TEST_RUNNER_RESULTS_DIR")  # whose default is expanded, and whose regex lets in nothing else
    assert results == "$[[ inputs.results-dir ]]"
    assert ours == {
        f"TEST_RUNNER_{each.upper().replace('-', '_')}": {"value": f"$[[ inputs.{each} ]]", "expand": False}
        for each in wanted - {"results-dir"}
    }


@pytest.mark.parametrize("name", NAMES)
def test_the_text_of_an_input_is_never_a_part_of_a_script(name: str) -> None:
    _, job = _parts(name)
    left = {key: value for key, value in job.items() if key not in ("variables", "stage", "image")}
    assert "$[[" not in str(left)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_given_passes_gitlabs_own_check(name: str) -> None:
    declared, _ = _parts(name)
    for each, rules in declared.items():
        if each == "vendor":
            assert "default" not in rules  # so it is required
            continue
        assert rules["default"] in rules.get("options", [rules["default"]]), each
        assert re.fullmatch(rules.get("regex", ".*"), rules["default"]), each


@pytest.mark.parametrize(
    ("each", "good", "bad"),
    [
        ("timeout", ["45m", "1h30m"], ["45", "45 m", "m", "45m\n", "$(id)", "$LONG"]),
        ("project-id", ["77", "4yyABC"], ["77\n  script: x", "4yyABC\n"]),
        ("config-id", ["77"], ["77a", "-1", "7 7", "77\n  script: x", "$CONFIG"]),
        (
            "results-dir",
            ["out/a-1_b.c", "test-results/test-runner/$CI_JOB_NAME_SLUG"],
            ["", "my results", "$CI_X", "a*", "test-results/test-runner/$TEST_RUNNER_VENDOR"],
        ),
        ("annotations", ["0", "8"], ["all"]),
        ("name", ['say "hi": # it\'s', "한국어", "$CI_COMMIT_TITLE"], ["a\nb", "a\r", "a\n"]),
        ("capabilities", ['[{os_type: "linux"}]'], ["[{a: b},\n{c: d}]"]),
        ("job", ["smoke"], ["", "a b", "a\nb", 'a"']),
    ],
)
def test_what_gitlab_refuses_when_the_pipeline_is_made(each: str, good: list[str], bad: list[str]) -> None:
    declared, _ = _parts(NAMES[0])
    pattern = re.sub(
        r"\$$", r"\\Z", declared[each]["regex"]
    )  # RE2's `$` is the end of the text, Python's may stand before a LF
    assert all(re.search(pattern, text) for text in good)
    assert not [text for text in bad if re.search(pattern, text)]


SAMPLES = {
    "duration": ["90s", "1h30m"],
    "UUID": ["6fa459ea-ee8a-4ca4-894e-db77e160355e"],
    "URL": ["https://vendor.example.com/api/v1"],
    "id": ["77", "4yyABC", "0"],
    "id or address": ["77", "4yyABC", "https://app.autify.com/projects/77/test_plans/3001"],
}


@pytest.mark.parametrize("name", NAMES)
def test_what_any_vendor_takes_passes_gitlabs_own_check(name: str) -> None:
    """Each sample is put before every declaration of an input; what one of them takes the template must take."""
    declared, _ = _parts(name)
    more = ["5", "0", "a b, c", "out/a-1", "[{a: b}]", *(text for texts in SAMPLES.values() for text in texts)]
    checked = set()
    for item in inputs():
        rules = declared.get(item.name, {})
        for kind in (each.option.kind for each in item.variants):
            samples = [*more, *kind.choices] if item.name not in ("results-dir", "vendor") else []
            for text in filter(lambda text: _takes(kind, text), samples):
                assert re.fullmatch(rules.get("regex", ".*"), text), (item.name, text)
                assert text in rules.get("options", [text]), (item.name, text)
                checked.add((item.name, text))
    assert {("project-id", "4yyABC"), ("project-id", "77"), ("build-id", "4yyABC"), ("timeout", "90s")} <= checked


def _takes(kind: Kind, text: str) -> bool:
    try:
        kind.convert(text)
    except ValueError:
        return False
    return True


def test_booleans_and_words_are_options_that_may_be_left_out() -> None:
    declared, _ = _parts(NAMES[0])
    assert declared["adopt"]["options"] == ["", "true", "false"]
    assert declared["mode"]["options"] == ["", "run", "start", "wait", "cleanup"]


@pytest.mark.parametrize("name", NAMES)
def test_only_the_code_of_nothing_started_is_retried_and_reports_come_from_failed_jobs_too(name: str) -> None:
    _, job = _parts(name)
    assert job["retry"] == {"max": 1, "exit_codes": [3]}
    assert job["artifacts"]["when"] == "always"
    assert set(job["artifacts"]["reports"]) == {"junit", "dotenv", "annotations"}


@pytest.mark.parametrize("name", NAMES)
def test_cleanup_does_not_take_the_run_that_was_waited_for(name: str) -> None:
    _, job = _parts(name)
    assert re.search(
        r"env -u TEST_RUNNER_RUN_ID \S*python\S* -E -s \S*entrypoint.py\S* cleanup", job["after_script"][0]
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_report_that_is_none_of_ours_stays_where_our_old_one_goes(name: str, tmp_path: Path) -> None:
    _, job = _parts(name)
    first, found, _ = job["script"][0].partition("\nesac\n")
    ours = f'<?xml version="1.0"?>\n{MARK}\n<testsuites/>'

    def stays(text: str, json: str = "", folder: str = "reports", mode: str = "") -> bool:
        report = tmp_path / "ws" / folder / "junit.xml"
        report.parent.mkdir(parents=True, exist_ok=True)
        report.write_text(text)
        (report.parent / "report.json").write_text(json)
        env = {"PATH": "/usr/bin:/bin", "CI_PROJECT_DIR": f"{tmp_path}/ws", "TEST_RUNNER_RESULTS_DIR": folder}
        words = ["bash", "-e", "-o", "pipefail", "-c", first + found]
        subprocess.run(words, cwd=tmp_path, env=env | {"TEST_RUNNER_MODE": mode}, check=True)
        return report.exists()

    assert stays("<testsuites/>")
    assert stays("<testsuites/>", '{"cucumber": "test-runner-action"}')
    assert not stays(ours)
    assert not stays("<testsuites/>", '{"tool": {"name": "test-runner-action", "version": "1.0"}}')
    assert stays(ours, mode="cleanup")
    assert all(stays(ours, folder=folder) for folder in (".", "../other", "a/./b", ".git"))
