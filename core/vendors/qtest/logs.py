"""One log per test: to its own test run, at once, before the job is completed. Never twice."""

import os
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import CallFailedError, Fault
from core.junit_read import JUnitFile
from core.model import Build, Outcome
from core.ports import Answer, Calls, Log
from core.vendors.qtest import fields
from core.vendors.qtest.allowance import Allowance
from core.vendors.qtest.jobs import Job, Material
from core.vendors.qtest.matching import Match
from core.vendors.qtest.settings import Settings
from core.workspace.opening import reading

LARGEST_ATTACHMENT = 1 << 20  # bytes
LONGEST_TEXT = 10_000
LONGEST_NAME = 500
_TOO_LARGE = 413
_WORDS = {Outcome.PASSED: "passed", Outcome.SKIPPED: "skipped", Outcome.FAILED: "failed", Outcome.ERRORED: "failed"}
MAP_THEM = "Map the words of `status-map` in qTest's Automation Settings."


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is logged. Times are qTest's, in seconds since 1970."""

    job: Job
    material: Material
    match: Match
    began: float
    files: Sequence[JUnitFile]


class Logs:
    """Sends them and remembers their ids."""

    def __init__(self, settings: Settings, build: Build, calls: Calls, log: Log, allowance: Allowance) -> None:
        self._settings = settings
        self._allowance = allowance
        self._build = build
        self._calls = calls
        self._log = log
        self.ids: list[int] = []
        self._attached: set[tuple[object, ...]] = (
            set()
        )  # files that qTest has, by their job: one of its logs holds them

    def submit(self, entry: Entry) -> None:
        """Raises CallFailedError where qTest refuses, or where it is unknown whether the log is there."""
        whose = (entry.job.id, *(file.path for file in entry.files))
        body = self._body(entry, attach=whose not in self._attached)
        try:
            self._send(entry, body)
        except CallFailedError as failure:
            if failure.status != _TOO_LARGE or "attachments" not in body:
                raise
            self._log.warning(f"{failure.fact} Logging the result without its file.")
            del body["attachments"]
            self._attached.add(whose)  # the next one would be refused, too
            self._send(entry, body)
        if "attachments" in body:
            self._attached.add(whose)

    def _send(self, entry: Entry, body: dict[str, object]) -> None:
        path = {"project_id": entry.job.project, "test_run_id": entry.material.test_run}
        self._allowance.spare()  # before a further log: after the last one the job has to be ended
        try:
            found, headers = self._calls.create(
                "submit-test-log",
                parse=lambda answer: (fields.whole(answer.value["id"]), answer.headers),
                path=path,
                query={"encodeNote": "true"},
                body=body,
            )
        except CallFailedError as failure:
            if failure.fault.surely_without_effect:
                raise
            landed = self._find(path, body)
            if landed is None:
                raise
            found, headers = landed, {}
        self.ids.append(found)
        self._allowance.heed(headers)

    def _find(self, path: dict[str, int], body: dict[str, object]) -> int | None:
        """The log whose answer was lost, by its times: a claimed job is run by nobody else in the same second.

        One that we know already is another test's of the same test run.
        """
        wanted = tuple(fields.moment(body[name]) for name in ("exe_start_date", "exe_end_date"))

        def read(answer: Answer) -> int | None:
            value = answer.value
            times = tuple(fields.moment(value[name]) for name in ("exe_start_date", "exe_end_date"))
            found = fields.whole(value["id"])
            return found if times == wanted and found not in self.ids else None

        try:
            return self._calls.read("get-last-run", parse=read, path=path, seconds=30.0)
        except CallFailedError as failure:
            if failure.fault is Fault.AUTH:
                raise
            return None

    def _body(self, entry: Entry, *, attach: bool) -> dict[str, object]:
        material, match = entry.material, entry.match
        attach = attach and _WORDS[match.outcome] == "failed"
        optional: dict[str, object | None] = {
            "test_case_version_id": material.version,
            "note": cut(match.message, LONGEST_TEXT) or None,
            "build_number": self._build.number or None,
            "build_url": self._build.url or None,
            "test_step_logs": self._steps(match) or None,
            "attachments": _attachments(entry.files) if attach else None,
        }
        return {
            "name": cut(material.name or material.content, LONGEST_NAME),
            "automation_content": material.content,
            "status": self.word(match.outcome),
            "exe_start_date": fields.stamp(entry.began),
            "exe_end_date": fields.stamp(entry.began + match.seconds),
        } | {name: value for name, value in optional.items() if value}

    def word(self, outcome: Outcome) -> str:
        """The project's word."""
        return self._settings.words[_WORDS[outcome]]

    def _steps(self, match: Match) -> list[dict[str, object]]:
        """The cases of a class, in an unbroken row of numbers from 0."""
        return [
            {
                "order": at,
                "description": cut(step.name, LONGEST_NAME) or f"case {at + 1}",
                "expected_result": "pass",
                "actual_result": cut(step.message, LONGEST_NAME) or str(step.outcome),
                "status": self.word(step.outcome),
            }
            for at, step in enumerate(match.steps)
        ]


def cut(text: str, longest: int) -> str:
    """A text that JSON can hold, not longer than this."""
    found = clean(text)
    return found if len(found) <= longest else found[: longest - 1] + "…"


def clean(text: str) -> str:
    """A text that JSON can hold."""
    return text.encode("utf-8", "replace").decode()


def _attachments(files: Sequence[JUnitFile]) -> list[dict[str, str]] | None:
    """The JUnit file, where there is one and it is not too large."""
    found = []
    for at, file in enumerate(files[:5]):
        try:
            if os.path.getsize(file.path) > LARGEST_ATTACHMENT:
                continue
            with reading(file.path) as opened:
                data = b64encode(opened.read(LARGEST_ATTACHMENT)).decode()
        except OSError:
            continue
        name = "junit.xml" if at == 0 else f"junit-{at + 1}.xml"
        found.append({"name": name, "content_type": "application/xml", "data": data})
    return found or None
