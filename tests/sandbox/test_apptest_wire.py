"""apptest.ai's wire: what the samples say, written by hand from the vendor's documents, is what the box sends."""

import hashlib
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from core.sandbox import SCENARIOS, Fault, Progression, Sandbox, Scenario
from core.sandbox.boxes import BOXES
from tests.sandbox import multipart
from tests.sandbox.apptest import basic, result, send, start, status
from tests.sandbox.support import Client, Time

WIRE = Path(__file__).parents[1] / "wire" / "apptest-ai"


def sample(name: str, sandbox: Sandbox) -> str:
    return (WIRE / name).read_text("utf-8").replace("{origin}", sandbox.origin)


def sent(name: str, sandbox: Sandbox) -> Any:
    return json.loads(sample(f"{name}.json", sandbox))


def test_a_start_answers_the_number_of_the_testset_and_of_its_devices(caller: Client, apptest: Sandbox) -> None:
    answer = send(caller, multipart.start())
    assert answer.json == sent("start-testset", apptest)
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


def test_a_status_counts_the_devices(caller: Client, apptest: Sandbox) -> None:
    apptest.reset(scenario=SCENARIOS["one-failure"], progression=Progression.after(5))
    testset = start(caller)
    seen = [caller.get(f"/testset/{testset}").json for _ in range(5)]
    assert seen[2] == sent("get-testset-running", apptest)
    assert seen[4] == sent("get-testset-complete", apptest)


def test_a_result_comes_in_all_forms_at_once(caller: Client, apptest: Sandbox) -> None:
    apptest.reset(scenario=SCENARIOS["one-failure"])
    data = result(caller, start(caller))["data"]
    assert data["complete"] is True
    assert data["result_xml"] == sample("result-xml.xml", apptest)
    assert data["result_bare_xml"] == sample("result-bare-xml.xml", apptest)
    assert json.loads(data["result_json"]) == sent("result-json", apptest)
    assert data["result_html"].startswith("<!doctype html>")


def test_a_result_may_have_no_form_and_a_number_for_a_message(caller: Client, apptest: Sandbox) -> None:
    apptest.reset(
        scenario=BOXES["apptest-ai"].scenarios["counts-only"],
        progression=Progression.immediate(),
        faults=[Fault.parse("number-message@get-result")],
    )
    assert result(caller, start(caller)) == sent("get-result-empty", apptest)


@pytest.mark.parametrize("form", ["xml", "html", "json", "bare_xml"])
def test_one_form_of_the_result_may_be_asked_for(caller: Client, form: str) -> None:
    testset = start(caller)
    every, one = result(caller, testset)["data"], result(caller, testset, f"?data_type={form}")["data"]
    forms = {name: text for name, text in one.items() if name != "complete"}
    assert {name for name, text in forms.items() if text} == {f"result_{form}"}
    assert one[f"result_{form}"] == every[f"result_{form}"]


@pytest.mark.parametrize("query", ["?data_type=all", "?data_type=pdf", "?data_type="])
def test_any_other_form_is_all_forms(caller: Client, query: str) -> None:
    testset = start(caller)
    assert result(caller, testset, query) == result(caller, testset)


def test_whether_the_form_can_be_chosen_can_be_switched(caller: Client, apptest: Sandbox) -> None:
    apptest.reset(scenario=BOXES["apptest-ai"].scenarios["data-type-ignored"], progression=Progression.immediate())
    testset = start(caller)
    assert all(result(caller, testset, "?data_type=xml")["data"].values())


def test_the_xml_can_be_read_and_so_can_a_suite_alone(caller: Client, apptest: Sandbox) -> None:
    apptest.reset(scenario=SCENARIOS["many"], progression=Progression.immediate())
    data = result(caller, start(caller))["data"]
    names = [case.get("name") for case in ET.fromstring(data["result_xml"].encode()).iter("testcase")]  # noqa: S314 -- ours
    assert len(set(names)) == len(names) == 2000
    assert ET.fromstring(data["result_bare_xml"]).tag == "testsuite"  # noqa: S314 -- ours


def test_a_result_is_refused_until_the_testset_is_complete(caller: Client, apptest: Sandbox) -> None:
    apptest.reset(progression=Progression.after(5))
    testset = start(caller)
    for _ in range(9):
        assert result(caller, testset) == sent("get-result-not-ready", apptest)
    for _ in range(5):
        status(caller, testset)
    assert result(caller, testset)["result_code"] == 0, "only looks at the status move it on"


def test_scenarios_are_listed_by_system_and_by_text(caller: Client, apptest: Sandbox) -> None:
    def listed(query: str) -> list[int]:
        return list(caller.get(f"/project/509/scenarios{query}").json["data"]["scenarios"])

    assert caller.get("/project/509/scenarios").json == sent("list-scenarios", apptest)
    assert listed("?os_type=ANDROID") == [11, 12, 13]
    assert listed("?os_type=iOS&q=1") == [21]
    caller.base = ""
    assert listed("?os_type=iOS") == [21, 22], "one of the vendor's samples leaves the prefix out"


def test_a_scenario_is_run_without_a_file(caller: Client, apptest: Sandbox) -> None:
    data = {"pid": 509, "testset_name": "x", "os_type": "iOS", "scenario_id": 21, "source_type": "app_id"}
    answer = send(caller, multipart.form(multipart.field("data", json.dumps(data))))
    assert answer.json["data"]["testset_id"] == 880001
    assert apptest.ledger[0].scenarios == (21,)
    assert "iPhone_13 / iOS" in result(caller, 880001)["data"]["result_xml"]


@pytest.mark.parametrize(
    ("filename", "device"),
    [
        ("a.apk", "Nexus"),
        ("A.XAPK", "Nexus"),
        ("a.apks", "Nexus"),
        ("a.b.ipa", "iPhone"),
        ("앱.zip", "iPhone"),
        ("a.app", "iPhone"),
    ],
)
def test_the_devices_have_the_system_that_the_app_is_for(caller: Client, filename: str, device: str) -> None:
    assert device in result(caller, start(caller, filename=filename))["data"]["result_xml"]


def test_every_option_is_taken(caller: Client, apptest: Sandbox) -> None:
    options = {
        "time_limit": 5,
        "use_vo": True,
        "callback": "https://127.0.0.1/callback",
        "credentials": {"login_id": "tester", "login_pw": "pass-w0rd"},
        "os_type": "ANDROID",
        "scenario_id": 0,
        "ci_type": "jenkins",
    }
    start(caller, options)
    form = apptest.journal[0].form
    assert form is not None
    data = form.part("data")
    assert data is not None
    assert json.loads(data.text) == {"pid": 509, "testset_name": "ci #512", **options}


def test_the_ledger_knows_what_was_sent(caller: Client, apptest: Sandbox) -> None:
    start(caller, {"testset_name": 'say "hi" \\ to\nall'})
    run = apptest.ledger[0]
    assert (run.name, run.project, run.operation, run.capabilities) == ('say "hi" \\ to\nall', 509, "start-testset", 3)
    assert run.file is not None
    assert (run.file.filename, run.file.size) == ("app.apk", 7)
    assert run.file.sha256 == hashlib.sha256(b"PK\x03\x04app").hexdigest()
    assert apptest.journal[0].body == b""


def test_dates_are_of_the_server_that_may_be_off(caller: Client, apptest: Sandbox, now: Time) -> None:
    apptest.reset(scenario=Scenario(skew=5.0), seed=1)
    now.reading += 60
    answer = caller.get(f"/testset/{start(caller)}")
    assert answer.json["data"]["response_time"] == answer.headers["date"] != "Mon, 02 Mar 2026 10:01:00 GMT"


@pytest.mark.parametrize("user", ["dana@example.com", "홍길동", "a"])
def test_a_user_id_is_utf_8_and_a_key_may_hold_colons(caller: Client, user: str) -> None:
    caller.headers = {"Authorization": basic(user, "a:b:c")}
    assert start(caller) == 880001
