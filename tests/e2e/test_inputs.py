"""Where an input may come from, which place wins, and that an empty one is unset."""

import json
from typing import Any

import pytest

from tests.e2e.support import SCENARIO, TOKEN, Step, vendor


def sent(step: Step, *arguments: str, **inputs: str) -> Any:
    """The body of the one start, and how the token travelled."""
    with vendor() as server:
        step.url = server.url
        if not step.defaults:
            arguments = (*arguments, "--base-url", server.url)
        ended = step.run(*arguments, **inputs)
        (started,) = server.calls("execute-scenarios")
    assert ended.status == 0, ended.log
    return json.loads(started.body), started.header("authorization")


def test_github_hands_inputs_over_with_their_hyphens(step: Step) -> None:
    body, authorization = sent(step, scenarios="501\n502", execution_type="sequential", name="nightly run")
    assert authorization == f"Bearer {TOKEN}"
    assert body["scenarios"] == [{"id": 501}, {"id": 502}]
    assert (body["execution_type"], body["name"]) == ("sequential", "nightly run")
    assert [one["os_type"] for one in body["capabilities"]] == ["linux"]


def test_anywhere_else_they_come_with_our_own_prefix(terminal: Step) -> None:
    body, authorization = sent(terminal, scenarios="501", execution_type="parallel")
    assert authorization == f"Bearer {TOKEN}"
    assert (body["scenarios"], body["execution_type"]) == ([{"id": 501}], "parallel")


@pytest.mark.parametrize("form", [("--name", "by a flag"), ("--name=by a flag",)])
def test_a_flag_beats_the_input_which_beats_our_prefix(step: Step, form: tuple[str, ...]) -> None:
    step.extra = {"TEST_RUNNER_NAME": "by the prefix", "TEST_RUNNER_EXECUTION_TYPE": "sequential"}
    body, _ = sent(step, *form, name="by the input", **SCENARIO)
    assert body["name"] == "by a flag"
    assert body["execution_type"] == "sequential"


def test_an_input_beats_our_prefix(step: Step) -> None:
    step.extra = {"TEST_RUNNER_NAME": "by the prefix"}
    assert sent(step, name="by the input", **SCENARIO)[0]["name"] == "by the input"


def test_an_empty_input_is_unset_and_lets_our_prefix_through(step: Step) -> None:
    step.extra = {"TEST_RUNNER_NAME": "by the prefix"}
    blank = {"run_id": "", "timeout": " ", "capabilities": "\n", "execution_type": "", "url_replacements": "", "ci": ""}
    body, _ = sent(step, name="", **blank, **SCENARIO)
    assert body["name"] == "by the prefix"
    assert "execution_type" not in body


def test_the_secret_comes_from_the_input_or_from_one_of_its_variables(step: Step) -> None:
    step.extra = {"AUTIFY_WEB_ACCESS_TOKEN": "from-the-usual-variable"}
    assert sent(step, token="", **SCENARIO)[1] == "Bearer from-the-usual-variable"
    step.extra |= {"TEST_RUNNER_TOKEN": "from-our-prefix"}
    assert sent(step, **SCENARIO)[1] == f"Bearer {TOKEN}"
    with vendor() as server:
        step.url = server.url
        ended = step.run(token="", **SCENARIO)
        assert (ended.verdict, server.journal) == ((2, "error", "bad-input"), []), "perhaps another vendor's"
    assert "TEST_RUNNER_TOKEN and AUTIFY_WEB_ACCESS_TOKEN are both set and differ" in ended.log
    step.extra = {"TEST_RUNNER_TOKEN": "from-our-prefix"}
    assert sent(step, token="", **SCENARIO)[1] == "Bearer from-our-prefix"


def test_a_refused_token_is_told_with_the_variable_that_it_came_from(terminal: Step) -> None:
    terminal.extra = {"AUTIFY_WEB_ACCESS_TOKEN": "from-the-usual-variable"}
    with vendor("passing", "401@execute-scenarios") as server:
        terminal.url = server.url
        ended = terminal.run(token="", **SCENARIO)
    assert ended.status == 3
    assert "The token was read from AUTIFY_WEB_ACCESS_TOKEN." in ended.log


def test_flags_alone_are_enough(terminal: Step) -> None:
    terminal.extra = {"AUTIFY_WEB_ACCESS_TOKEN": "one"}
    flags = ("run", "--vendor", "autify", "--project-id", "77", "--scenarios", "501,502", "--adopt")
    terminal.defaults = False
    body, _ = sent(terminal, *flags)
    assert body["name"] == "test-runner-action"
    assert len(body["scenarios"]) == 2


def test_a_positional_beats_the_input_mode(step: Step) -> None:
    with vendor() as server:
        step.url = server.url
        ended = step.run("start", mode="run", **SCENARIO)
        assert ended.verdict == (0, "started", "")
        assert server.calls("describe-result") == []


def test_addresses_of_pages_name_the_project(step: Step) -> None:
    pages = "https://app.autify.com/projects/77/scenarios/501?tab=1\nhttps://app.autify.com/projects/77/scenarios/502"
    body, _ = sent(step, project_id="", scenarios=pages)
    assert body["scenarios"] == [{"id": 501}, {"id": 502}]


def test_a_comma_in_a_replacement_survives(step: Step) -> None:
    body, _ = sent(step, url_replacements="http://a.com/x?a=1,2 http://b.com", **SCENARIO)
    assert body["url_replacements"] == [{"pattern_url": "http://a.com/x?a=1,2", "replacement_url": "http://b.com"}]


def test_a_base_url_keeps_its_prefix(step: Step) -> None:
    with vendor() as server:
        step.url = server.url_of("one-failure+immediate")
        ended = step.run(**SCENARIO)
        assert ended.verdict == (1, "failed", "tests-failed")
        assert {one.path.partition("/api/")[0] for one in server.space("one-failure+immediate").journal} == {
            "/s/one-failure+immediate"
        }
        assert ended.outputs["run-url"].startswith(f"{server.origin}/s/one-failure+immediate/projects/77/results/")


def test_a_variable_for_another_step_does_no_harm(step: Step) -> None:
    step.extra = {"TEST_RUNNER_CI": "github"}
    assert sent(step, **SCENARIO)[1]
