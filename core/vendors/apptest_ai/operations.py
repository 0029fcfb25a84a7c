"""apptest.ai's API v2, declared once: the adapter calls these, and `api` offers them.

Wire: https://github.com/apptestai/docs, `content/en/restapi/_index.md`, and its revision of 2022.
"""

import json
from typing import Any

from core.payload import FormData, Payload
from core.ports import Operation
from core.vendors.apptest_ai import codes

VERSION = "/openapi/v2"  # a part of the base address, where one place names it
_RESULT_LIMIT = 64 << 20  # the HTML form alone can have more than 10 MB


def start_form(settings: Any, value: Any, file: str) -> Payload:
    """The text `data`, which is JSON, and the app. Credentials of the app under test come out only here."""
    if settings.login_id and settings.login_password is not None:
        login = {"login_id": settings.login_id, "login_pw": settings.login_password.reveal()}
        value = {**value, "credentials": login}
    data = json.dumps(value, ensure_ascii=False)
    return FormData([("data", data)], file_field="app_file", path=file)


OPERATIONS: dict[str, Operation] = {
    "start-testset": Operation(
        method="POST",
        path="/testset",
        summary="Send an app and start a test on each device of the project.",
        body=True,
        file="app-file",
        file_optional=True,  # a scenario runs without one
        effect=True,
        encode=start_form,
        decode=codes.started,
        refusal=codes.start_refused,
    ),
    "get-testset": Operation(
        method="GET",
        path="/testset/{testset_id}",
        summary="Read where a testset stands.",
        decode=codes.told,
        refusal=codes.read_refused,
    ),
    "get-result": Operation(
        method="GET",
        path="/testset/{testset_id}/result",
        summary="Read the result of a complete testset: all, xml, bare_xml, json or html.",
        query=("data_type",),
        limit=_RESULT_LIMIT,
        decode=codes.result,
        refusal=codes.read_refused,
    ),
    "list-scenarios": Operation(
        method="GET",
        path="/project/{pid}/scenarios",
        summary="List the scenarios of a project.",
        query=("os_type", "q"),
        decode=codes.told,
        refusal=codes.read_refused,
    ),
}
