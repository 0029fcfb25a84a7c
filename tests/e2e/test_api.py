"""`api`: every operation with the right method, path, query and body on the wire; errors by the usual codes."""

import contextlib
import json
import os
import signal
import time
from dataclasses import dataclass, field
from typing import Any

import pytest

from core.commands.api import help_text
from core.sandbox.autify import AutifyBox
from core.vendors import VENDORS
from core.vendors.autify.web.operations import OPERATIONS
from tests.e2e.support import TOKEN, Ended, Step, Vendor, vendor

P, T = ("--project-id", "77"), ("--test-plan-id", "3001")
POINT = "/projects/77/autify_connect/access_points"
LINUX = [{"os_type": "linux", "browser_type": "chrome"}]


@dataclass(frozen=True)
class Sent:
    flags: tuple[str, ...]
    method: str
    path: str
    query: str = ""
    body: Any = None
    before: tuple[tuple[str, ...], ...] = field(default=())  # calls that make what this one is about


RUN = ("execute-scenarios", *P, "--json", json.dumps({"scenarios": [{"id": 501}], "capabilities": LINUX}))
REPLACEMENT = (
    "create-url-replacement",
    *T,
    "--json",
    '{"pattern_url":"https://a.test","replacement_url":"https://b.test"}',
)
VARIABLE = ("create-test-plan-variable", *T, "--json", '{"key":"BASE","default_value":"x"}')
CALLS = {
    "execute-schedule": Sent(T, "POST", "/schedules/3001", body={}),
    "execute-scenarios": Sent(
        RUN[1:], "POST", "/projects/77/execute_scenarios", body={"scenarios": [{"id": 501}], "capabilities": LINUX}
    ),
    "describe-result": Sent(
        (*P, "--result-id", "880001", "--get-details", "true"),
        "GET",
        "/projects/77/results/880001",
        "get_details=true",
        before=(RUN,),
    ),
    "list-results": Sent(
        (*P, "--page", "1", "--per-page", "5", "--test-plan-id", "3001"),
        "GET",
        "/projects/77/results",
        "page=1&per_page=5&test_plan_id=3001",
    ),
    "list-scenarios": Sent((*P, "--page", "2"), "GET", "/projects/77/scenarios", "page=2"),
    "describe-scenario": Sent((*P, "--scenario-id", "501"), "GET", "/projects/77/scenarios/501"),
    "list-capabilities": Sent(
        (*P, "--os-type", "linux", "--browser-type", "chrome", "--device-type", "computer"),
        "GET",
        "/projects/77/capabilities",
        "os_type=linux&browser_type=chrome&device_type=computer",
    ),
    "list-access-points": Sent((*P, "--page", "1"), "GET", POINT, "page=1"),
    "create-access-point": Sent((*P, "--json", '{"name":"ci"}'), "POST", POINT, body={"name": "ci"}),
    "delete-access-point": Sent(
        (*P, "--json", '{"name":"ci"}'),
        "DELETE",
        POINT,
        body={"name": "ci"},
        before=(("create-access-point", *P, "--json", '{"name":"ci"}'),),
    ),
    "create-url-replacement": Sent(
        REPLACEMENT[1:],
        "POST",
        "/test_plans/3001/url_replacements",
        body={"pattern_url": "https://a.test", "replacement_url": "https://b.test"},
    ),
    "list-url-replacements": Sent(T, "GET", "/test_plans/3001/url_replacements"),
    "update-url-replacement": Sent(
        (*T, "--url-replacement-id", "61", "--json", '{"replacement_url":"https://c.test"}'),
        "PUT",
        "/test_plans/3001/url_replacements/61",
        body={"replacement_url": "https://c.test"},
        before=(REPLACEMENT,),
    ),
    "delete-url-replacement": Sent(
        (*T, "--url-replacement-id", "61"), "DELETE", "/test_plans/3001/url_replacements/61", before=(REPLACEMENT,)
    ),
    "create-test-plan-variable": Sent(
        VARIABLE[1:], "POST", "/test_plans/3001/test_plan_variables", body={"key": "BASE", "default_value": "x"}
    ),
    "list-test-plan-variable": Sent(T, "GET", "/test_plans/3001/test_plan_variables"),
    "update-test-plan-variable": Sent(
        (*T, "--test-plan-variable-id", "71", "--json", '{"default_value":"y"}'),
        "PUT",
        "/test_plans/3001/test_plan_variables/71",
        body={"default_value": "y"},
        before=(VARIABLE,),
    ),
    "delete-test-plan-variable": Sent(
        (*T, "--test-plan-variable-id", "71"), "DELETE", "/test_plans/3001/test_plan_variables/71", before=(VARIABLE,)
    ),
    "get-credit-usage": Sent(
        (*P, "--date-from", "2026-02-01", "--date-to", "2026-02-08", "--scenario-id", "501", "--user-id", "9"),
        "GET",
        "/projects/77/credits",
        "date_from=2026-02-01&date_to=2026-02-08&scenario_id=501&user_id=9",
    ),
    "get-project-info": Sent(P, "GET", "/projects/77/project_info"),
}


def called(step: Step, server: Vendor, *words: str) -> Ended:
    step.url = server.url
    return step.run("api", "autify", *words)


def test_each_operation_is_tried_here_and_known_to_the_sandbox() -> None:
    assert set(CALLS) == set(OPERATIONS) == set(AutifyBox.operations)


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_goes_over_the_wire_as_the_vendor_wants_it(name: str, terminal: Step) -> None:
    sent = CALLS[name]
    with vendor() as server:
        for words in sent.before:
            assert called(terminal, server, *words).status == 0
        ended = called(terminal, server, name, *sent.flags)
        exchange = server.journal[-1]
    assert ended.status == 0, ended.log
    assert (exchange.operation, exchange.method, exchange.status) == (name, sent.method, 200)
    assert exchange.path == "/api/v1" + sent.path
    assert exchange.query == sent.query
    assert exchange.header("authorization") == f"Bearer {TOKEN}"
    assert (json.loads(exchange.body) if exchange.body else None) == sent.body
    json.loads(ended.log)


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_help_of_an_operation_names_its_flags(name: str) -> None:
    text = help_text(["autify", name])
    operation = OPERATIONS[name]
    assert operation.summary in text
    assert f"({operation.method} {operation.path})" in text
    for flag in CALLS[name].flags[::2]:
        assert flag in text


def test_help_is_shown_and_nothing_is_asked(terminal: Step) -> None:
    ended = terminal.run("api", "autify", "list-results", "--help")
    assert (ended.status, ended.log) == (0, help_text(["autify", "list-results"]))


def test_help_lists_vendors_and_operations(terminal: Step) -> None:
    assert "vendors: autify" in terminal.run("api", "--help").log
    listed = terminal.run("api", "autify", "--help").log
    for name, operation in OPERATIONS.items():
        assert f"  {name} " in listed
        assert operation.summary in listed


def test_without_any_word_it_is_usage_and_code_two(terminal: Step) -> None:
    ended = terminal.run("api")
    assert ended.status == 2
    assert "usage: api VENDOR OPERATION" in ended.log


@pytest.mark.parametrize("words", [("autify", "cancel-result"), ("autify",)])
def test_an_unknown_operation_is_told_all_there_are(words: tuple[str, ...], terminal: Step) -> None:
    with vendor() as server:
        terminal.url = server.url
        ended = terminal.run("api", *words)
        assert server.journal == []
    assert ended.status == 2
    for name in OPERATIONS:
        assert name in ended.log


def test_an_unknown_vendor_is_told_all_there_are(terminal: Step) -> None:
    ended = terminal.run("api", "selenium", "list-results")
    assert ended.status == 2
    assert f"The vendors are: {', '.join(VENDORS)}." in ended.log


@pytest.mark.parametrize("way", ["text", "file", "stdin"])
def test_a_body_comes_as_text_from_a_file_or_from_standard_input(way: str, terminal: Step) -> None:
    body = {"name": "ci-アクセス"}
    text = json.dumps(body)
    (terminal.workspace / "body.json").write_text(text, encoding="utf-8")
    given = {"text": text, "file": "@body.json", "stdin": "-"}[way]
    with vendor() as server:
        terminal.url = server.url
        process = terminal.start("api", "autify", "create-access-point", *P, "--json", given)
        ended = terminal.finish(process, given=text if way == "stdin" else None)
        (exchange,) = server.journal
    assert ended.status == 0, ended.log
    assert json.loads(exchange.body) == body


def test_everything_wrong_with_a_call_is_said_at_once(terminal: Step) -> None:
    flags = ("--json", "{", "--colour", "red", "--timeout", "3", "--token", "s3cret")
    with vendor() as server:
        ended = called(terminal, server, "update-url-replacement", *flags)
        assert server.journal == []
    assert ended.status == 2
    for name in ("json", "colour", "timeout", "token", "test-plan-id", "url-replacement-id"):
        assert f"`{name}`" in ended.log, ended.log
    assert "s3cret" not in ended.log


@pytest.mark.parametrize("given", ["@missing.json", "[1,]", '{"a":1,"a":2}'])
def test_a_body_that_is_none_is_bad_input(given: str, terminal: Step) -> None:
    with vendor() as server:
        ended = called(terminal, server, "create-access-point", *P, "--json", given)
        assert (ended.status, server.journal) == (2, [])


def test_a_body_where_none_belongs_is_bad_input(terminal: Step) -> None:
    with vendor() as server:
        ended = called(terminal, server, "get-project-info", *P, "--json", "{}")
        assert (ended.status, server.journal) == (2, [])
    assert "takes no body" in ended.log


def test_an_answer_goes_into_a_file_byte_by_byte(step: Step) -> None:
    with vendor("hostile") as server:
        ended = called(step, server, "describe-scenario", *P, "--scenario-id", "501", "--output", "scenario.json")
    assert ended.status == 0
    assert json.loads((step.workspace / "scenario.json").read_bytes())["id"] == 501
    assert "::" not in ended.log.replace(f"::add-mask::{TOKEN}", "")


def test_under_a_ci_a_hostile_answer_is_only_shown(step: Step) -> None:
    with vendor("hostile") as server:
        ended = called(step, server, "describe-scenario", *P, "--scenario-id", "501")
    assert ended.status == 0
    assert {command.name for command in ended.commands} <= {"add-mask", "stop-commands"}


def test_an_answer_that_cannot_be_written_is_code_six(terminal: Step) -> None:
    with vendor() as server:
        assert called(terminal, server, "get-project-info", *P, "--output", "no/such/folder").status == 6


@pytest.mark.parametrize(
    ("fault", "operation", "status"),
    [
        ("401@any", "get-project-info", 3),
        ("403@any", "execute-schedule", 3),
        ("404@any", "get-project-info", 3),
        ("422@any", "execute-schedule", 3),
        ("429@any", "execute-schedule", 3),
        ("500@any", "get-project-info", 3),
        ("reset-before@any", "get-project-info", 3),
        ("500@any", "execute-schedule", 7),
        ("501@any", "execute-schedule", 7),
        ("reset-after@any", "execute-schedule", 7),
        ("redirect307@any", "execute-schedule", 7),
    ],
)
def test_errors_have_the_usual_codes(fault: str, operation: str, status: int, terminal: Step) -> None:
    with vendor("passing", fault) as server:
        ended = called(terminal, server, operation, *(P if operation == "get-project-info" else T))
        assert len(server.journal) == 1
        assert len(server.ledger.ours) <= 1
    assert ended.status == status, ended.log
    assert TOKEN not in ended.log


def test_a_failure_is_an_error_of_the_ci_and_github_may_ask_for_each_request(step: Step) -> None:
    step.extra["RUNNER_DEBUG"] = "1"
    with vendor("passing", "404@any") as server:
        ended = called(step, server, "get-project-info", *P)
    assert ended.status == 3
    assert [command.name for command in ended.commands if command.name != "add-mask"] == ["debug", "error"]
    assert "404" in ended.commands[-1].data


def test_a_token_is_needed(terminal: Step) -> None:
    with vendor() as server:
        terminal.url = server.url
        ended = terminal.run("api", "autify", "get-project-info", *P, token="")
        assert (ended.status, server.journal) == (2, [])
    assert "`token`: is required." in ended.log


def test_a_value_cannot_lead_to_another_path(terminal: Step) -> None:
    with vendor() as server:
        ended = called(
            terminal, server, "describe-scenario", "--project-id", "77", "--scenario-id", "../../credits?x=1"
        )
        (exchange,) = server.journal
    assert ended.status == 3
    assert (exchange.path, exchange.query) == ("/api/v1/projects/77/scenarios/..%2F..%2Fcredits%3Fx%3D1", "")


def test_a_value_that_is_no_text_is_bad_input(terminal: Step) -> None:
    with vendor() as server:
        terminal.url = server.url
        ended = terminal.run("api", "autify", "describe-result", "--project-id", "77", "--result-id", "\udcff")
        assert server.journal == []
    assert (ended.status, ended.errors) == (2, "")
    assert "`result-id`: is not valid UTF-8" in ended.log


def test_flags_of_the_program_count_too(step: Step) -> None:
    with vendor() as server:
        step.url = server.url
        words = ("api", "autify", "get-project-info", "--project-id", "77", "--log-level", "debug", "--ci", "terminal")
        ended = step.run(*words)
    assert ended.status == 0
    assert "debug: GET /projects/77/project_info answered 200" in ended.log
    assert "::" not in ended.log


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_while_it_reads_standard_input(number: signal.Signals, terminal: Step) -> None:
    process = terminal.start("api", "autify", "execute-scenarios", "--project-id", "77", "--json", "-")
    _await_reading(process.pid)
    process.send_signal(number)
    assert process.wait(10) == 128 + number
    process.communicate()


def _await_reading(process: int) -> None:
    """Until the process has a second descriptor of its standard input: it is about to read it."""
    folder, late = f"/proc/{process}/fd", time.monotonic() + 30
    while time.monotonic() < late:
        with contextlib.suppress(FileNotFoundError):  # closed since it was listed: look again
            links = [os.readlink(f"{folder}/{name}") for name in os.listdir(folder)]
            if len(links) > 2 and links.count(os.readlink(f"{folder}/0")) == 2:
                return
        time.sleep(0.01)
    raise AssertionError("it never read its standard input")
