"""A run made up from a seed: a vendor with its moods, inputs, faults in every phase, and now and then a signal."""

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from core.sandbox import FAULTS, SCENARIOS, Exchange, Fault, Order, Progression, Sandbox, Scenario
from tests.harness import Bench, Ended

KINDS = tuple(FAULTS)
FATAL = ("401", "403", "404", "422", "501")  # before a run exists, these end the step at once
SLOW = frozenset(("hang", "hang-after", "slow-loris", "429", "503"))
PHASES = {
    "before": ("list-results", "list-capabilities", "list-test-results"),
    "upload": ("upload-build",),
    "plan": ("list-url-replacements", "create-url-replacement", "delete-url-replacement"),
    "start": ("execute-scenarios", "execute-schedule", "run-test-plan"),
    "watch": ("describe-result", "describe-test-result"),
    "names": ("describe-scenario",),
}
WEB = ("before", "plan", "start", "watch", "names")
PHASE_OF = {operation: phase for phase, operations in PHASES.items() for operation in operations}
ROUND = len(KINDS) + len(FATAL) + 5  # so many seeds in a row have each start fault once, and five have none
LONG = ("never-ends", "never-ends-running", "unknown-status", "hostile")  # waited for until the deadline, or slow
PAIRS = (
    "https://shop.example.com https://pr-9.example.net",
    "https://img.example.com https://dana:hunter2@img.example.net/x",
)
OUTAGES = ("502", "503", "500", "reset-before", "hang", "html", "504")


@dataclass(frozen=True, kw_only=True)
class Case:
    """One run to play. `faults` name `{elsewhere}` where a redirect leads to another host."""

    seed: int
    scenario: Scenario
    scenario_name: str
    faults: tuple[str, ...]
    inputs: dict[str, str] = field(default_factory=dict)
    timeout: float = 3600.0
    box: str = "autify"
    stop_at: float | None = None  # virtual seconds
    stop_in_call: int | None = None
    stop_signal: int = 15
    wall_jump: tuple[float, float] | None = None  # when, and by how many seconds

    @property
    def adopts(self) -> bool:
        return self.inputs.get("adopt") == "true"

    @property
    def starts_only(self) -> bool:
        return self.inputs.get("mode") == "start"


@dataclass(frozen=True, kw_only=True)
class Played:
    """A case and what came of it."""

    case: Case
    ended: Ended
    strayed: int  # requests that reached the host that redirects lead to
    id_was_out: bool | None  # whether `run-id` was in the outputs at the first look; None: there was no look
    stopped_at: float | None  # virtual seconds at which the signal came


def make(seed: int) -> Case:
    """The case of a seed, always the same one."""
    rng = Random(seed)
    turn = seed % ROUND
    calm = turn >= len(KINDS) + len(FATAL)
    name, scenario = scenario_of(rng)
    plan = rng.random() < 0.6
    start_kind = KINDS[turn] if turn < len(KINDS) else ""
    if start_kind == "wrong-id":
        # The run with the next number is then another build's, of the same kind and age: no client can tell.
        scenario = replace(scenario, neighbours=False)
    inputs, timeout = _inputs(rng, plan=plan, name=name, shortest=2 if start_kind else 1)
    faults = [f"{with_argument(start_kind, rng)}@start{times(start_kind, rng)}"] if start_kind else []
    if len(KINDS) <= turn < len(KINDS) + len(FATAL):
        faults.append(f"{FATAL[turn - len(KINDS)]}@{rng.choice(_calls(plan=plan))}*forever")
    faults += _before(rng, plan=plan) + watch(rng) + _names(rng) + (_plan(rng) if plan else [])
    if rng.random() < (0.4 if calm else 0.15):
        begins = rng.uniform(5, 300)
        ends = begins + min(rng.lognormvariate(4.5, 1.2), 2400)
        faults.append(f"{rng.choice(OUTAGES)}@describe-result[{begins:.1f}-{ends:.1f}]")
        if calm and rng.random() < 0.3:
            faults.append(f"echo-secret={rng.choice((403, 422, 500))}@describe-result#{rng.randint(1, 9)}*forever")
        elif calm and rng.random() < 0.3:
            faults.append(f"{rng.choice(OUTAGES)}@any[{begins:.1f}-]")
    stop = rng.random() if calm else 1.0
    return Case(
        seed=seed,
        scenario=scenario,
        scenario_name=name,
        faults=tuple(faults),
        inputs=inputs,
        timeout=timeout,
        stop_at=rng.uniform(0, 120) if stop < 0.25 else None,
        stop_in_call=rng.randint(1, 15) if 0.25 <= stop < 0.5 else None,
        stop_signal=rng.choice((2, 15)),
        wall_jump=(rng.uniform(0, 60), rng.choice((-1, 1)) * rng.uniform(10, 9000)) if rng.random() < 0.3 else None,
    )


def play(case: Case, workspace: str) -> Played:
    """Play it against a vendor of its own."""
    with (
        Sandbox() as elsewhere,
        Bench(
            workspace,
            scenario=case.scenario,
            faults=[_placed(text, elsewhere.origin) for text in case.faults],
            seed=case.seed,
            vendor=case.box,
        ) as bench,
    ):
        stopped: list[float] = []
        seen: list[bool] = []
        lost: list[bool] = []
        bench.observers.append(lambda exchange: _look(exchange, workspace, seen, lost))
        bench.on_signal = lambda: stopped.append(bench.clock.now() - bench.clock.start)
        if case.stop_at is not None:
            bench.stop_at(case.stop_at, case.stop_signal)
        if case.stop_in_call is not None:
            bench.stop_in_call(case.stop_in_call, case.stop_signal)
        if case.wall_jump is not None:
            moment, error = case.wall_jump
            bench.clock.at(moment, lambda: setattr(bench.clock, "wall_error", error))
        ended = bench.run(**case.inputs)
        return Played(
            case=case,
            ended=ended,
            strayed=len(elsewhere.journal),
            id_was_out=seen[0] if seen else None,
            stopped_at=stopped[0] if stopped else None,
        )


def play_seed(
    seed: int, check: Callable[[Played], list[str]], maker: Callable[[int], Case] = make
) -> tuple[Played, list[str]]:
    """Play the case of a seed in a folder of its own; returns it with what is wrong."""
    with tempfile.TemporaryDirectory() as workspace:
        played = play(maker(seed), workspace)
    return played, check(played)


def hits(played: Played) -> list[tuple[str, str]]:
    """(phase, kind) of every fault that hit a call."""
    found = [(exchange.operation, exchange.fault) for exchange in played.ended.journal if exchange.fault]
    return [(PHASE_OF[operation], Fault.parse(fault).kind) for operation, fault in found if operation in PHASE_OF]


def _look(exchange: Exchange, workspace: str, seen: list[bool], lost: list[bool]) -> None:
    """Note whether `run-id` is out at the first look at our run; after a lost reply mobile looks at others too."""
    if exchange.operation in PHASES["start"]:
        lost.append(exchange.fault is not None)
    if exchange.operation == "describe-test-result" and lost and lost[-1]:
        return
    if exchange.operation in PHASES["watch"] and not seen:
        with open(os.path.join(workspace, "github-output"), encoding="utf-8") as file:
            seen.append("run-id" in file.read())


def _placed(text: str, origin: str) -> Fault:
    """Give a redirect somewhere to lead to."""
    fault = Fault.parse(text)
    if fault.kind.startswith("redirect"):
        return replace(fault, argument=f"{origin}/api/v1/projects/77/results/1".replace("127.0.0.1", "localhost"))
    return fault


def scenario_of(rng: Random) -> tuple[str, Scenario]:
    """A mood of the vendor, with its pace."""
    name = rng.choice([name for name in SCENARIOS if name not in (*LONG, "many")])
    if rng.random() < 0.12:
        name = rng.choice(LONG)
    total = min(rng.lognormvariate(4.6, 0.8), 1500.0)
    looks = Progression(looks=rng.randint(1, 25))
    scenario = replace(
        SCENARIOS[name],
        progression=looks if rng.random() < 0.35 else Progression(total=total),
        order=rng.choice(list(Order)),
        finish_times=rng.random() < 0.8,
    )
    if rng.random() < 0.2:
        scenario = replace(scenario, skew=rng.uniform(0, 7200))
    if rng.random() < 0.2:
        scenario = replace(scenario, eventual=rng.uniform(0, 10))
    if rng.random() < 0.2:
        scenario = replace(scenario, stale_reads=rng.uniform(0, 0.5))
    if rng.random() < 0.15:
        scenario = replace(scenario, neighbours=True)
    if rng.random() < 0.15:
        scenario = replace(scenario, history=rng.randint(1, 12))
    return name, scenario


def _inputs(rng: Random, *, plan: bool, name: str, shortest: int) -> tuple[dict[str, str], float]:
    minutes = rng.choice((2, 5, 10)) if name in LONG else rng.choice((shortest, 5, 15, 60, 60, 60))
    found = {"timeout": f"{minutes}m"}
    if plan:
        found["test_plan"] = str(rng.choice((3001, 3002)))
        pairs = rng.sample(PAIRS, rng.choice((0, 1, 1, 2, 2, 2)))
        if pairs:
            found["url_replacements"] = "\n".join(pairs)
    else:
        found["scenarios"] = "\n".join(map(str, range(501, 501 + rng.choice((1, 9, 14, 20, 26)))))
    if rng.random() < 0.65:
        found["adopt"] = "true"
    if rng.random() < 0.25:
        found["outage_window"] = rng.choice(("1m", "2m", "5m", "30m"))
    if rng.random() < 0.1:
        found["log_level"] = "debug"
    if rng.random() < 0.1:
        found["on_timeout"] = "cancel"
    if rng.random() < 0.06:
        found["mode"] = "start"
    return found, minutes * 60.0


def _calls(*, plan: bool) -> tuple[str, ...]:
    return ("list-results",) if plan else ("list-results", "list-capabilities")


def _before(rng: Random, *, plan: bool) -> list[str]:
    """What passes by itself."""
    kinds = rng.sample([kind for kind in KINDS if kind not in FATAL], rng.choice((0, 1, 2, 2)))
    if len({*kinds} & SLOW) > 1:  # together they would use up the patience before the first good answer
        kinds.pop()
    call = rng.choice(_calls(plan=plan))
    return [f"{with_argument(kind, rng)}@{call}#{nth}" for nth, kind in enumerate(kinds, 1)]


def watch(rng: Random, look: str = "describe-result") -> list[str]:
    """Faults at the looks, a final one now and then."""
    found, nth = [], 1
    for _ in range(rng.choice((2, 4, 7, 10))):
        nth += rng.randint(0, 3)
        kind = rng.choice([kind for kind in KINDS if kind not in ("422", "501")])
        found.append(f"{with_argument(kind, rng, brief=False)}@{look}#{nth}")
        nth += 1
    if rng.random() < 0.35:
        found.append(f"{rng.choice(('422', '501'))}@{look}#{nth + rng.randint(0, 3)}")
    return found


def _names(rng: Random) -> list[str]:
    return [f"{with_argument(rng.choice(KINDS), rng)}@describe-scenario#{nth}" for nth in range(1, rng.randint(6, 27))]


def _plan(rng: Random) -> list[str]:
    """Refusals only where a run can go on without what was refused."""
    found = []
    kinds = [kind for kind in KINDS if kind not in FATAL]
    for call in PHASES["plan"]:
        nth = 1
        for _ in range(rng.choice((1, 1, 2, 2))):
            refused = call.startswith("delete") and rng.random() < 0.35
            kind = rng.choice(FATAL if refused else kinds)
            found.append(f"{with_argument(kind, rng)}@{call}#{nth}")
            nth += rng.randint(1, 2)
    return found


def with_argument(kind: str, rng: Random, *, brief: bool = True) -> str:
    """A kind with its argument, where it may have one."""
    if kind in ("429", "503") and rng.random() < 0.6:
        return f"{kind}={rng.choice(('', 'date:'))}{rng.choice((1, 7, 20, 45) if brief else (1, 7, 45, 200))}"
    if kind == "echo-secret":
        return f"{kind}=503" if rng.random() < 0.3 else kind
    return kind


def times(kind: str, rng: Random) -> str:
    """How often it hits."""
    return f"*{rng.randint(1, 3)}" if kind == "429" else ""


def report(
    cells: Sequence[tuple[str, str]], least: int, phases: Sequence[str] = WEB, kinds: Sequence[str] = KINDS
) -> list[str]:
    """The cells of (phase, kind) that were hit less often than wished."""
    counts = {(phase, kind): 0 for phase in phases for kind in kinds}
    for cell in filter(counts.__contains__, cells):
        counts[cell] += 1
    return [f"{kind}@{phase}: {count}" for (phase, kind), count in counts.items() if count < least]
