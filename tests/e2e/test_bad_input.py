"""What is wrong with the inputs is said in one message, with exit code 2 and not one request."""

import os
import socket

import pytest

from core.vendors import VENDORS
from tests.e2e.support import SCENARIO, TOKEN, Ended, Step, vendor

SECRET = "s3cret-by-a-flag"


def refused(step: Step, *arguments: str, **inputs: str) -> Ended:
    """Refused, and nobody was asked anything."""
    with vendor() as server:
        step.url = server.url
        ended = step.run(*arguments, **inputs)
        assert server.journal == []
    assert ended.verdict == (2, "error", "bad-input"), ended.log
    assert ended.errors == ""
    assert ended.outputs["exit-code"] == "2"
    assert ended.file("junit.xml") or "results-dir" in ended.log
    return ended


def message(ended: Ended) -> str:
    (one,) = [command.data for command in ended.commands if command.name == "error"]
    return one


WRONG = {
    "timeout": ("30", "Did you mean 30s, 30m or 30h?"),
    "outage_window": ("soon", "no duration"),
    "poll_interval": ("0s", "out of range"),
    "adopt": ("yes", "neither true nor false"),
    "annotations": ("9", "out of range"),
    "fail_on": ("failed, flakey", "'flakey'"),
    "on_timeout": ("stop", "'stop' is not one of: leave, cancel."),
    "base_url": ("http://app.autify.com/api/v1", "only https"),
    "ca_bundle": ("no-such.pem", "can't be read: No such file"),
    "results_dir": ("../elsewhere", "`..`"),
    "scenarios": ("abc", "'abc' is no id"),
    "capabilities": ("linux", "list of objects"),
    "url_replacements": ("https://a.example.com", "is no pair"),
    "execution_type": ("both", "is not one of"),
    "product": ("desktop", "is not one of"),
    "mode": ("walk", "is not one of"),
    "ci": ("hudson", "is not one of"),
    "log_level": ("loud", "is not one of"),
    "on_missing_secret": ("ignore", "is not one of"),
}


def test_everything_that_is_wrong_stands_in_one_message(step: Step) -> None:
    ended = refused(step, token="", project_id="", **{name: text for name, (text, _) in WRONG.items()})
    said = message(ended)
    for name, (_, text) in WRONG.items():
        assert f"`{name.replace('_', '-')}`: " in said
        assert text in said
    assert "`token`: is required." in said
    assert "AUTIFY_WEB_ACCESS_TOKEN" in said
    assert f"{len(WRONG) + 1} inputs are wrong." in said or f"{len(WRONG) + 2} inputs are wrong." in said


@pytest.mark.parametrize(("name", "text"), [(name, WRONG[name][0]) for name in ("timeout", "scenarios", "mode")])
def test_each_alone_is_named_alone(name: str, text: str, step: Step) -> None:
    inputs = SCENARIO | {name: text}
    said = message(refused(step, **inputs))
    assert "One input is wrong." in said
    assert f"`{name.replace('_', '-')}`" in said


def test_an_unknown_vendor_is_told_which_there_are(step: Step) -> None:
    said = message(refused(step, vendor="selenium", **SCENARIO))
    assert f"'selenium' is not known. The vendors are: {', '.join(VENDORS)}." in said


def test_a_missing_vendor_is_told_which_there_are(step: Step) -> None:
    said = message(refused(step, vendor="", **SCENARIO))
    assert f"`vendor`: is required. The vendors are: {', '.join(VENDORS)}." in said


def test_inputs_that_do_not_work_yet_are_unknown(step: Step) -> None:
    later = (
        "min_pass_rate",
        "quarantine",
        "plan",
    )
    said = message(refused(step, **dict.fromkeys(later, "1"), **SCENARIO))
    for name in later:
        assert f"`{name.replace('_', '-')}`: is unknown." in said
    assert f"{len(later)} inputs are wrong." in said


def test_a_typing_error_is_told_what_it_was_meant_to_be(step: Step) -> None:
    assert "`scenario`: is unknown. Did you mean `scenarios`?" in message(
        refused(step, scenario="501", test_plan="3001")
    )


@pytest.mark.parametrize("variable", ["TEST_RUNNER_QUARANTINE", "TEST_RUNNER_TIMOUT"])
def test_our_own_prefix_is_for_inputs_alone(variable: str, step: Step) -> None:
    step.extra = {variable: "1"}
    name = variable.removeprefix("TEST_RUNNER_").lower()
    assert f"`{name}`: is unknown." in message(refused(step, **SCENARIO))


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("http://192.168.0.1/api", "only https"),
        ("ftp://127.0.0.1/", "only https"),
        ("app.autify.com", "is no address"),
        ("https://user:pass@app.autify.com", "must not hold a user name"),
        ("https://app.autify.com/?token=1", "must not hold"),
        ("http://127.0.0.1.example.com/", "only https"),
        ("http://localhost@example.com/", "must not hold a user name"),
    ],
)
def test_an_address_must_be_https_or_on_this_machine(url: str, text: str, step: Step) -> None:
    assert text in message(refused(step, base_url=url, **SCENARIO))


def test_a_ca_bundle_must_be_readable(step: Step) -> None:
    path = step.workspace / "folder.pem"
    path.mkdir()
    assert "can't be read: it is a directory" in message(refused(step, ca_bundle=str(path), **SCENARIO))


@pytest.mark.parametrize("path", ["/tmp/x", "a/../../b", "a\x1bb"])
def test_results_stay_in_the_workspace(path: str, step: Step) -> None:
    before = set(os.listdir(step.folder))
    assert "`results-dir`" in message(refused(step, results_dir=path, **SCENARIO))
    assert set(os.listdir(step.folder)) == before


@pytest.mark.parametrize("path", [".git", "a/.git/b", ".test-runner", "out/[a]", "out {1}", "!out", "a(b)"])
def test_results_go_where_no_one_elses_files_are_and_where_every_ci_finds_them(path: str, step: Step) -> None:
    assert "`results-dir`" in message(refused(step, results_dir=path, **SCENARIO))
    assert {entry.name for entry in step.workspace.iterdir()} <= {"test-results"}


def test_the_users_own_reports_are_never_in_the_place_of_ours(step: Step) -> None:
    report = step.workspace / "reports" / "junit.xml"
    report.parent.mkdir()
    report.write_text("of an earlier job")
    with vendor(box="testmo") as server:
        step.url = server.url
        more = {"vendor": "testmo", "project_id": "1", "source": "shop", "results": "reports/*.xml"}
        ended = step.run(results_dir="reports", **more)
        assert server.journal == []
    assert ended.verdict == (2, "error", "bad-input"), ended.log
    assert "`results-dir`: is a place where `results` ('reports/*.xml') looks for your reports" in message(ended)
    assert report.read_text() == "of an earlier job"
    assert ended.file("junit.xml")


@pytest.mark.parametrize("form", [("--token", SECRET), (f"--token={SECRET}",)])
@pytest.mark.parametrize("ci", ["github", "terminal"])
def test_a_secret_by_a_flag_is_refused_and_never_shown(form: tuple[str, ...], ci: str, step: Step) -> None:
    step.ci = ci
    with vendor() as server:
        step.url = server.url
        ended = step.run(*form, **SCENARIO)
        assert server.journal == []
    assert ended.status == 2
    assert "a secret must not stand on the command line" in ended.log
    assert "TEST_RUNNER_TOKEN or AUTIFY_WEB_ACCESS_TOKEN" in ended.log
    shown = ended.log.replace(f"::add-mask::{SECRET}\n", "")
    for text in (shown, ended.errors, ended.summary, str(ended.outputs)):
        assert SECRET not in text
        assert TOKEN not in text.replace(f"::add-mask::{TOKEN}", "")


def test_a_word_that_is_no_flag_is_refused(step: Step) -> None:
    assert "'go' is no input" in message(refused(step, "run", "go", **SCENARIO))


def test_wait_needs_a_run(step: Step) -> None:
    assert "`run-id`" in message(refused(step, "wait"))


@pytest.mark.parametrize(
    ("inputs", "name"),
    [
        ({}, "scenarios"),
        ({"scenarios": "501", "test_plan": "3001"}, "scenarios"),
        ({"test_plan": "3001", "capabilities": "{os_type: linux}"}, "capabilities"),
        ({"test_plan": "3001", "execution_type": "parallel"}, "execution-type"),
        ({"project_id": "", **SCENARIO}, "project-id"),
        ({"scenarios": "https://app.autify.com/projects/78/scenarios/501"}, "project-id"),
    ],
)
def test_what_no_single_input_shows(inputs: dict[str, str], name: str, step: Step) -> None:
    assert f"`{name}`: " in message(refused(step, **inputs))


def test_a_terminal_shows_the_same_list(terminal: Step) -> None:
    with vendor() as server:
        terminal.url = server.url
        ended = terminal.run(timeout="30", quarantine="x", **SCENARIO)
        assert server.journal == []
    assert (ended.status, ended.outputs) == (2, {})
    assert "`timeout`: '30' lacks a unit." in ended.log
    assert "`quarantine`: is unknown." in ended.log


def test_a_host_that_is_not_there_is_no_bad_input(step: Step) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    ended = step.run(base_url=f"http://127.0.0.1:{port}/api/v1", timeout="1s", **SCENARIO)
    assert ended.verdict == (3, "error", "unavailable")
    assert "can't be reached" in ended.log
