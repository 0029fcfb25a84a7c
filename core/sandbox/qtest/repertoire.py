"""qTest: the scenarios and faults that exist at this vendor alone, and what the common ones mean there."""

import re
from dataclasses import replace
from typing import Final

from core.sandbox.box import OwnFault
from core.sandbox.qtest.knobs import Agenda, Knobs, KnownGuid
from core.sandbox.qtest.statuses import Profile
from core.sandbox.scenario import Scenario
from core.sandbox.scenarios import SCENARIOS as COMMON

_BIG: Final = 2**53
_MEANINGS: Final = {
    "passing": "a job with three tests is scheduled for an agent that becomes active; it is claimed only once",
    "one-failure": "the last test of the job is `shop.FailingTest#…`, for a command to let it fail",
    "internal-error": "uploads end as FAILED in the queue; jobs are as in `passing`",
    "canceled": "a person cancels each job as soon as it runs; uploads end as FAILED",
    "never-ends": "no job is ever handed out; uploads wait in the queue for ever",
    "never-ends-running": "uploads are in processing for ever; jobs are as in `passing`",
    "unknown-status": "jobs and uploads have a status that nobody knows",
    "unknown-then-passed": "one look sees an unknown status, then all is as in `passing`",
    "empty": "no job is scheduled, and one that is ordered has no tests",
    "slow-settle": "a job becomes due, and an upload is processed, after ten seconds",
    "flapping": "an upload reads SUCCESS, then in processing again, then SUCCESS; jobs have odd words for two looks",
    "foreign-run": "jobs of other agents stand before ours and after it, also of another project; our last test fails",
    "earlier-runs": "a dozen jobs are over, and ours is due after five minutes",
    "hostile": "each job has one test whose name or content is an attack; statuses are too",
    "vanishing": "jobs and uploads are gone from the middle of their time on",
    "many": "20 jobs with 100 tests each",
    "matrix": "4 jobs with 3 tests each",
    "eventual": "a new job is not listed, and a new upload answers 404, for 10 s",
}
SENSELESS: Final = frozenset(("review-needed", "skipped", "unknown-case", "contradiction"))  # qTest judges nothing
_USUAL: Final = Scenario()


def _with(description: str, knobs: Knobs) -> Scenario:
    return replace(_USUAL, description=description, own=knobs)


SCENARIOS: Final[dict[str, Scenario]] = {
    **{name: replace(COMMON[name], description=text) for name, text in _MEANINGS.items()},
    "lenient": _with("a job may have any status after any other; dates need no offset", Knobs(profile=Profile.LENIENT)),
    "no-cancel-from-running": _with("a job that runs cannot be cancelled", Knobs(profile=Profile.NO_CANCEL)),
    "self-transition-ok": _with(
        "a status may be written again: a second claim succeeds too", Knobs(profile=Profile.SELF)
    ),
    "duplicate-hosts": _with("a host that registers again is another one", Knobs(known_guid=KnownGuid.DUPLICATE)),
    "conflicting-hosts": _with("a host that registers again is told 409", Knobs(known_guid=KnownGuid.CONFLICT)),
    "recurring": _with("a job now, and one in each of the next two weeks", Knobs(agenda=Agenda.RECURRING)),
    "overdue": _with("50 jobs, one an hour, that nobody has run", Knobs(agenda=Agenda.OVERDUE)),
    "long-job": Scenario(description="one job with 500 tests", matrix=(500, 1)),
    "odd-materials": _with("jobs without a test, without contents, with one content twice", Knobs(agenda=Agenda.ODD)),
    "other-zones": _with("jobs whose dates are written in nine ways", Knobs(agenda=Agenda.ZONES)),
    "ten-minutes-off": Scenario(description="the server's clock is ten minutes off, by the seed", skew=600.0),
    "old-words": _with("logs are PASS, FAIL or SKIP in this project", Knobs(words=("PASS", "FAIL", "SKIP"))),
    "automation-off": _with("the project's Automation Settings are not activated: no uploads", Knobs(automation=False)),
    "inactive-listed": _with("jobs of an agent that is not active are listed", Knobs(inactive_listed=True)),
    "offline-listed": _with("jobs of a host that is Offline are listed", Knobs(offline_listed=True)),
    "jobs-returned": _with("what a host runs is NOT_RUN again when it goes Offline", Knobs(returned=True)),
    "spaced-status": Scenario(
        description="as overdue, but written `NOT RUN`", own=Knobs(agenda=Agenda.OVERDUE, spaced=True)
    ),
    "big-ids": _with("all ids are beyond 2^53", Knobs(first_number=_BIG)),
    "rate-limited": _with("30 calls a minute, then 429; each answer tells what remains", Knobs(calls_a_minute=30)),
    "small-attachments": _with("no attachment may have more than 1,000 bytes", Knobs(attachment_limit=1000)),
}

_NUMBER: Final = re.compile(r"\d{1,9}")
FAULTS: Final[dict[str, OwnFault]] = {
    "400": OwnFault("refused with a message of the vendor's, nothing done"),
    "claimed": OwnFault("just before, another runner claims the job, or all that wait where the call is about none"),
    "cancelled": OwnFault("just before, a person cancels the job, or all that are not over"),
    "agent-deleted": OwnFault("just before, all agents are deleted"),
    "host-deleted": OwnFault("just before, all hosts are deleted"),
    "queue-failed": OwnFault("done, but the upload will end as FAILED, with a text about it"),
    "queue-stuck": OwnFault("done, but the upload will never be more than in processing"),
    "unknown-fields": OwnFault("done; every object has links and a field that nobody knows"),
    "text-ids": OwnFault("done; every id is a text of digits"),
    "odd-entries": OwnFault("done; entries that lack what is promised stand before the others of a list"),
    "fewer-logs": OwnFault("done; the result of an upload tells of no test log"),
    "minute-left": OwnFault("done; so many calls of this minute are left: =0", _NUMBER),
    "month-left": OwnFault("done; so many calls of this month are left: =0", _NUMBER),
}
