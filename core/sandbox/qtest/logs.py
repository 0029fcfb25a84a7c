"""qTest: test logs, one at a time or many through the queue, and what they leave at test runs."""

from typing import Any, Final

from core.sandbox.box import Call
from core.sandbox.course import glance, gone, look, timeline_of
from core.sandbox.progression import Phase
from core.sandbox.qtest import asks, log_asks, wire
from core.sandbox.qtest.materials import FIRST_TEST_RUN
from core.sandbox.qtest.records import Log, LogAsked, QueueItem
from core.sandbox.qtest.state import TEST_RUNS, RefusedError, State, new_id

NEW: Final = 0  # the number of a test run that a log is to make
_STATES: Final = {
    Phase.QUEUED: "IN_WAITING",
    Phase.WAITING: "PENDING",
    Phase.RUNNING: "IN_PROCESSING",
    Phase.SETTLING: "IN_PROCESSING",
}
_WORDS: Final = {"passed": "SUCCESS", "failed": "SUCCESS", "skipped": "SUCCESS", "running": "IN_PROCESSING"}
_FAILED: Final = "FAILED"
_PROBLEM: Final = "Test logs could not be processed: an internal error has occurred"


def submit_test_log(state: State, call: Call) -> Any:
    project, run = call.numbers
    if run != NEW and not known_test_run(state, project, run):
        raise RefusedError(404, "Test Run does not exist")
    asked = log_asks.log_of(state, asks.object_of(call.body))
    return wire.log(_take(state, project, run, asked, call.operation))


def submit_suite_logs(state: State, call: Call) -> Any:
    project, run = call.numbers
    body = asks.object_of(call.body)
    if run != NEW:
        raise RefusedError(400, "The test run of an upload is 0")
    container = log_asks.container_of(body, "test_suite")
    log_asks.check_execution_date(body)
    return _queued(state, call, project, container, log_asks.logs_of(state, body, modules=False))


def submit_cycle_logs(state: State, call: Call) -> Any:
    body = asks.object_of(call.body)
    container = log_asks.container_of(body, "test_cycle")
    return _queued(state, call, call.numbers[0], container, log_asks.logs_of(state, body, modules=True))


def get_queue_state(state: State, call: Call) -> Any:
    item = state.queue.get(call.numbers[0])
    now = state.clock.now()
    if item is None or gone(item, now) or now < item.timeline.created + state.scenario.eventual:
        raise RefusedError(404, "Queue item does not exist")
    look(item, now)
    late = state.scenario.stale_by if state.rng.random() < state.scenario.stale_reads else 0.0
    return _shown(state, item, late)


def get_last_run(state: State, call: Call) -> Any:
    project, run = call.numbers
    found = [log for log in state.logs if (log.project, log.test_run) == (project, run)]
    if not found:
        raise RefusedError(404, "Test Log does not exist")
    return wire.last_run(state, found[-1])


def list_execution_statuses(_state: State, _call: Call) -> Any:
    return [wire.status(number, name, color) for number, name, color in wire.STATUSES]


def known_test_run(state: State, project: int, run: int) -> bool:
    first = FIRST_TEST_RUN + state.knobs.first_number
    return first <= run < first + TEST_RUNS or state.test_runs.get(run) == project


def final_state(item: QueueItem) -> str:
    """Return the last state of an upload, or the one that it stays at."""
    if item.stuck or item.scenario.stuck is not None:
        return _STATES[Phase.RUNNING if item.stuck else item.scenario.stuck or Phase.QUEUED]
    if item.fails:
        return _FAILED
    ending = item.scenario.ending
    return _WORDS.get(ending, _FAILED if ending in {"error", "canceled"} else ending)


def _queued(state: State, call: Call, project: int, container: str, logs: tuple[LogAsked, ...]) -> Any:
    kind = "" if call.own is None else call.own.kind
    if call.query.get("type") != "automation" or not state.knobs.automation:
        raise RefusedError(400, "Parameter type is not accepted: activate the Automation Settings of this project")
    item = QueueItem(
        id=new_id(state, "queue"),
        project=project,
        operation=call.operation,
        container=container,
        logs=logs,
        scenario=state.scenario,
        timeline=timeline_of(state.scenario, state.clock.now(), state.rng),
        fails=kind == "queue-failed",
        stuck=kind == "queue-stuck",
    )
    state.queue[item.id] = item
    return wire.queue_item(item, _STATES[Phase.QUEUED], "")


def _shown(state: State, item: QueueItem, late: float) -> dict[str, Any]:
    seen = glance(item, state.clock.now(), late=late)
    phase = min(seen.phase, Phase.RUNNING) if item.stuck else seen.phase
    if phase is not Phase.OVER:
        return wire.queue_item(item, _STATES[phase], "")
    if seen.detour is not None:
        return wire.queue_item(item, _WORDS.get(seen.detour, seen.detour), "")
    word = final_state(item)
    if word != _FAILED and not item.taken:
        _take_all(state, item)
    return wire.queue_item(item, word, _PROBLEM if word == _FAILED else wire.queue_result(item))


def _take_all(state: State, item: QueueItem) -> None:
    item.taken = True
    for asked in item.logs:
        _take(state, item.project, NEW, asked, item.operation)


def _take(state: State, project: int, run: int, asked: LogAsked, operation: str) -> Log:
    if run == NEW:
        run = new_id(state, "run")
        state.test_runs[run] = project
    log = Log(
        id=new_id(state, "log"),
        project=project,
        test_run=run,
        asked=asked,
        at=state.clock.now(),
        operation=operation,
    )
    state.logs.append(log)
    return log
