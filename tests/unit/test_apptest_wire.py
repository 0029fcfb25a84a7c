"""The samples of apptest.ai's wire, which the sandbox sends too, as our client reads them."""

import json
from pathlib import Path

import pytest

from core.errors import CallFailedError
from core.model import Outcome
from core.ports import Answer
from core.vendors.apptest_ai import codes, devices, results, status

WIRE = Path(__file__).parents[1] / "wire" / "apptest-ai"
OUTCOMES = [Outcome.PASSED, Outcome.PASSED, Outcome.ERRORED]


def answer(name: str, http: int = 200) -> Answer:
    body = (WIRE / name).read_bytes()
    return Answer(status=http, value=None, body=body, content_type="application/json", date=None)


def test_a_start() -> None:
    data = codes.started(answer("start-testset.json"), "POST /testset")
    assert (data["testset_id"], data["test_count"]) == (880001, 3)


def test_a_start_without_a_free_device_is_a_refusal_that_started_nothing() -> None:
    with pytest.raises(CallFailedError) as caught:
        codes.started(answer("start-testset-no-device.json"), "POST /testset")
    assert caught.value.fault.surely_without_effect
    assert caught.value.reason == "capacity"


@pytest.mark.parametrize(
    ("name", "finished"), [("get-testset-running.json", False), ("get-testset-complete.json", True)]
)
def test_a_status(name: str, finished: bool) -> None:
    found = status.read(codes.told(answer(name), "GET /testset/1"))
    assert found.complete is finished
    assert found.counts.total == 3


def test_a_result_that_is_not_ready_may_come_later() -> None:
    with pytest.raises(CallFailedError) as caught:
        codes.result(answer("get-result-not-ready.json"), "GET /testset/1/result")
    assert caught.value.code == "6002"


def test_a_result_that_holds_nothing_says_nothing() -> None:
    found = results.read(codes.result(answer("get-result-empty.json"), "GET /testset/1/result"))
    assert not found.usable


@pytest.mark.parametrize("name", ["result-xml.xml", "result-bare-xml.xml"])
def test_a_result_as_xml(name: str) -> None:
    found = devices.of_xml((WIRE / name).read_text(encoding="utf-8"))
    assert [device.outcome for device in found] == OUTCOMES


def test_a_result_as_json() -> None:
    found = devices.of_json(json.loads((WIRE / "result-json.json").read_text(encoding="utf-8")))
    assert [device.outcome for device in found] == OUTCOMES
    assert found[1].name == "삼성 갤럭시 S22 / ANDROID 13"
