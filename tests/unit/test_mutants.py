"""No damaged answer about a failed run turns green: one field changed, lost or doubled at a time (threat T19)."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from core.guarded.json import loads
from core.model import Conclusion, RemoteRun, TestReport, count
from core.vendors.autify.web import results
from core.verdict import judge

VALUES: tuple[Any, ...] = (
    None, "", "passed", "Passed", "pass", "PASSED", "success", "failed", "skipped", "running", 0, 1, -1, 1.5, True,
    False, [], {}, [{}], {"status": "passed"}, "passed\n", "pass\u200bed",
)  # fmt: skip


def case(number: int, status: str) -> dict[str, Any]:
    page = f"https://app.autify.com/projects/77/results/880002/capabilities/9901/scenarios/{number}"
    return {
        "id": number,
        "test_case_id": number,
        "status": status,
        "duration": 7,
        "project_url": page,
        "review_needed": 0,
    }


FAILED: dict[str, Any] = {
    "id": 880002,
    "status": "failed",
    "duration": 11674,
    "started_at": "2026-03-02T10:00:09.139Z",
    "finished_at": "2026-03-02T10:00:29.139Z",
    "created_at": "2026-03-02T10:00:02.087Z",
    "review_needed": False,
    "test_plan": None,
    "test_plan_capability_results": [
        {
            "id": 9901,
            "capability": {"os": "Linux", "browser": "Chrome", "browser_version": "136.0", "device": ""},
            "test_case_results": [case(501, "passed"), case(502, "failed"), case(503, "passed")],
        }
    ],
}
CONTRADICTING = {**FAILED, "status": "passed"}


def green(text: bytes) -> bool:
    """Whether the client would end with `passed` on this answer alone."""
    try:
        result = results.read(loads(text))
        progress = results.progress(result)
    except (LookupError, TypeError, ValueError, AttributeError):
        return False
    if progress.verdict is None:
        return False
    suites = results.suites(result, {})
    report = TestReport(
        title="",
        run=RemoteRun(vendor="autify", id="880002", url=""),
        word=result.status,
        verdict=progress.verdict,
        suites=suites,
        totals=count(suites),
    )
    return judge(report).conclusion is Conclusion.PASSED


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every member of every object and list."""
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from places(item, (*path, key))


def mutants(document: dict[str, Any]) -> Iterator[bytes]:
    for path in places(document):
        for value in (*VALUES, KeyError):
            mutant = copy.deepcopy(document)
            parent = mutant
            for key in path[:-1]:
                parent = parent[key]
            if value is KeyError:
                del parent[path[-1]]
            else:
                parent[path[-1]] = value
            yield json.dumps(mutant).encode()


def test_the_measure_knows_green_from_red() -> None:
    passing = copy.deepcopy(FAILED)
    passing["status"] = "passed"
    passing["test_plan_capability_results"][0]["test_case_results"][1]["status"] = "passed"
    assert green(json.dumps(passing).encode())
    assert not green(json.dumps(FAILED).encode())


def test_no_single_change_of_a_failed_run_is_green() -> None:
    found = [mutant for mutant in mutants(FAILED) if green(mutant)]
    assert found == []
    assert sum(1 for _ in mutants(FAILED)) > 800


@pytest.mark.parametrize("word", ["failed", "running", "canceled", "internal_error", "partially_passed", "waiting"])
def test_a_passed_run_with_a_case_that_did_not_pass_is_not_green(word: str) -> None:
    document = copy.deepcopy(CONTRADICTING)
    document["test_plan_capability_results"][0]["test_case_results"][1]["status"] = word
    assert not green(json.dumps(document).encode())


def test_no_prefix_of_a_passing_answer_is_green() -> None:
    document = copy.deepcopy(FAILED)
    document["status"] = "passed"
    document["test_plan_capability_results"][0]["test_case_results"][1]["status"] = "passed"
    text = json.dumps(document).encode()
    assert green(text)
    assert not any(green(text[:length]) for length in range(len(text)))
