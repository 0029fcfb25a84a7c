"""Elements in any order and depth: nothing is lost, and both ways of reading say the same."""

import random
import xml.etree.ElementTree as ET
from pathlib import Path

from core.junit_read import JUnitError, JUnitFile, survey
from core.model import Outcome

SUITES = ("testsuite", "testsuites", "testcase", "testcase", "testcase", "properties", "system-out", "error", "x")
INSIDE = ("failure", "error", "skipped", "flakyFailure", "rerunFailure", "system-err", "properties", "x", "testcase")
DEEPER = ("property", "property", "stackTrace", "system-out", "x", "testcase", "failure")
ATTRIBUTES = ("", "", "", ' name="a"', ' name="b" status="notrun"', ' value="v"', ' time="1"', ' result="failed"')


def a_tree(rng: random.Random, tag: str, depth: int) -> str:
    among = SUITES if tag in ("testsuite", "testsuites", "x") else INSIDE if tag == "testcase" else DEEPER
    # An element where it makes no sense is rare, or every tree would be refused.
    children = [rng.choice(among) for _ in range(rng.randrange(5))] if depth < 5 and rng.random() < 0.7 else []
    children = [each for each in children if each != "testcase" or among is SUITES or rng.random() < 0.1]
    inner = "".join(a_tree(rng, each, depth + 1) + rng.choice(("", " ", "text")) for each in children)
    return f"<{tag}{rng.choice(ATTRIBUTES)}>{inner}</{tag}>"


def test_whatever_is_read_holds_every_case_and_both_ways_agree(tmp_path: Path) -> None:
    rng = random.Random(20_261_126)
    path = tmp_path / "junit.xml"
    read = refused = 0
    for _ in range(3_000):
        text = a_tree(rng, rng.choice(("testsuite", "testsuites")), 0)
        path.write_text(text)
        try:
            cases = list(JUnitFile(str(path)))
        except JUnitError:
            refused += 1
            try:
                totals = survey([JUnitFile(str(path))]).totals
            except JUnitError:
                continue
            raise AssertionError(f"read as {totals}: {text}") from None
        read += 1
        totals = survey([JUnitFile(str(path))]).totals
        outcomes = [case.outcome for case in cases]
        assert totals.tests == len(cases), text
        assert totals.passed == outcomes.count(Outcome.PASSED), text
        assert totals.skipped == outcomes.count(Outcome.SKIPPED), text
        assert totals.errored == outcomes.count(Outcome.ERRORED), text
        assert totals.flaky == sum(case.flaky for case in cases), text
        assert totals.seconds == sum(case.seconds or 0 for case in cases), text
        assert sum(not case.ours for case in cases) == sum(1 for _ in ET.fromstring(text).iter("testcase")), text  # noqa: S314
    assert read > 1_000
    assert refused > 100
