"""Autify for mobile's results, read from samples written by hand after recordings and the definition."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.guarded.json import loads
from core.model import Conclusion, Outcome, Phase, RemoteRun, TestCase, TestReport, Verdict, count
from core.ports import Answer
from core.vendors.autify import words
from core.vendors.autify.mobile import listing, results
from core.verdict import judge

SAMPLES = Path(__file__).parents[1] / "wire" / "autify-mobile"
LIST = SAMPLES / "list-test-results.json"
RUN = RemoteRun(vendor="autify", id="rEs002", url="https://mobile-app.autify.com/projects/4yyABC/results/rEs002")
VALUES: tuple[Any, ...] = (
    None, "", "passed", "Passed", "PASSED", "success", "failed", "skipped", "running", "wait_device", 0, 1, 1.5, True,
    False, [], {}, [{}], {"status": "passed"}, "passed\n",
)  # fmt: skip


def sample(name: str) -> Any:
    return loads((SAMPLES / f"client-{name}.json").read_bytes())


def cases(name: str) -> dict[str, TestCase]:
    """By the id of the case result."""
    found = [case for suite in results.suites(results.read(sample(name))) for case in suite.cases]
    return {dict(case.properties)["case-result-id"]: case for case in found}


def test_a_case_that_waits_for_a_device_is_not_over() -> None:
    progress = results.progress(results.read(sample("running")))
    assert (progress.phase, progress.verdict, progress.known) == (Phase.RUNNING, None, True)
    assert (progress.done, progress.total) == (0, 1)


def test_durations_are_milliseconds_and_times_have_offsets() -> None:
    result = results.read(sample("passed"))
    assert result.seconds == 10.292
    assert result.created == 1_772_432_911.415
    assert result.finished is not None
    assert result.finished - result.created == pytest.approx(71.528)
    (suite,) = results.suites(result)
    assert suite.timestamp == "2026-03-02T06:28:32"


def test_a_day_in_japan_is_another_one_in_utc() -> None:
    assert {suite.timestamp for suite in results.suites(results.read(sample("failed")))} == {"2026-03-02T14:59:59"}


def test_cases_stand_under_their_device_with_the_ids_that_lead_to_them() -> None:
    suites = results.suites(results.read(sample("failed")))
    assert [suite.name for suite in suites] == ["Pixel 5, android 12.0", "iPhone 13, ios 16"]
    assert suites[1].properties == (("os", "ios"), ("os_version", "16"), ("device", "iPhone 13"))
    first = next(iter(suites[0].cases))
    assert (first.name, first.classname) == ("Test case cAs001", "Autify.Pixel 5, android 12.0")
    assert dict(first.properties) == {
        "test-case-id": "cAs001",
        "case-result-id": "cRs0001",
        "build-id": "bLd001",
        "device": "Pixel 5, android 12.0",
    }
    keys = [(case.classname, case.name) for suite in suites for case in suite.cases]
    assert len(keys) == len(set(keys)) == 5


def test_each_word_of_a_case_has_its_outcome_and_says_why() -> None:
    found = cases("failed")
    assert [case.outcome for case in found.values()] == [
        Outcome.PASSED,
        Outcome.FAILED,
        Outcome.ERRORED,
        Outcome.SKIPPED,
        Outcome.ERRORED,
    ]
    assert found["cRs0002"].message == "Failed on Pixel 5, android 12.0."
    assert found["cRs0003"].message == "Autify had an internal error in this test case on iPhone 13, ios 16."
    assert "'device_wait_timeout' is unknown here" in found["cRs0005"].message
    assert found["cRs0002"].seconds == 40.0
    assert found["cRs0003"].seconds is None


def test_the_shape_of_the_definition_is_read_too() -> None:
    case = cases("as-defined")["cRs0001"]
    assert (case.name, case.classname, case.outcome) == ("Sign in", "Autify.unknown device", Outcome.PASSED)
    assert results.read(sample("as-defined")).builds == set()


def test_values_of_environment_variables_are_left_where_they_are() -> None:
    assert "hunter2" in json.dumps(sample("passed"))
    assert "hunter2" not in repr(results.read(sample("passed")))


def test_an_internal_error_is_no_failed_test() -> None:
    result = results.read(sample("internal-error"))
    assert results.progress(result).verdict is Verdict.VENDOR_ERROR
    assert judge(report(result)).conclusion is Conclusion.ERROR


def report(result: results.Result) -> TestReport:
    suites = results.suites(result)
    verdict = words.VERDICTS.get(result.status)
    return TestReport(title="t", run=RUN, word=result.status, verdict=verdict, suites=suites, totals=count(suites))


def green(text: bytes) -> bool:
    """Whether the client would end with `passed` on this answer alone."""
    try:
        result = results.read(loads(text))
        progress = results.progress(result)
    except (LookupError, TypeError, ValueError, AttributeError):
        return False
    if progress.verdict is None:
        return False
    return judge(report(result)).conclusion is Conclusion.PASSED


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from paths(inner, (*path, key))


def mutants(value: Any) -> Iterator[Any]:
    """The answer with one field replaced, or taken away."""
    for path in [path for path in paths(value) if path]:
        for change in (*VALUES, KeyError):
            mutant = copy.deepcopy(value)
            parent = mutant
            for key in path[:-1]:
                parent = parent[key]
            if change is KeyError:
                del parent[path[-1]]
            else:
                parent[path[-1]] = change
            yield mutant


def test_no_damaged_answer_about_a_failed_run_turns_green() -> None:
    assert green(json.dumps(sample("passed")).encode())
    tried = [json.dumps(mutant).encode() for mutant in mutants(sample("failed"))]
    assert len(tried) > 1_000
    assert [text for text in tried if green(text)] == []


def test_a_passed_run_with_a_case_that_did_not_is_not_green_whatever_is_lost_besides() -> None:
    contradicting = {**sample("failed"), "status": "passed"}
    listed = ((mutant, mutant.get("test_case_results")) for mutant in mutants(contradicting))
    whole = [mutant for mutant, items in listed if isinstance(items, list) and len(items) == 5]
    assert len(whole) > 1_000
    assert [mutant for mutant in whole if green(json.dumps(mutant).encode())] == []


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("describe-*.json")), ids=lambda path: path.stem)
def test_what_the_sandbox_sends_is_read(path: Path) -> None:
    result = results.read(loads(path.read_bytes()))
    assert results.progress(result).known
    assert (result.builds == {"bLd001"}) is bool(result.cases)


def test_the_list_has_a_total_and_no_cases() -> None:
    answer = Answer(status=200, value=loads(LIST.read_bytes()), body=b"", content_type="", date=1_772_445_600.0)
    before = listing.read_baseline(answer)
    assert before.ids == {"rEs880001"}
    assert before.server_time == 1_772_445_600.0
    assert [*before.durations] == pytest.approx([72.292]), "the whole time, with the wait for a device"


@pytest.mark.parametrize("id_", ["", " ", "a b", "a/b", "..", "ä", "x" * 101, 7, None, "a\n", "<b>", "a?b=c", "a%2f"])
def test_what_is_no_id_is_no_answer(id_: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        results.read({**sample("passed"), "id": id_})
