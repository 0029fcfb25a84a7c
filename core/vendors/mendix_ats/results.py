"""What came of a job: from a look at it to a Progress and to suites, by the tables of ATS's words."""

from datetime import UTC, datetime

from core.model import Outcome, Phase, Progress, TestCase, TestSuite, Verdict
from core.vendors.mendix_ats.replies import DONE, NOT_EXECUTED, Case, Look

PHASES = {"Queued": Phase.QUEUED, "Running": Phase.RUNNING}
OUTCOMES = {"Passed": Outcome.PASSED, "Failed": Outcome.FAILED}
CLASS = "Mendix ATS"
CLASS_OF_COUNTS = "Mendix ATS, counts"  # no case that ATS lists has it: a rerun can't heal what it can't name


def progress(look: Look) -> Progress:
    """Where the job stands. A word that the tables lack is neither final nor passed."""
    verdict = look.verdict
    phase = Phase.FINISHED if verdict else PHASES.get(look.status, Phase.RUNNING)
    return Progress(
        phase=phase,
        word=f"{look.status}, {look.result}" if look.result else look.status,
        verdict=verdict,
        known=verdict is not None or look.status in PHASES,
        consistent=_consistent(look, verdict),
    )


def _consistent(look: Look, verdict: Verdict | None) -> bool:
    """Whether cases and counts bear out the job's word."""
    bad = look.listed.failed + (look.counts.failed if look.counts else 0)
    if verdict is Verdict.PASSED:
        return not bad and look.agrees
    if verdict is Verdict.FAILED:
        idle = look.listed.not_executed + (look.counts.not_executed if look.counts else 0)
        return look.agrees and (bool(bad + idle) or not (look.cases or look.counts))
    return True


def suites(look: Look, name: str, date: float | None) -> tuple[TestSuite, ...]:
    """The job's cases; where ATS gives none, one that stands for the job, once that is final."""
    cases = [_test_case(case, look.verdict) for case in look.cases]
    if not cases and look.verdict is not None:
        cases.append(_whole_job(look))
    elif cases and _counts_more(look):
        said = disagreement(look)
        cases.append(
            TestCase(name="Counts of the job", classname=CLASS_OF_COUNTS, outcome=Outcome.FAILED, message=said)
        )
    stamp = "" if date is None else datetime.fromtimestamp(date, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return (TestSuite(name=name, cases=tuple(cases), timestamp=stamp),) if cases else ()


def _counts_more(look: Look) -> bool:
    """Whether ATS counts more that did not pass than it lists; in a passed job what was not executed does no harm."""
    if look.counts is None or look.verdict not in (Verdict.PASSED, Verdict.FAILED):
        return False
    idle = look.verdict is Verdict.FAILED and look.counts.not_executed > look.listed.not_executed
    return look.counts.failed > look.listed.failed or idle


def unproven(look: Look) -> bool:
    """Whether the job passed by its word, and counts and cases differ without showing one that failed."""
    failed = look.listed.failed + (look.counts.failed if look.counts else 0)
    return look.verdict is Verdict.PASSED and not look.agrees and not failed


def disagreement(look: Look) -> str:
    return f"ATS counts {look.counts}, and lists {look.listed}."


def _test_case(case: Case, verdict: Verdict | None) -> TestCase:
    """A case that ATS did not execute is what made a failed job fail; in a passed one it is merely left out."""
    outcome = OUTCOMES.get(case.result, Outcome.ERRORED)
    message = case.message
    if case.result == NOT_EXECUTED:
        outcome = Outcome.SKIPPED if verdict is Verdict.PASSED else Outcome.ERRORED
        message = message or "ATS did not execute it: it could not start, or what sets it up failed."
    elif not case.result:
        message = message or "ATS gives no result for it: it does not count as passed."
    elif case.result not in OUTCOMES:
        message = f"ATS's result {case.result!r} is unknown here: it does not count as passed. {message}".strip()
    elif outcome is Outcome.FAILED:
        message = message or "Failed. ATS gives no message."
    return TestCase(name=case.name, classname=CLASS, outcome=outcome, seconds=case.seconds, message=message)


def _whole_job(look: Look) -> TestCase:
    """Without cases a job is green only if ATS counts one that passed and none that failed."""
    said = f"ATS counts {look.counts}." if look.counts else "ATS gives neither cases nor counts."
    if look.verdict is not Verdict.PASSED:
        outcome = Outcome.FAILED if look.verdict is Verdict.FAILED else Outcome.ERRORED
    elif look.counts is None or (look.counts.passed == 0 and look.counts.failed == 0):
        outcome = Outcome.SKIPPED
    else:
        outcome = Outcome.FAILED if look.counts.failed else Outcome.PASSED
    message = "" if outcome is Outcome.PASSED else f"The job is {look.result}. {said} {look.message}".strip()
    return TestCase(name="The whole job", classname=CLASS, outcome=outcome, message=message)


def warnings(look: Look) -> tuple[str, ...]:
    """Sentences about what a verdict alone does not tell."""
    found = []
    if look.verdict is Verdict.CANCELLED:
        found.append(
            "ATS canceled the job: by a user, by the maintenance (Tuesdays from 17 to 18 h, Amsterdam time), or "
            "because more than 5 items were queued or running."
        )
    elif look.warning:
        found.append("ATS flags the job with a warning: what cleans up after its tests has failed.")
    if look.message:
        found.append(f"ATS says: {look.message}")
    if look.status == DONE and not look.agrees:
        found.append(disagreement(look))
    return tuple(found)
