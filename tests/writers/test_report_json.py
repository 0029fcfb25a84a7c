"""report.json keeps its contract, docs/report.schema.json, whatever the texts are."""

import json
from dataclasses import replace
from enum import StrEnum
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from core.model import (
    Build,
    Conclusion,
    ExitCode,
    Outcome,
    Reason,
    Result,
    TestCase,
    TestReport,
    TestSuite,
    Verdict,
    count,
)
from core.writers.report_json import SCHEMA, write_json
from tests.ci.hostile import HOSTILE, a_report, a_result

CONTRACT: Any = json.loads((Path(__file__).parents[2] / "docs" / "report.schema.json").read_text())
VALIDATOR = Draft202012Validator(CONTRACT)
BUILD = Build(ci="github", step="e2e")


def written(report: TestReport, status: int = 1, text: str = "x") -> Any:
    found = json.loads("".join(write_json(report, a_result(text, status=status), BUILD)))
    VALIDATOR.validate(found)
    return found


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_any_text_comes_through_and_the_contract_is_kept(text: str) -> None:
    found = written(a_report(text, failed=2, errored=1), text=text)
    assert found["title"] == text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert found["totals"]["tests"] == sum(len(suite["cases"]) for suite in found["suites"])


def test_a_report_without_a_run_or_a_case() -> None:
    found = written(TestReport(title="t", run=None), status=0)
    assert found["run"] is None
    assert found["suites"] == []


@pytest.mark.parametrize(
    ("words", "where"),
    [
        (Conclusion, ("properties", "conclusion")),
        (Reason, ("properties", "reason")),
        (Verdict, ("$defs", "run", "properties", "verdict")),
        (Outcome, ("$defs", "case", "properties", "outcome")),
    ],
)
def test_the_contract_knows_every_word(words: type[StrEnum], where: tuple[str, ...]) -> None:
    place: Any = CONTRACT
    for key in where:
        place = place[key]
    assert set(place["enum"]) - {None} == {str(word) for word in words}


@settings(deadline=None)  # a busy machine is no failure
@given(case=st.builds(TestCase, outcome=st.sampled_from(Outcome)), build=st.builds(Build))
def test_whatever_is_in_a_report_the_contract_is_kept(case: TestCase, build: Build) -> None:
    suite = TestSuite(name=case.name, cases=[case, case], timestamp=case.url, properties=case.properties)
    for conclusion, reason, code, verdict in zip(
        cycle(Conclusion), cycle(Reason), ExitCode, cycle([None, *Verdict]), strict=False
    ):
        report = replace(a_report(), suites=[suite], totals=count([suite]), verdict=verdict)
        result = Result(conclusion=conclusion, reason=reason, exit_code=code, fact=case.message, status=int(code))
        VALIDATOR.validate(json.loads("".join(write_json(report, result, build))))


def test_the_contract_is_a_schema_and_wants_every_key_that_is_written() -> None:
    Draft202012Validator.check_schema(CONTRACT)
    whole = written(replace(a_report(), verdict=Verdict.FAILED))
    places = [whole, whole["tool"], whole["run"], whole["totals"], whole["build"]]
    suite = whole["suites"][0]
    suite["properties"] = [{"name": "n", "value": "v"}]
    for place in (*places, suite, suite["cases"][0], suite["properties"][0]):
        for key in list(place):
            value = place.pop(key)
            assert not VALIDATOR.is_valid(whole), key
            place[key] = [value]  # no key takes a list of its own type
            assert not VALIDATOR.is_valid(whole), key
            place[key] = value
    VALIDATOR.validate(whole)


def test_the_contract_has_the_number_that_is_written() -> None:
    assert CONTRACT["properties"]["schema"] == {"const": SCHEMA}


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), -1.0, 1e300])
def test_what_is_no_duration_is_none(seconds: float) -> None:
    assert written(replace(a_report(), seconds=seconds))["run"]["seconds"] is None


def test_the_cases_come_in_a_stream() -> None:
    pieces = list(write_json(a_report(failed=50), a_result(), BUILD))
    assert len(pieces) > 50
