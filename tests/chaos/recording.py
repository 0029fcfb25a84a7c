"""Recordings at Testmo made up from a seed: a step with its faults, its end if it has one, and the clean-ups after."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from core.sandbox import BOXES, Fault
from core.sandbox.repertoire import faults_of, scenarios_of
from core.sandbox.testmo import RecordedRun, recorded
from tests.harness import Bench, Ended
from tests.sandbox.support import client_of
from tests.sandbox.testmo import append, create, thread

BOX = BOXES["testmo"]
SCENARIOS = {  # not those that take real time
    name: scene for name, scene in scenarios_of(BOX).items() if not scene.latency and name not in ("many", "endless")
}
CLOSED_BY_OTHERS = ("vanishing", "closed-early")
LOUD = ("endless", "gzip-bomb", "slow-upload")  # these cost real time
APART = ("shifted", "many-counted", "none-counted", "none-ended")  # tried one by one, in tests/contract
KINDS = [kind for kind in (*faults_of(BOX), *BOX.faults, *BOX.faults) if kind not in (*LOUD, *APART)]  # own more often
LASTING = ("429", "503", "502", "reset-after", "500-after", "hang")
FATAL = ("401", "403", "404", "413", "422", "501", "closed", "redirect")  # not too often: they end a step
DOUBLING = ("twice", "late", "half", "extra-test", "lost-test")  # after these a second copy may be the server's doing
LIES = ("lost-test", "extra-test", "green-counts", "still-open", "unknown-state", "no-threads", "stale", "wrong-id")
LOOK = "get-run"
CALLS = {  # by what the step does: the calls that it makes
    "run": ("create-run", "create-thread", "append-tests", "complete-thread", "complete-run", LOOK, "list-runs"),
    "thread": ("create-thread", "append-tests", "complete-thread", LOOK),
    "start": ("create-run", LOOK, "list-runs"),
    "wait": ("complete-run", LOOK, "list-tests"),
}
WAYS = ("run", "run", "run", "thread", "wait", "start")
SIZES = (2, 250, 251, 600)  # cases: one append, just one, just two, three
USUAL = {"vendor": "testmo", "project_id": "1", "source": "frontend"}


@dataclass(frozen=True, kw_only=True)
class Case:
    """One step to play. `end`: how it ends before its time; `moment`: when, in virtual seconds, or as an int a call."""

    way: str
    scenario: str
    faults: tuple[str, ...]
    cases: int
    bad: int = 0
    end: str = ""  # "", 2 and 15 as the signal's name, or "kill"
    moment: float | int = 0
    inputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        return [f"case {number}" for number in range(self.cases)]


@dataclass(frozen=True, kw_only=True)
class Played:
    """What came of it: the step (None: killed), its runs then, and the clean-ups with the faults on and off.

    `shared` is the run that was there before, 0 for none. `rung` is when the signal came, in seconds of the step.
    """

    ended: Ended | None
    then: tuple[RecordedRun, ...]
    cleaned: Ended
    after: tuple[RecordedRun, ...]
    calmed: Ended
    last: tuple[RecordedRun, ...]
    shared: int = 0
    rung: float | None = None

    def __str__(self) -> str:
        open_runs = [run.id for run in self.last if not run.completed]
        return f"{self.ended or 'killed'}; then {self.cleaned}; at last {self.calmed}; open: {open_runs}"


def make(seed: int) -> Case:
    """The case of a seed, always the same one."""
    rng = Random(seed)
    way = rng.choice(WAYS)
    faults = [_fault(rng, way) for _ in range(rng.choice((0, 1, 1, 2, 2, 3)))]
    if rng.random() < 0.12:
        faults.append(f"{rng.choice(LASTING)}@{_call(rng, way)}*forever")
    inputs = {"timeout": rng.choice(("2m", "15m", "60m"))}
    if rng.random() < 0.3:
        inputs["outage_window"] = rng.choice(("1m", "5m"))
    end = rng.choice(("2", "15", "kill", "kill", "", "", "", "", ""))
    scenario = "passing" if rng.random() < 0.4 else rng.choice(list(SCENARIOS))
    cases = rng.choice(SIZES if scenario not in CLOSED_BY_OTHERS else SIZES[:2])  # others come after the first append
    return Case(
        way=way,
        scenario=scenario,
        faults=tuple(fault for fault in faults if fault),
        cases=cases,
        bad=rng.choice((0, 0, 0, 1, min(cases, 300))),
        end=end,
        moment=rng.randint(1, 13) if rng.random() < 0.7 else round(rng.uniform(0, 60), 1),
        inputs=inputs,
    )


def _call(rng: Random, way: str) -> str:
    return rng.choice((*CALLS[way], *CALLS[way][:3]))


def _fault(rng: Random, way: str) -> str:
    """One fault; what nobody could see through is left out, as is what ends a step at once, mostly."""
    call = _call(rng, way)
    kind = rng.choice([kind for kind in KINDS if kind not in FATAL or rng.random() < 0.2])
    if (kind, call) == ("twice", "create-run"):  # the server makes two, and names one
        return ""
    if (kind, way) == ("green-counts", "wait"):  # whose word is all that there is
        return ""
    nth = {LOOK: rng.randint(1, 6), "append-tests": rng.choice((1, 1, 2, 3))}.get(call, rng.choice((1, 1, 2)))
    times = rng.choice(("", "", "*2")) if kind in LIES else rng.choice(("", "", "", "*2", "*6"))
    argument = "=20" if kind == "late" and rng.random() < 0.3 else ""
    return f"{kind}{argument}@{call}#{nth}{times}"


def play(case: Case, folder: str) -> Played:
    """Play it in a workspace of its own."""
    _write(Path(folder), case)
    with Bench(folder, scenario=SCENARIOS[case.scenario], vendor="testmo") as bench:
        shared = _filled(bench, case) if case.way in ("thread", "wait") else 0
        bench.sandbox.trouble(*map(Fault.parse, case.faults))
        rung: list[float] = []
        began = bench.clock.now()
        bench.on_signal = lambda: rung.append(bench.clock.now() - began)
        _end(bench, case)
        ended = bench.run(**_inputs(case, shared), **case.inputs)
        then = runs(bench)
        cleaned = _cleaned(bench, 5.0)
        after = runs(bench)
        bench.sandbox.trouble()
        calmed = _cleaned(bench, 60.0)
        return Played(
            ended=None if ended.status == -9 else ended,
            then=then,
            cleaned=cleaned,
            after=after,
            calmed=calmed,
            last=runs(bench),
            shared=shared,
            rung=rung[0] if rung else None,
        )


def runs(bench: Bench) -> tuple[RecordedRun, ...]:
    """Ours, as they are; one that somebody has deleted is nobody's any more."""
    return tuple(run for run in recorded(bench.sandbox.ledger) if run.ours and not run.deleted)


def _cleaned(bench: Bench, later: float) -> Ended:
    """The next step of the job, so many seconds later: no signal and no end are left over for it."""
    bench.another_process(later)
    return bench.run(**USUAL, mode="cleanup")


def _end(bench: Bench, case: Case) -> None:
    if not case.end:
        return
    if case.end == "kill":
        bench.kill_in_call(case.moment) if isinstance(case.moment, int) else bench.kill_at(case.moment)
    elif isinstance(case.moment, int):
        bench.stop_in_call(case.moment, int(case.end))
    else:
        bench.stop_at(case.moment, int(case.end))


def _inputs(case: Case, shared: int) -> dict[str, str]:
    match case.way:
        case "run":
            return {**USUAL, "results": "results.xml"}
        case "thread":
            return {"vendor": "testmo", "results": "results.xml", "thread_of": str(shared)}
        case "wait":
            return {"vendor": "testmo", "mode": "wait", "run_id": str(shared)}
        case _:
            return {**USUAL, "mode": "start"}


def _filled(bench: Bench, case: Case) -> int:
    """A run that other jobs work on, with a thread of theirs; to wait for it is to wait for all cases in it."""
    with client_of(bench.sandbox.url) as client:
        run = create(client)
        other = thread(client, run)
        tests = [
            {"key": f"k{number}", "name": name, "folder": "shop", "status": "failed" if number < case.bad else "passed"}
            for number, name in enumerate(case.names if case.way == "wait" else ["theirs"])
        ]
        for at in range(0, len(tests), 250):
            assert append(client, other, *tests[at : at + 250]) == 204
        if case.way == "wait" and case.scenario not in CLOSED_BY_OTHERS:  # who waits comes after the other jobs
            assert client.call("POST", f"/automation/runs/threads/{other}/complete", {}).status == 204
    bench.clock.time += 30.0  # no copy lags behind so far
    return run


def _write(folder: Path, case: Case) -> None:
    ends = ("<failure/>" if number < case.bad else "" for number in range(case.cases))
    lines = [f'<testcase classname="Cart" name="case {n}" time="0.01">{end}</testcase>' for n, end in enumerate(ends)]
    (folder / "results.xml").write_text(f"<testsuites><testsuite name='s'>{''.join(lines)}</testsuite></testsuites>")


def once_only(run: RecordedRun, case: Case) -> bool:
    """Whether our thread of it holds every case once; of a run of ours, all of it is that."""
    return sorted(test.name for test in run.tests if test.name != "theirs") == sorted(case.names)
