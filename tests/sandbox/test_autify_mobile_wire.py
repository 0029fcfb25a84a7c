"""The wire of Autify for mobile: the samples, written by hand from the vendor's recordings, are what is sent."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from core.sandbox import SCENARIOS, Order, Progression, Sandbox, Scenario
from core.sandbox.autify_mobile.repertoire import SCENARIOS as OWN
from core.sandbox.autify_mobile.workspace import RESIDENT_BUILD
from tests.sandbox import multipart
from tests.sandbox.mobile import PROJECT, START, look, start, upload, words
from tests.sandbox.support import Client, Time

WIRE = Path(__file__).parents[1] / "wire" / "autify-mobile"
RECORDED = Progression.seconds(queue=2, wait=60, run=10.292, settle=3)


def sample(name: str) -> Any:
    return json.loads((WIRE / f"{name}.json").read_text("utf-8"))


def test_an_upload_answers_the_id_of_the_build(phone: Client) -> None:
    answer = upload(phone)
    assert (answer.status, answer.json) == (201, sample("upload-build"))
    assert upload(phone).json == {"id": "bLd002"}


def test_a_start_answers_the_plan_with_its_build_and_devices_in_utc(phone: Client) -> None:
    build = upload(phone).json["id"]
    answer = phone.call("POST", START, {"build_id": build})
    assert (answer.status, answer.json) == (201, sample("run-test-plan"))


@pytest.mark.parametrize(
    ("at", "name"),
    [(0, "waiting"), (2, "wait-device"), (61.9, "wait-device"), (66, "running"), (72.3, "settling"), (75.3, "passed")],
)
def test_a_run_goes_as_it_was_recorded(phone: Client, mobile: Sandbox, now: Time, at: float, name: str) -> None:
    mobile.reset(progression=RECORDED)
    run = start(phone)
    now.reading += at
    assert look(phone, run) == sample(f"describe-{name}")


def test_waiting_may_be_skipped(phone: Client, mobile: Sandbox) -> None:
    mobile.reset(progression=Progression.seconds(queue=0, wait=60, run=10, settle=3))
    found = look(phone, start(phone))
    assert (found["status"], words(found)) == ("running", ["wait_device"] * 3)


def test_the_list_has_a_total_and_no_cases(phone: Client, mobile: Sandbox, now: Time) -> None:
    mobile.reset(progression=RECORDED)
    start(phone)
    now.reading += 76
    assert phone.get(f"{PROJECT}/results").json == sample("list-test-results")


def test_lists_are_paged_and_filtered_by_plan(phone: Client) -> None:
    for plan in ("tPl001", "tPl002", "tPl001"):
        phone.call("POST", f"/test_plans/{plan}/test_plan_results", {"build_id": RESIDENT_BUILD})

    def listed(query: str) -> tuple[int, list[str]]:
        found = phone.get(f"{PROJECT}/results{query}").json
        return found["total"], [item["id"] for item in found["data"]]

    assert listed("?per_page=2") == (3, ["rEs880001", "rEs880002"])
    assert listed("?per_page=2&page=2") == (3, ["rEs880003"])
    assert listed("?per_page=2&page=3") == (3, [])
    assert listed("?test_plan_id=tPl001") == (2, ["rEs880001", "rEs880003"])


@pytest.mark.parametrize("order", Order)
def test_the_order_of_a_list_can_be_chosen(phone: Client, mobile: Sandbox, order: Order) -> None:
    mobile.reset(scenario=Scenario(order=order), progression=Progression.immediate())
    runs = [start(phone) for _ in range(9)]
    found = [item["id"] for item in phone.get(f"{PROJECT}/results").json["data"]]
    assert {Order.OLDEST: found == runs, Order.NEWEST: found == runs[::-1]}.get(order, sorted(found) == runs != found)


def test_devices_may_be_asked_for(phone: Client, mobile: Sandbox) -> None:
    found = look(phone, start(phone, device_ids=["dEv003", "dEv002", "dEv003"]))
    shown = [case["test_case"]["capability"]["device"] for case in found["test_case_results"]]
    assert shown == ["Galaxy S22"] * 3 + ["iPhone 13"] * 3
    assert len({case["id"] for case in found["test_case_results"]}) == 6
    assert mobile.ledger[0].capabilities == 2


def test_a_case_says_which_build_it_ran(phone: Client) -> None:
    runs = [start(phone) for _ in range(2)]
    builds = [{case["test_case"]["build"]["id"] for case in look(phone, run)["test_case_results"]} for run in runs]
    assert builds == [{"bLd001"}, {"bLd002"}]


def test_cases_have_no_name_unless_they_do(phone: Client, mobile: Sandbox) -> None:
    assert "name" not in look(phone, start(phone))["test_case_results"][0]
    mobile.reset(scenario=OWN["case-names"])
    assert look(phone, start(phone))["test_case_results"][0]["name"] == "Case 1"


def test_the_ledger_knows_what_was_sent(phone: Client, mobile: Sandbox) -> None:
    start(phone)
    phone.call("POST", START, {"build_id": RESIDENT_BUILD})
    ours, resident = mobile.ledger.runs
    assert (ours.id, ours.operation, ours.test_plan, ours.build) == ("rEs880001", "run-test-plan", "tPl001", "bLd001")
    assert ours.file is not None
    assert (ours.file.filename, ours.file.size) == ("app.apk", 7)
    assert ours.file.sha256 == hashlib.sha256(b"PK\x03\x04app").hexdigest()
    assert (resident.build, resident.file) == (RESIDENT_BUILD, None)
    assert [exchange.effect for exchange in mobile.journal] == [True] * 3


def test_the_vendors_own_client_doubles_slashes(phone: Client) -> None:
    phone.base += "/"
    assert look(phone, start(phone))["status"] == "passed"


def test_a_result_has_a_page_for_people(phone: Client, mobile: Sandbox) -> None:
    run = start(phone)
    phone.base, phone.headers = "", {}
    assert b"<h1>Result rEs880001: passed</h1>" in phone.get(f"{PROJECT}/results/{run}").body
    assert phone.get(f"{PROJECT}/results/none").status == 404
    assert phone.get("/").status == 200
    assert mobile.ledger[0].looks == 0


@pytest.mark.parametrize("sent", ["", "Bearer ", "Basic dXNlcjpwYXNz", "Bearer wrong", "Bearer an-invalid-one"])
def test_bad_credentials_are_refused_everywhere(phone: Client, mobile: Sandbox, sent: str) -> None:
    phone.headers = {"Authorization": sent} if sent else {}
    for answer in (upload(phone), phone.call("POST", START, {}), phone.get(f"{PROJECT}/results"), phone.get("/x")):
        assert (answer.status, answer.json) == (401, sample("bad-credentials"))
    assert not any(exchange.effect for exchange in mobile.journal)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/projects/f0re1gn/results"),
        ("POST", "/projects/f0re1gn/builds"),
        ("GET", f"{PROJECT}/results/rEs1"),
        ("POST", "/test_plans/tPl999/test_plan_results"),
        ("GET", START),
        ("GET", "/"),
    ],
)
def test_what_is_not_there_is_not_found(phone: Client, method: str, path: str) -> None:
    answer = phone.call(method, path, {"build_id": RESIDENT_BUILD})
    assert (answer.status, answer.json) == (404, sample("not-found"))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        multipart.form(),
        multipart.form(multipart.file("app_file", "app.apk")),
        multipart.form(multipart.field("file", "app.apk")),
        multipart.form(multipart.file("file", "app.exe")),
        multipart.form(multipart.file("file", "app.apk", b"")),
        multipart.form(multipart.file("file", "app.apk"))[:-9],
    ],
)
def test_an_upload_that_is_none_is_refused(phone: Client, mobile: Sandbox, body: bytes) -> None:
    answer = upload(phone, body)
    assert (answer.status, answer.json["errors"][0]["message"][:8]) == (400, "file is ")
    assert phone.call("POST", START, {"build_id": "bLd001"}).status == 400


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        {},
        {"build_id": None},
        {"build_id": "bLd999"},
        {"build_id": ["bLd900"]},
        {"build_id": RESIDENT_BUILD, "device_ids": "dEv001"},
        {"build_id": RESIDENT_BUILD, "device_ids": ["dEv999"]},
    ],
)
def test_a_start_that_is_wrong_is_refused(phone: Client, mobile: Sandbox, body: Any) -> None:
    assert phone.call("POST", START, body).status == 400
    assert len(mobile.ledger) == 0


def test_error_messages_of_a_hostile_vendor_are_attacks(phone: Client, mobile: Sandbox) -> None:
    mobile.reset(scenario=SCENARIOS["hostile"])
    assert "##vso[task.complete" in phone.get(f"{PROJECT}/results/x").json["errors"][0]["message"]
