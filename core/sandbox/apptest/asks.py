"""apptest.ai: what a start asks for, checked as the vendor checks it."""

import json
import os.path
from typing import Any, Final

from core.sandbox.apptest.codes import RefusedError
from core.sandbox.apptest.state import Start
from core.sandbox.forms import Form, Part

FOREIGN_PROJECT: Final = 404404  # exists, but belongs to somebody else; every other number is a project of ours
SCENARIO_IDS: Final = {"ANDROID": (11, 12, 13), "iOS": (21, 22)}
_SYSTEMS: Final = {"apk": "ANDROID", "xapk": "ANDROID", "apks": "ANDROID", "ipa": "iOS", "app": "iOS", "zip": "iOS"}
_NAME, _CALLBACK, _CREDENTIAL = 100, 250, 150  # most characters
_MINUTES: Final = range(5, 31)


def start_of(form: Form) -> Start:
    """Read the two parts of a start. A form that is broken is to the vendor one without parts."""
    parts = form if not form.problem else Form()
    data = _data(parts.part("data"))
    scenario_id = _scenario_id(data)
    file = parts.part("app_file")
    if not scenario_id:  # a scenario run takes the app that the project has
        _check_file(file)
    for name in ("pid", "testset_name"):
        if data.get(name) in (None, ""):
            raise RefusedError(4000, name)
    start = Start(
        project=_project(data["pid"]),
        name=_text(data, "testset_name", _NAME),
        os_type=_os_type(data, file, scenario_id),
        callback=_callback(data),
        scenario_id=scenario_id,
        file=file,
    )
    _check_options(data)
    return start


def _data(part: Part | None) -> dict[str, Any]:
    try:
        value: Any = json.loads(part.text) if part is not None else None
    except (ValueError, RecursionError) as error:
        raise RefusedError(4000, "data") from error
    if not isinstance(value, dict):
        raise RefusedError(4000, "data")
    return value


def _check_file(file: Part | None) -> None:
    if file is None or not file.filename:
        raise RefusedError(4051)
    if _extension(file) not in _SYSTEMS:
        raise RefusedError(4050)
    if not file.size:
        raise RefusedError(4032)


def _extension(file: Part) -> str:
    return os.path.splitext(file.filename or "")[1].removeprefix(".").lower()


def _project(value: Any) -> int:
    if type(value) is not int or value < 1 or value == FOREIGN_PROJECT:
        raise RefusedError(4052, f"project_id : {value}")
    return int(value)


def _scenario_id(data: dict[str, Any]) -> int:
    value = data.get("scenario_id", 0)
    known = [0, *(number for numbers in SCENARIO_IDS.values() for number in numbers)]
    if type(value) is not int or value not in known:
        raise _invalid("scenario_id", value)
    source = data.get("source_type", "file")
    if source not in ("file", "app_id"):
        raise _invalid("source_type", source)
    return value


def _os_type(data: dict[str, Any], file: Part | None, scenario_id: int) -> str:
    asked = data.get("os_type")
    if asked not in (None, *SCENARIO_IDS):
        raise _invalid("os_type", asked)
    if scenario_id:
        own = next(system for system, numbers in SCENARIO_IDS.items() if scenario_id in numbers)
    else:
        own = _SYSTEMS[_extension(file)] if file is not None else "ANDROID"
    if asked not in (None, own):
        raise RefusedError(4055, own)
    return own


def _callback(data: dict[str, Any]) -> str | None:
    if data.get("callback") in (None, ""):
        return None
    url = _text(data, "callback", _CALLBACK)
    if not url.startswith(("http://", "https://")):
        raise _invalid("callback", url)
    return url


def _check_options(data: dict[str, Any]) -> None:
    minutes = data.get("time_limit")
    if minutes not in (None, "") and (type(minutes) is not int or minutes not in _MINUTES):
        raise _invalid("time_limit", minutes)
    if data.get("use_vo", False) not in (
        False,
        True,
    ):  # which takes 0 and 1 as well: one of the vendor's pages has them
        raise _invalid("use_vo", data["use_vo"])
    credentials = data.get("credentials")
    if credentials is not None and not isinstance(credentials, dict):
        raise _invalid("credentials", "")
    for name in ("login_id", "login_pw") if credentials else ():
        _text(credentials, name, _CREDENTIAL)


def _text(data: Any, name: str, most: int) -> str:
    value = data.get(name)
    if not isinstance(value, str) or len(value) > most:
        raise _invalid(name, value)
    return value


def _invalid(name: str, value: Any) -> RefusedError:
    """The vendor documents no code for these; this is the one of its group for a wrong number of a project."""
    return RefusedError(4052, f"{name} : {value}")
