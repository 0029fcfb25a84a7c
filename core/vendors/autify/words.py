"""Autify's words for runs and cases, in both products, and what they mean here. Each is translated in these tables."""

from collections.abc import Sequence

from core.model import Outcome, Phase, Progress, Verdict

PHASES = {"queuing": Phase.QUEUED, "waiting": Phase.QUEUED, "running": Phase.RUNNING}
VERDICTS = {
    "passed": Verdict.PASSED,
    "failed": Verdict.FAILED,
    "skipped": Verdict.SKIPPED,
    "internal_error": Verdict.VENDOR_ERROR,
    "canceled": Verdict.CANCELLED,
}
OUTCOMES = {
    "passed": Outcome.PASSED,
    "failed": Outcome.FAILED,
    "skipped": Outcome.SKIPPED,
    "internal_error": Outcome.ERRORED,
    "canceled": Outcome.ERRORED,
}
UNFINISHED = ("waiting", "running", "wait_device")  # of a case; the last is mobile's: no device is free yet


def progress(word: str, cases: Sequence[str]) -> Progress:
    """Where a run stands by its own word and its cases'. A word that the tables lack is neither final nor passed."""
    verdict = VERDICTS.get(word)
    return Progress(
        phase=Phase.FINISHED if verdict else PHASES.get(word, Phase.RUNNING),
        word=word,
        done=sum(case in OUTCOMES for case in cases),
        total=len(cases),
        verdict=verdict,
        known=verdict is not None or word in PHASES,
        consistent=_consistent(verdict, cases),
    )


def _consistent(verdict: Verdict | None, cases: Sequence[str]) -> bool:
    """Whether the cases bear out the run's word."""
    if verdict is Verdict.PASSED:
        return all(word in ("passed", "skipped") for word in cases)
    if verdict is Verdict.FAILED:
        return any(word not in ("passed", "skipped") for word in cases) and not set(cases) & set(UNFINISHED)
    return True


def message(word: str, *, what: str, where: str) -> str:
    """Why a case is not passed, as a sentence; `what` is a case in the product's own words, `where` it ran."""
    if word == "passed":
        return ""
    if word in UNFINISHED:
        return f"The last look saw this {what} {word} on {where}."
    if word not in OUTCOMES:
        return f"Autify's status {word!r} is unknown here: it does not count as passed."
    said = {"internal_error": f"Autify had an internal error in this {what}", "canceled": "Canceled"}
    return f"{said.get(word, word.capitalize())} on {where}."
