"""`cleanup` after a killed step: what it left at the vendor goes or is named, once, and nobody else's."""

from collections.abc import Callable

import pytest

from tests.e2e.support import PLAN, REPLACED, RESULTS, SCENARIO, STEP, Ended, Step, Vendor, vendor

NOTHING = "Nothing was left behind by this step."


def killed(step: Step, server: Vendor, ready: Callable[[], None], *arguments: str, **inputs: str) -> None:
    """A step that a CI ended without a word."""
    step.url = server.url
    process = step.start(*arguments, **inputs)
    ready()
    step.kill(process)


def cleaned(step: Step, **inputs: str) -> Ended:
    ended = step.run("cleanup", **inputs)
    assert ended.errors == ""
    assert "::error" not in ended.log
    return ended


def replaced(server: Vendor) -> list[str]:
    """What stands on the plans now."""
    return [one.replacement_url for one in server.ledger.url_replacements]


def requests_of(server: Vendor, act: Callable[[], Ended]) -> tuple[Ended, list[str]]:
    before = len(server.journal)
    ended = act()
    return ended, [one.operation for one in server.journal[before:]]


def test_there_is_nothing_to_do_after_nothing(step: Step) -> None:
    with vendor() as server:
        step.url = server.url
        ended = cleaned(step)
        assert (ended.status, server.journal) == (0, [])
    assert NOTHING in ended.log


@pytest.mark.parametrize("inputs", [{"token": ""}, {"timeout": "30"}, {"vendor": "nobody"}, {"quarantine": "x"}])
def test_with_nothing_to_do_wrong_inputs_do_not_matter(inputs: dict[str, str], step: Step) -> None:
    with vendor() as server:
        step.url = server.url
        assert cleaned(step, **inputs).status == 0
        assert server.journal == []


def test_there_is_nothing_to_do_after_a_step_that_ended(step: Step) -> None:
    with vendor("one-failure") as server:
        step.url = server.url
        step.run(**SCENARIO)
        before = sorted((step.workspace / RESULTS).iterdir())
        ended, asked = requests_of(server, lambda: cleaned(step))
    assert (ended.status, asked) == (0, [])
    assert NOTHING in ended.log
    assert sorted((step.workspace / RESULTS).iterdir()) == before


PHASES: dict[str, tuple[tuple[str, ...], dict[str, str], str]] = {
    # phase: faults, inputs, what cleanup says
    "before the start": (("hang@list-results",), SCENARIO, NOTHING),
    "start in flight": (("hang@start",), SCENARIO, "a run may exist at the vendor"),
    "start done, no answer": (("hang-after@start",), SCENARIO, "a run may exist at the vendor"),
    "polling": (("hang@describe-result",), SCENARIO, "may go on: the vendor's API can't cancel it."),
    "replacement on its way": (("hang@create-url-replacement",), REPLACED, ""),
    "replacement made, no answer": (("hang-after@create-url-replacement",), REPLACED, "Undone at the vendor"),
    "replacement on the plan": (("hang@start",), REPLACED, "Undone at the vendor: 1 left-over of this step."),
    "plan's run started": (("hang@delete-url-replacement",), REPLACED, "Undone at the vendor"),
    "replacement gone, no answer": (("hang-after@delete-url-replacement",), REPLACED, "Undone at the vendor"),
}


@pytest.mark.parametrize("name", PHASES)
def test_what_a_killed_step_left_is_ended_once(name: str, step: Step) -> None:
    faults, inputs, said = PHASES[name]
    with vendor("never-ends", *faults) as server:
        killed(step, server, server.await_stall, **inputs)
        ended = cleaned(step)
        assert ended.status == 0, ended.log
        assert said in ended.log
        assert replaced(server) == []
        for run in server.ledger.ours:
            assert f"/results/{run.id}" in ended.log or "may exist" in ended.log
        again, asked = requests_of(server, lambda: cleaned(step))
    assert (again.status, asked) == (0, [])
    assert NOTHING in again.log


def test_cleanup_goes_on_after_a_cleanup_that_failed(step: Step) -> None:
    with vendor("never-ends", "hang@start", "403@delete-url-replacement*2") as server:
        killed(step, server, server.await_stall, **REPLACED)
        first = cleaned(step)
        assert first.status == 7
        assert "Left at the vendor" in first.log
        assert len(replaced(server)) == 1
        assert cleaned(step).status == 0
        assert replaced(server) == []


def test_what_others_put_on_the_plan_stays(step: Step) -> None:
    other = {**PLAN, "url_replacements": "https://a.example.com https://other.example.net"}
    with vendor("never-ends", "hang@start*2") as server:
        neighbour = Step(folder=step.folder / "neighbour", url=server.url)
        killed(neighbour, server, server.await_stall, **other)
        killed(step, server, lambda: server.await_call("execute-schedule", 2), **REPLACED)
        assert len(replaced(server)) == 2
        assert cleaned(step).status == 0
        assert replaced(server) == ["https://other.example.net"]


@pytest.mark.parametrize("changed", [{"GITHUB_ACTION": "another-step"}])
def test_another_step_of_the_same_job_is_not_touched(changed: dict[str, str], step: Step) -> None:
    with vendor("never-ends", "hang@start") as server:
        killed(step, server, server.await_stall, **REPLACED)
        step.extra = changed
        ended, asked = requests_of(server, lambda: cleaned(step))
        assert (ended.status, asked) == (0, [])
        step.extra = {"GITHUB_ACTION": STEP}
        assert cleaned(step).status == 0
        assert replaced(server) == []


def test_a_run_that_was_only_to_be_started_is_left_alone(step: Step) -> None:
    with vendor("never-ends") as server:
        step.url = server.url
        step.run("start", **SCENARIO)
        ended, asked = requests_of(server, lambda: cleaned(step))
    assert (ended.status, asked) == (0, [])
    assert NOTHING in ended.log


def test_a_run_that_was_only_to_be_started_is_left_alone_after_a_kill(step: Step) -> None:
    """What it left on the plan is not."""
    with vendor("never-ends", "hang@delete-url-replacement") as server:
        killed(step, server, server.await_stall, "start", **REPLACED)
        ended = cleaned(step)
        assert ended.status == 0
        assert "can't cancel" not in ended.log
        assert replaced(server) == []
        again, asked = requests_of(server, lambda: cleaned(step))
    assert (again.status, asked) == (0, [])


def test_a_named_run_is_ended_without_a_journal(step: Step) -> None:
    with vendor("never-ends") as server:
        step.url = server.url
        ended = cleaned(step, run_id="880001")
    assert ended.status == 0
    assert "Run 880001 may go on: the vendor's API can't cancel it." in ended.log


def test_a_named_run_whose_end_was_seen_here_is_left_alone(step: Step) -> None:
    """As where a job waits by `run-id`, and its last step cleans up by the same inputs."""
    with vendor("passing") as server:
        step.url = server.url
        run = step.run("start", **SCENARIO).outputs["run-id"]
        assert step.run("wait", run_id=run).status == 0
        ended, asked = requests_of(server, lambda: step.run(mode="cleanup", run_id=run))
    assert (ended.status, asked) == (0, [])
    assert f"Run {run} is over: a step in this workspace has its result." in ended.log


def test_a_named_run_whose_end_another_token_has_seen_is_told_as_no_more_than_that(step: Step) -> None:
    with vendor("passing") as server:
        step.url = server.url
        run = step.run("start", **SCENARIO).outputs["run-id"]
        assert step.run("wait", run_id=run, token="another-token").status == 0
        ended = cleaned(step, run_id=run)
    assert f"A journal in .test-runner/ says that run {run} is over." in ended.log


def test_a_named_run_that_a_step_gave_up_waiting_for_is_ended(step: Step) -> None:
    with vendor("never-ends") as server:
        step.url = server.url
        run = step.run("start", **SCENARIO).outputs["run-id"]
        assert step.run("wait", run_id=run, timeout="1s").status == 4
        ended = cleaned(step, run_id=run)
    assert f"Run {run} may go on: the vendor's API can't cancel it." in ended.log


def test_a_named_run_needs_good_inputs(step: Step) -> None:
    with vendor() as server:
        step.url = server.url
        ended = step.run("cleanup", run_id="880001", token="", timeout="30")
        assert server.journal == []
    assert ended.status == 2
    assert "`token`" in ended.log
    assert "`timeout`" in ended.log


def test_a_torn_journal_is_read_as_far_as_it_goes(step: Step) -> None:
    with vendor("never-ends", "hang@start") as server:
        killed(step, server, server.await_stall, **REPLACED)
        (path,) = (step.workspace / ".test-runner").glob("*.jsonl")
        with open(path, "ab") as file:
            file.write(b'{"event": "star')
        assert cleaned(step).status == 0
        assert replaced(server) == []
        assert cleaned(step).status == 0


def test_the_secret_is_masked_here_too(step: Step) -> None:
    with vendor("never-ends", "hang@describe-result") as server:
        killed(step, server, server.await_stall, **SCENARIO)
        ended = cleaned(step)
    assert ended.log.startswith("::add-mask::")


def test_a_step_of_its_own_with_that_mode_ends_what_any_step_before_it_left(step: Step) -> None:
    """Where an action has no post step, the cleaning step has another name than the one that was killed."""
    with vendor("never-ends", "hang@start") as server:
        killed(step, server, server.await_stall, **REPLACED)
        step.extra["GITHUB_ACTION"] = "another"
        assert NOTHING in cleaned(step).log  # as a post step, of that step alone
        assert len(replaced(server)) == 1
        ended = step.run(mode="cleanup")
        assert (ended.status, replaced(server)) == (0, []), ended.log
        again, asked = requests_of(server, lambda: step.run(mode="cleanup"))
    assert (again.status, asked) == (0, [])
    assert "Nothing was left behind by any step." in again.log
