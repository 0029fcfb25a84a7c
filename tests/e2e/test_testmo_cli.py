"""The vendor's own client against the box: what it sends is taken, what it sees is what it expects.

It is no part of the project: `make test` has it installed by tools/testmo_cli.py, and `TESTMO_CLI` names its program.
"""

import os
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from core.sandbox import BOXES, Fault, Sandbox
from core.sandbox.testmo import recorded
from tests.e2e.testmo_client import CLI, needs_client

pytestmark = needs_client
CASES = """<testsuites><testsuite name="cart" time="3">
<testcase classname="shop.CartTest" name="adds item" time="0.06"/>
<testcase name="smoke" line="7" assertions="2" file="x.py">
<failure message="boom" type="AssertionError">1 == 2</failure>
<system-out>hello
[[ATTACHMENT|https://ci.example/a.png]]
[[PROPERTY|k=v]]</system-out></testcase>
<testcase classname="a" name="later"><skipped/></testcase>
<testcase classname="a" name="broken"><error message="x"/>
<properties><property name="step[passed]" value="One"/><property name="url:ci" value="https://ci.example"/></properties>
</testcase></testsuite></testsuites>"""
SUBMIT = ("--project-id", "1", "--name", "ci #512", "--source", "frontend", "--results", "cases.xml")


@dataclass
class Station:
    """A box over TLS, and a folder from which the client is called."""

    sandbox: Sandbox
    folder: Path
    authority: Path

    def call(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        environment = {**os.environ, "TESTMO_TOKEN": "t0ken", "NODE_EXTRA_CA_CERTS": str(self.authority)}
        command = [CLI, arguments[0], "--instance", self.sandbox.origin, *arguments[1:]]
        return subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=60, check=False
        )


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    (tmp_path / "cases.xml").write_text(CASES)
    with Sandbox(vendor="testmo", scenario=BOXES["testmo"].scenarios["strict-statuses"], tls=context) as sandbox:
        yield Station(sandbox, tmp_path, path)


def test_a_submission_is_recorded_whole(station: Station) -> None:
    ended = station.call("automation:run:submit", *SUBMIT, "--tags", "pr", "--config", "Linux, Chrome")
    assert (ended.returncode, ended.stdout.strip()) == (0, "880001"), ended.stderr
    (run,) = recorded(station.sandbox.ledger)
    assert (run.name, run.source, run.tags, run.config) == ("ci #512", "frontend", ("pr",), "Linux, Chrome")
    assert (run.completed, run.state, run.threads[0].computed) == (True, "failure", 3_000_000)
    assert [(test.name, test.folder, test.status) for test in run.tests] == [
        ("adds item", "shop.CartTest", "passed"),
        ("smoke", "Unnamed folder", "failure"),
        ("later", "a", "skipped"),
        ("broken", "a", "error"),
    ]
    assert [field["name"] for field in run.tests[1].fields] == ["Failure", "Output", "k"]
    assert [item["name"] for item in run.tests[1].artifacts] == ["a.png"]
    calls = [exchange.operation for exchange in station.sandbox.journal]
    assert calls == ["create-run", "create-thread", "append-tests", "complete-run"]


def test_a_run_of_several_jobs_is_recorded(station: Station) -> None:
    made = station.call("automation:run:create", *SUBMIT[:6])
    number = made.stdout.strip()
    for _ in range(2):
        ended = station.call("automation:run:submit-thread", "--run-id", number, "--results", "cases.xml")
        assert ended.returncode == 0, ended.stderr
    assert station.call("automation:run:complete", "--run-id", number).returncode == 0
    (run,) = recorded(station.sandbox.ledger)
    assert ([len(thread) for thread in run.threads], run.completed, run.measured) == ([4, 4], True, True)


def test_a_lost_reply_leaves_its_run_open(station: Station) -> None:
    station.sandbox.reset(faults=[Fault.parse("reset-after@append-tests")])
    assert station.call("automation:run:submit", *SUBMIT).returncode == 1
    (run,) = recorded(station.sandbox.ledger)
    assert (len(run.tests), run.completed) == (4, False)
