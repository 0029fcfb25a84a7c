"""A case of a JUnit file as a test of Testmo: its key, its folder, its status, and what it holds."""

from hashlib import sha256
from typing import Any

from core.junit_read import JUnitCase
from core.model import Outcome
from core.vendors.testmo.extras import Extras
from core.vendors.testmo.texts import short

STATUSES = {
    Outcome.PASSED: "passed",
    Outcome.FAILED: "failure",
    Outcome.ERRORED: "error",
    Outcome.SKIPPED: "skipped",
}
NO_FOLDER = "Unnamed folder"
NO_NAME = "(no name)"


def as_test(case: JUnitCase) -> dict[str, Any]:
    """One element of `tests[]`. Its key is the one that the vendor's command line makes: the history goes on."""
    name, folder = case.name.strip() or NO_NAME, case.classname.strip()
    found: dict[str, Any] = {
        "key": key(name, folder),
        "name": short(name),
        "status": STATUSES[case.outcome],
        "folder": short(folder) or NO_FOLDER,
        "artifacts": [],
        "fields": [],
    }
    if case.complaints or case.properties or case.outputs:
        extras = Extras(case)
        found["artifacts"], found["fields"] = extras.artifacts, extras.fields
    seconds = case.seconds
    if seconds is not None:
        found["elapsed"] = microseconds(seconds)
    file = case.file.strip()
    if file:
        found["file"] = short(file)
    for attribute in ("line", "assertions"):
        number = case.whole(attribute)
        if number is not None:
            found[attribute] = number
    return found


def key(name: str, folder: str) -> str:
    """What a test is recognised by across runs, from texts that are not cut. Two tests may share one."""
    return sha256((f"{folder}.{name}" if folder else name).encode("utf-8", "replace")).hexdigest()


def microseconds(seconds: float) -> int:
    return round(seconds * 1_000_000)


def size(test: dict[str, Any]) -> int:
    """About how many characters of JSON it comes to."""
    plain = 300 + len(test["name"]) + len(test["folder"])
    if not test["fields"] and not test["artifacts"]:
        return plain
    fields = sum(len(each["value"]) + len(each["name"]) + 200 for each in test["fields"])
    return plain + fields + 400 * len(test["artifacts"])
