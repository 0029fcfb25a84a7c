"""Testmo: the operations that change something."""

import zlib
from typing import Any, Final

from core.sandbox.box import Answer, Call, encoded
from core.sandbox.testmo import asks
from core.sandbox.testmo.batches import batch_of
from core.sandbox.testmo.checks import body_of
from core.sandbox.testmo.repertoire import knobs_of
from core.sandbox.testmo.state import NOT_FOUND, Closed, RefusedError, Run, State, Thread, source_id
from core.sandbox.testmo.workspace import FOREIGN_PROJECT, US

_DONE: Final = Answer(status=204, content_type="", effect=True)
_DECODED: Final = 1 << 28  # bytes, at most, of a compressed body


def create_run(state: State, call: Call) -> Answer:
    (project,) = call.numbers
    permitted(project)
    asked = asks.run_of(_body(state, call), knobs_of(state.scenario))
    return _created(add_run(state, project, asked, by=US, ours=True).id)


def append_run(state: State, call: Call) -> Answer:
    run = _run(state, call)
    attached = asks.attached_of(_body(state, call), knobs_of(state.scenario))
    _check_open(state, run)
    run.attached.add(attached)
    return _DONE


def create_thread(state: State, call: Call) -> Answer:
    run = _run(state, call)
    piece = asks.piece_of({**_body(state, call), "tests": None}, knobs_of(state.scenario))
    _check_open(state, run)
    return _created(add_thread(state, run, piece, by=US).id)


def append_tests(state: State, call: Call) -> Answer:
    thread, run = _thread(state, call)
    piece = asks.piece_of(_body(state, call), knobs_of(state.scenario))
    _check_open(state, thread, run)
    append(state, thread, piece)
    return _DONE


def complete_thread(state: State, call: Call) -> Answer:
    thread, run = _thread(state, call)
    piece = asks.piece_of(_body(state, call), knobs_of(state.scenario))
    if thread.closed is not None and knobs_of(state.scenario).idempotent:
        return _DONE
    _check_open(state, thread, run)
    thread.observed += piece.observed
    thread.computed += piece.computed
    thread.closed = Closed(at=state.clock.now(), by=US)
    return _DONE


def complete_run(state: State, call: Call) -> Answer:
    run = _run(state, call)
    measured = asks.measured(_body(state, call))
    if run.closed is not None:
        raise RefusedError(422, "The automation run is already completed.")
    close(state, run, by=US, measured=measured)
    return _DONE


def add_run(state: State, project: int, asked: asks.NewRun, *, by: int, ours: bool) -> Run:
    run = Run(
        id=state.next_run,
        project=project,
        source=asked.source,
        source_id=source_id(state, asked.source),
        name=asked.name,
        created=state.clock.now(),
        by=by,
        ours=ours,
        config=asked.config,
        milestone=asked.milestone,
        tags=asked.tags,
        attached=asked.attached,
    )
    state.runs[run.id] = run
    state.next_run += 1
    return run


def add_thread(state: State, run: Run, piece: asks.Piece, *, by: int) -> Thread:
    thread = Thread(
        id=state.next_thread,
        run=run.id,
        index=len(run.threads) + 1,
        created=state.clock.now(),
        by=by,
        attached=piece.attached,
        observed=piece.observed,
        computed=piece.computed,
    )
    run.threads.append(thread)
    state.threads[thread.id] = thread
    state.next_thread += 1
    return thread


def append(state: State, thread: Thread, piece: asks.Piece) -> None:
    thread.observed += piece.observed
    thread.computed += piece.computed
    thread.attached.add(piece.attached)
    if piece.tests:
        thread.batches.append(batch_of(piece.tests, first_id=state.next_test, at=state.clock.now()))
        state.next_test += len(piece.tests)


def close(state: State, run: Run, *, by: int, measured: bool) -> None:
    """Complete a run, and with it those threads that are not."""
    run.closed = Closed(at=state.clock.now(), by=by)
    run.measured = measured
    for thread in run.threads:
        thread.closed = thread.closed or run.closed


def permitted(project: int) -> None:
    if project == FOREIGN_PROJECT:
        raise RefusedError(403, "This action is unauthorized.")


def _body(state: State, call: Call) -> dict[str, Any]:
    """Read the body, which a gateway may find too large. Compressed ones are as good as broken, usually."""
    knobs = knobs_of(state.scenario)
    if knobs.most_bytes is not None and len(call.body) > knobs.most_bytes:
        raise RefusedError(413, "Payload too large.")
    raw, packed = call.body, ("content-encoding", "gzip") in {(key.lower(), value) for key, value in call.headers}
    if packed and knobs.gzip:
        try:
            raw = zlib.decompressobj(31).decompress(raw, _DECODED)
        except zlib.error as error:
            raise RefusedError(400, "The request body is not valid gzip.") from error
    return body_of(raw)


def _run(state: State, call: Call) -> Run:
    run = state.runs.get(call.numbers[0])
    if run is None or run.deleted is not None:
        raise RefusedError(404, NOT_FOUND)
    return run


def _thread(state: State, call: Call) -> tuple[Thread, Run]:
    thread = state.threads.get(call.numbers[0])
    run = None if thread is None else state.runs[thread.run]
    if thread is None or run is None or run.deleted is not None:
        raise RefusedError(404, NOT_FOUND)
    return thread, run


def _check_open(state: State, *things: Run | Thread) -> None:
    if not knobs_of(state.scenario).closes:
        return
    for thing in things:
        if thing.closed is not None:
            what = "thread" if isinstance(thing, Thread) else "run"
            raise RefusedError(422, f"The automation {what} is already completed.")


def _created(number: int) -> Answer:
    return Answer(status=201, body=encoded({"id": number}), effect=True)
