"""GitLab's templates, run by gitlab-ci-local against the sandbox: as components, in our image and without it."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from core.ci.gitlab_variables import fixed
from core.sandbox import Sandbox
from core.sandbox.qtest.truth import truth_of
from core.sandbox.testmo import recorded
from tests.readers.gitlab import read_annotations, read_dotenv
from tests.verify.engine import LONGEST, ROOT, Engine
from tests.verify.gitlab import TOKEN, Project, helper_image

COMPONENT = "$CI_SERVER_FQDN/$CI_PROJECT_PATH/test-runner@$CI_COMMIT_SHA"
HOST = "$CI_SERVER_FQDN/$CI_PROJECT_PATH/test-runner-host@$CI_COMMIT_SHA"
RESULTS = "test-results/test-runner"
INPUTS = {"project-id": "77", "scenarios": "501,502"}
Make = Callable[[str], Project]


@pytest.fixture
def project(node: str, node_modules: str, tmp_path: Path) -> Make:
    program = [node, f"{node_modules}/gitlab-ci-local/dist/index.js"]

    def make(pipeline: str) -> Project:
        folder = tmp_path / "proj"
        folder.mkdir()
        return Project(folder, program, pipeline)

    return make


def _pipeline(*jobs: Mapping[str, object], component: str = COMPONENT, more: str = "") -> str:
    """A pipeline (JSON is YAML) that includes the component once for each set of inputs."""
    include = [{"component": component, "inputs": {"vendor": "autify", **inputs}} for inputs in jobs]
    return f"stages: [test, after]\ninclude: {json.dumps(include)}\n{more}"


def _inputs(vendor: Sandbox, scenario: str, **more: object) -> dict[str, object]:
    return {**INPUTS, "base-url": vendor.url_of(scenario), **more}


MORE = """
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
NAME = 'say "hi": # it\'s $(id) of $TEST_RUNNER_TOKEN, $HOME and $$x'


def test_in_our_image_with_every_kind_of_end(project: Make, engine: Engine, image: str, vendor: Sandbox) -> None:
    helper_image(engine)
    refused = "passing+401@start*forever"
    jobs = [
        _inputs(vendor, "passing", job="green", image=image, name=NAME),
        _inputs(vendor, "one-failure", job="red", image=image),
        _inputs(vendor, refused, job="refused", image=image),
        _inputs(vendor, "passing", job="legs", image=image, scenarios=""),
    ]
    made = project(_pipeline(*jobs, more=MORE))
    ended = made.run(engine=engine)
    assert ended.status == 0, ended.log  # red and refused are allowed to fail with just these codes
    assert re.search(r"red-autify .*WARN 1\b", ended.log), ended.log
    assert re.search(r"refused-autify .*WARN 3\b", ended.log), ended.log
    assert TOKEN not in ended.log
    assert re.search(r"conclusion=passed tests=2 of http://\S+/results/\d+", ended.log)
    assert "test_runner_1_started" in ended.log  # how it shows a section
    assert f"> name: {NAME}" in ended.log
    assert not vendor.space(refused).ledger.runs  # gitlab-ci-local has no retries; GitLab repeats a job of this code
    assert ended.log.count("Nothing was left behind by this step.") >= 5
    assert len(vendor.space("passing").ledger.runs) == 3  # green, and one for each leg
    folder = made.artifact("red-autify", f"{RESULTS}/red-autify")
    assert 'failures="1"' in (folder / "junit.xml").read_text(encoding="utf-8")
    assert read_dotenv((folder / "outputs.env").read_text(encoding="utf-8"))["TESTRUN_CONCLUSION"] == "failed"
    ((label, url),) = read_annotations((folder / "annotations.json").read_text(encoding="utf-8"))["Test run"]
    assert (label, url.startswith(vendor.origin)) == ("Run at the vendor", True)


# How gitlab-runner's shell writer wraps a job's script (shells/bash.go), which it feeds to a shell in the image.
WRAPPED = """trap exit 1 TERM
set -o pipefail
set -o errexit
: | eval $'cd /ws\\nexec python3 -E -s /app/entrypoint.py\\n'
exit 0
"""


def test_a_signal_to_the_processes_of_the_job_ends_it_in_time_with_its_reports(
    engine: Engine, image: str, vendor: Sandbox, tmp_path: Path
) -> None:
    space = vendor.space("never-ends-running")
    given = {f"TEST_RUNNER_{name.upper().replace('-', '_')}": text for name, text in INPUTS.items()}
    given |= {"TEST_RUNNER_BASE_URL": vendor.url_of("never-ends-running"), "TEST_RUNNER_TOKEN": TOKEN}
    given |= {"TEST_RUNNER_VENDOR": "autify", "GITLAB_CI": "true"}
    words = ["run", "-i", "--rm", "--name", "job", "--network", "host", "-v", f"{tmp_path}:/ws", "--entrypoint="]
    words += [part for name in given for part in ("-e", name)]
    with subprocess.Popen(
        [engine.client, *words, image, "bash"],
        env={**engine.environment, **given},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as job:
        assert job.stdin is not None
        job.stdin.write(WRAPPED)
        job.stdin.close()
        while not any(each.operation == "describe-result" for each in space.journal):
            assert job.poll() is None
            time.sleep(0.05)
        began = time.monotonic()
        engine.run("exec", "job", "bash", "-c", "kill -TERM -1")
        assert job.wait(LONGEST) == 143
        seconds = time.monotonic() - began
    assert seconds < 7.5
    outputs = read_dotenv((tmp_path / RESULTS / "autify/outputs.env").read_text(encoding="utf-8"))
    assert (outputs["TESTRUN_CONCLUSION"], outputs["TESTRUN_EXIT_CODE"]) == ("cancelled", "143")
    assert (tmp_path / RESULTS / "autify/junit.xml").is_file()


COMMAND = """
import pathlib
pathlib.Path("reports").mkdir()
pathlib.Path("reports/junit.xml").write_text(
    '<testsuites><testsuite name="s"><testcase classname="c" name="adds"/>'
    '<testcase classname="c" name="counts"><failure message="3 is not 4"/></testcase></testsuite></testsuites>'
)
"""


def test_on_the_machine_itself_with_a_command_of_the_users(project: Make) -> None:
    with Sandbox(vendor="testmo") as testmo:
        inputs = {"vendor": "testmo", "base-url": testmo.url, "project-id": "1", "source": "shop"}
        inputs |= {"command": "python3 make.py", "results": "reports/*.xml"}
        inputs |= {"program-source": str(ROOT), "program-ref": "HEAD", "program-python": sys.executable}
        elsewhere = "default: {before_script: ['mkdir app && cd app']}\n"  # as in a monorepo
        made = project(_pipeline(inputs, component=HOST, more=elsewhere))
        (made.folder / "make.py").write_text(COMMAND)
        ended = made.run()
        ours = [run for run in recorded(testmo.ledger) if run.ours]
    assert ended.status == 1, ended.log
    assert re.search(r"test-runner-testmo .*FAIL 1\b", ended.log), ended.log
    assert TOKEN not in ended.log
    assert [(sorted(test.name for test in run.tests), run.completed) for run in ours] == [(["adds", "counts"], True)]
    outputs = made.artifact("test-runner-testmo", f"{RESULTS}/test-runner-testmo/outputs.env")
    assert read_dotenv(outputs.read_text(encoding="utf-8"))["TESTRUN_FAILED"] == "1"
    assert "Nothing was left behind by this step." in ended.log
    assert not Path(f"{made.folder}.test-runner").exists()


KILL = """
import os, signal
os.kill(os.getppid(), signal.SIGKILL)
"""


def test_after_script_ends_the_job_at_qtest_that_a_killed_program_left_running(project: Make) -> None:
    with Sandbox(vendor="qtest") as qtest:
        inputs = {"vendor": "qtest", "base-url": qtest.url, "project-id": "1", "agent-name": "ci", "framework": "Shell"}
        inputs |= {"command": "python3 make.py {junit}", "idle-timeout": "20s", "poll-interval": "1s"}
        inputs |= {"program-source": str(ROOT), "program-ref": "HEAD", "program-python": sys.executable}
        made = project(_pipeline(inputs, component=HOST))
        (made.folder / "make.py").write_text(KILL)
        ended = made.run()
        jobs = [job for job in truth_of(qtest.ledger).jobs if job.ours]
    assert re.search(r"test-runner-qtest .*FAIL 137\b", ended.log), ended.log
    assert [job.words for job in jobs] == [("PLANNED", "RUNNING", "FAILED")], ended.log


def test_a_program_that_cannot_be_had_is_no_failed_test(project: Make) -> None:
    made = project(_pipeline({"program-source": "/nowhere", "program-python": sys.executable}, component=HOST))
    ended = made.run()
    assert re.search(r"test-runner-autify .*FAIL 3\b", ended.log), ended.log
    assert "WARN" not in ended.log  # after_script, too, which has no program then
    outputs = made.artifact("test-runner-autify", f"{RESULTS}/test-runner-autify/outputs.env")
    told = {"conclusion": "error", "reason": "unavailable", "exit-code": "3"}
    assert outputs.read_text(encoding="utf-8") == fixed(told)


EARLIER = """
smoke-autify:
  script:
    - cd "$CI_PROJECT_DIR" && mkdir -p "$TEST_RUNNER_RESULTS_DIR" && cd "$TEST_RUNNER_RESULTS_DIR"
    - echo TESTRUN_CONCLUSION=passed >outputs.env
    - echo '<testsuites/>' >junit.xml
full-autify: {before_script: ["false"], allow_failure: {exit_codes: [1]}}
lost-autify: {allow_failure: {exit_codes: [3]}}
stuck-autify:
  before_script: ['mkdir -p "$TEST_RUNNER_RESULTS_DIR/junit.xml"']
  allow_failure: {exit_codes: [6]}
after-smoke: {stage: after, needs: [smoke-autify], script: ['echo "smoke:$TESTRUN_CONCLUSION."']}
after-full: {stage: after, needs: [full-autify], script: ['echo "full:$TESTRUN_CONCLUSION."']}
after-lost: {stage: after, needs: [lost-autify], script: ['echo "lost:$TESTRUN_CONCLUSION."']}
"""


def test_the_report_of_an_earlier_job_is_never_that_of_a_later_one(project: Make) -> None:
    """GitLab unpacks it in the workspace, and uploads for the later job what lies in that job's folder."""
    lost = {"program-source": "/nowhere", "program-python": sys.executable}
    jobs = [
        {"job": "smoke"},
        {"job": "full", "stage": "full"},
        {"job": "lost", "stage": "full", **lost},
        {"job": "stuck"},
    ]
    made = project(_pipeline(*jobs, component=HOST, more=EARLIER).replace("[test, after]", "[test, full, after]"))
    ended = made.run()
    assert ended.status == 0, ended.log
    told = dict(re.findall(r"> (\w+):(\w*)\.\n", ended.log))
    assert told == {"smoke": "passed", "full": "", "lost": "error"}, ended.log
    for job in ("full-autify", "lost-autify"):
        assert not list(made.artifact(job, "").rglob("junit.xml"))


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"vendor": "selenium"}, "selenium"),
        ({"details": "maybe"}, "maybe"),
        ({"scenarios": ["501"]}, "scenarios"),
    ],
)
def test_a_wrong_input_makes_no_pipeline(project: Make, inputs: dict[str, object], words: str) -> None:
    ended = project(_pipeline(inputs)).run("--preview")
    assert ended.status != 0, ended.log
    assert words in ended.log


def test_an_input_that_is_required_is_missed(project: Make) -> None:
    ended = project(f"include: [{{component: '{COMPONENT}'}}]\n").run("--preview")
    assert ended.status != 0, ended.log
    assert "vendor" in ended.log


def test_the_source_can_be_included_as_a_file(project: Make) -> None:
    inputs = {"vendor": "autify", "capabilities": '[{os_type: "linux"}]'}
    include = [{"local": "/gitlab-ci/test-runner.yml", "inputs": inputs}]
    ended = project(f"include: {json.dumps(include)}\n").run("--preview")
    assert ended.status == 0, ended.log
    assert """TEST_RUNNER_CAPABILITIES: '[{os_type: "linux"}]'""" in ended.log


@pytest.mark.parametrize("name", ["test-runner.yml", "test-runner-host.yml"])
def test_a_template_passes_gitlabs_own_schema(name: str, tmp_path: Path) -> None:
    head, body = (ROOT / "templates" / name).read_text(encoding="utf-8").split("\n---\n", 1)
    (tmp_path / "head.yml").write_text(head)
    (tmp_path / "body.yml").write_text(body)
    program = [str(Path(sys.executable).with_name("check-jsonschema")), "--builtin-schema", "vendor.gitlab-ci"]
    files = [str(tmp_path / "head.yml"), str(tmp_path / "body.yml")]
    words = [*program, "--data-transform", "gitlab-ci", *files]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _examples() -> list[str]:
    text = (ROOT / "docs" / "ci" / "gitlab.md").read_text(encoding="utf-8")
    found = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    return [example for example in found if "remote:" not in example]


@pytest.mark.parametrize("example", _examples())
def test_an_example_of_the_documentation_makes_a_pipeline(project: Make, example: str) -> None:
    here = re.sub(r"/org/test-runner-action/(\S+)@v1", r"/$CI_PROJECT_PATH/\1@$CI_COMMIT_SHA", example)
    assert here != example
    ended = project(here).run("--preview")
    assert ended.status == 0, ended.log
    assert "exit_codes:" in ended.log
