"""apptest.ai's result codes: what each means for a start and for a read, and what a user can do about it.

An answer is judged by its envelope, `{"data": …, "result_code": 0, "result_msg": "", "reason": ""}`, whatever its
HTTP status: which status goes with which code is not documented.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import CallFailedError, Fault
from core.guarded.json import loads
from core.http.decoding import json_value
from core.model import Reason
from core.ports import Answer
from core.text.sanitize import one_line

UPLOAD_FAILED = "6001"  # the vendor could not store the app, and made no run
NOT_READY = "6002"
RESULT_ERROR = "5003"
NO_DATA = "6003"
_BY_STATUS = (401, 403, 413, 429)  # these say for themselves that nothing was done
_SHOWN = 500  # characters of the vendor's words


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code comes to."""

    fault: Fault
    reason: Reason
    remedy: str = ""


def _refused(remedy: str) -> Meaning:
    return Meaning(Fault.REFUSED, Reason.REFUSED, remedy)


def _rejected(remedy: str) -> Meaning:
    return Meaning(Fault.REFUSED, Reason.APP_REJECTED, remedy)


_PROJECT = "Check `project-id`, and that this account may see the project."
_MAINTENANCE = Meaning(Fault.NOT_YET, Reason.MAINTENANCE, "apptest.ai is in maintenance.")
_GONE = Meaning(Fault.ABSENT, Reason.REFUSED, "It may be another account's run, or deleted since.")

START: Mapping[int, Meaning] = {
    2001: _refused(_PROJECT),
    4000: _refused("Set the input that it names."),
    4030: _rejected("The Info.plist of the IPA can't be read: check that the archive step made a real .ipa."),
    4031: _rejected("Export the IPA again with a development profile."),
    4032: _rejected("The file is damaged or no app: check its path and size, and that it is no pointer of Git LFS."),
    4040: _rejected("The manifest of the APK can't be read: rebuild, and check what shrinks or bundles it."),
    4041: _rejected("The app has no LAUNCHER activity: send the app itself, not its test or library APK."),
    4050: _refused("Use one of ipa, zip, app, apk, xapk, apks in `app-file`."),
    4051: _refused("Check `app-file` and `project-id`; a proxy may have taken the file out of the request."),
    4052: _refused(_PROJECT),
    4053: _refused("The testset is unknown to this account."),
    4055: _refused("The project's devices are of another system: change its preset, or send the other app."),
    4080: _refused("The project's preset has no devices: open the project and choose some."),
    4081: Meaning(
        Fault.REFUSED,
        Reason.CAPACITY,
        "No device of the project's preset is free: run the job again later, or add devices.",
    ),
    5001: Meaning(Fault.SERVER, Reason.MAY_EXIST),
    6001: Meaning(Fault.REFUSED, Reason.UNAVAILABLE, "apptest.ai could not store the app: run the job again later."),
    8000: _MAINTENANCE,
}
"""What the code says of a start. A code that is not here is not known to mean that nothing was started."""

READ: Mapping[int, Meaning] = {
    2001: _refused(_PROJECT),
    4000: _refused("Set the input that it names."),
    4051: _refused(_PROJECT),
    4052: _refused(_PROJECT),
    4053: _GONE,
    5003: Meaning(Fault.REFUSED, Reason.UNAVAILABLE, "Look at apptest.ai's page of the run."),
    6002: Meaning(Fault.REFUSED, Reason.PROTOCOL, "Ask again when the testset is complete."),
    6003: _GONE,
    8000: _MAINTENANCE,
}
"""What it says of a read. Any other code is an outage. 5003, 6002 and 6003 of a result: see client.py."""

INPUT_OF = {
    "pid": "project-id",
    "project_id": "project-id",
    "app_file": "app-file",
    "testset_name": "name",
    "time_limit": "time-limit",
    "use_vo": "use-vo",
    "callback": "callback",
    "login_id": "login-id",
    "login_pw": "login-password",
    "credentials": "login-id",
    "os_type": "os-type",
    "scenario_id": "scenario-id",
}


def started(answer: Answer, line: str) -> Any:
    """The `data` of the answer to a start. Raises CallFailedError for a refusal."""
    return _data(answer, line, START)


def told(answer: Answer, line: str) -> Any:
    """The same of a read."""
    return _data(answer, line, READ)


def result(answer: Answer, line: str) -> Any:
    """The same of a result, which can say in two ways that it isn't there yet."""
    data = _data(answer, line, READ)
    if isinstance(data, dict) and data.get("complete") is False:
        late = READ[6002]
        fact = f"{line} answered that the result is not complete."
        raise CallFailedError(late.fault, fact, reason=late.reason, remedy=late.remedy, code=NOT_READY)
    return data


def start_refused(failure: CallFailedError) -> CallFailedError | None:
    """What the envelope makes of an answer to a start outside 2xx."""
    return _refusal(failure, START)


def read_refused(failure: CallFailedError) -> CallFailedError | None:
    return _refusal(failure, READ)


def _data(answer: Answer, line: str, table: Mapping[int, Meaning]) -> Any:
    value = json_value(answer, line)
    try:
        code, said = _envelope(value)
        if code == 0:
            return value["data"]
    except (LookupError, TypeError) as error:
        fact = f"{line} answered {answer.status} without apptest.ai's envelope ({error})."
        raise CallFailedError(Fault.UNREADABLE, fact) from error
    raise _failure(f"{line} was answered with", code, said, table)


def _refusal(failure: CallFailedError, table: Mapping[int, Meaning]) -> CallFailedError | None:
    try:
        value = loads(failure.body)
        code, said = _envelope(value)
    except (ValueError, LookupError, TypeError):
        return None
    if code == 0:
        return _contradicting(failure, value) if table is START else None
    found = _failure(failure.fact, code, said, table)
    if code not in table and failure.status in _BY_STATUS:
        found = CallFailedError(failure.fault, found.fact, remedy=failure.remedy, code=str(code))
    found.status, found.retry_after = failure.status, failure.retry_after
    return found


def _contradicting(failure: CallFailedError, value: Mapping[str, Any]) -> CallFailedError | None:
    """A start that went well by its envelope and not by its status: a testset may exist.

    None where the status itself says that nothing was done, and the envelope names no testset.
    """
    data = value.get("data")
    testset = data.get("testset_id") if isinstance(data, dict) else None
    if testset is None and failure.status in _BY_STATUS:
        return None
    named = one_line(str(testset), _SHOWN) if isinstance(testset, int | str) else "without an id"
    fact = f"{failure.fact} But apptest.ai's code in it is 0, a success: testset {named}."
    return CallFailedError(Fault.UNREADABLE, fact, status=failure.status, reason=Reason.MAY_EXIST)


def _envelope(value: Any) -> tuple[int, str]:
    """(code, the vendor's words). Promised: result_code; `result_msg` is a text, or 0 in one sample."""
    code = value["result_code"]
    if isinstance(code, bool) or not isinstance(code, int):
        raise TypeError("its code is no number")
    texts = (value.get("result_msg"), value.get("reason"))
    return code, ": ".join(one_line(text, _SHOWN) for text in texts if isinstance(text, str) and text.strip())


def _failure(before: str, code: int, said: str, table: Mapping[int, Meaning]) -> CallFailedError:
    unknown = Meaning(Fault.SERVER, Reason.MAY_EXIST if table is START else Reason.NONE)
    meaning = table.get(code, unknown)
    words = f" {said}{'' if said[-1] in '.!?' else '.'}" if said else ""
    remedy = meaning.remedy
    inputs = dict.fromkeys(INPUT_OF[word] for word in re.findall(r"\w+", said) if word in INPUT_OF)
    if code == 4000 and inputs:
        remedy = f"Set {' and '.join(f'`{name}`' for name in inputs)}."
    fact = f"{before} apptest.ai's code {code}:{words}" if words else f"{before} apptest.ai's code {code}."
    return CallFailedError(meaning.fault, fact, reason=meaning.reason, remedy=remedy, code=str(code))
