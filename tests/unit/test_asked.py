"""What is said of inputs that are wrong together: each problem once, and none that only follows from another."""

import pytest

from core.commands.asked import known_inputs, understand
from core.errors import BadInputError
from core.inputs.sources import gather

ASKED = {"token": "t", "project-id": "77", "base-url": "https://vendor.example"}
APPTEST = ASKED | {"token": "user:key"}
ENOUGH = {
    "autify": {"test-plan": "3001"},
    "mendix-ats": {
        "app-id": "1b4e28ba-2fa1-41d2-883f-0016d3cca427",
        "template-id": "6fa459ea-ee8a-4ca4-894e-db77e160355e",
    },
    "apptest-ai": {"token": "user:key", "scenario-id": "5"},
    "testmo": {"source": "shop", "results": "out.xml"},
}


def _wrong(vendor: str, values: dict[str, str]) -> dict[str, str]:
    if vendor == "mendix-ats":
        values = {name: text for name, text in values.items() if name != "project-id"}
    raw = gather([], {f"INPUT_{name.upper()}": text for name, text in ({"vendor": vendor} | values).items()})
    with pytest.raises(BadInputError) as refused:
        understand(raw, known_inputs(vendor, values.get("record-to", "")))
    names = [name for name, _ in refused.value.problems]
    assert len(names) == len(set(names))
    return dict(refused.value.problems)


@pytest.mark.parametrize("mode", ["", "run", "start"])
@pytest.mark.parametrize("vendor", ENOUGH)
def test_a_run_to_collect_is_refused_where_another_one_would_be_started(vendor: str, mode: str) -> None:
    results = {"results": ""} if (vendor, mode) == ("testmo", "start") else {}
    found = _wrong(vendor, ASKED | ENOUGH[vendor] | results | {"run-id": "5", "mode": mode})
    assert list(found) == ["run-id"]
    assert found["run-id"].startswith("goes with `mode: wait` or `cleanup`, ")
    assert ("`thread-of`" in found["run-id"]) == (vendor == "testmo")


@pytest.mark.parametrize("vendor", ENOUGH)
def test_a_wait_without_a_run_lacks_its_id(vendor: str) -> None:
    found = _wrong(vendor, ASKED | ENOUGH[vendor] | {"mode": "wait"})
    assert found["run-id"] == "is required with `mode: wait`: the output `run-id` of the step that started the run."
    assert list(found) == ["run-id", *(["results"] if vendor == "testmo" else [])], "which nobody would record"


def test_what_only_follows_from_a_wrong_input_is_not_told_beside_it() -> None:
    plan = {"token": "t", "test-plan": "https://app.autify.com/projects/77/results/980001"}
    assert list(_wrong("autify", plan)) == ["test-plan"]
    product = {"test-plan": "3001", "product": "desktop", "build-id": "b"}
    assert list(_wrong("autify", ASKED | product)) == ["product"]
    assert list(_wrong("apptest-ai", APPTEST | {"scenario-id": "x"})) == ["scenario-id"]
    assert list(_wrong("testmo", ASKED | ENOUGH["testmo"] | {"record-to": "testmo"})) == ["record-to"]
    assert set(_wrong("autify", {"token": "t"})) == {"scenarios", "project-id"}


@pytest.mark.parametrize("arguments", [["launch"], ["run", "start"]])
def test_a_word_that_is_no_input_is_told_which_words_there_are(arguments: list[str]) -> None:
    (problem,) = gather(arguments, {}).problems[-1:]
    assert "Only the first word may be a command: run, start, wait, cleanup, api, sandbox, demo." in problem[1]


def test_an_app_file_is_no_pattern() -> None:
    assert "patterns are not filled in here" in _wrong("apptest-ai", APPTEST | {"app-file": "build/*.apk"})["app-file"]
    assert "pattern" not in _wrong("apptest-ai", APPTEST | {"app-file": "build/a.apk"})["app-file"]
