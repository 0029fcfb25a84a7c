"""The operations of ATS's CI/CD API: the adapter calls these, and `api` offers them.

All are POST requests with a SOAP envelope; only two change something. The envelope is made and read in envelopes.py,
which is imported by the first call: it brings zeep.
"""

from collections.abc import Callable
from typing import Any

from core.errors import CallFailedError
from core.payload import Payload
from core.ports import Answer, Operation
from core.vendors.mendix_ats import replies
from core.vendors.mendix_ats.services import GET_TEST_RUN, RERUN_NOT_PASSED, RUN_JOB, Service, checked
from core.vendors.mendix_ats.settings import Settings

LIMIT = 5 << 20  # bytes: a job's details are far smaller


def encoder(service: Service) -> Callable[[Settings, Any, str], Payload]:
    """From the fields of a request to its envelope, token and header added."""

    def encode(settings: Settings, value: Any, file: str) -> Payload:  # noqa: ARG001 -- the seam's shape
        fields = checked(service, value)
        from core.vendors.mendix_ats import envelopes  # noqa: PLC0415 -- brings zeep: bad input must not pay for it

        return Payload(envelopes.message(service, settings, fields), envelopes.XML)

    return encode


def decoder(service: Service) -> Callable[[Answer, str], Any]:
    """From an answer to the fields of the reply. Raises CallFailedError for a reply that says no."""

    def decode(answer: Answer, line: str) -> Any:
        from core.vendors.mendix_ats import envelopes  # noqa: PLC0415 -- as above

        fields = envelopes.reply(service, answer, line)
        refuse = replies.refuse_look if service is GET_TEST_RUN else replies.refuse_start
        refuse(fields, line)
        return fields

    return decode


def explained(failure: CallFailedError) -> CallFailedError | None:
    """An error of the server, with what its fault says and what usually is the cause."""
    if failure.status < 500:
        return None
    from core.vendors.mendix_ats import envelopes  # noqa: PLC0415 -- as above

    said = envelopes.faultstring(failure.body)
    return CallFailedError(
        failure.fault,
        f"{failure.fact} Its SOAP fault: {said}" if said else failure.fact,
        status=failure.status,
        retry_after=failure.retry_after,
        body=failure.body,
        remedy=envelopes.FAULT if said else envelopes.UNAVAILABLE,
    )


def _operation(service: Service, summary: str) -> Operation:
    return Operation(
        method="POST",
        path=f"/ws/{service.file}",
        summary=f"{summary} Fields: {', '.join((*service.texts, *service.flags))}.",
        body=True,
        effect=service is not GET_TEST_RUN,
        limit=LIMIT,
        encode=encoder(service),
        decode=decoder(service),
        refusal=explained,
    )


OPERATIONS: dict[str, Operation] = {
    "run-job": _operation(RUN_JOB, "Start a job from a CI/CD template."),
    "get-test-run": _operation(GET_TEST_RUN, "Read the status of a job."),
    "rerun-not-passed": _operation(RERUN_NOT_PASSED, "Start a job of what did not pass in a finished one."),
}
