"""Testmo's API, declared once: the adapter calls these, and `api` offers them.

Wire: https://docs.testmo.com/api/reference/automation-runs; the names follow its reference.
"""

from typing import Any

from core.errors import CallFailedError, Fault
from core.ports import Answer, Operation

LULL = 60.0  # seconds of silence after a 429 without Retry-After, as the vendor's rules want it
_RUNS = "/projects/{project_id}/automation/runs"
_RUN = "/automation/runs/{run_id}"
_THREAD = "/automation/runs/threads/{thread_id}"
_LIST_LIMIT = 16 << 20  # a page has up to 100 runs with their fields, or 1,000 tests
_RUN_LIMIT = 32 << 20  # a run has its threads with all their fields: one job's output may take 96 KiB of escapes


def _nothing(answer: Answer, line: str) -> None:
    """What a call that only has an effect answers: 204. Anything else may come from a gateway."""
    if answer.status != 204 or answer.body:
        raise CallFailedError(Fault.UNREADABLE, f"{line} answered {answer.status} in place of 204.")


def _post(path: str, summary: str, **more: Any) -> Operation:
    return Operation(method="POST", path=path, summary=summary, body=True, effect=True, lull=LULL, **more)


OPERATIONS: dict[str, Operation] = {
    "list-runs": Operation(
        method="GET",
        path=_RUNS,
        summary="List automation runs, the newest first.",
        query=(
            *("page", "per_page", "sort", "order", "config_id", "created_after", "created_before", "created_by"),
            *("milestone_id", "source_id", "status", "tags", "expands"),
        ),
        limit=_LIST_LIMIT,
        lull=LULL,
    ),
    "get-run": Operation(
        method="GET",
        path=_RUN,
        summary="Read one run with its threads and counts.",
        query=("expands",),
        limit=_RUN_LIMIT,
        lull=LULL,
    ),
    "list-tests": Operation(
        method="GET",
        path=f"{_RUN}/tests",
        summary="List the tests of a run.",
        query=("page", "per_page", "sort", "order", "thread_id", "status_id"),
        limit=_LIST_LIMIT,
        lull=LULL,
    ),
    "create-run": _post(_RUNS, "Create a run; it stays open until it is completed."),
    "append-run": _post(f"{_RUN}/append", "Add artifacts, fields and links to a run.", decode=_nothing),
    "create-thread": _post(f"{_RUN}/threads", "Create a thread in a run: the results of one job."),
    "append-tests": _post(f"{_THREAD}/append", "Add tests, artifacts and fields to a thread.", decode=_nothing),
    "complete-thread": _post(f"{_THREAD}/complete", "Complete a thread.", decode=_nothing),
    "complete-run": _post(f"{_RUN}/complete", "Complete a run and all its threads.", decode=_nothing),
}
