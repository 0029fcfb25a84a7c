"""The faults of apptest.ai alone, and the neutral ones where its wire differs."""

import http.client
import json
import threading
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from core.sandbox import FAULTS, SCENARIOS, Fault, Progression, Sandbox
from core.sandbox.apptest.repertoire import FAULTS as OWN
from core.sandbox.boxes import BOXES
from core.sandbox.repertoire import faults_of
from tests.sandbox import multipart
from tests.sandbox.apptest import KEY, USER, basic, code_of, result, send, start, status, word_and_counts
from tests.sandbox.support import Client, client_of, post

DECLARED = '<?xml version="1.0" encoding="'
Check = Callable[[Sandbox, Client], None]


def failed_with(sandbox: Sandbox, client: Client, text: str) -> dict[str, Any]:
    """The first result of a testset of which the last device failed, with a fault."""
    sandbox.reset(scenario=SCENARIOS["one-failure"], faults=[Fault.parse(text)], progression=Progression.immediate())
    found: dict[str, Any] = result(client, start(client))
    return found


def endings(xml: str) -> list[str]:
    return [case[0].tag for case in ET.fromstring(xml.encode()).iter("testcase")]  # noqa: S314 -- ours


def in_json(data: dict[str, Any]) -> list[str]:
    (suite,) = json.loads(data["result_json"])["testsuites"]["testsuite"]
    return [next(iter(case)) for case in suite["testcase"]]


def check_code(sandbox: Sandbox, client: Client) -> None:
    sandbox.reset(faults=[Fault.parse(text) for text in ("code=4081@start", "code=8000@get-testset*3", "code@any#7")])
    assert code_of(send(client, multipart.start())) == 4081
    assert len(sandbox.ledger) == 0
    testset = start(client)
    assert [code_of(client.get(f"/testset/{testset}")) for _ in range(4)] == [8000, 8000, 8000, 0]
    assert result(client, testset)["result_code"] == 5003, "the usual one of that call"


def check_code_after(sandbox: Sandbox, client: Client) -> None:
    sandbox.reset(faults=[Fault.parse("code-after@start")])
    assert code_of(send(client, multipart.start())) == 5001
    assert (len(sandbox.ledger), sandbox.journal[0].effect) == (1, True)


def check_zero(sandbox: Sandbox, client: Client) -> None:
    sandbox.reset(faults=[Fault.parse("zero-devices@start")], progression=Progression.immediate())
    assert send(client, multipart.start()).json["data"] == {"test_count": 0, "testset_id": 880001}
    assert status(client, 880001)["testset_status_detail"]["total_test_cnt"] == 0
    assert (sandbox.ledger[0].passed, sandbox.ledger[0].cases) == (False, ())
    assert endings(result(client, 880001)["data"]["result_xml"]) == []


def check_message(sandbox: Sandbox, client: Client) -> None:
    assert failed_with(sandbox, client, "number-message@get-result")["result_msg"] == 0


def check_lower(sandbox: Sandbox, client: Client) -> None:
    sandbox.reset(faults=[Fault.parse("lower-case@get-testset")])
    assert word_and_counts(client, start(client)) == ("complete", {"pass": 3})


def check_running(sandbox: Sandbox, client: Client) -> None:
    sandbox.reset(faults=[Fault.parse("running-count@get-testset")])
    assert word_and_counts(client, start(client)) == ("Complete", {"pass": 2, "running": 1})


def check_late(sandbox: Sandbox, client: Client) -> None:
    for text, codes in [("result-late=2@get-result", [6002, 6002, 0]), ("result-late@get-result", [6002] * 3 + [0])]:
        sandbox.reset(faults=[Fault.parse(text)])
        testset = start(client)
        assert [result(client, testset)["result_code"] for _ in codes] == codes


def check_incomplete(sandbox: Sandbox, client: Client) -> None:
    data = failed_with(sandbox, client, "incomplete@get-result")["data"]
    assert data.pop("complete") is False
    assert set(data.values()) == {""}


def check_empty(kind: str, left: list[str]) -> Check:
    def check(sandbox: Sandbox, client: Client) -> None:
        data = failed_with(sandbox, client, f"{kind}@get-result")["data"]
        assert data.pop("complete") is True
        assert sorted(form for form, text in data.items() if text) == left

    return check


def check_green(sandbox: Sandbox, client: Client) -> None:
    data = failed_with(sandbox, client, "green-results@get-result")["data"]
    assert endings(data["result_xml"]) == in_json(data) == ["system-out"] * 3
    assert word_and_counts(client, 880001)[1] == {"pass": 2, "fail": 1}


def check_lost(sandbox: Sandbox, client: Client) -> None:
    data = failed_with(sandbox, client, "lost-device@get-result")["data"]
    assert endings(data["result_xml"]) == in_json(data) == ["system-out"] * 2


def check_xml(kind: str, start_: str, inside: str, *, well_formed: bool = False) -> Check:
    def check(sandbox: Sandbox, client: Client) -> None:
        data = failed_with(sandbox, client, f"{kind}@get-result")["data"]
        assert data["result_xml"].startswith(start_)
        assert inside in data["result_xml"]
        if well_formed:
            assert endings(data["result_xml"]) == ["system-out", "system-out", "error"]
        else:
            with pytest.raises(ET.ParseError):
                endings(data["result_xml"])
        assert in_json(data) == ["system-out", "system-out", "error"], "the other forms are as they should be"

    return check


def check_encoding(sandbox: Sandbox, client: Client) -> None:
    xml = failed_with(sandbox, client, "euc-kr@get-result")["data"]["result_xml"]
    assert xml.startswith(f'{DECLARED}EUC-KR"')
    assert "삼성" in xml


def check_bomb(sandbox: Sandbox, client: Client) -> None:
    xml = failed_with(sandbox, client, "entity-bomb@get-result")["data"]["result_xml"]
    assert len(xml) < 5_000
    assert xml.count("<!ENTITY ") == 10
    assert '<!ENTITY l9 "&l8;&l8;' in xml
    assert "<system-err>&l9;</system-err>" in xml


def check_external(sandbox: Sandbox, client: Client) -> None:
    xml = failed_with(sandbox, client, "external-entity@get-result")["data"]["result_xml"]
    assert '<!ENTITY l9 SYSTEM "file:///etc/passwd">' in xml
    assert "<system-err>&l9;</system-err>" in xml


def check_object(sandbox: Sandbox, client: Client) -> None:
    data = failed_with(sandbox, client, "single-object@get-result")["data"]
    assert isinstance(json.loads(data["result_json"])["testsuites"]["testsuite"], dict)


def check_json(sandbox: Sandbox, client: Client) -> None:
    with pytest.raises(json.JSONDecodeError):
        json.loads(failed_with(sandbox, client, "broken-json@get-result")["data"]["result_json"])


def check_huge(sandbox: Sandbox, client: Client) -> None:
    assert len(failed_with(sandbox, client, "huge-html@get-result")["data"]["result_html"]) > 10_000_000
    sandbox.reset(faults=[Fault.parse("huge-html@get-result")])
    answer = client.get(f"/testset/{start(client)}/result?data_type=xml")
    assert len(answer.body) < 5_000, "whoever asks for XML is spared"


CHECKS: dict[str, Check] = {
    "code": check_code,
    "code-after": check_code_after,
    "zero-devices": check_zero,
    "number-message": check_message,
    "lower-case": check_lower,
    "running-count": check_running,
    "result-late": check_late,
    "incomplete": check_incomplete,
    "no-xml": check_empty("no-xml", ["result_html", "result_json"]),
    "no-results": check_empty("no-results", []),
    "green-results": check_green,
    "lost-device": check_lost,
    "broken-xml": check_xml("broken-xml", DECLARED, "?lang=ko&tid=879851"),
    "control-xml": check_xml("control-xml", DECLARED, "\x01"),
    "cut-xml": check_xml("cut-xml", DECLARED, "<testcase "),
    "early-line": check_xml("early-line", "\n<?xml ", "<testcase "),
    "euc-kr": check_encoding,
    "two-suites": check_xml("two-suites", "    <testsuite ", "</testsuite>\n    <testsuite "),
    "dtd": check_xml("dtd", DECLARED, "<!DOCTYPE testsuites>", well_formed=True),
    "entity-bomb": check_bomb,
    "external-entity": check_external,
    "new-attributes": check_xml("new-attributes", DECLARED, ' total_time="1828"', well_formed=True),
    "single-object": check_object,
    "broken-json": check_json,
    "huge-html": check_huge,
}


def test_every_fault_is_tried_and_explained() -> None:
    assert CHECKS.keys() == OWN.keys()
    assert all(fault.text for fault in OWN.values())
    assert not OWN.keys() & FAULTS.keys()


@pytest.mark.parametrize("kind", OWN)
def test_a_fault_does_what_it_says(apptest: Sandbox, caller: Client, kind: str) -> None:
    CHECKS[kind](apptest, caller)


def test_another_vendor_has_none_of_them(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="unknown fault 'dtd'"):
        sandbox.reset(faults=[Fault.parse("dtd@any")])


@pytest.mark.parametrize("text", ["code=x@any", "code=12345@any", "dtd=1@any"])
def test_an_argument_that_is_none_is_refused(apptest: Sandbox, text: str) -> None:
    with pytest.raises(ValueError, match="takes no argument"):
        apptest.reset(faults=[Fault.parse(text)])


@pytest.mark.parametrize("kind", sorted(set(FAULTS) - {"gzip-bomb", "endless", "slow-loris", "hang", "hang-after"}))
def test_every_neutral_fault_combines_with_every_scenario(apptest: Sandbox, kind: str) -> None:
    for scenario in SCENARIOS.values():
        apptest.reset(
            scenario=scenario,
            progression=Progression.immediate(),
            faults=[Fault(kind=kind, at="get-testset"), Fault(kind=kind, at="get-result")],
        )
        for path in ("/testset/880001", "/testset/880001/result"):
            with client_of(apptest.url) as client:
                client.headers = {"Authorization": basic()}
                send(client, multipart.start())
                try:
                    client.get(path)
                except (http.client.HTTPException, OSError):
                    assert kind in ("reset-before", "reset-after", "short")
        assert [exchange.fault is None for exchange in apptest.journal] == [True, False, True, False]


@pytest.mark.parametrize("kind", sorted(faults_of(BOXES["apptest-ai"])))
def test_journal_and_ledger_agree_on_whether_a_start_took_effect(apptest: Sandbox, kind: str) -> None:
    stalled = threading.Event()
    apptest.reset(faults=[Fault(kind=kind, at="start")], on_stall=stalled.set)
    with client_of(apptest.url) as client:
        post(client, "/testset", multipart.start(), FORM, stalled)
    exchange = apptest.journal[0]
    assert exchange.fault == f"{kind}@start"
    assert len(apptest.ledger.ours) == int(exchange.effect)
    assert exchange.effect == (kind not in WITHOUT_EFFECT)
    assert (exchange.status is None) == kind.startswith(("reset", "hang"))


FORM = {"Authorization": basic(), "Content-Type": multipart.CONTENT_TYPE}
WITHOUT_EFFECT = {
    *("401", "403", "404", "413", "422", "429", "500", "501", "502", "503", "504", "html", "echo-secret", "code"),
    *("redirect", "redirect301", "redirect303", "redirect307", "redirect308"),
    *("reset-before", "reset-mid-upload", "hang", "hang-mid-upload"),
}


def test_an_echoed_secret_is_the_whole_header(apptest: Sandbox, caller: Client) -> None:
    apptest.reset(faults=[Fault.parse("echo-secret@start")])
    answer = send(caller, multipart.start())
    assert answer.reason == f"Rejected {basic(USER, KEY)}"
    assert basic(USER, KEY) in answer.json["message"]


def test_the_verdict_is_doubled_or_left_out_where_it_stands(apptest: Sandbox, caller: Client) -> None:
    apptest.reset(
        progression=Progression.after(5),
        faults=[Fault.parse("duplicate-keys@get-testset"), Fault.parse("missing-status@get-testset#2")],
    )
    testset = start(caller)
    pairs: list[list[tuple[str, Any]]] = []
    json.loads(caller.get(f"/testset/{testset}").body, object_pairs_hook=pairs.append)
    doubled = next(pair for pair in pairs if ("testset_status", "Running") in pair)
    assert [value for name, value in doubled if name == "testset_status"] == ["Running", "Complete"]
    missing = caller.get(f"/testset/{testset}").json
    assert missing["data"].keys() == {"testset_status_detail", "response_time"}
    assert missing["result_code"] == 0


def test_answers_may_be_about_an_older_or_another_testset(apptest: Sandbox, caller: Client) -> None:
    apptest.reset(
        scenario=SCENARIOS["one-failure"],
        progression=Progression.immediate(),
        faults=[
            Fault.parse(text)
            for text in (
                "stale@start",
                "wrong-id@start#2",
                "stale@get-testset",
                "stale@get-result",
                "wrong-id@get-result#2",
                "wrong-project@get-result#3",
            )
        ],
    )
    assert start(caller) == 879001
    assert start(caller) == 880003, "though it is 880002"
    assert word_and_counts(caller, 880001) == ("Complete", {"pass": 3})
    stale, other, project, real = (result(caller, 880001)["data"]["result_xml"] for _ in range(4))
    assert endings(stale) == ["system-out"] * 3
    assert "?tid=879854" in other
    assert 'name="Another.TestBot"' in project
    assert 'name="Shop.TestBot"' in real
    assert "?tid=879851" in real
    assert [(run.id, run.ours, run.passed) for run in apptest.ledger] == [
        (879001, False, True),
        (880001, True, False),
        (880002, True, False),
    ]
