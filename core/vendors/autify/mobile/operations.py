"""Autify for mobile's API, declared once: the adapter calls these, and `api` offers them.

Names: the vendor's definition. Wire: its `swagger-mobile.yml`, corrected by recordings.
"""

from typing import Any

from core.errors import CallFailedError, Fault
from core.model import Reason
from core.payload import FormData, Payload
from core.ports import Operation

_MOBILE = (("product", "mobile"),)
_RESULT_LIMIT = 32 << 20  # a result lists every case: room for 50,000 of them
_P = "/projects/{project_id}"


def _build(_settings: Any, _value: Any, path: str) -> Payload:
    return FormData([], file_field="file", path=path)


def _rejected(failure: CallFailedError) -> CallFailedError | None:
    """A refused upload says something about the file."""
    if failure.fault is not Fault.REFUSED:
        return None
    return CallFailedError(
        failure.fault,
        failure.fact,
        status=failure.status,
        body=failure.body,
        reason=Reason.APP_REJECTED,
        remedy="Check `app-file`: Autify takes an .apk, an .ipa or a zipped .app folder, within its limits of size.",
    )


OPERATIONS: dict[str, Operation] = {
    "upload-build": Operation(
        method="POST",
        path=f"{_P}/builds",
        summary="Mobile: upload an .apk, .ipa or zipped .app; the answer holds its build id.",
        file="app-file",
        effect=True,
        implied=_MOBILE,
        encode=_build,
        refusal=_rejected,
    ),
    "run-test-plan": Operation(
        method="POST",
        path="/test_plans/{test_plan_id}/test_plan_results",
        summary="Mobile: start a test plan with a build.",
        body=True,
        effect=True,
        implied=_MOBILE,
    ),
    "list-test-results": Operation(
        method="GET",
        path=f"{_P}/results",
        summary="Mobile: list results, without their cases.",
        query=("page", "per_page", "test_plan_id"),
        implied=_MOBILE,
    ),
    "describe-test-result": Operation(
        method="GET",
        path=f"{_P}/results/{{result_id}}",
        summary="Mobile: read one result with its cases.",
        limit=_RESULT_LIMIT,
        implied=_MOBILE,
    ),
}
