"""The three web services of ATS: what each is called where, and which fields a caller may give it.

Wire: https://docs.mendix.com/appstore/partner-solutions/ats/rg-two-cicd-api. The names of service and operation
differ in one of them: the service GetJobStatus has the operation GetTestRun.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import BadInputError

TOKEN = "AppAPIToken"  # noqa: S105 -- the name of a field
LONGEST = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """`file` is the name of its WSDL and the end of its address; `wrapper` holds the fields of a request."""

    file: str
    operation: str
    wrapper: str
    texts: tuple[str, ...]
    flags: tuple[str, ...] = ()


RUN_JOB = Service(file="RunJob", operation="RunJob", wrapper="TestRun", texts=("AppID", "JobTemplateID"))
GET_TEST_RUN = Service(
    file="GetJobStatus",
    operation="GetTestRun",
    wrapper="TestRun",
    texts=("JobID", "AppID"),
    flags=("IncludeExecutionFlags", "IncludeExecutionResultBreakdown", "IncludeDetailsPerTestCase"),
)
RERUN_NOT_PASSED = Service(
    file="RerunNotPassed", operation="RerunNotPassed", wrapper="RerunNotPassed", texts=("AppID", "FinishedJobID")
)


def checked(service: Service, value: Any) -> Mapping[str, str | bool]:
    """The fields of a request. Raises BadInputError with all that is wrong with them.

    Empty and unknown fields would be sent, or end in the library's own words.
    """
    if not isinstance(value, dict):
        raise BadInputError([("json", f"must be an object with {', '.join(service.texts)}.")])
    wrong = [_unknown(service, name) for name in value if name not in (*service.texts, *service.flags)]
    wrong += [f"{name} is required: a text." for name in service.texts if not _is_text(value.get(name))]
    wrong += [f"{name} is neither true nor false." for name in service.flags if not _is_flag(value.get(name, False))]
    if wrong:
        raise BadInputError([("json", text) for text in wrong])
    return value


def _unknown(service: Service, name: str) -> str:
    if name == TOKEN:
        return f"{TOKEN} must not stand here: it is taken from the input `token` (or ATS_API_TOKEN)."
    return f"{name!r} is no field of {service.operation}: it has {', '.join((*service.texts, *service.flags))}."


def _is_text(value: Any) -> bool:
    """XML can't carry control characters."""
    return isinstance(value, str) and bool(value.strip()) and value.isprintable() and len(value) <= LONGEST


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)
