"""Azure Pipelines: the steps of the templates, really run: on this machine, and in the image."""

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.sandbox import Sandbox
from core.sandbox.testmo import recorded
from tests.verify.azure import Job
from tests.verify.engine import ROOT, Engine

TOKEN = "t0ken-0f-the-azure-tests"
INPUTS = {"vendor": "autify", "projectId": "77", "scenarios": "501\n502"}


# -- on the host ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def temporary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The job's temporary folder: the program is installed there once."""
    return tmp_path_factory.mktemp("temporary")


@pytest.fixture
def host(temporary: Path, tmp_path: Path) -> Job:
    return Job(workspace=tmp_path, temporary=temporary, secrets={"TEST_RUNNER_TOKEN": TOKEN})


HOST = {**INPUTS, "programDirectory": str(ROOT)}


def test_a_run_on_the_host_passes_and_shows_all_that_azure_can_show(host: Job, vendor: Sandbox) -> None:
    run, clean_up = host.run("test-runner-host.yml", {**HOST, "baseUrl": vendor.url_of("passing")})
    assert (run.status, run.step.problems, run.step.result, host.result) == (0, [], "Succeeded", "Succeeded"), run.log
    assert host.outputs["testRunner.TESTRUN_CONCLUSION"] == "passed"
    assert (host.workspace / host.outputs["testRunner.TESTRUN_JUNIT"]).is_file()
    assert run.step.summaries == [str(host.workspace / "test-results/test-runner/autify/summary.md")]
    assert (TOKEN in run.step.secrets, TOKEN in "".join(run.step.shown)) == (True, False)
    assert {case.outcome for case in host.published} == {"passed"}
    assert (clean_up.status, "Nothing was left behind" in clean_up.log, clean_up.step.problems) == (0, True, [])


def test_failed_tests_fail_the_step_or_by_choice_let_it_succeed_with_issues(host: Job, vendor: Sandbox) -> None:
    inputs = {**HOST, "baseUrl": vendor.url_of("one-failure")}
    run, _ = host.run("test-runner-host.yml", inputs)
    assert (run.status, run.step.result, host.result) == (1, "Failed", "Failed")
    assert [kind for kind, _ in run.step.issues][:2] == ["error", "error"]
    assert "failure" in {case.outcome for case in host.published}
    lenient = Job(workspace=host.workspace, temporary=host.temporary, secrets=host.secrets)
    run, _ = lenient.run("test-runner-host.yml", {**inputs, "onTestFailure": "issues"})
    assert (run.status, run.step.result, lenient.result) == (0, "SucceededWithIssues", "SucceededWithIssues")
    assert lenient.outputs["testRunner.TESTRUN_CONCLUSION"] == "failed"
    assert {kind for kind, _ in run.step.issues} == {"warning"}


def test_a_build_without_the_secret_is_told_so_and_no_macro_is_taken_for_one(host: Job, vendor: Sandbox) -> None:
    fork = Job(workspace=host.workspace, temporary=host.temporary)
    run, clean_up = fork.run("test-runner-host.yml", {**HOST, "baseUrl": vendor.url_of("passing")})
    assert (run.status, run.step.outputs["TESTRUN_REASON"], clean_up.status) == (2, "bad-input", 0)
    assert "`token`" in run.log
    run, _ = Job(workspace=host.workspace, temporary=host.temporary).run(
        "test-runner-host.yml", {**HOST, "baseUrl": vendor.url_of("passing"), "onMissingSecret": "skip"}
    )
    assert (run.status, run.step.result) == (0, "SucceededWithIssues")
    assert not vendor.space("passing").journal


def test_a_variable_of_the_pipeline_holds_where_the_parameter_is_not_given(host: Job, vendor: Sandbox) -> None:
    pipeline = Job(
        workspace=host.workspace,
        temporary=host.temporary,
        secrets={"AUTIFY_WEB_ACCESS_TOKEN": TOKEN},
        variables={
            "system.debug": "true",
            "test.runner.base.url": vendor.url_of("passing"),
            "TEST_RUNNER_PROJECT_ID": "77",
        },
    )
    run, _ = pipeline.run(
        "test-runner-host.yml", {"vendor": "autify", "scenarios": "501", "programDirectory": str(ROOT)}
    )
    assert run.status == 0, run.log
    assert vendor.space("passing").journal  # the address was the variable's
    assert any(line.startswith("##[debug]POST ") for line in run.step.shown)


def _polls(vendor: Sandbox, name: str) -> Callable[[], None]:
    space = vendor.space(name)

    def wait() -> None:
        while not any(exchange.operation == "describe-result" for exchange in space.journal):
            time.sleep(0.05)

    return wait


def test_a_cancel_reaches_the_program_through_the_task_that_runs_it(
    host: Job, vendor: Sandbox, node: str, node_modules: str
) -> None:
    task = Path(__file__).with_name("azure_bash.cjs")
    host.launch = lambda script: (node, str(task), node_modules, str(script))
    inputs = {**HOST, "baseUrl": vendor.url_of("never-ends-running")}
    run, clean_up = host.run("test-runner-host.yml", inputs, cancel=_polls(vendor, "never-ends-running"))
    assert run.seconds < 7.5, "the agent's second signal was not needed"
    assert (run.step.outputs["TESTRUN_CONCLUSION"], run.step.outputs["TESTRUN_EXIT_CODE"]) == ("cancelled", "143")
    assert (host.result, run.step.result) == ("Canceled", "Failed")
    assert (clean_up.status, "Nothing was left behind" in clean_up.log) == (0, True)


def test_a_cancel_reaches_the_program_where_the_agent_starts_the_script_itself(host: Job, vendor: Sandbox) -> None:
    inputs = {**HOST, "baseUrl": vendor.url_of("never-ends-running")}
    run, _ = host.run("test-runner-host.yml", inputs, cancel=_polls(vendor, "never-ends-running"))
    assert (run.status, run.step.outputs["TESTRUN_CONCLUSION"]) == (130, "cancelled")
    assert run.seconds < 7.5


def test_what_a_kill_leaves_is_ended_by_the_clean_up(host: Job, vendor: Sandbox) -> None:
    inputs = {**HOST, "baseUrl": vendor.url_of("never-ends-running")}
    waits = _polls(vendor, "never-ends-running")
    run, clean_up = host.run("test-runner-host.yml", inputs, cancel=waits, signals=[(signal.SIGKILL, 5.0)])
    assert run.status == -signal.SIGKILL
    assert f"Run {run.step.outputs['TESTRUN_RUN_ID']}" in clean_up.log


def test_in_a_container_job_where_no_signal_arrives_the_clean_up_ends_the_program(host: Job, vendor: Sandbox) -> None:
    """`docker exec` dies and what it started lives on: here a shell between the agent and the script."""
    host.launch = lambda script: ("bash", "-c", 'bash "$0" & wait', str(script))
    inputs = {**HOST, "baseUrl": vendor.url_of("never-ends-running")}
    run, clean_up = host.run("test-runner-host.yml", inputs, cancel=_polls(vendor, "never-ends-running"))
    assert run.status < 0
    assert "TESTRUN_CONCLUSION" not in run.step.outputs
    said = max(host.temporary.glob("testRunner-*.log"), key=os.path.getmtime).read_text(encoding="utf-8")
    assert "variable=TESTRUN_CONCLUSION;isoutput=true;]cancelled" in said
    assert clean_up.status == 0


def test_a_command_runs_with_the_tools_of_the_agent(host: Job) -> None:
    (host.workspace / "suite.sh").write_text(
        'mkdir -p reports; printf \'<testsuite name="s"><testcase classname="s" name="adds"/>'
        '<testcase classname="s" name="counts"><failure message="no"/></testcase></testsuite>\' > reports/junit.xml\n'
        'echo "##vso[task.complete result=Succeeded;]"; env > seen; exit 1\n'
    )
    inputs = {"vendor": "testmo", "projectId": "1", "source": "shop", "results": "reports/*.xml"}
    with Sandbox(vendor="testmo") as testmo:
        run, _ = host.run(
            "test-runner-host.yml",
            {**inputs, "baseUrl": testmo.url, "command": "bash suite.sh", "programDirectory": str(ROOT)},
        )
        ours = [each for each in recorded(testmo.ledger) if each.ours]
    assert (run.status, run.step.outputs["TESTRUN_COMMAND_EXIT_CODE"], run.step.problems) == (1, "1", []), run.log
    assert [(sorted(test.name for test in each.tests), each.completed) for each in ours] == [(["adds", "counts"], True)]
    seen = (host.workspace / "seen").read_text(encoding="utf-8")
    assert (TOKEN in seen, "TEST_RUNNER_" in seen) == (False, False)


def test_a_program_that_cannot_be_installed_starts_nothing(tmp_path: Path) -> None:
    workspace, temporary = tmp_path / "ws", tmp_path / "tmp"
    workspace.mkdir()
    temporary.mkdir()
    job = Job(workspace=workspace, temporary=temporary)
    run, clean_up = job.run("test-runner-host.yml", {**HOST, "python": "/nowhere/python3"})
    assert (run.status, job.result, clean_up.status) == (3, "Failed", 0)
    assert run.step.issues == [("error", "The program can't be installed: see above.")]


# -- in the image -----------------------------------------------------------------------------------------------------


@pytest.fixture
def job(engine: Engine, image: str, tmp_path: Path) -> Job:
    workspace, temporary = tmp_path / "a workspace", tmp_path / "tmp"
    workspace.mkdir()
    temporary.mkdir()
    client = os.path.dirname(engine.client)
    environment = {"DOCKER_HOST": engine.socket, "PATH": f"{client}{os.pathsep}{os.environ['PATH']}"}
    return Job(workspace=workspace, temporary=temporary, secrets={"TEST_RUNNER_TOKEN": TOKEN}, environment=environment)


def test_a_run_in_the_image_passes_and_leaves_its_files_on_the_host(
    job: Job, engine: Engine, image: str, vendor: Sandbox
) -> None:
    run, clean_up = job.run("test-runner.yml", {**INPUTS, "image": image, "baseUrl": vendor.url_of("passing")})
    assert (run.status, run.step.problems, job.result) == (0, [], "Succeeded"), run.log
    assert run.step.summaries == [str(job.workspace / "test-results/test-runner/autify/summary.md")]
    page = Path(run.step.summaries[0]).read_text(encoding="utf-8")
    assert "https://dev.azure.com/org/shop/_build/results?buildId=77" in page
    assert {case.outcome for case in job.published} == {"passed"}
    assert (clean_up.status, "Nothing was left behind" in clean_up.log) == (0, True)
    assert engine.containers() == []


def test_a_cancelled_container_is_gone_in_time(
    job: Job, engine: Engine, image: str, vendor: Sandbox, node: str, node_modules: str
) -> None:
    task = Path(__file__).with_name("azure_bash.cjs")
    job.launch = lambda script: (node, str(task), node_modules, str(script))
    inputs = {**INPUTS, "image": image, "baseUrl": vendor.url_of("never-ends-running")}
    run, clean_up = job.run("test-runner.yml", inputs, cancel=_polls(vendor, "never-ends-running"))
    assert run.seconds < 7.5
    assert run.step.outputs["TESTRUN_CONCLUSION"] == "cancelled"
    assert (clean_up.status, engine.containers()) == (0, [])


def test_a_container_whose_client_was_killed_is_ended_by_the_clean_up(
    job: Job, engine: Engine, image: str, vendor: Sandbox
) -> None:
    inputs = {**INPUTS, "image": image, "baseUrl": vendor.url_of("never-ends-running")}
    waits = _polls(vendor, "never-ends-running")
    run, clean_up = job.run("test-runner.yml", inputs, cancel=waits, signals=[(signal.SIGKILL, 5.0)])
    assert run.status == -signal.SIGKILL
    report = json.loads((job.workspace / "test-results/test-runner/autify/report.json").read_text(encoding="utf-8"))
    assert (report["conclusion"], clean_up.status, engine.containers()) == ("cancelled", 0, [])
