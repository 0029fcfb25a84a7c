"""The shared library, compiled and run by the groovy that Jenkins has; its scripts for real, in a container and not."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from core.ci.dotenv import FILE, LONGEST, plain
from core.inputs.sources import gather
from core.sandbox import Sandbox
from core.sandbox.space import Space
from core.workspace.marked import MARK
from tests.ci.hostile import HOSTILE, Folder, Screen, a_ci, redact
from tests.ci.test_documented_inputs import check
from tests.readers.other_systems import markers
from tests.verify.engine import ROOT, TOOLS, Engine, MissingError
from tests.verify.jenkins import LIBRARY, Builds, Groovy
from tests.verify.lacking import lacking
from tools.rendering.jenkins import NUMBERS, camel
from tools.rendering.outputs import OUTPUTS

TOKEN = "t0ken-0f-the-jenkins-tests"
SECRETS = {"autify-token": TOKEN}
RESULTS = "test-results/test-runner/autify"
COUNTED = [camel(name) for name in NUMBERS]


@pytest.fixture(scope="session")
def groovy() -> Groovy:
    try:
        return Groovy()
    except MissingError as error:
        pytest.skip(str(error))


@pytest.fixture
def builds(groovy: Groovy, tmp_path: Path) -> Builds:
    return Builds(groovy=groovy, folder=tmp_path)


@pytest.fixture
def contained(groovy: Groovy, engine: Engine, image: str, tmp_path: Path) -> Iterator[Builds]:
    """An agent with Docker, whose `docker` is the engine's client."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "docker").symlink_to(engine.client)
    agent = {"DOCKER_HOST": engine.environment["DOCKER_HOST"]}
    yield Builds(groovy=groovy, folder=tmp_path, agent=agent, path=[str(programs)])
    assert engine.containers() == []


def here(url: str, more: str = "") -> str:
    """A step by a Python of the agent."""
    return (
        f"testRunner(vendor: 'autify', credentialsId: 'autify-token', python: '{sys.executable}',"
        f" program: '{ROOT}/entrypoint.py', projectId: 77, scenarios: [501, 502], baseUrl: '{url}'{more})"
    )


def in_container(url: str, image: str, more: str = "") -> str:
    return (
        f"testRunner(vendor: 'autify', credentialsId: 'autify-token', image: '{image}', dockerArgs: '--network host',"
        f" projectId: 77, scenarios: [501, 502], baseUrl: '{url}'{more})"
    )


def wait_for_a_poll(space: Space) -> None:
    end = time.monotonic() + 60
    while not any(exchange.operation == "describe-result" for exchange in space.journal):
        assert time.monotonic() < end, space.journal
        time.sleep(0.05)


def starts(space: Space) -> int:
    return sum(exchange.operation == "execute-scenarios" for exchange in space.journal)


def test_it_compiles(groovy: Groovy, tmp_path: Path) -> None:
    sources = [
        str(path.relative_to(LIBRARY)) for folder in ("vars", "src") for path in LIBRARY.glob(f"{folder}/**/*.groovy")
    ]
    groovy.run("groovyc", "-d", str(tmp_path), *sources)
    assert (tmp_path / "testRunner.class").is_file()
    assert (tmp_path / "org" / "testrunner" / "Request.class").is_file()


def test_every_case_of_the_step(groovy: Groovy) -> None:
    said = groovy.run("groovy", "test/Harness.groovy", ".")
    assert re.search(r"(?m)^[0-9]{4,} passed$", said)
    examples = [json.loads(line.partition(" ")[2]) for line in said.splitlines() if line.startswith("example: ")]
    assert len(examples) >= 7
    for environment in examples:
        check(gather([], environment))


def test_a_build_on_an_agent_passes_and_returns_the_outputs(builds: Builds, vendor: Sandbox) -> None:
    ended = builds.run(here(vendor.url_of("passing")), secrets=SECRETS)
    assert (ended.result, ended.error) == ("SUCCESS", None), ended.log
    assert (ended.value["conclusion"], ended.value["exitCode"], ended.value["failed"]) == ("passed", 0, 0)
    assert ended.value["tests"] > 0
    assert ended.value["junit"] == f"{RESULTS}/junit.xml"
    report = json.loads((builds.workspace / ended.value["json"]).read_text(encoding="utf-8"))
    assert report["conclusion"] == "passed"
    assert [call["step"] for call in ended.calls if call["step"] in ("sh", "junit")] == ["sh", "sh", "junit"]
    assert "Nothing was left behind by this step." in ended.log
    assert TOKEN not in ended.log + json.dumps(ended.calls)
    assert starts(vendor.space("passing")) == 1


def test_a_failed_run_fails_the_build_or_makes_it_unstable(builds: Builds, vendor: Sandbox) -> None:
    url = vendor.url_of("one-failure")
    ended = builds.run(here(url), secrets=SECRETS)
    assert ended.result == "FAILURE"
    assert ended.error is not None
    assert ended.error.startswith("testRunner: tests failed (autify, exit code 1, tests-failed): 1 of ")
    unstable = builds.run(here(url, ", onFailure: 'unstable'"), secrets=SECRETS)
    assert (unstable.result, unstable.value["failed"]) == ("UNSTABLE", 1)
    assert "junit" in [call["step"] for call in unstable.calls]


def test_an_abort_ends_the_program_and_what_it_waits_for_is_named(builds: Builds, vendor: Sandbox) -> None:
    space = vendor.space("never-ends-running")
    url = vendor.url_of("never-ends-running")
    ended = builds.run(here(url, ", onFailure: 'return'"), secrets=SECRETS, abort=lambda: wait_for_a_poll(space))
    assert (ended.result, ended.value) == ("ABORTED", None)
    assert "cancelled" in ended.log
    assert [call["step"] for call in ended.calls].count("sh") == 2
    outputs = (builds.workspace / RESULTS / "outputs.env").read_text(encoding="utf-8")
    assert "TESTRUN_CONCLUSION=cancelled\n" in outputs
    assert "TESTRUN_EXIT_CODE=143\n" in outputs


def test_branches_in_one_workspace_keep_their_results_apart(builds: Builds, vendor: Sandbox) -> None:
    good, bad = here(vendor.url_of("passing")), here(vendor.url_of("one-failure"), ", onFailure: 'unstable'")
    ended = builds.run(f"parallel(good: {{ {good} }}, bad: {{ {bad} }}, failFast: false)", secrets=SECRETS)
    assert ended.result == "UNSTABLE", ended.error
    assert (ended.value["good"]["conclusion"], ended.value["bad"]["conclusion"]) == ("passed", "failed")
    assert {ended.value[name]["junit"] for name in ("good", "bad")} == {
        f"{RESULTS}/junit.xml",
        f"{RESULTS}-2/junit.xml",
    }


def test_branches_in_folders_of_one_workspace_share_nothing(builds: Builds, vendor: Sandbox) -> None:
    """A monorepo: the same vendor and results folder, each in its `dir`, which leaves WORKSPACE_TMP as it is."""
    steps = {
        "good": here(vendor.url_of("passing")),
        "bad": here(vendor.url_of("one-failure"), ", onFailure: 'unstable'"),
    }
    branches = ", ".join(f"{name}: {{ dir('{name}') {{ {step} }} }}" for name, step in steps.items())
    ended = builds.run(f"parallel({branches})", secrets=SECRETS)
    assert ended.result == "UNSTABLE", ended.error
    assert (ended.value["good"]["conclusion"], ended.value["bad"]["conclusion"]) == ("passed", "failed")
    for name in ("good", "bad"):
        assert ended.value[name]["junit"] == f"{RESULTS}/junit.xml"
        assert (builds.workspace / name / RESULTS / "junit.xml").is_file()
    ids = set(re.findall(r"TESTRUN_SCRIPT_ID=[0-9a-f-]{36}", json.dumps(ended.calls)))
    assert len(ids) == 2


def test_an_old_result_is_gone_before_anything_can_go_wrong(builds: Builds) -> None:
    folder = builds.workspace / RESULTS
    folder.mkdir(parents=True)
    for name, text in (
        ("outputs.env", "TESTRUN_CONCLUSION=passed\nTESTRUN_EXIT_CODE=0\n"),
        ("junit.xml", f"{MARK}\n<testsuites/>"),
    ):
        (folder / name).write_text(text)
    for program in ("python: 'no-such-python', program: 'x.py'", "image: 'no such image'"):
        ended = builds.run(f"testRunner(vendor: 'autify', onFailure: 'return', {program})", secrets={})
        assert ended.value["conclusion"] == "error"
        assert ended.value["exitCode"] in (125, 126, 127)
        assert list(folder.iterdir()) == []
        assert "junit" not in [call["step"] for call in ended.calls]
    ended = builds.run("testRunner(vendor: 'autify', python: 'true', program: 'x.py')", secrets={})
    assert ended.result == "FAILURE"  # green, and not our program


def test_hostile_values_reach_the_program_as_they_are(builds: Builds, vendor: Sandbox) -> None:
    text = "'; touch owned; ' $(touch owned) `touch owned` ${TEST_RUNNER_TOKEN} \\ \" 한국어"
    more = f", name: {json.dumps(text, ensure_ascii=False).replace('$', chr(92) + '$')}"
    ended = builds.run(here(vendor.url_of("passing"), more), secrets=SECRETS)
    assert ended.result == "SUCCESS", ended.log
    assert f"name: {text}" in ended.log
    assert not list(builds.folder.rglob("owned"))


def test_the_program_can_be_fetched_by_the_step_itself(builds: Builds, vendor: Sandbox) -> None:
    more = f", programSource: '{ROOT}', programRef: 'HEAD'"
    pipeline = here(vendor.url_of("passing"), more).replace(f" program: '{ROOT}/entrypoint.py',", "")
    ended = builds.run(pipeline, secrets=SECRETS)
    assert (ended.result, ended.error) == ("SUCCESS", None), ended.log
    assert not (builds.folder / "workspace@tmp" / "test-runner" / RESULTS).exists()
    ended = builds.run(pipeline.replace("'HEAD'", "'no-such-ref'"), secrets=SECRETS)
    assert ended.error is not None
    assert "nothing was started: it is safe to repeat the step (autify, exit code 3, unavailable)" in ended.error


def test_a_build_in_a_container_passes(contained: Builds, image: str, vendor: Sandbox) -> None:
    ended = contained.run(in_container(vendor.url_of("passing"), image), secrets=SECRETS)
    assert (ended.result, ended.error) == ("SUCCESS", None), ended.log
    assert ended.value["conclusion"] == "passed"
    junit = contained.workspace / ended.value["junit"]
    assert (junit.stat().st_uid, TOKEN in ended.log) == (os.getuid(), False)
    page = json.loads((contained.workspace / ended.value["json"]).read_text(encoding="utf-8"))
    assert "jenkins" in json.dumps(page)


def test_an_abort_reaches_the_container_and_no_secret_is_in_the_list_of_processes(
    contained: Builds, image: str, vendor: Sandbox
) -> None:
    space = vendor.space("never-ends-running")
    seen: list[str] = []

    def abort() -> None:
        wait_for_a_poll(space)
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                seen.append(path.read_bytes().decode(errors="replace").replace("\0", " "))
            except OSError:
                continue

    began = in_container(vendor.url_of("never-ends-running"), image)
    ended = contained.run(began, secrets=SECRETS, abort=abort)
    assert ended.result == "ABORTED", ended.log
    assert any("docker run --rm" in line and "-e INPUT_TOKEN" in line for line in seen)
    assert not any(TOKEN in line for line in seen)
    outputs = (contained.workspace / RESULTS / "outputs.env").read_text(encoding="utf-8")
    assert "TESTRUN_EXIT_CODE=143\n" in outputs


def test_a_container_whose_client_was_killed_is_ended_by_the_clean_up(
    contained: Builds, image: str, engine: Engine, vendor: Sandbox
) -> None:
    """The container lives on, and with it the run: `docker run` was all that the agent could kill."""
    space = vendor.space("never-ends-running")
    lived: list[str] = []

    def kill() -> None:
        wait_for_a_poll(space)
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                words = path.read_bytes().split(b"\0")
                if words[1:2] == [b"run"] and str(contained.folder).encode() in path.read_bytes():
                    os.kill(int(path.parent.name), signal.SIGKILL)
        lived.extend(engine.containers())

    step = in_container(vendor.url_of("never-ends-running"), image, ", onFailure: 'return'")
    killer = threading.Thread(target=kill)
    killer.start()
    ended = contained.run(step, secrets=SECRETS)
    killer.join()
    assert (len(lived), ended.value["exitCode"], ended.value["conclusion"]) == (1, 137, "error"), ended.log
    assert engine.containers() == []
    outputs = (contained.workspace / RESULTS / "outputs.env").read_text(encoding="utf-8")
    assert "TESTRUN_CONCLUSION=cancelled\n" in outputs
    assert "Nothing was left behind" in ended.log


def test_a_results_folder_that_is_the_users_own_is_refused_before_anything_is_deleted(builds: Builds) -> None:
    mine = [builds.workspace / name for name in ("junit.xml", "outputs.env")]
    for path in mine:
        path.write_text("mine")
    for folder in (".", "./"):
        ended = builds.run(f"testRunner(vendor: 'autify', python: 'true', resultsDir: '{folder}')", secrets={})
        assert "`resultsDir` is a path inside the workspace" in (ended.error or "")
        assert [path.read_text() for path in mine if path.exists()] == ["mine"] * 2


def test_no_text_of_a_pull_request_brings_a_secret_that_the_pipeline_has_bound(builds: Builds, vendor: Sandbox) -> None:
    """`withEnv` puts variables where a value names them, those of `withCredentials` too."""
    inner = (
        f"testRunner(vendor: 'autify', python: '{sys.executable}', program: '{ROOT}/entrypoint.py', projectId: 77,"
        f" scenarios: [501], baseUrl: '{vendor.url_of('passing')}', name: env.CHANGE_TITLE)"
    )
    secret = "string(credentialsId: 'autify-token', variable: 'AUTIFY_WEB_ACCESS_TOKEN')"
    bound = f"withCredentials([{secret}]) {{ {inner} }}"
    title = "Fix ${AUTIFY_WEB_ACCESS_TOKEN} and $AUTIFY_WEB_ACCESS_TOKEN for $$5"
    ended = builds.run(bound, secrets=SECRETS, env={"CHANGE_TITLE": title})
    assert ended.result == "SUCCESS", ended.log
    assert f"name: {title}" in ended.log


def test_the_script_for_agents_works_inside_of_our_image_as_a_stranger(
    engine: Engine, image: str, vendor: Sandbox, tmp_path: Path
) -> None:
    """`docker.image(…).inside('--entrypoint=')`: `cat` keeps the container alive, `docker exec` runs the step."""
    workspace = tmp_path / "ws"
    workspace.mkdir()
    workspace.chmod(0o777)
    script = LIBRARY / "resources" / "org" / "testrunner" / "agent.sh"
    mounts = ("-v", f"{workspace}:{workspace}", "-v", f"{script}:/script.sh:ro", "-w", str(workspace))
    how = ("-d", "-t", "-u", "12345:12345", "--network", "host", "--entrypoint=")
    inside = engine.run("run", *how, *mounts, image, "cat").stdout.strip()
    variables = {
        "TESTRUN_SCRIPT_ID": "0123abcd",
        "TESTRUN_SCRIPT_PYTHON": "python3",
        "TESTRUN_SCRIPT_PATH": "/app/entrypoint.py",
        "TEST_RUNNER_VENDOR": "autify",
        "TEST_RUNNER_CI": "jenkins",
        "TEST_RUNNER_TOKEN": TOKEN,
        "TEST_RUNNER_PROJECT_ID": "77",
        "TEST_RUNNER_SCENARIOS": "501",
        "TEST_RUNNER_BASE_URL": vendor.url_of("passing"),
        "TEST_RUNNER_RESULTS_DIR": RESULTS,
    }
    words = [part for name in variables for part in ("-e", name)]
    try:
        engine.run("exec", *words, inside, "sh", "/script.sh", environment=variables)
        again = engine.run(
            "exec", *words, "-e", "TESTRUN_SCRIPT_COMMAND=cleanup", inside, "sh", "/script.sh", environment=variables
        )
    finally:
        engine.run("rm", "-f", inside)
    outputs = workspace / RESULTS / "outputs.env"
    assert (outputs.stat().st_uid, "TESTRUN_CONCLUSION=passed\n" in outputs.read_text()) == (12345, True)
    assert "Nothing was left behind" in again.stdout


def test_the_scripts_are_clean_shell() -> None:
    scripts = [str(path) for path in (LIBRARY / "resources").rglob("*.sh")]
    assert len(scripts) == 2
    checker = TOOLS / "python" / "bin" / "shellcheck"
    if not checker.exists():
        lacking("shellcheck", of="packages.txt")
    done = subprocess.run([str(checker), *scripts], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_a_hostile_vendor_sets_no_output_and_puts_no_note_into_the_log(builds: Builds, vendor: Sandbox) -> None:
    ended = builds.run(here(vendor.url_of("hostile"), ", onFailure: 'return'"), secrets=SECRETS)
    assert (ended.result, ended.value["conclusion"], ended.value["exitCode"]) == ("SUCCESS", "failed", 1)
    assert set(ended.value) == {camel(name) for name in OUTPUTS}
    assert markers(ended.log) == []
    assert not set("\x00\x07\x08\x1b\x7f\x9b\u200b\u202e") & set(ended.log)


WRITES = """
import os, shutil, sys
if len(sys.argv) == 1:
    os.makedirs(os.environ["TEST_RUNNER_RESULTS_DIR"], exist_ok=True)
    shutil.copy(os.environ["TEST_RUNNER_NAME"] + ".env", os.environ["TEST_RUNNER_RESULTS_DIR"] + "/outputs.env")
"""


def test_the_library_reads_what_the_adapter_writes_whatever_the_text(builds: Builds) -> None:
    (builds.workspace / "writes.py").write_text(WRITES)
    for number, text in enumerate(HOSTILE.values()):
        folder, ci = Folder(), a_ci("jenkins", Screen(), {})
        ci.outputs({"conclusion": "passed", "exit-code": "0", "run-id": text, "failed": text}, folder.leave)
        (builds.workspace / f"{number}.env").write_text(folder[FILE], encoding="utf-8", newline="")
    step = f"testRunner(vendor: 'autify', python: '{sys.executable}', program: 'writes.py', name: it)"
    ended = builds.run(f"(0..<{len(HOSTILE)}).collect {{ {step} }}", secrets={})
    assert ended.result == "SUCCESS", ended.error
    for text, value in zip(HOSTILE.values(), ended.value, strict=True):
        told = value.pop("runId")
        assert told == (plain(redact(text)) if len(text) <= LONGEST else "")
        assert value == {
            camel(name): None if camel(name) in COUNTED else "" for name in OUTPUTS if name != "run-id"
        } | {
            "conclusion": "passed",
            "exitCode": 0,
        }
