"""Autify for mobile's results: from JSON to a Progress and to suites."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.guarded.promised import sequence, text
from core.model import Outcome, Progress, TestCase, TestSuite
from core.vendors.autify import words
from core.vendors.autify.fields import LONGEST_WORD, moment, opaque, seconds, stamp

NOWHERE = "unknown device"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test case on one device. Texts are empty and `seconds` is None where Autify says nothing."""

    result_id: str
    test_case_id: str
    name: str
    status: str
    seconds: float | None
    build: str
    device: str
    capability: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One reading of a result. `created` and `finished` are on the vendor's clock, in seconds since 1970.

    `seconds` is what Autify calls the duration: it may leave out the wait for a device.
    """

    id: str
    status: str
    seconds: float | None
    created: float | None
    finished: float | None
    started: str
    plan_id: str
    plan_name: str
    cases: tuple[Case, ...]

    @property
    def builds(self) -> set[str]:
        """The builds that its cases name: the only place where a result says what it tests."""
        return {case.build for case in self.cases if case.build}


def read(value: Any) -> Result:
    """A result with its cases. Promised: id, status, test_case_results; raises KeyError or TypeError."""
    plan = value.get("test_plan") or {}
    return Result(
        id=opaque(value["id"]),
        status=text(value["status"]),
        seconds=seconds(value.get("duration")),
        created=moment(value.get("created_at")),
        finished=moment(value.get("finished_at")),
        started=text(value.get("started_at") or value.get("created_at") or ""),
        plan_id=_id(plan),
        plan_name=text(plan.get("name") or ""),
        cases=tuple(_case(item) for item in sequence(value["test_case_results"])),
    )


def _case(value: Any) -> Case:
    """The definition has a name, the wire has `test_case` in its place: either may be missing.

    `environment_variables` stay unread: their values may be secrets.
    """
    test_case = value.get("test_case") or {}
    capability = test_case.get("capability") or {}
    parts = ("os", "os_version", "device")
    known = tuple((name, str(capability[name])[:LONGEST_WORD]) for name in parts if capability.get(name))
    return Case(
        result_id=_id(value),
        test_case_id=_id(test_case),
        name=text(value.get("name") or ""),
        status=text(value["status"]),
        seconds=seconds(value.get("duration")),
        build=_id(test_case.get("build") or {}),
        device=_device(capability),
        capability=known,
    )


def _id(value: Any) -> str:
    """The id of an object that may lack it."""
    return "" if value.get("id") is None else opaque(value["id"])


def _device(capability: Mapping[str, Any]) -> str:
    """A device as people say it: `Pixel 5, android 12.0`."""
    system = " ".join(str(capability[name]) for name in ("os", "os_version") if capability.get(name))
    parts = (part[:LONGEST_WORD] for part in (str(capability.get("device") or ""), system) if part)
    return ", ".join(parts) or NOWHERE


def progress(result: Result) -> Progress:
    """Where the run stands."""
    return words.progress(result.status, [case.status for case in result.cases])


def suites(result: Result) -> tuple[TestSuite, ...]:
    """One suite per device."""
    devices: dict[str, list[Case]] = {}
    for case in result.cases:
        devices.setdefault(case.device, []).append(case)
    began = stamp(result.started)
    return tuple(
        TestSuite(
            name=device,
            timestamp=began,
            properties=cases[0].capability,
            cases=tuple(_test_case(case) for case in cases),
        )
        for device, cases in devices.items()
    )


def _test_case(case: Case) -> TestCase:
    ids = (("test-case-id", case.test_case_id), ("case-result-id", case.result_id), ("build-id", case.build))
    known = tuple((name, value) for name, value in ids if value)
    return TestCase(
        name=case.name or f"Test case {case.test_case_id or case.result_id}".strip(),
        classname=f"Autify.{case.device}",
        outcome=words.OUTCOMES.get(case.status, Outcome.ERRORED),
        seconds=case.seconds,
        message=words.message(case.status, what="test case", where=case.device),
        properties=(*known, ("device", case.device)),
    )
