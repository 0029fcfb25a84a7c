"""Cases that are made once: what every look sees, what is kept, and what happens without room."""

import resource
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.model import Outcome, TestCase, TestReport, TestSuite
from core.reports.redacted import CUT, LONGEST_MESSAGE, LONGEST_NAME, redacted
from core.text.secret import Redactor, Secret

EVERYTHING = TestCase(
    name="adds \ud83d\x00 número",
    classname="shop.Cart",
    outcome=Outcome.FAILED,
    seconds=0.25,
    message="boom",
    details="at line 1\n" * 300,
    url="https://vendor.example/1",
    needs_review=True,
    flaky=True,
    properties=(("os", "linux"), ("", "")),
)


class Counted:
    """So many cases, and how often they were made."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.made = 0

    def __iter__(self) -> Iterator[TestCase]:
        for number in range(self.count):
            self.made += 1
            yield TestCase(name=f"case {number}", classname="c", outcome=Outcome.PASSED, properties=(("a", "b"),))
        yield EVERYTHING


def safe(*all_cases: Counted | tuple[TestCase, ...], secrets: tuple[str, ...] = ()) -> list[TestSuite]:
    suites = tuple(TestSuite(name="s", cases=cases, timestamp="") for cases in all_cases)
    report = TestReport(title="t", run=None, suites=suites)
    return list(redacted(report, Redactor(map(Secret, secrets))).suites)


@pytest.mark.parametrize("count", [0, 249, 250, 1_000])
def test_every_look_sees_the_same_and_only_the_first_makes_the_cases(count: int) -> None:
    source = Counted(count)
    (suite,) = safe(source)
    looks = [list(suite.cases) for _ in range(3)]
    assert looks[0] == looks[1] == looks[2] == list(Counted(count))
    assert source.made == count
    assert type(looks[2][-1].outcome) is Outcome


def test_looks_at_several_suites_do_not_disturb_each_other() -> None:
    first, second = safe(Counted(600), Counted(700))
    for suite in (first, second):
        list(suite.cases)
    pairs = list(zip(first.cases, second.cases, first.cases, strict=False))
    assert [(a.name, b.name, c.name) for a, b, c in pairs[:600]] == [(f"case {n}",) * 3 for n in range(600)]


def test_a_look_that_ends_early_leaves_nothing_half() -> None:
    source = Counted(600)
    (suite,) = safe(source)
    for case in suite.cases:
        if case.name == "case 300":
            break
    assert len(list(suite.cases)) == len(list(suite.cases)) == 601
    assert source.made == 301 + 600


def test_what_is_kept_holds_no_secret() -> None:
    (suite,) = safe(Counted(10), secrets=("case 7", "shop.Cart"))
    for _ in range(2):
        found = list(suite.cases)
        assert [case.name for case in found][6:9] == ["case 6", "***", "case 8"]
        assert found[-1].classname == "***"


@pytest.mark.parametrize("field", ["name", "classname", "message", "details", "url", "properties"])
def test_a_secret_is_found_in_each_text_of_a_case(field: str) -> None:
    value = (("k", "a hunter2 b"),) if field == "properties" else "a hunter2 b"
    case = TestCase(**{"name": "n", "classname": "c", "outcome": Outcome.PASSED, field: value})  # type: ignore[arg-type]
    (suite,) = safe((case,), secrets=("hunter2",))
    (found,) = suite.cases
    assert getattr(found, field) == ((("k", "a *** b"),) if field == "properties" else "a *** b")


def test_long_texts_are_cut_as_ever() -> None:
    case = TestCase(name="n" * 1_001, classname="c", outcome=Outcome.PASSED, message="m" * 20_000)
    (suite,) = safe((case,))
    (found,) = suite.cases
    assert found.name == "n" * LONGEST_NAME + CUT
    assert found.message == "m" * LONGEST_MESSAGE + CUT


def test_without_a_place_for_the_file_every_look_makes_the_cases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    source = Counted(600)
    (suite,) = safe(source)
    assert list(suite.cases) == list(suite.cases) == list(Counted(600))
    assert source.made == 1_200


def test_a_disk_that_fills_up_changes_nothing() -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    source = Counted(3_000)
    (suite,) = safe(source)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))
    try:
        assert len(list(suite.cases)) == len(list(suite.cases)) == 3_001
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert source.made == 6_000
