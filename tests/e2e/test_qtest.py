"""The real program as a host of qTest: killed in any phase it leaves no job RUNNING; its calls by hand."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.sandbox import BOXES
from core.sandbox.qtest.truth import Truth, truth_of
from core.sandbox.repertoire import scenarios_of
from tests.e2e.support import ENTRYPOINT, TOKEN, Step, Vendor, vendor

SCENES = scenarios_of(BOXES["qtest"])
PROGRAM = Path(__file__).parents[1] / "files" / "qtest_command.py"
COMMAND = f"{sys.executable} {PROGRAM} {{junit}}"
INPUTS = {"vendor": "qtest", "idle_timeout": "20s", "poll_interval": "1s"}


def end(doomed: "list[subprocess.Popen[str]]") -> None:
    """Kill the process that is named only after its first request may have come."""
    if doomed[0].returncode is None:
        doomed[0].kill()


def truth(server: Vendor) -> Truth:
    return truth_of(server.ledger)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("scenario", ["passing", "no-cancel-from-running", "lenient", "self-transition-ok"])
def test_a_signal_while_the_command_runs_ends_the_job(scenario: str, number: int, tmp_path: Path) -> None:
    with vendor(SCENES[scenario], box="qtest") as server:
        step = Step(folder=tmp_path, url=server.url)
        process = step.start(**INPUTS, command=f"{COMMAND} sleep=600")
        server.await_call("retrieve-jobs", 2)
        process.send_signal(number)
        process.communicate(timeout=5.0)
        assert process.returncode == 128 + number
        (job,) = [job for job in truth(server).jobs if job.ours]
        assert job.words[:2] == ("PLANNED", "RUNNING")
        assert job.status == ("FAILED" if scenario == "no-cancel-from-running" else "CANCELLED")


@pytest.mark.parametrize("operation", [
    "register-host", "activate-agent", "ping-host", "retrieve-jobs", "submit-test-log"
])  # fmt: skip
def test_after_a_kill_in_any_phase_cleanup_leaves_no_job_running(operation: str, tmp_path: Path) -> None:
    with vendor(SCENES["passing"], box="qtest") as server:
        step = Step(folder=tmp_path, url=server.url)
        doomed: list[subprocess.Popen[str]] = []
        server.when(operation, lambda: end(doomed))
        doomed.append(step.start(**INPUTS, command=COMMAND))
        doomed[0].communicate(timeout=30.0)
        assert doomed[0].returncode == -signal.SIGKILL
        ended = step.run("cleanup", **INPUTS)
        assert ended.status == 0, ended.log
        assert truth(server).running == ()
        again = step.run("cleanup", **INPUTS)
        assert "Nothing was left behind" in again.log


def test_a_job_that_was_running_when_we_were_killed_is_failed_by_cleanup(tmp_path: Path) -> None:
    with vendor(SCENES["passing"], box="qtest") as server:
        step = Step(folder=tmp_path, url=server.url)
        process = step.start(**INPUTS, command=f"{COMMAND} sleep=30")
        server.await_call("retrieve-jobs", 2)
        process.kill()
        process.communicate(timeout=30.0)
        assert len(truth(server).running) == 1
        assert step.run("cleanup", **INPUTS).status == 0
        assert [job.words for job in truth(server).jobs if job.ours] == [("PLANNED", "RUNNING", "FAILED")]


@pytest.mark.parametrize(("anyway", "status"), [("skip", 7), ("run", 0)])
def test_a_claim_that_nobody_read_the_answer_to_is_named_and_ended_only_on_the_users_word(
    anyway: str, status: int, tmp_path: Path
) -> None:
    with vendor(SCENES["passing"], "hang-after@update-job-status", box="qtest") as server:
        step = Step(folder=tmp_path, url=server.url)
        process = step.start(**INPUTS, command=COMMAND)
        server.await_stall()
        process.kill()
        process.communicate(timeout=30.0)
        (job,) = truth(server).running
        ended = step.run("cleanup", **INPUTS, on_ambiguous_claim=anyway)
        assert ended.status == status, ended.log
        if anyway == "skip":
            assert str(job.id) in ended.log
            assert len(truth(server).running) == 1
        else:
            assert truth(server).running == ()


def test_a_schedule_whose_jobs_nobody_took_is_cancelled_by_cleanup(tmp_path: Path) -> None:
    trigger = {"qtest_mode": "trigger", "test_run_ids": "88120"}
    with vendor(SCENES["passing"], box="qtest") as server:
        step = Step(folder=tmp_path, url=server.url)
        doomed: list[subprocess.Popen[str]] = []
        server.when("retrieve-jobs", lambda: end(doomed))
        doomed.append(step.start(**INPUTS, **trigger, command=COMMAND))
        doomed[0].communicate(timeout=30.0)
        assert step.run("cleanup", **INPUTS, **trigger).status == 0
        (job,) = [job for job in truth(server).jobs if job.test_runs == (88120,)]
        assert job.words == ("PLANNED", "CANCELLED")
        assert [agent.active for agent in truth(server).agents if agent.ours] == [False]


def test_a_command_that_takes_too_long_is_ended_and_so_is_its_job(tmp_path: Path) -> None:
    with vendor(SCENES["passing"], box="qtest") as server:
        step = Step(folder=tmp_path, url=server.url)
        ended = step.run("run", **INPUTS, command=f"{COMMAND} sleep=600", job_timeout="2s", max_jobs="1")
        assert (ended.status, ended.outputs["reason"]) == (4, "timeout"), ended.log
        assert [job.words for job in truth(server).jobs if job.ours] == [("PLANNED", "RUNNING", "FAILED")]
        assert truth(server).logs == ()


def test_what_was_known_before_the_time_was_over_is_logged(tmp_path: Path) -> None:
    script = tmp_path / "tests.sh"
    script.write_text(f"echo >> runs; [ $(wc -l < runs) -lt 3 ] || exec sleep 60; exec {COMMAND.format(junit='$1')}\n")
    with vendor(SCENES["passing"], box="qtest") as server:
        step = Step(folder=tmp_path, url=server.url)
        command = f"sh {script} {{junit}}"
        ended = step.run("run", **INPUTS, command=command, per="material", job_timeout="3s", max_jobs="1")
        assert (ended.status, ended.outputs["reason"]) == (4, "timeout"), ended.log
        assert [job.words for job in truth(server).jobs if job.ours] == [("PLANNED", "RUNNING", "FAILED")]
        assert [log.test_run for log in truth(server).logs] == [88120, 88121]


def api(server: Vendor, folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, ENTRYPOINT, "api", "qtest", *arguments, "--base-url", server.url, "--ci", "terminal"]
    environment = {"PATH": os.defpath, "LANG": "C.UTF-8", "QTEST_TOKEN": f"Bearer {TOKEN}"}
    return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)


def test_calls_by_hand(tmp_path: Path) -> None:
    host = {"host_name": "h", "ip_address": "10.0.0.1", "mac_address": "02:5A:7E:10:44:9C", "host_guid": "G"}
    query = {"fields": ["*"], "query": "'name' = 'x' and 'project_id' = '77'"}
    agent = {"name": "x", "framework": "junit", "framework_id": "junit-plugin", "agent_id": 7, "active": False}
    grant = {"site": "shop", "grant_type": "password", "username": "dana", "password": "p"}
    with vendor(SCENES["passing"], box="qtest") as server:
        made = api(server, tmp_path, "register-host", "--json", json.dumps(host))
        number = re.findall(r'"host_server_id": *([0-9]+)', made.stdout)[0]
        where = ("--project-id", "77", "--host-id", number)
        made = api(server, tmp_path, "create-agent", *where, "--json", json.dumps(agent))
        found = api(server, tmp_path, "search-agents", "--page", "1", "--json", json.dumps(query))
        ours = re.findall(r'"agent_server_id": *([0-9]+)', made.stdout)[0]
        assert f'"agent_server_id":{ours}' in found.stdout.replace(" ", "")
        for operation in ("activate-agent", "deactivate-agent", "delete-agent"):
            assert api(server, tmp_path, operation, *where, "--agent-id", ours).returncode == 0, operation
        assert truth(server).agents == () or not truth(server).agents[0].active
        assert api(server, tmp_path, "get-version").returncode == 0
        api(server, tmp_path, "create-token", "--json", json.dumps(grant))
        (call,) = server.calls("create-token")
        assert call.header("Content-Type") == "application/x-www-form-urlencoded"
        assert call.header("Authorization") == "Basic c2hvcDo="
        assert call.status == 200
