"""Each scenario and fault at Autify for mobile: what looks at a run see, and what the ledger says."""

import http.client
import json
import threading
from typing import Any

import pytest

from core.sandbox import FAULTS, SCENARIOS, Fault, Progression, Sandbox, Scenario, green
from core.sandbox.autify_mobile.repertoire import FAULTS as OWN
from core.sandbox.boxes import BOXES
from core.sandbox.hostile import EVERYTHING, WORD
from core.sandbox.repertoire import faults_of, scenarios_of
from tests.sandbox.mobile import PROJECT, START, look, start, upload, words
from tests.sandbox.multipart import CONTENT_TYPE, form
from tests.sandbox.multipart import file as file_part
from tests.sandbox.support import AUTHORIZATION, Client, Time, client_of, post

ALL = scenarios_of(BOXES["autify-mobile"])
USUAL = ["waiting", "running", "running", "running"]  # of five looks, the last one shows the end
PASSED = ["passed"] * 3

# name: what five looks see of a run that ends at the fifth, and the cases then; the ledger's verdict
EXPECTED: dict[str, tuple[list[str], list[str], str]] = {
    **dict.fromkeys(
        ("passing", "earlier-runs", "skewed-clock", "eventual", "case-names"),
        ([*USUAL, "passed"], PASSED, "passed"),
    ),
    **dict.fromkeys(("one-failure", "foreign-run"), ([*USUAL, "failed"], ["passed", "passed", "failed"], "failed")),
    "internal-error": ([*USUAL, "internal_error"], ["passed", "passed", "internal_error"], "internal_error"),
    "canceled": (["waiting"] * 4 + ["canceled"], ["canceled"] * 3, "canceled"),
    "skipped": ([*USUAL, "skipped"], ["skipped"] * 3, "skipped"),
    "never-ends": (["waiting"] * 5, ["waiting"] * 3, "waiting"),
    "never-ends-running": (["waiting", *["running"] * 4], ["passed", "passed", "running"], "running"),
    "no-device": (["waiting", *["running"] * 4], ["wait_device"] * 3, "running"),
    "unknown-status": ([*USUAL, "partially_passed"], PASSED, "partially_passed"),
    "unknown-then-passed": ([*USUAL, "healing"], ["passed", "passed", "running"], "passed"),
    "unknown-case": ([*USUAL, "passed"], ["passed", "passed", "partially_passed"], "passed"),
    "empty": ([*USUAL, "passed"], [], "passed"),
    "contradiction": ([*USUAL, "passed"], ["passed", "passed", "failed"], "passed"),
    "slow-settle": (["running"] * 4 + ["passed"], PASSED, "passed"),
    "flapping": ([*USUAL, "passed"], ["passed", "passed", "running"], "failed"),
    "hostile": ([*USUAL, WORD], ["passed", "passed", "running"], "failed"),
    "many": ([*USUAL, "passed"], ["passed"] * 2000, "passed"),
    "matrix": ([*USUAL, "passed"], ["passed"] * 12, "passed"),
    "rest-skipped": ([*USUAL, "failed"], ["passed", "failed", "skipped"], "failed"),
}
FORM = {**AUTHORIZATION, "Content-Type": CONTENT_TYPE}
BY_CHANCE = {"vanishing", "stale-reads"}  # a test of their own


def test_every_scenario_is_tried() -> None:
    assert EXPECTED.keys() | BY_CHANCE == ALL.keys()
    assert all(scenario.description for scenario in ALL.values())


@pytest.mark.parametrize("name", EXPECTED)
def test_looks_see_the_phases_and_the_end(phone: Client, mobile: Sandbox, now: Time, name: str) -> None:
    seen, cases, verdict = EXPECTED[name]
    mobile.reset(scenario=ALL[name], progression=Progression.after(5))
    run = start(phone)
    now.reading += 10
    looks = [look(phone, run) for _ in seen]
    assert [one["status"] for one in looks] == seen
    assert words(looks[-1]) == cases
    found = mobile.ledger.ours[0]
    assert (found.id, found.verdict, found.passed, found.looks) == (run, verdict, green(ALL[name]), 5)
    assert len(found.cases) == len(cases)
    assert found.finished == (name not in ("never-ends", "never-ends-running", "no-device", "flapping"))


def test_a_run_may_vanish(phone: Client, mobile: Sandbox) -> None:
    mobile.reset(scenario=ALL["vanishing"], progression=Progression.after(5))
    run = start(phone)
    assert [look(phone, run)["status"] for _ in range(3)] == ["waiting", "running", "running"]
    assert phone.get(f"{PROJECT}/results/{run}").status == 404
    assert phone.get(f"{PROJECT}/results").json == {"total": 0, "data": []}
    assert mobile.ledger[0].verdict == "vanished"


def test_stale_reads_go_back_and_forth_by_the_seed(phone: Client, mobile: Sandbox, now: Time) -> None:
    mobile.reset(scenario=ALL["stale-reads"], progression=Progression.seconds(run=6), seed=3)
    run, seen = start(phone), []
    for _ in range(24):
        now.reading += 0.5
        seen.append(look(phone, run)["status"])
    assert "running" in seen[seen.index("passed") :]


def test_a_new_run_may_take_its_time_to_come_through(phone: Client, mobile: Sandbox, now: Time) -> None:
    mobile.reset(scenario=ALL["eventual"], progression=Progression.immediate())
    run = start(phone)
    now.reading += 9
    assert phone.get(f"{PROJECT}/results/{run}").status == 404
    assert phone.get(f"{PROJECT}/results").json["total"] == 0
    now.reading += 1
    assert look(phone, run)["status"] == "passed"


def test_other_builds_run_apps_of_their_own(phone: Client, mobile: Sandbox) -> None:
    mobile.reset(scenario=ALL["foreign-run"], progression=Progression.immediate())
    assert start(phone) == "rEs880002"
    found = [(run.ours, run.passed, run.build) for run in mobile.ledger]
    assert found == [(False, True, "bLd900"), (True, False, "bLd001"), (False, True, "bLd900")]


def test_earlier_runs_took_about_five_minutes(phone: Client, mobile: Sandbox) -> None:
    mobile.reset(scenario=ALL["earlier-runs"])
    found = phone.get(f"{PROJECT}/results?test_plan_id=tPl001").json["data"]
    assert len(found) == 12
    assert all(230_000 < item["duration"] < 290_000 for item in found)
    assert {item["status"] for item in found} == {"passed", "failed"}
    assert not mobile.ledger.ours


def test_an_ending_without_a_time_of_finishing_can_be_chosen(phone: Client, mobile: Sandbox) -> None:
    mobile.reset(scenario=Scenario(ending="error", finish_times=False), progression=Progression.immediate())
    found = look(phone, start(phone))
    assert (found["status"], found["finished_at"], found["duration"]) == ("internal_error", None, None)


def test_a_canceled_run_never_began(phone: Client, mobile: Sandbox) -> None:
    mobile.reset(scenario=ALL["canceled"])
    found = look(phone, start(phone))
    assert (found["started_at"], found["duration"]) == (None, None)


def test_a_hostile_vendor_attacks_in_every_text(phone: Client, mobile: Sandbox) -> None:
    mobile.reset(scenario=ALL["hostile"], progression=Progression.immediate())
    build = upload(phone).json["id"]
    made = phone.call("POST", START, {"build_id": build}).json["test_plan"]
    assert made["name"] == made["build"]["name"] == made["execute_environments"][0]["name"] == EVERYTHING
    found = look(phone, "rEs880001")
    assert found["test_case_results"][0]["test_case"]["capability"]["device"] == EVERYTHING


def seen_with(sandbox: Sandbox, client: Client, text: str) -> Any:
    sandbox.reset(faults=[Fault.parse(text)], scenario=ALL["one-failure"], progression=Progression.after(3))
    run = start(client)
    assert run == "rEs880001"
    return look(client, run)


def test_an_answer_may_be_about_another_build(phone: Client, mobile: Sandbox) -> None:
    cases = seen_with(mobile, phone, "other-build@describe-test-result")["test_case_results"]
    assert {case["test_case"]["build"]["id"] for case in cases} == {"bLd900"}


def test_an_answer_may_not_say_which_build_it_is_about(phone: Client, mobile: Sandbox) -> None:
    cases = seen_with(mobile, phone, "no-test-case@describe-test-result")["test_case_results"]
    assert not any("test_case" in case for case in cases)


def test_an_answer_may_be_about_an_older_or_another_run(phone: Client, mobile: Sandbox) -> None:
    old = seen_with(mobile, phone, "stale@describe-test-result")
    assert (old["id"], old["status"], words(old)) == ("rEs879001", "passed", ["passed"] * 3)
    assert seen_with(mobile, phone, "wrong-id@describe-test-result")["id"] == "rEs880002"
    mobile.reset(faults=[Fault.parse("stale@start"), Fault.parse("wrong-id@start#2")])
    assert [start(phone), start(phone)] == ["rEs879001", "rEs880003"]
    assert look(phone, "rEs879001")["status"] == "passed", "the old run is there"
    mobile.reset(faults=[Fault.parse("stale@list-test-results")], progression=Progression.after(3))
    start(phone)
    assert phone.get(f"{PROJECT}/results").json == {"total": 0, "data": []}


def test_the_verdict_is_doubled_or_left_out_where_it_stands(phone: Client, mobile: Sandbox) -> None:
    mobile.reset(faults=[Fault.parse("duplicate-keys@describe-test-result")], scenario=ALL["one-failure"])
    pairs: list[list[tuple[str, Any]]] = []
    json.loads(phone.get(f"{PROJECT}/results/{start(phone)}").body, object_pairs_hook=pairs.append)
    assert [value for name, value in pairs[-1] if name == "status"] == ["failed", "passed"]
    assert "status" not in seen_with(mobile, phone, "missing-status@describe-test-result")


def test_own_faults_are_explained() -> None:
    assert OWN.keys() == {"other-build", "no-test-case"}
    assert not OWN.keys() & FAULTS.keys()


@pytest.mark.parametrize("kind", sorted(set(FAULTS) - {"gzip-bomb", "endless", "slow-loris", "hang", "hang-after"}))
def test_every_neutral_fault_combines_with_every_scenario(mobile: Sandbox, kind: str) -> None:
    faults = [Fault(kind=kind, at="describe-test-result"), Fault(kind=kind, at="list-test-results")]
    for scenario in SCENARIOS.values():
        mobile.reset(scenario=scenario, faults=faults, progression=Progression.immediate())
        for path in (f"{PROJECT}/results/rEs880001", f"{PROJECT}/results"):
            with client_of(mobile.url) as client:
                client.call("POST", START, {"build_id": "bLd900"})
                try:
                    client.get(path)
                except (http.client.HTTPException, OSError):
                    assert kind in ("reset-before", "reset-after", "short")
        assert [exchange.fault is None for exchange in mobile.journal] == [True, False, True, False]


@pytest.mark.parametrize("kind", sorted(faults_of(BOXES["autify-mobile"])))
def test_a_build_is_there_exactly_if_the_journal_says_so(mobile: Sandbox, kind: str) -> None:
    stalled = threading.Event()
    mobile.reset(faults=[Fault(kind=kind, at="upload-build")], on_stall=stalled.set)
    with client_of(mobile.url) as client:
        post(client, f"{PROJECT}/builds", form(file_part("file", "app.apk")), FORM, stalled)
    exchange = mobile.journal[0]
    with client_of(mobile.url) as client:
        assert (client.call("POST", START, {"build_id": "bLd001"}).status == 201) == exchange.effect
    assert (exchange.status is None) == kind.startswith(("reset", "hang"))
