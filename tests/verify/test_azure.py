"""Azure Pipelines: the steps of the templates, really run: on this machine, and in the image."""

import json
import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.sandbox import Sandbox
from core.sandbox.testmo import recorded
from tests.readers.azure_template import expand
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


def test_the_token_that_a_step_names_is_the_one_that_is_sent_and_cleaned_up_with(
    host: Job, vendor: Sandbox, node: str, node_modules: str
) -> None:
    task = Path(__file__).with_name("azure_bash.cjs")
    host.launch = lambda script: (node, str(task), node_modules, str(script))
    host.secrets = {"SHOP_TOKEN": TOKEN, "AUTIFY_WEB_ACCESS_TOKEN": "an0ther-acc0unts"}
    inputs = {**HOST, "token": "$(SHOP_TOKEN)", "baseUrl": vendor.url_of("passing")}
    run, clean_up = host.run("test-runner-host.yml", inputs)
    assert run.status == 0, run.log
    assert {each.header("authorization") for each in vendor.space("passing").journal} == {f"Bearer {TOKEN}"}
    assert [TOKEN in step.step.secrets for step in (run, clean_up)] == [True, True]


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
    """`docker exec` dies and what it started lives on: here a shell between the agent and the script.

    Slim images have no `ps`.
    """
    host.environment = {"PATH": f"{host.workspace}/bin{os.pathsep}{os.environ['PATH']}"}
    (host.workspace / "bin").mkdir()
    (host.workspace / "bin" / "ps").write_text("#!/bin/sh\nexit 127\n")
    (host.workspace / "bin" / "ps").chmod(0o755)
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
    assert (TOKEN in seen, "TEST_RUNNER_" in seen, "TESTRUN_SCRIPT_" in seen) == (False, False, False)
    assert not re.search("(?m)^(PYTHON|STEP|PROGRAM_DIRECTORY)=", seen)


def test_no_report_of_an_earlier_build_is_published(host: Job, vendor: Sandbox) -> None:
    def build(**changed: Any) -> Job:
        given: dict[str, Any] = {"workspace": host.workspace, "temporary": host.temporary, "secrets": host.secrets}
        return Job(**(given | changed))

    passing = {**HOST, "baseUrl": vendor.url_of("passing")}
    old = host.workspace / "test-results/test-runner/autify/junit.xml"
    host.run("test-runner-host.yml", passing)
    assert (len(host.published) > 0, old.is_file()) == (True, True)
    skipped = build(result="Failed")
    (clean_up,) = skipped.run("test-runner-host.yml", passing)
    assert (clean_up.status, skipped.published, skipped.result) == (0, [], "Failed")
    elsewhere = build(variables={"TEST_RUNNER_RESULTS_DIR": "out"})
    elsewhere.run("test-runner-host.yml", {**HOST, "baseUrl": vendor.url_of("one-failure")})
    assert {case.outcome for case in elsewhere.published} > {"failure"}
    both = build()
    both.run("test-runner-host.yml", {**HOST, "baseUrl": vendor.url_of("one-failure")})
    first = len(both.published)
    both.run("test-runner-host.yml", {**passing, "stepName": "second"})
    assert (first > 0, len(both.published)) == (True, first)
    (host.workspace / "none").mkdir()
    broken = build(temporary=host.workspace / "none")
    run, _ = broken.run("test-runner-host.yml", {**passing, "python": "/nowhere/python3"})
    assert (run.status, broken.published, old.exists()) == (3, [], False)


def test_a_report_that_is_gone_before_it_is_published_fails_the_job(host: Job) -> None:
    text = (ROOT / "azure-pipelines" / "test-runner-host.yml").read_text(encoding="utf-8")
    (template,) = [step for step in expand(text, HOST) if "task" in step]
    assert host.publish(template["inputs"]) == "Failed"


def test_the_results_of_a_step_are_nothing_but_its_own_to_delete(host: Job) -> None:
    mine = [host.workspace / name for name in ("junit.xml", ".git/junit.xml")]
    (host.workspace / ".git").mkdir()
    for path in mine:
        path.write_text("<mine/>")
    for folder in (".", "./", "../" + host.workspace.name, str(host.workspace), ".git", ".git/"):
        host.run("test-runner-host.yml", {**HOST, "resultsDir": folder, "baseUrl": "http://127.0.0.1:9"})
        assert [path.read_text() for path in mine if path.exists()] == ["<mine/>"] * 2, folder


def test_a_program_that_cannot_be_installed_starts_nothing(tmp_path: Path) -> None:
    workspace, temporary = tmp_path / "ws", tmp_path / "tmp"
    workspace.mkdir()
    temporary.mkdir()
    job = Job(workspace=workspace, temporary=temporary)
    run, clean_up = job.run("test-runner-host.yml", {**HOST, "python": "/nowhere/python3"})
    assert (run.status, job.result, clean_up.status) == (3, "Failed", 0)
    assert run.step.issues == [("error", "The program can't be installed: see above.")]
    told = {"TESTRUN_CONCLUSION": "error", "TESTRUN_REASON": "unavailable", "TESTRUN_EXIT_CODE": "3"}
    assert (run.step.outputs, run.step.problems) == (told, [])


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


def test_two_jobs_of_one_engine_leave_each_other_alone(
    job: Job, engine: Engine, image: str, vendor: Sandbox, tmp_path: Path
) -> None:
    """Azure gives jobs of one name one SYSTEM_JOBID, in every build and every pipeline."""
    other = Job(
        workspace=tmp_path / "other ws",
        temporary=tmp_path / "other tmp",
        secrets=job.secrets,
        environment=job.environment,
    )
    for folder in (other.workspace, other.temporary):
        folder.mkdir()
    polls = _polls(vendor, "never-ends-running")

    def meanwhile() -> None:
        polls()
        (ours,) = engine.containers()
        run, clean_up = other.run("test-runner.yml", {**INPUTS, "image": image, "baseUrl": vendor.url_of("passing")})
        assert (run.status, clean_up.status, other.result) == (0, 0, "Succeeded"), run.log + clean_up.log
        assert engine.containers() == [ours]

    inputs = {**INPUTS, "image": image, "baseUrl": vendor.url_of("never-ends-running")}
    run, _ = job.run("test-runner.yml", inputs, cancel=meanwhile)
    assert (run.step.outputs["TESTRUN_CONCLUSION"], engine.containers()) == ("cancelled", [])


def test_an_engine_that_cannot_be_reached_publishes_nothing_old(job: Job, image: str, vendor: Sandbox) -> None:
    inputs = {**INPUTS, "image": image, "baseUrl": vendor.url_of("passing")}
    job.run("test-runner.yml", inputs)
    old = job.workspace / "test-results/test-runner/autify/junit.xml"
    assert (len(job.published) > 0, old.is_file()) == (True, True)
    away = {**job.environment, "DOCKER_HOST": "unix:///nowhere.sock"}
    later = Job(workspace=job.workspace, temporary=job.temporary, secrets=job.secrets, environment=away)
    run, _ = later.run("test-runner.yml", inputs)
    assert (run.status, later.result, later.published, old.exists()) == (125, "Failed", [], False)
