"""QTest's queue: one upload after the other, each taken in before the next one is sent."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import CallFailedError, Fault, ResultUnknownError
from core.http.translate import later_cause
from core.model import Reason
from core.ports import Answer, Calls, Clock, Log
from core.vendors.qtest import fields
from core.vendors.qtest.allowance import Allowance
from core.vendors.qtest.claims import REASONS
from core.vendors.qtest.logs import MAP_THEM
from core.vendors.qtest.settings import Settings

SUCCESS, FAILED = "SUCCESS", "FAILED"
WAITING = ("IN_WAITING", "IN_PROCESSING", "PENDING")
_NEW = 60.0  # seconds in which the queue may not know what it was just given
_QUERY = {"type": "automation", "escapeXml": "false"}
_BAD_REQUEST = 400
_ACTIVATE = f"Check that the project's Automation Settings are activated. {MAP_THEM}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An upload in the queue. `content` is hostile: what came of it as JSON, or what went wrong."""

    id: int
    state: str
    content: str

    @property
    def count(self) -> int | None:
        """The number of logs that came of it; None where it does not tell."""
        try:
            found = json.loads(self.content)["totalTestLogs"]
        except (ValueError, LookupError, TypeError, RecursionError):
            return None
        return found if isinstance(found, int) and not isinstance(found, bool) else None


class Queue:
    """Sends uploads and looks after the last one, which is `item`. `total` results are to be sent, `sent` were."""

    def __init__(self, settings: Settings, calls: Calls, clock: Clock, log: Log, page: str) -> None:
        self._settings = settings
        self._calls = calls
        self._clock = clock
        self._page = page
        self._allowance = Allowance(calls, log, lambda: clock.wall() + self.skew)
        self._sent_at = 0.0
        self._sent_last = 0
        self._is_sure = False
        self.skew = 0.0  # seconds that qTest's clock is ahead of this machine's
        self.item = Item(id=0, state="", content="")
        self.sent = self.total = 0

    @property
    def is_taken_in(self) -> bool:
        """Whether qTest says so of the last upload: with the number of logs, or else twice."""
        return self.item.state == SUCCESS and self._is_sure

    def send(self, body: Mapping[str, Any]) -> None:
        """Send a piece. Raises ResultUnknownError where qTest has those before it, or may have this one."""
        operation = "submit-suite-logs" if self._settings.test_suite else "submit-cycle-logs"
        path = {"project_id": self._settings.project_id}
        call = self._calls.create if self.sent else self._calls.start
        self._allowance.spare()
        try:
            item, headers = call(operation, parse=_item_and_headers, path=path, query=_QUERY, body=body)
        except CallFailedError as failure:
            raise self._not_sent(failure) from failure
        self._allowance.heed(headers)
        self.item, self._is_sure = item, False
        self._sent_last = len(body["test_logs"])
        self.sent += self._sent_last
        self._sent_at = self._clock.now()

    def _not_sent(self, failure: CallFailedError) -> CallFailedError | ResultUnknownError:
        if not failure.fault.surely_without_effect:
            fact = f"{failure.fact} Whether qTest took in these results is unknown; {self.sent} were sent before."
            remedy = f"Look at {self._page} for them before starting another upload: it would be a second log of each."
            return ResultUnknownError(fact, remedy=remedy, reason=Reason.MAY_EXIST)
        if failure.status == _BAD_REQUEST and not failure.remedy:
            failure.remedy = _ACTIVATE
        if not self.sent:
            return failure
        fact = f"{failure.fact} qTest has {self.sent} of {self.total} results."
        why = later_cause(failure)
        remedy = f"{why} Another upload would be a second log of what it has: {self._page}"
        reason = failure.reason or REASONS.get(failure.fault, Reason.UNAVAILABLE)
        return ResultUnknownError(fact, remedy=remedy, reason=reason)

    def look(self) -> None:
        """Look at the last upload. Raises ResultUnknownError for one that failed, or of which logs are missing."""
        before = self.item
        try:
            self._allowance.spare()
            found, headers = self._calls.read("get-queue-state", parse=self._mine, path={"queue_id": before.id})
        except CallFailedError as failure:
            if failure.fault is Fault.ABSENT and self._clock.now() - self._sent_at < _NEW:
                return
            raise
        self._allowance.heed(headers)
        self.item = found
        self._is_sure = found.count is not None or before.state == SUCCESS
        if found.state == FAILED:
            fact = f"qTest did not take in the results (upload {found.id}): {found.content[:500]}"
            raise ResultUnknownError(fact, remedy=MAP_THEM, reason=Reason.VENDOR_ERROR)
        if found.state == SUCCESS and found.count not in (None, self._sent_last):
            fact = f"qTest made {found.count} logs of {self._sent_last} results (upload {found.id})."
            raise ResultUnknownError(fact, remedy=f"Look at {self._page}. {MAP_THEM}", reason=Reason.PROTOCOL)

    def _mine(self, answer: Answer) -> tuple[Item, Mapping[str, str]]:
        found, headers = _item_and_headers(answer)
        if found.id != self.item.id:
            raise ValueError("the answer is about another upload")
        return found, headers


def _item_and_headers(answer: Answer) -> tuple[Item, Mapping[str, str]]:
    value = answer.value
    item = Item(
        id=fields.whole(value["id"]), state=fields.text(value["state"]), content=fields.text(value.get("content"))
    )
    return item, answer.headers
