"""ATS's replies as results: no damaged answer about a failed job turns green; tables, times and warnings."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from core.errors import CallFailedError, Fault
from core.model import Conclusion, Outcome, Reason, TestReport, count
from core.ports import Answer
from core.rerun import merged
from core.vendors.mendix_ats import envelopes, replies, results
from core.vendors.mendix_ats.services import GET_TEST_RUN
from core.verdict import judge

WIRE = Path(__file__).parents[1] / "wire" / "mendix-ats"
FAILED = (WIRE / "get-test-run.failed.xml").read_bytes()
CONTRADICTING = FAILED.replace(b"<ExecutionResult><![CDATA[Failed]]>", b"<ExecutionResult><![CDATA[Passed]]>")
PASSING = FAILED.replace(b"[Failed]", b"[Passed]").replace(b"<CountPassed>2", b"<CountPassed>3")
PASSING = PASSING.replace(b"<CountFailed>1", b"<CountFailed>0")
WORDS = ("", "Passed", "passed", "PASSED", "Pass", "Done", "Failed", "true", "false", "0", "1", "3", "-1", "99")


def report(body: bytes) -> TestReport | None:
    """What the client would judge of this answer alone; None where it gives no verdict."""
    answer = Answer(status=200, value=None, body=body, content_type="text/xml", date=0.0)
    try:
        fields = envelopes.reply(GET_TEST_RUN, answer, "POST /ws/GetJobStatus")
        replies.refuse_look(fields, "POST /ws/GetJobStatus")
        look = replies.read(fields)
    except (CallFailedError, LookupError, TypeError, ValueError, AttributeError):
        return None
    if look.verdict is None:
        return None
    suites = results.suites(look, "s", 0.0)
    return TestReport(title="", run=None, word=look.result, verdict=look.verdict, suites=suites, totals=count(suites))


def green(body: bytes) -> bool:
    found = report(body)
    return found is not None and judge(found).conclusion is Conclusion.PASSED


def mutants(body: bytes) -> Iterator[bytes]:
    """Every element of the record lost, emptied, doubled and reworded, one at a time."""
    record = "{*}Body/*/TestRun"
    root = etree.fromstring(body)
    for number, _ in enumerate(root.find(record).iter()):

        def bend() -> tuple[Any, Any]:
            tree = copy.deepcopy(root)
            return tree, list(tree.find(record).iter())[number]  # noqa: B023 -- called at once

        tree, element = bend()
        element.getparent().remove(element)
        yield etree.tostring(tree)
        for word in WORDS:
            tree, element = bend()
            for child in list(element):
                element.remove(child)
            element.text = word
            yield etree.tostring(tree)
            for after in (0, 1):
                tree, element = bend()
                twin = copy.deepcopy(element)
                if not len(twin):
                    twin.text = word
                parent = element.getparent()
                parent.insert(parent.index(element) + after, twin)
                yield etree.tostring(tree)


def test_the_measure_knows_green_from_red() -> None:
    assert green(PASSING)
    assert not green(FAILED)
    assert not green(CONTRADICTING)


@pytest.mark.parametrize("body", [FAILED, CONTRADICTING], ids=["failed", "contradicting"])
def test_no_single_change_of_a_job_with_a_failed_case_is_green(body: bytes) -> None:
    made = list(mutants(body))
    assert [mutant for mutant in made if green(mutant)] == []
    assert len(made) > 1_000


@pytest.mark.parametrize("word", ["Failed", "Not_Executed", "passed", "Skipped", ""])
def test_an_outcome_is_a_pass_only_by_its_one_word(word: str) -> None:
    found = report(PASSING.replace(b"<Result><![CDATA[Passed]]>", f"<Result><![CDATA[{word}]]>".encode(), 1))
    assert found is not None
    first = next(iter(found.suites[0].cases))
    assert first.outcome is not Outcome.PASSED
    assert first.message


def without(body: bytes, *blocks: str) -> bytes:
    for block in blocks:
        start, end = body.index(f"<{block}>".encode()), body.index(f"</{block}>".encode()) + len(block) + 3
        body = body[:start] + body[end:]
    return body


@pytest.mark.parametrize(
    ("body", "conclusion"),
    [
        (without(PASSING, "ExecutionDetailsPerTestCase"), Conclusion.PASSED),
        (without(PASSING, "ExecutionResultBreakdown"), Conclusion.PASSED),
        (without(PASSING, "ExecutionDetailsPerTestCase", "ExecutionResultBreakdown"), Conclusion.INCONCLUSIVE),
        (
            without(PASSING, "ExecutionDetailsPerTestCase").replace(b"<CountPassed>3", b"<CountPassed>0"),
            Conclusion.INCONCLUSIVE,
        ),
        (
            without(PASSING, "ExecutionDetailsPerTestCase").replace(b"<CountFailed>0", b"<CountFailed>1"),
            Conclusion.FAILED,
        ),
        (without(FAILED, "ExecutionDetailsPerTestCase", "ExecutionResultBreakdown"), Conclusion.FAILED),
        (PASSING.replace(b"<CountFailed>0", b"<CountFailed>1"), Conclusion.FAILED),
        (PASSING.replace(b"<Canceled>false", b"<Canceled>true"), Conclusion.CANCELLED),
        (FAILED.replace(b"<Canceled>false", b"<Canceled>1"), Conclusion.CANCELLED),
        (PASSING.replace(b"<Result><![CDATA[Passed]]>", b"<Result>Not_Executed"), Conclusion.INCONCLUSIVE),
    ],
)
def test_what_is_left_out_decides_as_the_rule_says(body: bytes, conclusion: Conclusion) -> None:
    found = report(body)
    assert found is not None
    assert judge(found).conclusion is conclusion
    assert found.totals.tests >= 1


def look(body: bytes) -> replies.Look:
    answer = Answer(status=200, value=None, body=body, content_type="text/xml", date=0.0)
    return replies.read(envelopes.reply(GET_TEST_RUN, answer, "POST /ws/GetJobStatus"))


AGAIN = PASSING.replace(b"Sign in", b"Order &amp; pay &lt;guest>")


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"<CountFailed>1", b"<CountFailed>2"), (b"<CountNotExecuted>0", b"<CountNotExecuted>1")],
)
def test_no_rerun_heals_what_a_failed_job_counts_and_does_not_list(old: bytes, new: bytes) -> None:
    body = FAILED.replace(old, new)
    assert body != FAILED
    first, again = report(body), report(AGAIN)
    assert first is not None
    assert again is not None
    assert judge(merged(first, again)).conclusion is Conclusion.FAILED
    assert not results.progress(look(body)).consistent
    whole = report(FAILED)
    assert whole is not None
    assert judge(merged(whole, again)).conclusion is Conclusion.PASSED, "what it lists is healed"
    assert results.progress(look(FAILED)).consistent


def test_no_listed_case_has_the_place_of_what_is_only_counted() -> None:
    first = report(FAILED.replace(b"<CountFailed>1", b"<CountFailed>2"))
    again = report(AGAIN.replace(b"Search for a product", b"Counts of the job"))
    assert first is not None
    assert again is not None
    assert judge(merged(first, again)).conclusion is Conclusion.FAILED


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"<CountPassed>3", b"<CountPassed>5"), (b"<CountPassed>3", b"<CountPassed>0"),
     (b"<CountNotExecuted>0", b"<CountNotExecuted>1")],
)  # fmt: skip
def test_a_pass_with_counts_that_differ_is_unproven(old: bytes, new: bytes) -> None:
    assert results.unproven(look(PASSING.replace(old, new)))
    assert not results.unproven(look(PASSING))
    assert not results.unproven(look(without(PASSING, "ExecutionDetailsPerTestCase").replace(old, new)))
    assert not results.unproven(look(FAILED.replace(b"<CountPassed>2", b"<CountPassed>9")))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("00:00:04", 4.0), ("01:02:03", 3723.0), ("100:00:00", 360000.0), ("", None), ("4", None), ("-1:00:00", None),
     ("00:00:04.5", None), ("a:b:c", None), ("٠٠:٠٠:٠٤", None), ("00:00:99999999999", None)],
)  # fmt: skip
def test_durations_are_hours_minutes_and_seconds(text: str, seconds: float | None) -> None:
    assert replies.seconds(text) == seconds


def test_a_message_in_place_of_a_status_is_a_refusal() -> None:
    body = (WIRE / "get-test-run.unknown-job.xml").read_bytes()
    answer = Answer(status=200, value=None, body=body, content_type="text/xml", date=None)
    with pytest.raises(CallFailedError) as caught:
        replies.refuse_look(envelopes.reply(GET_TEST_RUN, answer, "x"), "x")
    assert (caught.value.fault, caught.value.reason) == (Fault.ABSENT, Reason.REFUSED)
    assert "There is no job JOB." in caught.value.fact
