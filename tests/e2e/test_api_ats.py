"""`api mendix-ats`: raw envelopes for a few fields of JSON, with the token and the user added."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from core.sandbox import Fault, Progression, Sandbox
from tests.e2e.support import ENTRYPOINT

TOKEN = "t0ken&<0f-ats>"
APP, TEMPLATE = "1b4e28ba-2fa1-41d2-883f-0016d3cca427", "6fa459ea-ee8a-4ca4-894e-db77e160355e"
START = {"AppID": APP, "JobTemplateID": TEMPLATE}


def api(sandbox: Sandbox, *arguments: str, folder: Path, **more: str) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": os.defpath, "LANG": "C.UTF-8", "ATS_API_TOKEN": TOKEN, **more}
    command = [
        sys.executable,
        ENTRYPOINT,
        "api",
        "mendix-ats",
        *arguments,
        "--base-url",
        sandbox.url,
        "--ci",
        "terminal",
    ]
    return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)


def test_each_operation_from_a_few_fields_of_json(tmp_path: Path) -> None:
    with Sandbox(vendor="mendix-ats", progression=Progression.immediate()) as sandbox:
        started = api(sandbox, "run-job", "--json", json.dumps(START), folder=tmp_path)
        assert started.returncode == 0, started.stdout
        (job,) = re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", started.stdout)
        assert "RunJobResponse" in started.stdout
        asked = json.dumps({"JobID": job, "AppID": APP, "IncludeExecutionFlags": True})
        looked = api(sandbox, "get-test-run", "--json", asked, folder=tmp_path)
        assert "<![CDATA[Done]]>" in looked.stdout
        assert "Canceled" in looked.stdout
        assert "CountPassed" not in looked.stdout
        again = json.dumps({"AppID": APP, "FinishedJobID": job})
        api(sandbox, "rerun-not-passed", "--json", again, folder=tmp_path)
        assert [call.operation for call in sandbox.journal] == ["run-job", "get-test-run", "rerun-not-passed"]
        for call in sandbox.journal:
            assert b"<AppAPIToken>t0ken&amp;&lt;0f-ats&gt;</AppAPIToken>" in call.body


def test_a_user_of_ones_own_comes_from_the_environment(tmp_path: Path) -> None:
    user = {"TEST_RUNNER_USERNAME": "robot", "TEST_RUNNER_PASSWORD": "pa55w0rd"}
    with Sandbox(vendor="mendix-ats", progression=Progression.immediate()) as sandbox:
        api(sandbox, "run-job", "--json", json.dumps(START), folder=tmp_path, **user)
        (call,) = sandbox.journal
        assert b"<username>robot</username><password>pa55w0rd</password>" in call.body


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({**START, "AppAPIToken": "x"}, "AppAPIToken must not stand here: it is taken from the input `token`"),
        ({"AppID": APP}, "JobTemplateID is required"),
        ({**START, "Browser": "x"}, "'Browser' is no field of RunJob: it has AppID, JobTemplateID."),
        ([], "must be an object with AppID, JobTemplateID."),
    ],
)
def test_wrong_fields_are_told_before_any_request(fields: object, said: str, tmp_path: Path) -> None:
    with Sandbox(vendor="mendix-ats") as sandbox:
        done = api(sandbox, "run-job", "--json", json.dumps(fields), folder=tmp_path)
        assert done.returncode == 2
        assert said in done.stdout + done.stderr
        assert list(sandbox.journal) == []


@pytest.mark.parametrize("fault", ["echo-secret@any", "html@any", "fault-500@any", "reset-after@any"])
def test_the_token_is_not_shown_whatever_comes_back(fault: str, tmp_path: Path) -> None:
    with Sandbox(vendor="mendix-ats", faults=[Fault.parse(fault)]) as sandbox:
        done = api(sandbox, "run-job", "--json", json.dumps(START), folder=tmp_path, TEST_RUNNER_LOG_LEVEL="debug")
        said = done.stdout + done.stderr
        assert said
        assert not [form for form in (TOKEN, "t0ken&amp;&lt;0f-ats&gt;") if form in said]
        if "html" not in fault:  # an answer is an answer: the user decides what it means
            assert done.returncode == 7


LAZY: Mapping[str, list[str]] = {
    "bad input": ["run", "--vendor", "mendix-ats", "--app-id", "7"],
    "a run of another vendor": ["run", "--vendor", "autify", "--project-id", "77", "--scenarios", "501"],
    "help of the operations": ["api", "mendix-ats", "--help"],
    "wrong fields": ["api", "mendix-ats", "run-job", "--json", "{}"],
    "a cleanup with nothing to do": ["cleanup", "--vendor", "mendix-ats"],
}


@pytest.mark.parametrize("arguments", LAZY.values(), ids=LAZY)
def test_zeep_is_not_imported_for(arguments: list[str], tmp_path: Path) -> None:
    environment = {"LANG": "C.UTF-8", "TEST_RUNNER_TOKEN": "x"}
    more = ["--base-url", "http://127.0.0.1:9", "--timeout", "1s"] if arguments[0] == "run" else []
    command = [sys.executable, "-X", "importtime", ENTRYPOINT, *arguments, *more]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    modules = {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}
    assert "core" in modules
    assert not modules & {"zeep", "lxml"}
    if arguments[0] == "run" and "autify" in arguments:
        assert "mendix_ats" not in done.stderr, "and another vendor's inputs are not either"
