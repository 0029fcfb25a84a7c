"""A case of a JUnit file as a test of Testmo: its key, its folder, its status, and what it holds."""

import json
from collections.abc import Callable
from hashlib import sha256

from core.junit_read import JUnitCase
from core.model import Outcome
from core.vendors.testmo.extras import Extras
from core.vendors.testmo.texts import short

_PASSED = "passed"
STATUSES = {
    Outcome.PASSED: _PASSED,
    Outcome.FAILED: "failure",
    Outcome.ERRORED: "error",
    Outcome.SKIPPED: "skipped",
}
NO_FOLDER = "Unnamed folder"
NO_NAME = "(no name)"
_text: Callable[[str], str] = json.encoder.encode_basestring
_value = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def as_json(case: JUnitCase) -> bytes:
    """One element of `tests[]`. Its key is the one that the vendor's command line makes: the history goes on.

    By hand, as in core.writers.report_json: a dictionary for each of 100,000 cases takes longer than all its texts.
    """
    name, folder = case.name.strip() or NO_NAME, case.classname.strip()
    # An enum as a key costs a call, and nearly all cases have passed.
    status = _PASSED if case.outcome is Outcome.PASSED else STATUSES[case.outcome]
    shown = _text(short(folder) or NO_FOLDER)
    head = f'{{"key":"{key(name, folder)}","name":{_text(short(name))},"status":"{status}","folder":{shown}'
    extras = '"artifacts":[],"fields":[]'
    if case.complaints or case.properties or case.outputs:
        found = Extras(case)
        extras = _value({"artifacts": found.artifacts, "fields": found.fields})[1:-1]
    seconds = case.seconds
    elapsed = "" if seconds is None else f',"elapsed":{microseconds(seconds)}'
    file = case.file.strip()
    where = f',"file":{_text(short(file))}' if file else ""
    for attribute in ("line", "assertions"):
        number = case.whole(attribute)
        if number is not None:
            where += f',"{attribute}":{number}'
    return f"{head},{extras}{elapsed}{where}}}".encode()


def key(name: str, folder: str) -> str:
    """What a test is recognised by across runs, from texts that are not cut. Two tests may share one."""
    return sha256((f"{folder}.{name}" if folder else name).encode("utf-8", "replace")).hexdigest()


def microseconds(seconds: float) -> int:
    return round(seconds * 1_000_000)
