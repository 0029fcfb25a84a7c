"""What apptest.ai refuses: strangers, starts that are wrong, testsets that are not there."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from core.sandbox import SCENARIOS, Sandbox
from core.sandbox.apptest.codes import CODES
from core.sandbox.apptest.codes import code_of as code_named
from tests.sandbox import multipart
from tests.sandbox.apptest import basic, code_of, result, send, start
from tests.sandbox.multipart import field, file, form
from tests.sandbox.support import Client

DATA = json.dumps({"pid": 509, "testset_name": "x"})
LATIN = "Basic 9uQ6a2V5"  # `öä:key`, but not in UTF-8


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "Basic ",
        "Basic !!",
        "Basic dXNlcg==",
        "Bearer t0ken",
        LATIN,
        basic("", "key"),
        basic("u", ""),
        basic("u", "wrong"),
        basic("u", "an-invalid-one"),
    ],
)
def test_bad_credentials_are_refused_everywhere(caller: Client, apptest: Sandbox, sent: str) -> None:
    caller.headers = {"Authorization": sent} if sent else {}
    for answer in (
        send(caller, multipart.start()),
        caller.get("/testset/1"),
        caller.get("/testset/1/result"),
        caller.get("/x"),
    ):
        assert (answer.status, answer.json) == (401, {"message": "Unauthorized"})
        assert answer.headers["www-authenticate"] == 'Basic realm="apptest.ai"'
    assert not any(exchange.effect for exchange in apptest.journal)
    assert len(apptest.ledger) == 0


@pytest.mark.parametrize(
    ("change", "code", "detail"),
    [
        ({"pid": None}, 4000, "(pid)"),
        ({"pid": ""}, 4000, "(pid)"),
        ({"pid": 404404}, 4052, "(project_id : 404404)"),
        ({"pid": "509"}, 4052, "(project_id : 509)"),
        ({"pid": True}, 4052, "(project_id : True)"),
        ({"pid": 0}, 4052, "(project_id : 0)"),
        ({"testset_name": None}, 4000, "(testset_name)"),
        ({"testset_name": ""}, 4000, "(testset_name)"),
        ({"testset_name": "n" * 101}, 4052, "(testset_name : nnn"),
        ({"testset_name": 5}, 4052, "(testset_name : 5)"),
        ({"time_limit": 4}, 4052, "(time_limit : 4)"),
        ({"time_limit": 31}, 4052, "(time_limit : 31)"),
        ({"time_limit": "5"}, 4052, "(time_limit : 5)"),
        ({"use_vo": "true"}, 4052, "(use_vo : true)"),
        ({"callback": "https://" + "c" * 250}, 4052, "(callback : https://c"),
        ({"callback": "ftp://127.0.0.1/"}, 4052, "(callback : ftp:"),
        ({"credentials": "me:pw"}, 4052, "(credentials : )"),
        ({"credentials": {"login_id": "me"}}, 4052, "(login_pw : None)"),
        ({"credentials": {"login_id": "i" * 151, "login_pw": "p"}}, 4052, "(login_id : iii"),
        ({"os_type": "android"}, 4052, "(os_type : android)"),
        ({"os_type": "iOS"}, 4055, "(App os type : ANDROID)"),
        ({"scenario_id": 99}, 4052, "(scenario_id : 99)"),
        ({"scenario_id": "11"}, 4052, "(scenario_id : 11)"),
        ({"source_type": "url"}, 4052, "(source_type : url)"),
        ({"scenario_id": 11, "os_type": "iOS"}, 4055, "(App os type : ANDROID)"),
    ],
)
def test_a_start_that_is_wrong_is_refused_and_says_why(
    caller: Client, apptest: Sandbox, change: dict[str, Any], code: int, detail: str
) -> None:
    answer = send(caller, multipart.start(change))
    assert (answer.status, code_of(answer), answer.json["result_msg"]) == (200, code, CODES[code].group)
    assert detail in answer.json["reason"]
    assert answer.json["data"] == {}
    assert len(apptest.ledger) == 0


@pytest.mark.parametrize(
    "change",
    [{"time_limit": 5}, {"time_limit": 30}, {"time_limit": ""}, {"use_vo": 0}, {"callback": ""}, {"credentials": {}}],
)
def test_the_ends_of_each_range_are_inside(caller: Client, change: dict[str, Any]) -> None:
    assert start(caller, change) == 880001


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (form(field("data", DATA)), 4051),
        (form(field("data", DATA), field("app_file", "app.apk")), 4051),
        (form(file("app_file", "app.apk")), 4000),
        (form(file("app_file", "app.apk"), field("data", "{'pid': 509}")), 4000),
        (form(file("app_file", "app.apk"), field("data", "[]")), 4000),
        (form(file("app_file", "app.apk"), field("data", "[" * 100_000)), 4000),
        (form(file("app_file", "app.exe"), field("data", DATA)), 4050),
        (form(file("app_file", "app"), field("data", DATA)), 4050),
        (form(file("app_file", "app.apk", b""), field("data", DATA)), 4032),
        (form(file("app_file", "app.apk"), field("data", DATA))[:-30], 4000),
        (b"", 4000),
        (DATA.encode(), 4000),
    ],
)
def test_a_form_that_lacks_something_is_refused(caller: Client, apptest: Sandbox, body: bytes, code: int) -> None:
    answer = send(caller, body)
    assert (answer.status, code_of(answer)) == (200, code)
    assert len(apptest.ledger) == 0


@pytest.mark.parametrize("content_type", ["multipart/form-data", "application/json", "multipart/form-data; boundary=x"])
def test_a_form_without_its_boundary_has_no_parts(caller: Client, content_type: str) -> None:
    answer = send(caller, multipart.start(), **{"Content-Type": content_type})
    assert (code_of(answer), answer.json["reason"][-6:]) == (4000, "(data)")


def test_an_unknown_testset_has_no_status_and_no_result(caller: Client, apptest: Sandbox) -> None:
    for path in ("1", "abc", "-1", "880001x", "٨٨٠٠٠١"):
        quoted = quote(path)
        assert code_of(caller.get(f"/testset/{quoted}")) == 4053
        assert code_of(caller.get(f"/testset/{quoted}/result")) == 6003


@pytest.mark.parametrize("path", ["/project/404404/scenarios", "/project/x/scenarios"])
def test_an_unknown_project_has_no_scenarios(caller: Client, path: str) -> None:
    assert code_of(caller.get(path)) == 2001
    assert code_of(caller.get("/project/509/scenarios?os_type=windows")) == 4052


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/"), ("GET", "/testset"), ("POST", "/testset/1"), ("DELETE", "/testset/1"), ("GET", "/testset/1/x")],
)
def test_what_is_no_part_of_the_api_is_not_found(caller: Client, method: str, path: str) -> None:
    answer = caller.call(method, path)
    assert (answer.status, answer.json) == (404, {"message": "Not Found"})


def test_outside_the_api_there_is_a_web_page(caller: Client, apptest: Sandbox) -> None:
    caller.base = ""
    found, missing = caller.get("/"), caller.get("/openapi/v1/test/run")
    assert (found.status, missing.status) == (200, 404)
    assert found.headers["content-type"] == "text/html; charset=utf-8"
    assert {exchange.operation for exchange in apptest.journal} == {"page"}


@pytest.mark.parametrize("code", [*CODES, 7777])
@pytest.mark.parametrize("scenario", ["passing", "codes-as-statuses"])
def test_codes_come_with_200_or_with_a_status_of_their_own(caller: Client, scenario: str, code: int) -> None:
    caller.base = f"/s/{scenario}+code={code}@any/openapi/v2"
    answer = caller.get("/testset/1")
    known = code_named(code)
    assert answer.status == (200 if scenario == "passing" else known.status)
    assert (code_of(answer), answer.json["result_msg"], answer.json["data"]) == (code, known.group, {})
    assert answer.json["reason"]
    assert "{" not in answer.json["reason"]


def test_the_texts_are_the_documents(caller: Client, apptest: Sandbox) -> None:
    wire = Path(__file__).parents[1] / "wire" / "apptest-ai" / "start-testset-no-device.json"
    caller.base = "/s/passing+code=4081@start/openapi/v2"
    assert send(caller, multipart.start()).json == json.loads(wire.read_text())
    assert len(apptest.space("passing+code=4081@start").ledger) == 0


def test_error_messages_of_a_hostile_vendor_are_attacks(caller: Client, apptest: Sandbox) -> None:
    apptest.reset(scenario=SCENARIOS["hostile"])
    assert "##vso[task.complete" in result(caller, 1)["reason"]
