"""Autify for mobile: what a request asks for, checked as the vendor checks it."""

import os.path
from typing import Any, Final

from core.sandbox.autify.asks import NOT_FOUND, body_of
from core.sandbox.autify.state import RefusedError
from core.sandbox.autify_mobile import workspace
from core.sandbox.autify_mobile.state import Start, State
from core.sandbox.autify_mobile.workspace import Device
from core.sandbox.forms import Form, Part

_EXTENSIONS: Final = {".apk", ".ipa", ".zip"}  # a zipped .app folder is the last one


def file_of(form: Form) -> Part:
    """Read an upload. A form that is broken is to the vendor one without parts."""
    part = None if form.problem else form.part("file")
    if part is None or not part.filename:
        raise RefusedError(400, "file is missing")
    if os.path.splitext(part.filename)[1].lower() not in _EXTENSIONS or not part.size:
        raise RefusedError(400, "file is not an apk, an ipa or a zipped app")
    return part


def start_of(state: State, plan: str, raw: bytes) -> Start:
    """Read what a start asks for: a build, and devices unless the plan's own will do."""
    if plan not in workspace.PLANS:
        raise RefusedError(404, NOT_FOUND)
    body = body_of(raw)
    build = state.builds.get(body["build_id"]) if isinstance(body.get("build_id"), str) else None
    if build is None:
        raise RefusedError(400, "build_id is missing or not the id of a build")
    return Start(plan=plan, build=build, devices=_devices(body.get("device_ids")) or (workspace.device_of(plan),))


def _devices(value: Any) -> tuple[Device, ...]:
    known = {device.id: device for device in workspace.DEVICES}
    wanted = [] if value is None else value
    if not isinstance(wanted, list) or not all(isinstance(one, str) and one in known for one in wanted):
        raise RefusedError(400, "device_ids are not all ids of devices")
    return tuple(known[one] for one in dict.fromkeys(wanted))
