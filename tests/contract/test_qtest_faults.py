"""qTest: what its servers, its users and a user's own tests may do to a step, case by case."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from core.sandbox.qtest.truth import Truth, truth_of
from core.text.secret import encoded_forms
from tests.contract.test_qtest import DONE, PROFILES, SCENES, USUAL, paths, play, sent
from tests.harness import TOKEN, Bench, Ended
from tests.recorder import recorder

TRIGGER = {"qtest_mode": "trigger", "test_run_ids": "88120,88121"}


def ended_as(ended: Ended) -> tuple[int, str]:
    return ended.status, ended.reason


def play_as(
    folder: Path, given: Mapping[str, str], *faults: str, scenario: str = "passing", **more: str
) -> tuple[Ended, Truth]:
    with Bench(folder, scenario=SCENES[scenario], faults=faults, vendor="qtest") as bench:
        ended = bench.run(**{**USUAL, **given, **more})
    return ended, truth_of(ended.ledger)


@pytest.mark.parametrize("kind", ["401", "403"])
@pytest.mark.parametrize("call", ["get-token-status", "search-agents", "register-host", "create-agent"])
def test_a_token_that_may_not_do_it_is_told_before_anything_is_run(call: str, kind: str, tmp_path: Path) -> None:
    ended, truth = play(tmp_path, f"{kind}@{call}*forever")
    assert ended_as(ended) == (3, "auth"), ended.log
    assert "`token`" in ended.log
    assert truth.jobs == ()


def test_a_token_that_is_revoked_while_the_job_runs_is_no_green(tmp_path: Path) -> None:
    ended, truth = play(tmp_path, "401@submit-test-log*forever", "401@update-job-status#2*forever")
    assert ended_as(ended) == (7, "auth"), ended.log
    assert f"job {truth.jobs[0].id}" in ended.log
    assert (truth.logs, len(truth.running)) == ((), 1), "nobody can end it without a token"


@pytest.mark.parametrize("kind", ["429", "429=7", "429=date:7"])
@pytest.mark.parametrize("call", ["register-host", "create-agent", "update-job-status", "submit-test-log"])
def test_too_many_requests_are_repeated_and_leave_nothing_double(call: str, kind: str, tmp_path: Path) -> None:
    ended, truth = play(tmp_path, f"{kind}@{call}")
    assert (ended.status, paths(truth)) == (0, [DONE]), ended.log
    assert (len(truth.hosts), len(truth.agents), truth.logged_twice) == (1, 1, ())
    first, second = ended.calls(call)[:2]
    assert second.at - first.at >= (7 if "7" in kind else 0)


BURSTS = ["500", "502", "503", "html", "empty-body", "cut", "redirect307", "slow-loris", "reset-before", "reset-after"]


@pytest.mark.parametrize("kind", BURSTS)
@pytest.mark.parametrize("call", ["get-token-status", "search-agents", "update-host", "ping-host", "retrieve-jobs"])
def test_bad_days_are_ridden_out_where_a_call_may_be_repeated(call: str, kind: str, tmp_path: Path) -> None:
    with Bench(tmp_path, scenario=SCENES["passing"], faults=(f"{kind}@{call}#2*3",), vendor="qtest") as bench:
        first, ended = bench.run(**USUAL), bench.run(**USUAL)
    truth = truth_of(ended.ledger)
    assert first.status == 0, first.log
    assert (len(truth.hosts), truth.logged_twice, truth.running, truth.claimed_twice) == (1, (), (), ())
    over = kind == "slow-loris" and call == "get-token-status"  # nothing good came in the first minute
    assert ended_as(ended) == ((3, "unavailable") if over else (5, "empty"))


@pytest.mark.parametrize("kind", BURSTS)
@pytest.mark.parametrize("call", ["register-host", "create-agent", "create-schedule"])
def test_what_may_exist_is_made_once_and_named(call: str, kind: str, tmp_path: Path) -> None:
    ended, truth = play_as(tmp_path, TRIGGER, f"{kind}@{call}")
    assert ended_as(ended) in ((0, ""), (7, "may-exist")), ended.log
    assert ended.status or paths(truth)[-1] == DONE
    if call == "create-schedule":
        assert len(ended.calls(call)) == 1
    assert len(truth.hosts) <= 1
    assert len(truth.agents) <= 1
    assert truth.running == ()


@pytest.mark.parametrize("profile", PROFILES)
def test_another_runner_that_was_faster_keeps_the_job_where_qtest_can_tell(profile: str, tmp_path: Path) -> None:
    ended, truth = play(tmp_path, "claimed@update-job-status", scenario=profile)
    if profile in ("passing", "no-cancel-from-running"):
        assert ended_as(ended) == (5, "empty")
        assert truth.logs == ()
    else:
        assert ended.status == 0, "a claim that always succeeds can't exclude anybody"
    assert truth.running == ()


def test_of_two_claims_that_cross_one_is_run(tmp_path: Path) -> None:
    """Another runner claims the job between our listing and our claim."""
    with Bench(tmp_path, scenario=SCENES["passing"], vendor="qtest") as bench:
        rival: list[int] = []

        def race(exchange: Any) -> None:
            if exchange.operation == "retrieve-jobs" and not rival:
                rival.append(0)
                job = truth_of(bench.sandbox.ledger).jobs[0].id
                claim(bench.sandbox.url, job)

        bench.observers.append(race)
        ended = bench.run(**USUAL)
    truth = truth_of(ended.ledger)
    assert rival == [0]
    assert ended_as(ended) == (5, "empty"), ended.log
    assert (truth.logs, truth.claimed_twice) == ((), ())


def claim(url: str, job: int) -> None:
    import urllib.request  # noqa: PLC0415 -- the other runner

    request = urllib.request.Request(  # noqa: S310 -- loopback
        f"{url}/api/v3/projects/77/automation/jobs/{job}/status",
        data=b'{"status":"RUNNING"}',
        headers={"Authorization": f"bearer {TOKEN}", "Content-Type": "application/json"},
        method="PUT",
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 -- loopback
        assert answer.status == 200


@pytest.mark.parametrize(("scenario", "status"), [("passing", (7, "refused")), ("one-failure", (1, "tests-failed"))])
def test_a_job_that_a_person_cancelled_meanwhile_is_told_and_not_fought(
    scenario: str, status: tuple[int, str], tmp_path: Path
) -> None:
    ended, truth = play(tmp_path, "cancelled@update-job-status#2", scenario=scenario)
    assert ended_as(ended) == status
    assert "may have been cancelled at qTest" in ended.log
    assert paths(truth) == [("PLANNED", "RUNNING", "CANCELLED")]


@pytest.mark.parametrize("kind", ["400", "404", "403"])
def test_an_agent_that_cannot_be_activated_runs_nothing(kind: str, tmp_path: Path) -> None:
    ended, truth = play(tmp_path, f"{kind}@activate-agent*forever")
    assert ended.status == 3, ended.log
    assert truth.jobs == ()


@pytest.mark.parametrize("kind", ["400", "500", "hang", "reset-after"])
def test_a_failure_to_deactivate_at_the_end_is_told_and_keeps_the_verdict(kind: str, tmp_path: Path) -> None:
    ended, truth = play_as(tmp_path, TRIGGER, f"{kind}@deactivate-agent*forever")
    assert ended.status == 0, ended.log
    assert [agent.active for agent in truth.agents] == [kind != "reset-after"]
    if kind in ("500", "hang"):
        assert f"the agent {truth.agents[0].id}, still active" in ended.log


def test_an_agents_own_number_is_sent_under_both_names(tmp_path: Path) -> None:
    ended, truth = play(tmp_path)
    (body,) = sent(ended, "create-agent")
    assert body["agent_client_id"] == str(body["agent_id"])
    assert truth.agents[0].agent_id == body["agent_id"]


@pytest.mark.parametrize("tail", ["", "/", "/tc", "/tc/"])
def test_a_path_and_a_slash_at_the_end_of_the_address_are_kept_and_dropped(tail: str, tmp_path: Path) -> None:
    with Bench(tmp_path, scenario=SCENES["passing"], vendor="qtest") as bench:
        ended = bench.run(**USUAL, base_url=bench.sandbox.url + tail)
    assert (ended.status, paths(truth_of(ended.ledger))) == (0, [DONE]), ended.log
    assert all(exchange.path.startswith(f"{tail.rstrip('/')}/") for exchange in ended.journal)
    assert not any("//" in exchange.path for exchange in ended.journal)


@pytest.mark.parametrize("call", ["get-token-status", "register-host", "retrieve-jobs", "update-job-status"])
@pytest.mark.parametrize("kind", ["redirect", "redirect301", "redirect307", "redirect308"])
def test_a_redirect_to_https_or_elsewhere_gets_neither_token_nor_body(call: str, kind: str, tmp_path: Path) -> None:
    with recorder(host="127.0.0.2") as elsewhere:
        where = elsewhere.url.replace("http:", "https:")
        ended, truth = play(tmp_path, f"{kind}={elsewhere.url}@{call}", f"{kind}={where}@{call}#2")
        assert elsewhere.seen == []
    assert truth.running == ()
    assert ended_as(ended) in ((0, ""), (7, "may-exist")), ended.log
    masks = [line for line in ended.log.splitlines() if line.startswith("::add-mask::")]
    shown = "\n".join(line for line in ended.log.splitlines() if line not in masks)
    assert not any(form in shown for form in encoded_forms(TOKEN))


def test_an_address_that_always_redirects_is_told_before_anything_is_made(tmp_path: Path) -> None:
    ended, truth = play(tmp_path, "redirect308=https://shop.qtestnet.com@any*forever")
    assert ended.status == 3, ended.log
    assert "redirect" in ended.log
    assert "base-url" in ended.log
    assert truth.hosts == ()
