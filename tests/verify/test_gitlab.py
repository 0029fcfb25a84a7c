"""GitLab's templates, run by gitlab-ci-local against the sandbox: as components, in our image and without it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from core.sandbox import Sandbox
from tests.verify.engine import ROOT, Engine
from tests.verify.gitlab import TOKEN, Project, helper_image

COMPONENT = "$CI_SERVER_FQDN/$CI_PROJECT_PATH/test-runner@$CI_COMMIT_SHA"
HOST = "$CI_SERVER_FQDN/$CI_PROJECT_PATH/test-runner-host@$CI_COMMIT_SHA"
RESULTS = "test-results/test-runner/autify"
Make = Callable[[str], Project]


@pytest.fixture
def project(node: str, node_modules: str, tmp_path: Path) -> Make:
    program = [node, f"{node_modules}/gitlab-ci-local/dist/index.js"]

    def make(pipeline: str) -> Project:
        folder = tmp_path / "proj"
        folder.mkdir()
        return Project(folder, program, pipeline)

    return make


def _pipeline(*jobs: dict[str, object], component: str = COMPONENT, more: str = "") -> str:
    """A pipeline (JSON is YAML) that includes the component once for each set of inputs."""
    include = [{"component": component, "inputs": {"vendor": "autify", **inputs}} for inputs in jobs]
    return f"stages: [test, after]\ninclude: {json.dumps(include)}\n{more}"


def _inputs(vendor: Sandbox, scenario: str, **more: object) -> dict[str, object]:
    return {"project-id": "77", "scenarios": "501,502", "base-url": vendor.url_of(scenario), **more}


IN_IMAGE = """
red-autify: {allow_failure: {exit_codes: [1]}}
refused-autify: {allow_failure: {exit_codes: [3]}}
legs-autify:
  parallel: {matrix: [{TEST_RUNNER_SCENARIOS: ["501", "502"]}]}
use:
  stage: after
  image: debian:bookworm-slim
  needs: [green-autify]
  script: ['echo "conclusion=$TESTRUN_CONCLUSION tests=$TESTRUN_TESTS of $TESTRUN_RUN_URL"']
"""


def test_in_our_image_with_every_kind_of_end(project: Make, engine: Engine, image: str, vendor: Sandbox) -> None:
    helper_image(engine)
    jobs = [
        _inputs(vendor, "passing", job="green", image=image, name='say "hi": # it\'s'),
        _inputs(vendor, "one-failure", job="red", image=image),
        _inputs(vendor, "passing+401", job="refused", image=image),
        _inputs(vendor, "passing", job="legs", image=image),
    ]
    made = project(_pipeline(*jobs, more=IN_IMAGE))
    ended = made.run(engine=engine)
    assert ended.status == 0, ended.log
    assert TOKEN not in ended.log
    assert "conclusion=passed tests=2 of http" in ended.log
    assert "section_start:" in ended.log
    assert 'name: say "hi": # it\'s' in ended.log
    report = made.artifact("red-autify", f"{RESULTS}/junit.xml").read_text(encoding="utf-8")
    assert 'failures="1"' in report
    links = json.loads(made.artifact("red-autify", f"{RESULTS}/annotations.json").read_text(encoding="utf-8"))
    assert links["Test run"][0]["external_link"]["url"].startswith("http")
