"""Each scenario at apptest.ai: what looks at the status see, what the results say, and what the ledger says."""

import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from core.sandbox import SCENARIOS, Progression, Sandbox, Scenario, green
from core.sandbox.apptest.repertoire import Knobs
from core.sandbox.boxes import BOXES
from core.sandbox.hostile import EVERYTHING, MEBIBYTE, WORD
from core.sandbox.repertoire import scenarios_of
from tests.sandbox import multipart
from tests.sandbox.apptest import code_of, result, send, start, status, word_and_counts
from tests.sandbox.support import Client, Time

ALL = scenarios_of(BOXES["apptest-ai"])
PASS, ERROR = "system-out", "error"  # what a device has in the XML

Look = tuple[str, dict[str, int]]
BEGINNING: list[Look] = [
    ("Running", {"initializing": 3}),
    ("Running", {"running": 1, "initializing": 2}),
    ("Running", {"pass": 1, "running": 2}),
]
RUNNING: Look = ("Running", {})
STUCK: Look = ("Running", {"pass": 2, "running": 1})


def way(settled: dict[str, int], final: dict[str, int] | None = None, word: str = "Complete") -> list[Look]:
    """What five looks see of a run that ends at the fifth."""
    return [*BEGINNING, ("Running", settled), (word, settled if final is None else final)]


# name: what five looks see of a run that ends at the fifth; what each device has in the XML; may it turn a build green?
EXPECTED: dict[str, tuple[list[Look], list[str], bool]] = {
    **dict.fromkeys(
        ("passing", "review-needed", "earlier-runs", "skewed-clock", "codes-as-statuses", "data-type-ignored"),
        (way({"pass": 3}), [PASS] * 3, True),
    ),
    **dict.fromkeys(("one-failure", "foreign-run"), (way({"pass": 2, "fail": 1}), [PASS, PASS, ERROR], False)),
    "internal-error": (way({"pass": 2, "error": 1}), [PASS, PASS, ERROR], False),
    "canceled": (way({"pass": 1, "running": 2}, {"pass": 1, "stop": 2}), [PASS, ERROR, ERROR], False),
    "stopped-absent": (way({"pass": 1, "running": 2}, {"pass": 1, "stop": 2}), [PASS], False),
    "skipped": (
        [*BEGINNING[:2], *[("Running", {"running": 3})] * 2, ("Complete", {"stop": 3})],
        [ERROR] * 3,
        False,
    ),
    "never-ends": ([("Running", {"initializing": 3})] * 5, [], False),
    "never-ends-running": ([*BEGINNING, STUCK, STUCK], [], False),
    "unknown-status": (way({"pass": 3}, word="partially_passed"), [PASS] * 3, False),
    "unknown-then-passed": (way({"pass": 3}, {"pass": 2, "running": 1}, "healing"), [PASS] * 3, True),
    "unknown-case": (way({"pass": 2}), [PASS, PASS, "partially_passed"], False),
    "empty": ([*[RUNNING] * 4, ("Complete", {})], [], False),
    "contradiction": (way({"pass": 3}), [PASS, PASS, ERROR], False),
    "slow-settle": (
        [("Running", {"running": 3}), STUCK, *[("Running", {"pass": 3})] * 2, ("Complete", {"pass": 3})],
        [PASS] * 3,
        True,
    ),
    "flapping": (way({"pass": 2, "fail": 1}, {"pass": 2, "running": 1}), [], False),
    "hostile": (way({"pass": 2, "fail": 1}, {"pass": 2, "running": 1}, WORD), [PASS, PASS, ERROR], False),
    "vanishing": (BEGINNING, [], False),
    "eventual": (way({"pass": 3}), [PASS] * 3, True),
    "result-late": (way({"pass": 3}), [], True),
    "one-device": (
        [
            ("Running", {"initializing": 1}),
            ("Running", {"running": 1}),
            ("Running", {"running": 1}),
            ("Running", {"pass": 1}),
            ("Complete", {"pass": 1}),
        ],
        [PASS],
        True,
    ),
    "json-only": (way({"pass": 2, "fail": 1}), [], False),
    "counts-only": (way({"pass": 2, "fail": 1}), [], False),
}
IN_NUMBERS = {"many": 2000, "matrix": 12}  # so many devices, all of which pass
BY_CHANCE = {"stale-reads"}


def test_every_scenario_is_tried() -> None:
    assert EXPECTED.keys() | IN_NUMBERS.keys() | BY_CHANCE == ALL.keys()
    assert all(scenario.description for scenario in ALL.values())


@pytest.mark.parametrize("name", EXPECTED)
def test_looks_see_the_devices_and_the_end(caller: Client, apptest: Sandbox, now: Time, name: str) -> None:
    looks, endings, passes = EXPECTED[name]
    apptest.reset(scenario=ALL[name], progression=Progression.after(5))
    testset = start(caller)
    now.reading += 10
    assert [word_and_counts(caller, testset) for _ in looks] == looks
    if name == "vanishing":
        assert code_of(caller.get(f"/testset/{testset}")) == 4053
        assert result(caller, testset)["result_code"] == 6003
    if name in ("unknown-then-passed", "hostile"):
        assert status(caller, testset)["testset_status"] == "Complete"
    found = result(caller, testset)
    assert ([] if found["result_code"] else elements(found["data"]["result_xml"])) == endings
    run = apptest.ledger.ours[0]
    assert (run.passed, len(run.cases)) == (passes, run.capabilities)
    assert passes == green(ALL[name])


@pytest.mark.parametrize("name", IN_NUMBERS)
def test_a_project_may_have_many_devices(caller: Client, apptest: Sandbox, name: str) -> None:
    apptest.reset(scenario=ALL[name], progression=Progression.immediate())
    count = IN_NUMBERS[name]
    answer = send(caller, multipart.start())
    assert answer.json["data"]["test_count"] == count
    assert word_and_counts(caller, 880001) == ("Complete", {"pass": count})
    assert elements(result(caller, 880001)["data"]["result_xml"]) == [PASS] * count


def test_a_run_that_ends_at_once_has_its_result_at_once(caller: Client) -> None:
    testset = start(caller)
    assert result(caller, testset)["data"]["complete"] is True
    assert word_and_counts(caller, testset) == ("Complete", {"pass": 3})


def test_by_the_clock_devices_end_one_by_one(caller: Client, apptest: Sandbox, now: Time) -> None:
    apptest.reset(progression=Progression.seconds(queue=1, wait=2, run=30, settle=3))
    testset, seen = start(caller), []
    for at in (0, 1, 3, 14, 24, 32.9, 33, 35.9, 36, 9999):
        now.reading = 1000 + at
        seen.append(word_and_counts(caller, testset))
    assert seen == [
        ("Running", {"initializing": 3}),
        ("Running", {"running": 1, "initializing": 2}),
        ("Running", {"running": 3}),
        ("Running", {"pass": 1, "running": 2}),
        ("Running", {"pass": 2, "running": 1}),
        ("Running", {"pass": 3}),
        ("Running", {"pass": 3}),
        ("Running", {"pass": 3}),
        ("Complete", {"pass": 3}),
        ("Complete", {"pass": 3}),
    ]


def test_a_flapping_run_has_no_result_until_it_has_really_ended(caller: Client, apptest: Sandbox) -> None:
    apptest.reset(scenario=ALL["flapping"], progression=Progression.immediate())
    testset = start(caller)
    assert word_and_counts(caller, testset) == ("Complete", {"pass": 2, "running": 1})
    assert result(caller, testset)["result_code"] == 6002
    assert elements(result(caller, testset)["data"]["result_xml"]) == [PASS, PASS, ERROR]
    assert word_and_counts(caller, testset) == ("Complete", {"pass": 2, "fail": 1})


def test_a_result_may_come_late(caller: Client, apptest: Sandbox) -> None:
    apptest.reset(scenario=ALL["result-late"], progression=Progression.after(2))
    testset = start(caller)
    assert result(caller, testset)["result_code"] == 6002, "not complete: this one does not count"
    for _ in range(2):
        status(caller, testset)
    assert [result(caller, testset)["result_code"] for _ in range(5)] == [6002, 6002, 6002, 0, 0]


def test_one_device_is_no_list_in_json(caller: Client, apptest: Sandbox) -> None:
    apptest.reset(scenario=ALL["one-device"], progression=Progression.immediate())
    suite = json.loads(result(caller, start(caller))["data"]["result_json"])["testsuites"]["testsuite"]
    assert suite["testcase"]["name"] == "LGE Nexus_5X / ANDROID 8.1.0"


@pytest.mark.parametrize(("name", "left"), [("json-only", ["result_html", "result_json"]), ("counts-only", [])])
def test_results_may_be_empty(caller: Client, apptest: Sandbox, name: str, left: list[str]) -> None:
    apptest.reset(scenario=ALL[name], progression=Progression.immediate())
    data: dict[str, Any] = result(caller, start(caller))["data"]
    assert data.pop("complete") is True
    assert sorted(form for form, text in data.items() if text) == left


def test_other_builds_start_the_same_around_ours(caller: Client, apptest: Sandbox) -> None:
    apptest.reset(scenario=ALL["foreign-run"], progression=Progression.immediate())
    assert start(caller) == 880002
    assert [(run.id, run.ours, run.passed) for run in apptest.ledger] == [
        (880001, False, True),
        (880002, True, False),
        (880003, False, True),
    ]
    assert word_and_counts(caller, 880001)[1] == {"pass": 3}


def test_a_new_testset_may_take_its_time_to_come_through(caller: Client, apptest: Sandbox, now: Time) -> None:
    apptest.reset(scenario=ALL["eventual"], progression=Progression.immediate())
    testset = start(caller)
    now.reading += 9
    assert code_of(caller.get(f"/testset/{testset}")) == 4053
    now.reading += 1
    assert code_of(caller.get(f"/testset/{testset}")) == 0


def test_stale_reads_go_back_and_forth_by_the_seed(caller: Client, apptest: Sandbox, now: Time) -> None:
    def seen() -> list[str]:
        apptest.reset(scenario=ALL["stale-reads"], progression=Progression.seconds(run=6), seed=3)
        testset, words = start(caller), []
        for _ in range(24):
            now.reading += 0.5
            words.append(status(caller, testset)["testset_status"])
        return words

    words = seen()
    assert words == seen()
    assert "Running" in words[words.index("Complete") :]


def test_the_code_of_an_unknown_testset_can_be_chosen(caller: Client, apptest: Sandbox) -> None:
    apptest.reset(scenario=Scenario(own=Knobs(unknown_id=6003)))
    assert code_of(caller.get("/testset/1")) == 6003


def test_a_hostile_vendor_attacks_in_every_text(caller: Client, apptest: Sandbox) -> None:
    apptest.reset(scenario=SCENARIOS["hostile"], progression=Progression.immediate())
    testset = start(caller)
    status(caller, testset)
    data = result(caller, testset)["data"]
    suite = json.loads(data["result_json"])["testsuites"]["testsuite"][0]
    assert suite["name"] == f"{EVERYTHING}.TestBot"
    assert [case["name"] for case in suite["testcase"][:2]] == [EVERYTHING, MEBIBYTE]
    assert suite["testcase"][2]["name"].endswith("\ud83d")
    assert suite["testcase"][0]["system-out"]["contents"][0].startswith("javascript:")
    names = [case.get("name", "") for case in read(data["result_xml"])]
    assert names[1] == MEBIBYTE
    for piece in ("::error::", "##vso[", "\r::set-output", "]]>", "<script>", "한국어"):
        assert piece in names[0]


def elements(xml: str) -> list[str]:
    """What each device has in the XML."""
    return [case[0].tag for case in read(xml)] if xml else []


def read(xml: str) -> list[ET.Element]:
    return list(ET.fromstring(xml.encode()).iter("testcase"))  # noqa: S314 -- ours
