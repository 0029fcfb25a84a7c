"""Every named scenario of the sandbox ends as it should: exit code, outputs, files, and what GitHub is shown."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET  # our own output, written a moment ago

import pytest

from core.sandbox import SCENARIOS
from tests.e2e.support import HEAD, PLAN, RESULTS, SCENARIO, TOKEN, Ended, Step, vendor

PASSED = (0, "passed", "")
FAILED = (1, "failed", "tests-failed")
EMPTY = (5, "inconclusive", "empty")
TIMED_OUT = (4, "timed-out", "timeout")
# scenario -> (exit code, conclusion, reason), the cases by outcome: passed, failed, errored, skipped; None: depends
EXPECTED: Mapping[str, tuple[tuple[int, str, str], tuple[int, int, int, int] | None]] = {
    "passing": (PASSED, (2, 0, 0, 0)),
    "one-failure": (FAILED, (1, 1, 0, 0)),
    "review-needed": (PASSED, (2, 0, 0, 0)),
    "internal-error": ((7, "error", "vendor-error"), (1, 0, 1, 0)),
    "canceled": ((7, "cancelled", "cancelled-at-vendor"), (1, 0, 1, 0)),
    "skipped": (EMPTY, (0, 0, 0, 2)),
    "never-ends": (TIMED_OUT, (0, 0, 0, 0)),
    "never-ends-running": (TIMED_OUT, None),
    "unknown-status": ((7, "error", "protocol"), (2, 0, 0, 0)),
    "unknown-then-passed": (PASSED, (2, 0, 0, 0)),
    "unknown-case": (FAILED, (1, 0, 1, 0)),
    "empty": (EMPTY, (0, 0, 0, 0)),
    "contradiction": (FAILED, (1, 1, 0, 0)),
    "slow-settle": (PASSED, (2, 0, 0, 0)),
    "flapping": (FAILED, (1, 1, 0, 0)),
    "foreign-run": (FAILED, (1, 1, 0, 0)),
    "earlier-runs": (PASSED, (3, 0, 0, 0)),
    "hostile": (FAILED, (1, 1, 0, 0)),
    "vanishing": ((7, "error", "protocol"), None),
    "skewed-clock": (PASSED, (2, 0, 0, 0)),
    "many": (PASSED, (2000, 0, 0, 0)),
    "matrix": (PASSED, (12, 0, 0, 0)),
    "eventual": (PASSED, (2, 0, 0, 0)),
    "stale-reads": (PASSED, (2, 0, 0, 0)),
}
INPUTS = {
    "never-ends": {"timeout": "1s"},
    "never-ends-running": {"timeout": "2s"},
    "unknown-status": {"timeout": "2s"},
    "vanishing": {"timeout": "3s"},
    "earlier-runs": PLAN,
}
PACE = {
    "slow-settle": "2s",
    "never-ends": "1s",
    "never-ends-running": "1s",
    "vanishing": "2 looks",
    "stale-reads": "1s",
}
CHANGED = {"eventual": replace(SCENARIOS["eventual"], eventual=1.0)}


@pytest.fixture(scope="module")
def all_ended(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Ended]:
    """All of them, some at the same time: most of their time is waiting."""
    folder = tmp_path_factory.mktemp("scenarios")

    def play(name: str) -> tuple[str, Ended]:
        return name, _played(name, folder)

    with ThreadPoolExecutor(4) as pool:
        return dict(pool.map(play, SCENARIOS))


def _played(name: str, folder: Path) -> Ended:
    place = folder / name
    place.mkdir()
    with vendor(CHANGED.get(name, name), progression=PACE.get(name, "immediate")) as server:
        return Step(folder=place, url=server.url).run(
            **INPUTS.get(name, {}) | ({} if INPUTS.get(name) is PLAN else SCENARIO)
        )


def test_each_scenario_has_its_expectation() -> None:
    assert list(EXPECTED) == list(SCENARIOS)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_ends_as_it_should(name: str, all_ended: Mapping[str, Ended]) -> None:
    ended = all_ended[name]
    verdict, cases = EXPECTED[name]
    assert ended.verdict == verdict, ended.log
    counts = tuple(int(ended.outputs[word]) for word in ("passed", "failed", "errored", "skipped"))
    assert cases is None or counts == cases
    assert int(ended.outputs["tests"]) == sum(counts)
    assert ended.outputs["exit-code"] == str(verdict[0])
    assert ended.outputs["run-id"].isdigit()
    assert ended.outputs["run-url"].endswith(f"/projects/77/results/{ended.outputs['run-id']}")
    assert ended.errors == ""


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_files_of_a_scenario_say_what_its_outputs_say(name: str, all_ended: Mapping[str, Ended]) -> None:
    ended = all_ended[name]
    paths = {key: ended.outputs[key] for key in ("junit", "json", "summary")}
    assert paths == {
        "junit": f"{RESULTS}/junit.xml",
        "json": f"{RESULTS}/report.json",
        "summary": f"{RESULTS}/summary.md",
    }
    tree = ET.parse(ended.workspace / paths["junit"])  # noqa: S314 -- ours
    found = {word: len(tree.findall(f".//testcase/{word}")) for word in ("failure", "error", "skipped")}
    report = ended.report()
    assert report["build"]["commit"] == HEAD
    assert [report["conclusion"], report["reason"], report["exit-code"]] == [
        ended.outputs["conclusion"],
        ended.outputs["reason"],
        ended.status,
    ]
    for word, element in (("failed", "failure"), ("skipped", "skipped")):
        assert found[element] == int(ended.outputs[word])
    assert found["error"] >= int(ended.outputs["errored"])
    assert ended.file("summary.md")
    assert ended.summary.strip()


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_log_of_a_scenario_holds_our_commands_and_no_other(name: str, all_ended: Mapping[str, Ended]) -> None:
    ended = all_ended[name]
    first = ended.log.splitlines()[0]
    assert first == f"::add-mask::{TOKEN}"
    allowed = {"add-mask", "group", "endgroup", "notice", "warning", "error", "stop-commands"}
    names = [command.name for command in ended.commands]
    assert set(names) <= allowed
    assert TOKEN not in ended.log.replace(first, "")
    for text in (ended.summary, *(path.read_text(encoding="utf-8") for path in (ended.workspace / RESULTS).iterdir())):
        assert TOKEN not in text
    assert ("error" in names) == (ended.status != 0)
