"""Autify's results: from JSON to a Progress and to suites. Every word of the vendor is translated in these tables."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from core.model import Outcome, Phase, Progress, TestCase, TestSuite, Verdict

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
UNFINISHED = ("waiting", "running")
END_OF_TIME = 253_402_300_800.0  # the year 10000, which no timestamp can show
LONGEST_WORD = 100  # of a capability; each of its cases repeats it
PAGE = re.compile(r"/projects/(\d{1,18})/results/(\d{1,18})(?=/|$)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One scenario on one capability. `seconds` is None where Autify gives no duration."""

    scenario: int
    status: str
    seconds: float | None
    url: str
    needs_review: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The cases of one capability."""

    label: str
    properties: tuple[tuple[str, str], ...]
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One reading of a result. `created` is on the vendor's clock, in seconds since 1970."""

    id: int
    status: str
    seconds: float | None
    created: float | None
    started: str
    needs_review: bool
    plan_id: int | None
    plan_name: str
    groups: tuple[Group, ...]

    @property
    def cases(self) -> list[Case]:
        return [case for group in self.groups for case in group.cases]

    @property
    def pages(self) -> set[tuple[int, int]]:
        """(project, result) as the addresses of the cases name them: the only place where a result says its project."""
        found = (PAGE.search(case.url) for case in self.cases)
        return {(int(match[1]), int(match[2])) for match in found if match}


def read(value: Any) -> Result:
    """A result with its cases. Promised: id, status, test_plan_capability_results; raises KeyError or TypeError."""
    plan = value.get("test_plan")
    return Result(
        id=whole(value["id"]),
        status=text(value["status"]),
        seconds=seconds(value.get("duration")),
        created=moment(value.get("created_at")),
        started=text(value.get("started_at") or value.get("created_at") or ""),
        needs_review=bool(value.get("review_needed")),
        plan_id=None if plan is None else whole(plan["id"]),
        plan_name="" if plan is None else text(plan.get("name") or ""),
        groups=tuple(_group(item) for item in sequence(value["test_plan_capability_results"])),
    )


def _group(value: Any) -> Group:
    capability = value.get("capability") or {}
    fields = ("os", "os_version", "browser", "browser_version", "device", "resolution", "timezone")
    properties = tuple((name, str(capability[name])[:LONGEST_WORD]) for name in fields if capability.get(name))
    return Group(
        label=label(capability),
        properties=properties,
        cases=tuple(_case(item) for item in sequence(value["test_case_results"])),
    )


def _case(value: Any) -> Case:
    return Case(
        scenario=whole(value["test_case_id"]),
        status=text(value["status"]),
        seconds=seconds(value.get("duration")),
        url=text(value.get("project_url") or ""),
        needs_review=bool(value.get("review_needed")),
    )


def progress(result: Result) -> Progress:
    """Where the run stands. A word that the tables lack is neither final nor passed."""
    cases = result.cases
    verdict = VERDICTS.get(result.status)
    phase = Phase.FINISHED if verdict else PHASES.get(result.status, Phase.RUNNING)
    return Progress(
        phase=phase,
        word=result.status,
        done=sum(case.status in OUTCOMES for case in cases),
        total=len(cases),
        verdict=verdict,
        known=verdict is not None or result.status in PHASES,
        consistent=_consistent(verdict, [case.status for case in cases]),
    )


def _consistent(verdict: Verdict | None, words: Sequence[str]) -> bool:
    """Whether the cases bear out the run's word."""
    if verdict is Verdict.PASSED:
        return all(word in ("passed", "skipped") for word in words)
    if verdict is Verdict.FAILED:
        return any(word not in ("passed", "skipped") for word in words) and not set(words) & set(UNFINISHED)
    return True


def suites(result: Result, names: Mapping[int, str]) -> tuple[TestSuite, ...]:
    """One suite per capability; `names` holds the scenarios' names as far as they are known."""
    stamp = _stamp(result.started)
    return tuple(
        TestSuite(
            name=group.label,
            timestamp=stamp,
            properties=group.properties,
            cases=tuple(_test_case(case, group, names) for case in group.cases),
        )
        for group in result.groups
    )


def _test_case(case: Case, group: Group, names: Mapping[int, str]) -> TestCase:
    outcome = OUTCOMES.get(case.status, Outcome.ERRORED)
    return TestCase(
        name=names.get(case.scenario) or f"Scenario {case.scenario}",
        classname=f"Autify.{group.label}",
        outcome=outcome,
        seconds=case.seconds,
        message=_message(case, outcome, group.label),
        url=case.url,
        needs_review=case.needs_review,
        properties=(("scenario-id", str(case.scenario)), ("capability", group.label)),
    )


def _message(case: Case, outcome: Outcome, where: str) -> str:
    if outcome is Outcome.PASSED:
        return ""
    if case.status in UNFINISHED:
        return f"The last look saw this scenario {case.status} on {where}."
    if case.status not in OUTCOMES:
        return f"Autify's status {case.status!r} is unknown here: it does not count as passed."
    said = {"internal_error": "Autify had an internal error in this scenario", "canceled": "Canceled"}
    return f"{said.get(case.status, case.status.capitalize())} on {where}."


def label(capability: Mapping[str, Any]) -> str:
    """A capability as people say it: `Linux, Chrome 136.0`."""
    system = " ".join(str(capability[name]) for name in ("os", "os_version") if capability.get(name))
    browser = " ".join(str(capability[name]) for name in ("browser", "browser_version") if capability.get(name))
    device = str(capability.get("device") or "")
    parts = (part[:LONGEST_WORD] for part in (system, device, browser) if part)
    return ", ".join(parts) or "unknown capability"


def whole(value: Any) -> int:
    """An id: a whole number, or its digits in a text (the wire has both)."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("an id is no whole number")
    return value


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is no text")
    return value


def sequence(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("a list is no list")
    return value


def seconds(value: Any) -> float | None:
    """From Autify's milliseconds; None for anything that is no sensible duration."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e12:
        return None
    return value / 1000


def moment(value: Any) -> float | None:
    """Seconds since 1970 from an ISO 8601 text with its offset; None where there is none."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
        return found.timestamp() if found and found.tzinfo else None
    except (ValueError, OverflowError, OSError):
        return None


def _stamp(started: str) -> str:
    """Seconds precision in UTC, without an offset: what every JUnit reader takes. Unparsable: the epoch."""
    found = moment(started) or 0.0
    return datetime.fromtimestamp(found if 0 <= found < END_OF_TIME else 0.0, UTC).strftime("%Y-%m-%dT%H:%M:%S")
