"""Autify web's results: from JSON to a Progress and to suites."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.guarded.promised import sequence, text
from core.model import Outcome, Progress, TestCase, TestSuite
from core.vendors.autify import words
from core.vendors.autify.fields import LONGEST_WORD, moment, seconds, stamp, whole

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
    """Where the run stands."""
    return words.progress(result.status, [case.status for case in result.cases])


def suites(result: Result, names: Mapping[int, str]) -> tuple[TestSuite, ...]:
    """One suite per capability; `names` holds the scenarios' names as far as they are known."""
    began = stamp(result.started)
    return tuple(
        TestSuite(
            name=group.label,
            timestamp=began,
            properties=group.properties,
            cases=tuple(_test_case(case, group, names) for case in group.cases),
        )
        for group in result.groups
    )


def _test_case(case: Case, group: Group, names: Mapping[int, str]) -> TestCase:
    return TestCase(
        name=names.get(case.scenario) or f"Scenario {case.scenario}",
        classname=f"Autify.{group.label}",
        outcome=words.OUTCOMES.get(case.status, Outcome.ERRORED),
        seconds=case.seconds,
        message=words.message(case.status, what="scenario", where=group.label),
        url=case.url,
        needs_review=case.needs_review,
        properties=(("scenario-id", str(case.scenario)), ("capability", group.label)),
    )


def label(capability: Mapping[str, Any]) -> str:
    """A capability as people say it: `Linux, Chrome 136.0`."""
    system = " ".join(str(capability[name]) for name in ("os", "os_version") if capability.get(name))
    browser = " ".join(str(capability[name]) for name in ("browser", "browser_version") if capability.get(name))
    device = str(capability.get("device") or "")
    parts = (part[:LONGEST_WORD] for part in (system, device, browser) if part)
    return ", ".join(parts) or "unknown capability"
