"""qTest's 21 operations between our client and a server that answers with the samples: what is sent, what is read.

The samples in tests/wire/qtest were written by hand from the vendor's documents: `client-*.json` are requests, which
the sandbox has to take, too; the others are replies, which it sends, too.
"""

import io
import json
import re
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from core.commands.api import api
from core.commands.assembling import Means
from core.commands.step import step
from core.process import Process
from core.vendors.qtest.operations import OPERATIONS
from core.waiting.stop import Stop
from tests.harness import TOKEN, VirtualClock
from tests.readers.github_runner import read_file_commands
from tests.recorder import Reply, Seen, recorder

WIRE = Path(__file__).parents[1] / "wire" / "qtest"
VARYING = {
    "ip_address": r"\d+(\.\d+){3}",
    "mac_address": r"[0-9A-F][26AE](:[0-9A-F]{2}){5}",
    "host_guid": r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}",
    "agent_client_id": r"\d+",
    "agent_id": r"\d+",
    "data": r"[A-Za-z0-9+/]+=*",
}
"""Fields that follow from this machine, by their form."""

AGENT = r"/api/v3/projects/77/automation/hosts/512/agents/903"
ANSWERS = {
    "POST /api/v3/automation/host": "register-host",
    "PUT /api/v3/automation/hosts/512": "",
    "POST /api/v3/automation/hosts/512/ping": "ping-host",
    "POST /api/v3/projects/77/automation/hosts/512/agents": "create-agent",
    f"PUT {AGENT}": "create-agent",
    f"POST {AGENT}/activate": "",
    f"POST {AGENT}/deactivate": "",
    f"DELETE {AGENT}": "",
    "POST /api/v3/automation/automation-agents": "search-agents",
    "GET /api/v3/automation/hosts/512/jobs": "retrieve-jobs",
    "PUT /api/v3/projects/77/automation/jobs/880001/status": "",
    "POST /api/v3.1/projects/77/test-runs/0/auto-test-logs": "submit-suite-logs",
    "POST /api/v3/projects/77/auto-test-logs": "submit-suite-logs",
    "GET /api/v3/projects/queue-processing/31007": "get-queue-state",
    "GET /api/v3/projects/77/test-runs/88120/test-logs/last-run": "get-last-run",
    "GET /oauth/status": "token-status",
    "GET /version": "version",
}
LOG = "POST /api/v3/projects/77/test-runs/{}/auto-test-logs"
MADE: dict[str, Callable[[int], Reply]] = {
    "POST /api/v3/automation/jobs/schedule/create": lambda _: of(6120, 201),
    **{LOG.format(run): lambda _: of(sample("submit-test-log"), 201) for run in (88120, 88121, 88122)},
}
NOBODY = {"page": 1, "page_size": 100, "total": 0, "items": []}
TESTS = """\
import sys
failure = "<failure message='expected 1, got 0'/>"
with open(sys.argv[1], "w", encoding="utf-8") as file:
    file.write("<testsuite><testcase classname='shop.CartTest' name='addsItem' time='2'>" + failure + "</testcase>"
        "<testcase classname='shop.CartTest' name='removesItem'/>"
        "<testcase classname='shop.CheckoutTest' name='paysByCard'/></testsuite>")
"""


def sample(name: str) -> Any:
    return json.loads((WIRE / f"{name}.json").read_text("utf-8"))


def of(value: Any, status: int = 200) -> Reply:
    return Reply(status, body=json.dumps(value).encode())


class Qtest:
    """A server of samples. `known`: the agent is there already. `replace` has other answers, by method and path."""

    def __init__(self, *, known: bool = False, replace: Mapping[str, Callable[[int], Reply]] | None = None) -> None:
        self._known = known
        self._replace = MADE | dict(replace or {})
        self._asked: dict[str, int] = {}

    def __call__(self, seen: Seen) -> Reply:
        line = f"{seen.method} {urlsplit(seen.path).path}"
        nth = self._asked[line] = self._asked.get(line, 0) + 1
        if line in self._replace:
            return self._replace[line](nth)
        if line.endswith("/automation-agents") and not self._known:
            return of(NOBODY)
        if line.endswith("/jobs") and nth > 1:
            return of([])
        if line not in ANSWERS:
            return Reply(404, body=b'{"message":"Not found"}')
        name = ANSWERS[line]
        return of(sample(name)) if name else Reply(body=b"")


def act(server: Qtest, folder: Path, **inputs: str) -> tuple[dict[str, str], list[Seen], str]:
    """One step: its outputs, its requests, its log."""
    (folder / "tests.py").write_text(TESTS)
    output = folder / "output"
    output.touch()
    with recorder(server) as opened:
        usual = {"vendor": "qtest", "project-id": "77", "base-url": opened.url, "token": TOKEN, "name": "ci #412"}
        environment = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_OUTPUT": str(output),
            "GITHUB_REPOSITORY": "shop/web",
            "GITHUB_SERVER_URL": "https://ci.example",
            "GITHUB_RUN_ID": "412",
            "GITHUB_RUN_NUMBER": "412",
        }
        given = usual | {name.replace("_", "-"): text for name, text in inputs.items()}
        environment |= {f"INPUT_{name.upper()}": text for name, text in given.items()}
        out = io.StringIO()
        process = Process(arguments=(), environment=environment, out=out, workspace=str(folder), noted=[], program=())
        step(process, means=Means(clock=VirtualClock(), stop=Stop(), rng=Random(0)))
        return read_file_commands(output.read_text("utf-8")), opened.seen, out.getvalue()


COMMAND = f"{sys.executable} tests.py {{junit}}"
NAMES = {"agent_name": "shop-web-junit", "host_name": "ci-shop-web"}
HOST = {"command": COMMAND, **NAMES, "deactivate": "true"}
TRIGGER = {"command": COMMAND, **NAMES, "qtest_mode": "trigger", "framework": "pytest"}


def calls(seen: list[Seen], operation: str) -> list[Seen]:
    """The requests that are as the sample's method and path are."""
    wanted = sample(f"client-{operation}")
    return [each for each in seen if (each.method, urlsplit(each.path).path) == (wanted["method"], wanted["path"])]


def check_sent(seen: list[Seen], operation: str, wanted: Any = None) -> None:
    """The first such request is what the sample says."""
    wanted = wanted or sample(f"client-{operation}")
    request = calls(seen, operation)[0]
    headers = {name.lower(): text for name, text in request.headers.items()}
    assert dict(parse_qsl(urlsplit(request.path).query)) == wanted.get("query", {})
    assert "+" not in request.path, "an unencoded + would be a space"
    if "content_type" in wanted:
        assert headers["content-type"] == wanted["content_type"]
    if operation == "create-token":
        assert (headers["authorization"], request.body.decode()) == ("Basic c2hvcDo=", wanted["body"])
        return
    assert headers["authorization"] == f"bearer {TOKEN}"
    body = json.loads(request.body) if request.body else None
    assert plain(body) == plain(wanted.get("body"))


def plain(value: Any) -> Any:
    """Without what follows from this machine, once its form is right."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    for name in VARYING.keys() & value.keys():
        assert re.fullmatch(VARYING[name], str(value[name])), (name, value[name])
    return {name: type(item).__name__ if name in VARYING else plain(item) for name, item in value.items()}


def moment(date: str) -> float:
    return datetime.fromisoformat(date).timestamp()


def moved(value: Any, seconds: float) -> Any:
    """The sample at another time."""
    if isinstance(value, list):
        return [moved(item, seconds) for item in value]
    if not isinstance(value, dict):
        return value
    found = {name: moved(item, seconds) for name, item in value.items()}
    for name in found.keys() & {"exe_start_date", "exe_end_date"}:
        found[name] = datetime.fromtimestamp(moment(found[name]) + seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S%z")
    if "execution_date" in found:
        found["execution_date"] = found["test_logs"][0]["exe_start_date"][:10]
    return found


def test_a_host_registers_works_and_leaves(tmp_path: Path) -> None:
    outputs, seen, log = act(Qtest(), tmp_path, **HOST)
    for operation in (
        "get-token-status", "search-agents", "register-host", "create-agent", "activate-agent", "ping-host",
        "retrieve-jobs", "update-job-status", "submit-test-log", "deactivate-agent",
    ):  # fmt: skip
        check_sent(seen, operation)
    words = [json.loads(each.body)["status"] for each in calls(seen, "update-job-status")]
    assert words == ["RUNNING", "COMPLETED"]
    assert (outputs["host-id"], outputs["agent-id"], outputs["jobs"]) == ("512", "903", "1"), log
    assert outputs["log-ids"] == "700314,700314,700314"
    assert (outputs["exit-code"], outputs["tests"], outputs["failed"]) == ("1", "3", "1")


def test_a_known_agent_is_updated_and_what_is_ordered_is_run(tmp_path: Path) -> None:
    outputs, seen, log = act(Qtest(known=True), tmp_path, **TRIGGER, test_run_ids="88120,88121,88122")
    for operation in ("search-agents", "update-host", "update-agent", "create-schedule", "update-job-status"):
        check_sent(seen, operation)
    assert not calls(seen, "register-host")
    assert (outputs["schedule-id"], outputs["jobs"]) == ("6120", "1"), log


@pytest.mark.parametrize(("most", "ended"), [("1", ("7", "may-exist")), ("2", ("0", ""))])
def test_an_order_of_which_max_jobs_leaves_a_part_is_no_green(
    most: str, ended: tuple[str, str], tmp_path: Path
) -> None:
    (job,) = sample("retrieve-jobs")
    first, second, third = job["automation_materials"]
    listed = [
        job | {"automation_materials": [second, third]},
        job | {"job_id": 880002, "automation_materials": [first]},
    ]
    status = "PUT /api/v3/projects/77/automation/jobs/880002/status"
    answers = {
        "GET /api/v3/automation/hosts/512/jobs": lambda nth: of(listed if nth == 1 else []),
        status: lambda _: Reply(body=b""),
    }
    server = Qtest(known=True, replace=answers)
    (tmp_path / "green.py").write_text(TESTS.replace("failure =", "failure = '' #"))
    inputs = TRIGGER | {"command": f"{sys.executable} green.py {{junit}}", "test_run_ids": "88120,88121,88122"}
    outputs, _, log = act(server, tmp_path, **inputs, max_jobs=most)
    assert (outputs["exit-code"], outputs["reason"], outputs["jobs"]) == (*ended, most), log
    assert ("no job came of it for the test runs 88120:" in log) is (most == "1")


def test_a_log_whose_answer_was_lost_is_recognized_by_its_times(tmp_path: Path) -> None:
    ping = sample("ping-host") | {"received_time": "2026-03-02T10:00:09+00:00"}
    server = Qtest(
        replace={
            "POST /api/v3/automation/hosts/512/ping": lambda _: of(ping),
            LOG.format(88120): lambda _: Reply(500),
        }
    )
    outputs, seen, log = act(server, tmp_path, **HOST)
    check_sent(seen, "get-last-run")
    assert outputs["log-ids"] == "700314,700314,700314", log
    assert len(calls(seen, "submit-test-log")) == 1


def test_a_dry_run_asks_the_version_for_the_time_and_lists(tmp_path: Path) -> None:
    _, seen, log = act(Qtest(known=True), tmp_path, dry_run="true", agent_name="shop-web-junit")
    check_sent(seen, "get-version")
    assert "Due: job 880001, PLANNED, 3 tests: Cart adds item (shop.CartTest#addsItem)" in log
    assert {each.method for each in seen if "automation-agents" not in each.path} == {"GET"}


@pytest.mark.parametrize(("operation", "where"), [
    ("submit-suite-logs", {"test_suite": "TS-9"}), ("submit-cycle-logs", {"test_cycle": "CL-4"})
])  # fmt: skip
def test_an_upload_is_sent_and_its_way_through_the_queue_is_read(
    operation: str, where: dict[str, str], tmp_path: Path
) -> None:
    cases = "<testcase classname='shop.CartTest' name='addsItem' time='2'/>"
    (tmp_path / "r.xml").write_text(f"<testsuite>{cases}</testsuite>")
    outputs, seen, log = act(Qtest(), tmp_path, qtest_mode="report-only", results="r.xml", **where)
    start = moment(json.loads(calls(seen, operation)[0].body)["test_logs"][0]["exe_start_date"])
    assert abs(start - time.time()) < 600, "the server of this test tells the true time"
    check_sent(seen, operation, moved(sample(f"client-{operation}"), start - moment("2026-03-02T10:00:00+0000")))
    check_sent(seen, "get-queue-state")
    assert (outputs["run-id"], outputs["conclusion"]) == ("31007", "passed"), log


@pytest.mark.parametrize("operation", ["delete-agent", "list-execution-statuses", "create-token"])
def test_what_no_step_needs_is_called_by_hand(operation: str, tmp_path: Path) -> None:
    grant = '{"site": "shop", "grant_type": "password", "username": "dana", "password": "p"}'
    flags = {
        "delete-agent": ("--project-id", "77", "--host-id", "512", "--agent-id", "903"),
        "list-execution-statuses": ("--project-id", "77"),
        "create-token": ("--json", grant),
    }[operation]
    token = {"access_token": "a-b", "token_type": "bearer", "refresh_token": "c-d", "scope": "read write", "agent": ""}
    answers = {
        "POST /oauth/token": lambda _: of(token),
        "GET /api/v3/projects/77/test-runs/execution-statuses": lambda _: of([sample("execution-status")]),
    }
    with recorder(Qtest(replace=answers)) as server:
        out = io.StringIO()
        arguments = ("api", "qtest", operation, *flags, "--base-url", server.url, "--ci", "terminal")
        environment = {"QTEST_TOKEN": TOKEN}
        process = Process(
            arguments=arguments, environment=environment, out=out, workspace=str(tmp_path), noted=[], program=()
        )
        assert api(process) == 0, out.getvalue()
        check_sent(server.seen, operation)
    told = {"delete-agent": "", "list-execution-statuses": "Passed", "create-token": "refresh_token"}[operation]
    assert told in out.getvalue()


def test_each_operation_has_its_sample() -> None:
    assert {path.stem.removeprefix("client-") for path in WIRE.glob("client-*.json")} == set(OPERATIONS)
