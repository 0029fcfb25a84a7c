"""Mendix ATS: the records of the answers, as trees of elements."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence

from core.sandbox.ats.endings import DONE, FAILED, NOT_EXECUTED, PASSED, Case
from core.sandbox.ats.habits import BREAKDOWN, DETAILS, FLAGS, Absent, Habits
from core.sandbox.ats.jobs import Job, Moment
from core.sandbox.ats.soap import NIL, element

_ASKED = {
    FLAGS: "IncludeExecutionFlags",
    BREAKDOWN: "IncludeExecutionResultBreakdown",
    DETAILS: "IncludeDetailsPerTestCase",
}


def started(record: str, job: str, habits: Habits) -> ET.Element:
    fields = [("Started", "true"), ("ErrorMessage", ""), ("JobID", job)]
    return element(record, *_fields(fields, habits))


def not_started(record: str, message: str, habits: Habits) -> ET.Element:
    fields = [("Started", "false"), ("ErrorMessage", message), ("JobID", "")]
    return element(record, *_fields(fields, habits))


def unknown_run(message: str, habits: Habits) -> ET.Element:
    """Return the answer to a question about a job that there is not: a message, and no status."""
    fields = [("ExecutionStatus", ""), ("ExecutionResult", ""), ("ErrorMessage", message)]
    return element("TestRun", *_fields(fields, habits))


def test_run(job: Job, moment: Moment, asked: Mapping[str, str]) -> ET.Element:
    """Return what is known of a job, with the blocks that were asked for."""
    message = job.ending.message if moment.over else ""
    fields = [("ExecutionStatus", moment.status), ("ExecutionResult", moment.result), ("ErrorMessage", message)]
    blocks = {FLAGS: _flags, BREAKDOWN: _breakdown, DETAILS: _details}
    wanted = [name for name in job.habits.blocks if asked.get(_ASKED[name], "").strip() in {"true", "1"}]
    return element("TestRun", *_fields(fields, job.habits), *(blocks[name](job, moment) for name in wanted))


def _flags(job: Job, moment: Moment) -> ET.Element:
    done = moment.over and moment.status == DONE
    shown = {"Canceled": done and job.ending.canceled, "Warning": done and job.ending.warning}
    flags = (element(name, text=str(value).lower()) for name, value in shown.items())
    return element("ExecutionFlags", element("Flags", *flags))


def _breakdown(job: Job, moment: Moment) -> ET.Element:
    results = [case.result for case in moment.cases]
    miscounted = job.habits.miscounted if moment.over else 0
    counts = {
        "CountPassed": results.count(PASSED),
        "CountNotExecuted": results.count(NOT_EXECUTED),
        "CountFailed": results.count(FAILED) + miscounted,
    }
    shown = (element(name, text=str(count)) for name, count in counts.items())
    return element("ExecutionResultBreakdown", element("ResultBreakdown", *shown))


def _details(job: Job, moment: Moment) -> ET.Element:
    cases = (element("ExecutionDetailsTestCase", *_case(case, job.habits)) for case in moment.cases)
    return element("ExecutionDetailsPerTestCase", *cases)


def _case(case: Case, habits: Habits) -> Iterator[ET.Element]:
    hours, rest = divmod(case.seconds, 3600)
    duration = f"{hours:02}:{rest // 60:02}:{rest % 60:02}"
    yield element("Name", text=case.name)
    yield element("Result", text=case.result)
    yield element("Duration", text=duration)
    yield from _fields([("ErrorMessage", case.message)], habits)


def _fields(fields: Sequence[tuple[str, str]], habits: Habits) -> Iterator[ET.Element]:
    """Write fields in their order; one without a value as this ATS does."""
    for name, value in fields:
        if value:
            yield element(name, text=value)
        elif habits.absent is not Absent.OMITTED:
            empty = element(name)
            if habits.absent is Absent.NIL:
                empty.set(NIL, "true")
            yield empty
