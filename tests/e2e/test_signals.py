"""SIGINT and SIGTERM in every phase: out within 5 s, the run named, files written, nothing of ours left behind."""

import os
import signal
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.sandbox import SCENARIOS, Ledger, Scenario
from tests.e2e.support import PLAN, REPLACED, RESULTS, SCENARIO, Ended, Step, Vendor, vendor

LONGEST_STOP = 5.0
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}


@dataclass(frozen=True, kw_only=True)
class Phase:
    """How to get a run to where it is stopped, and what is then known of it."""

    ready: Callable[[Vendor], None]
    faults: tuple[str, ...] = ()
    scenario: str = "never-ends-running"
    inputs: tuple[tuple[str, str], ...] = tuple(SCENARIO.items())
    named: bool = True
    started: int = 1
    doubtful: bool = False
    says: str = "can't cancel"  # of a run that has a name


def stalled(server: Vendor) -> None:
    server.await_stall()


def called(operation: str, times: int = 1) -> Callable[[Vendor], None]:
    return lambda server: server.await_call(operation, times)


PHASES = {
    "baseline hanging": Phase(ready=stalled, faults=("hang@list-results",), named=False, started=0),
    "before the first answer": Phase(
        ready=called("list-results"), faults=("reset-before@list-results*forever",), named=False, started=0
    ),
    "capabilities hanging": Phase(ready=stalled, faults=("hang@list-capabilities",), named=False, started=0),
    "start in flight": Phase(ready=stalled, faults=("hang@start",), named=False, started=0, doubtful=True),
    "start done, answer hanging": Phase(ready=stalled, faults=("hang-after@start",), named=False, doubtful=True),
    "start refused for now": Phase(
        ready=called("execute-scenarios"), faults=("429=60@start*forever",), named=False, started=0
    ),
    "looking for a lost start": Phase(
        ready=stalled, faults=("reset-after@start", "hang@list-results#2"), named=False, doubtful=True
    ),
    "polling": Phase(ready=called("describe-result", 2)),
    "outage": Phase(ready=called("describe-result"), faults=("503@describe-result*forever",)),
    "outage with a long Retry-After": Phase(
        ready=called("describe-result"), faults=("503=3000@describe-result*forever",)
    ),
    "poll hanging": Phase(ready=stalled, faults=("hang@describe-result",)),
    "poll dripping": Phase(ready=stalled, faults=("slow-loris@describe-result",)),
    "collecting names": Phase(
        ready=stalled, faults=("hang@describe-scenario",), scenario="passing", says="had finished (passed)"
    ),
    "replacement being created": Phase(
        ready=stalled,
        faults=("hang-after@create-url-replacement",),
        inputs=tuple(REPLACED.items()),
        named=False,
        started=0,
    ),
    "plan's start in flight": Phase(
        ready=stalled, faults=("hang@start",), inputs=tuple(REPLACED.items()), named=False, started=0, doubtful=True
    ),
    "replacement being removed": Phase(
        ready=stalled, faults=("hang@delete-url-replacement",), inputs=tuple(REPLACED.items())
    ),
    "polling a plan": Phase(ready=called("describe-result"), inputs=tuple(PLAN.items())),
}


@dataclass(frozen=True, kw_only=True)
class Stopped:
    ended: Ended
    took: float
    ledger: Ledger
    step: Step


def stop(phase: Phase, number: signal.Signals, folder: Path) -> Stopped:
    folder.mkdir()
    with vendor(phase.scenario, *phase.faults) as server:
        step = Step(folder=folder, url=server.url)
        process = step.start(timeout="30m", **dict(phase.inputs))
        phase.ready(server)
        began = time.monotonic()
        process.send_signal(number)
        ended = step.finish(process)
        return Stopped(ended=ended, took=time.monotonic() - began, ledger=server.ledger, step=step)


@pytest.fixture(scope="module")
def all_stopped(tmp_path_factory: pytest.TempPathFactory) -> Mapping[tuple[str, int], "Future[Stopped]"]:
    """All of them, some at the same time: most of their time is waiting."""
    folder = tmp_path_factory.mktemp("signals")
    with ThreadPoolExecutor(4) as pool:
        return {
            (name, number): pool.submit(stop, phase, number, folder / f"{at}-{number}")
            for at, (name, phase) in enumerate(PHASES.items())
            for number in CODES
        }


@pytest.mark.parametrize("number", CODES)
@pytest.mark.parametrize("name", PHASES)
def test_a_signal_stops_a_step_in_any_phase(
    name: str, number: signal.Signals, all_stopped: Mapping[tuple[str, int], "Future[Stopped]"]
) -> None:
    phase = PHASES[name]
    stopped = all_stopped[name, number].result()
    ended, ledger = stopped.ended, stopped.ledger
    assert stopped.took < LONGEST_STOP
    assert ended.verdict == (CODES[number], "cancelled", "signal"), ended.log
    assert ended.errors == ""
    assert len(ledger.ours) == phase.started
    assert ledger.url_replacements == ()
    assert ended.report()["conclusion"] == "cancelled"
    assert ended.outputs["junit"] == f"{RESULTS}/junit.xml"
    assert ended.file("junit.xml").startswith("<?xml")
    assert bool(ended.outputs["run-id"]) == phase.named
    if phase.named:
        assert ended.outputs["run-id"] == str(ledger.ours[0].id)
        assert ended.outputs["run-url"] in ended.log
        assert phase.says in ended.log
    elif phase.doubtful:
        assert "a run may exist at the vendor" in ended.log
    else:
        assert "Nothing was started." in ended.log
    assert is_settled(stopped.step) == (not phase.doubtful)


def is_settled(step: Step) -> bool:
    """Whether a later `cleanup` has nothing to do."""
    (entries,) = step.journals()
    events = [entry["event"] for entry in entries]
    assert events.count("owe") == events.count("settle")
    assert events.count("started") == events.count("finished")
    starts = [event for event in events if event in ("starting", "not-started", "started")]
    return not starts or starts[-1] != "starting"


@pytest.mark.parametrize("number", CODES)
def test_the_answer_to_a_start_is_waited_for_so_that_the_run_has_a_name(number: signal.Signals, step: Step) -> None:
    slow = Scenario(stuck=SCENARIOS["never-ends"].stuck)
    with vendor(slow) as server:
        step.url = server.url
        process = step.start(**SCENARIO)
        server.when("execute-scenarios", lambda: process.send_signal(number))
        ended = step.finish(process)
        (run,) = server.ledger.ours
    assert ended.verdict == (CODES[number], "cancelled", "signal")
    assert ended.outputs["run-id"] == str(run.id)
    assert f"Run {run.id} goes on at the vendor" in ended.log


@pytest.mark.parametrize("number", CODES)
def test_a_second_signal_ends_at_once(number: signal.Signals, step: Step) -> None:
    with vendor("never-ends", "hang-after@start") as server:
        step.url = server.url
        process = step.start(**SCENARIO)
        server.await_stall()
        began = time.monotonic()
        process.send_signal(number)
        process.send_signal(signal.SIGTERM if number is signal.SIGINT else signal.SIGINT)
        ended = step.finish(process)
    assert time.monotonic() - began < 1.5  # the first alone waits 2 s for the answer to the start
    assert ended.status in CODES.values()


HELD = """
import os
real = os.open
def held(path, *given, **named):
    if str(path).endswith("authorities.pem"):
        os.read(real(path, os.O_RDONLY), 1)
    return real(path, *given, **named)
os.open = held
"""


def held(step: Step) -> Path:
    """A file of authorities whose opening holds the program: a pipe that nothing ever comes out of."""
    (step.folder / "sitecustomize.py").write_text(HELD)
    step.extra["PYTHONPATH"] = str(step.folder)
    os.mkfifo(step.folder / "authorities.pem")
    return step.folder / "authorities.pem"


@pytest.mark.parametrize("number", CODES)
def test_a_signal_while_inputs_are_read_ends_the_step_at_once(number: signal.Signals, step: Step) -> None:
    pipe = held(step)
    with vendor() as server:
        step.url = server.url
        process = step.start(ca_bundle=str(pipe), **SCENARIO)
        with open(pipe, "wb"):
            process.send_signal(number)
            ended = step.finish(process)
        assert server.journal == []
    assert ended.verdict == (CODES[number], "cancelled", "signal"), ended.log
    assert "Nothing was started." in ended.log


def test_two_signals_before_the_set_up_end_at_once(step: Step) -> None:
    pipe = held(step)
    process = step.start(ca_bundle=str(pipe), base_url="http://127.0.0.1:9", **SCENARIO)
    with open(pipe, "wb"):
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGINT)
        assert step.finish(process).status in CODES.values()


@pytest.mark.parametrize("number", CODES)
@pytest.mark.parametrize("command", [("wait",), ("api", "autify", "get-project-info", "--project-id", "77")])
def test_other_commands_stop_as_well(number: signal.Signals, command: tuple[str, ...], step: Step) -> None:
    with vendor("passing", "hang@any*forever") as server:
        step.url = server.url
        process = step.start(*command, **({"run_id": "880001"} if command[0] == "wait" else {}))
        server.await_stall()
        process.send_signal(number)
        ended = step.finish(process)
    assert ended.status == CODES[number], ended.log


@pytest.mark.parametrize("wrapper", [(), ("nohup",)])
def test_a_terminal_that_is_closed_ends_a_step_as_sigterm_does_unless_that_is_to_be_ignored(
    wrapper: tuple[str, ...], step: Step
) -> None:
    step.wrapper = wrapper
    with vendor("never-ends") as server:
        step.url = server.url
        process = step.start(**SCENARIO)
        server.await_call("describe-result")
        for _ in range(2):
            process.send_signal(signal.SIGHUP)
        if wrapper:
            server.await_call("describe-result", 2)
            process.send_signal(signal.SIGINT)
        ended = step.finish(process)
    assert ended.verdict == (130 if wrapper else 143, "cancelled", "signal"), ended.log
    assert ended.outputs["run-id"] == str(server.ledger.ours[0].id)
