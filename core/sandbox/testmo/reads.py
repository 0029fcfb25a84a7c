"""Testmo: the operations that only read. What they see may be older than what is."""

from typing import Any, Final

from core.sandbox.box import Answer, Call, encoded
from core.sandbox.testmo import wire
from core.sandbox.testmo.expands import EXPANDS, expanded
from core.sandbox.testmo.operations import permitted
from core.sandbox.testmo.queries import RUN_SIZES, TEST_SIZES, Query, page_of
from core.sandbox.testmo.repertoire import knobs_of
from core.sandbox.testmo.search import found, in_order, unpacked
from core.sandbox.testmo.state import NOT_FOUND, RefusedError, Run, State
from core.sandbox.testmo.workspace import FAILURE, NEUTRAL, RUNNING, SUCCESS

_ORDERS: Final = ("asc", "desc")
_TEST_SORTS: Final = ("id", "name", "status", "elapsed", "created_at")
_RUN_SORT, _TEST_SORT = "automation_runs:created_at", "automation_run_tests:"


def get_run(state: State, call: Call) -> Answer:
    as_of = _as_of(state)
    run = _seen(state, call.numbers[0], as_of)
    query = Query(call.query)
    names = query.words("expands", EXPANDS)
    query.settle()
    return _answer({"result": wire.run(state, run, as_of), "expands": expanded(state, names, [run])})


def list_runs(state: State, call: Call) -> Answer:
    (project,) = call.numbers
    permitted(project)
    as_of = _as_of(state)
    query = Query(call.query)
    page, size = query.number("page", 1), query.number("per_page", 100, RUN_SIZES)
    query.word("sort", _RUN_SORT, (_RUN_SORT,))
    order = query.word("order", "desc", _ORDERS)
    names = query.words("expands", EXPANDS)
    runs = [run for run in state.runs.values() if run.project == project and _visible(state, run, as_of)]
    runs = _filtered(state, runs, query, as_of)
    query.settle()
    runs.sort(key=lambda run: (run.created, run.id), reverse=order == "desc")
    shown = page_of(runs, page, size)
    with_threads = knobs_of(state.scenario).threads_listed
    rows = [wire.run(state, run, as_of, threads=with_threads) for run in shown["result"]]
    return _answer({**shown, "result": rows, "expands": expanded(state, names, shown["result"])})


def list_tests(state: State, call: Call) -> Answer:
    as_of = _as_of(state)
    run = _seen(state, call.numbers[0], as_of)
    query = Query(call.query)
    page, size = query.number("page", 1), query.number("per_page", 100, TEST_SIZES)
    sort = query.word("sort", f"{_TEST_SORT}id", [_TEST_SORT + name for name in _TEST_SORTS])
    order = query.word("order", "desc", _ORDERS)
    threads = query.numbers("thread_id")
    states = query.numbers("status_id", (NEUTRAL, SUCCESS, FAILURE, RUNNING))
    query.settle()
    batches = (
        batch
        for thread in run.threads
        if threads is None or thread.id in threads
        for batch in thread.batches
        if batch.at <= as_of
    )
    hits = in_order(found(batches, states), sort.removeprefix(_TEST_SORT), falling=order == "desc")
    shown = page_of(hits, page, size)
    sent = unpacked(shown["result"])
    rows = [wire.test(state, hit, sent[hit.id]) for hit in shown["result"]]
    return _answer({**shown, "result": rows, "expands": {}})


def _filtered(state: State, runs: list[Run], query: Query, as_of: float) -> list[Run]:
    """Keep the runs that the query asks for. A tag is enough of several."""
    sources, configs = query.numbers("source_id"), query.numbers("config_id")
    milestones, people = query.numbers("milestone_id"), query.numbers("created_by")
    states, tags = query.numbers("status", (SUCCESS, FAILURE, RUNNING)), query.words("tags")
    after, before = query.date("created_after"), query.date("created_before")

    def wanted(run: Run) -> bool:
        date = state.clock.date(run.created)
        return (
            (sources is None or run.source_id in sources)
            and (configs is None or run.config in configs)
            and (milestones is None or run.milestone in milestones)
            and (people is None or run.by in people)
            and (not tags or not set(tags).isdisjoint(run.tags))
            and (after is None or date >= after)
            and (before is None or date <= before)
            and (states is None or wire.run(state, run, as_of, threads=False)["status"] in states)
        )

    return [run for run in runs if wanted(run)]


def _as_of(state: State) -> float:
    """Return the moment that a read is about."""
    scenario = state.scenario
    late = scenario.stale_by if state.rng.random() < scenario.stale_reads else 0.0
    return state.clock.now() - late - knobs_of(scenario).lag


def _seen(state: State, number: int, as_of: float) -> Run:
    run = state.runs.get(number)
    if run is None or not _visible(state, run, as_of):
        raise RefusedError(404, NOT_FOUND)
    return run


def _visible(state: State, run: Run, as_of: float) -> bool:
    hidden = run.ours and state.clock.now() < run.created + state.scenario.eventual
    return run.created <= as_of and not hidden and (run.deleted is None or as_of < run.deleted)


def _answer(value: Any) -> Answer:
    return Answer(body=encoded(value))
