"""A stay at qTest made up from a seed: a table of statuses, a command with its moods, faults at each call, an end."""

import math
from dataclasses import dataclass
from pathlib import Path
from random import Random

from core.sandbox import BOXES, FAULTS, Progression
from core.sandbox.qtest.knobs import with_knobs
from core.sandbox.qtest.statuses import Profile
from core.sandbox.qtest.truth import Truth, truth_of
from core.sandbox.repertoire import scenarios_of
from tests.chaos import seeded
from tests.harness import Bench, Ended

BOX = BOXES["qtest"]
SCENES = scenarios_of(BOX)
PROGRAM = Path(__file__).parents[1] / "files" / "qtest_command.sh"
REPORT = Path(__file__).parents[1] / "files"
MODES = ("host", "host", "host", "trigger", "report-only")
WORDS = ("", "", "", "", "exit", "killed", "silent", "broken", "skip", "other", "hang")
ENDLESS = ("never-ends", "never-ends-running", "unknown-status")
LARGE = ("many", "long-job", "overdue", "spaced-status", "recurring")  # these cost real time, and hold no more
NAMES = [name for name in SCENES if name not in (*ENDLESS, *LARGE)]
UPLOADS = (
    "passing",
    "one-failure",
    "internal-error",
    "slow-settle",
    "flapping",
    "vanishing",
    "eventual",
    "stale-reads",
)
LOUD = ("endless", "gzip-bomb")  # these cost real time as well
LIES = ("stale", "wrong-id", "wrong-project")  # whoever is told another id has no way to know
KINDS = [kind for kind in (*FAULTS, *BOX.faults) if kind not in (*BOX.without, *LOUD, *LIES)]
FATAL = ("400", "401", "403", "404", "422", "501", "413", "agent-deleted", "host-deleted")  # not too often
CLAIM, LOG = "update-job-status", "submit-test-log"
STAY = ("get-token-status", "search-agents", "register-host", "create-agent", "activate-agent", "ping-host")
WORK = ("retrieve-jobs", CLAIM, LOG, "get-last-run", "deactivate-agent")
UPLOAD = ("get-token-status", "submit-suite-logs", "submit-cycle-logs", "get-queue-state")
ORDERED = (88120, 88121)


@dataclass(frozen=True, kw_only=True)
class Case(seeded.Case):
    """`kill_at` and `kill_in_call` are a SIGKILL, after which a step with `mode: cleanup` follows."""

    profile: Profile
    word: str = ""  # for the command
    command_seconds: float = 0.0
    stop_in_call: int | None = None
    kill_at: float | None = None
    kill_in_call: int | None = None

    @property
    def mode(self) -> str:
        return self.inputs["qtest_mode"]

    @property
    def calm(self) -> bool:
        """Nothing happens to it: then how it ends is sure."""
        ends = (self.stop_at, self.stop_in_call, self.kill_at, self.kill_in_call)
        return not self.faults and all(end is None for end in ends)


@dataclass(frozen=True, kw_only=True)
class Played:
    """What came of it. `last` is the step, or the `cleanup` after its death; `ran` has (job, test runs) per command."""

    case: Case
    ended: Ended
    last: Ended
    truth: Truth
    ran: list[tuple[int, tuple[int, ...]]]
    stopped_at: float | None  # virtual seconds from the beginning at which a signal came
    unread: int | None  # the place in the journal of the call whose answer was not read, since we were killed

    @property
    def log(self) -> str:
        return self.ended.log if self.last is self.ended else self.ended.log + self.last.log

    @property
    def killed(self) -> bool:
        return self.ended.status == -9


def make(seed: int) -> Case:
    """The case of a seed, always the same one."""
    rng = Random(seed)
    mode = rng.choice(MODES)
    inputs = _inputs(rng, mode)
    scenario = rng.choice(UPLOADS if mode == "report-only" else NAMES)
    word = rng.choice(WORDS) if rng.random() < 0.4 else ""
    seconds = math.inf if word == "hang" else rng.choice((0.0, 0.0, 3.0, 90.0, 2400.0))
    ends: dict[str, float | int] = {}
    if rng.random() < 0.35:
        kind = rng.choice(("stop_at", "stop_in_call", "kill_at", "kill_in_call"))
        ends[kind] = rng.randint(1, 22) if kind.endswith("call") else rng.uniform(0, rng.choice((20, min(seconds, 90))))
    return Case(
        scenario=rng.choice(ENDLESS) if rng.random() < 0.1 else scenario,
        faults=tuple(_faults(rng, mode)) if rng.random() < 0.9 else (),
        inputs=inputs,
        looks=rng.randint(1, 4),
        profile=rng.choice(list(Profile)),
        word=word,
        command_seconds=seconds,
        **ends,  # type: ignore[arg-type]
    )


def _inputs(rng: Random, mode: str) -> dict[str, str]:
    found = {"qtest_mode": mode, "project_id": "77", "timeout": rng.choice(("2m", "15m", "60m", "60m"))}
    if rng.random() < 0.2:
        found["outage_window"] = rng.choice(("1m", "5m"))
    if rng.random() < 0.1:
        found["log_level"] = "debug"
    if mode == "report-only":
        where, what = rng.choice((("test_suite", "TS-9"), ("test_cycle", "CL-4")))
        return found | {where: what, "results": rng.choice(("three-passed.xml", "one-failed.xml"))}
    found["idle_timeout"] = rng.choice(("30s", "2m"))
    if mode == "trigger":
        found["test_run_ids"] = ",".join(map(str, ORDERED))
    for name, values, often in (
        ("on_ambiguous_claim", ("run",), 0.3),
        ("deactivate", ("true", "false"), 0.4),
        ("per", ("material",), 0.2),
        ("report", ("false",), 0.05),
        ("report_required", ("false",), 0.1),
        ("unmatched", ("fail",), 0.2),
        ("job_timeout", ("1m", "30m"), 0.3),
        ("max_jobs", ("1", "2"), 0.1),
        ("heartbeat", ("1m",), 0.2),
    ):
        if rng.random() < often:
            found[name] = rng.choice(values)
    return found


def _faults(rng: Random, mode: str) -> list[str]:
    """Some before a claim, which may end it all, and more where jobs are under way."""
    if mode == "report-only":
        return [_fault(rng, call, 6) for call in rng.sample(UPLOAD, rng.randint(1, 3))]
    before = (*STAY, "create-schedule") if mode == "trigger" else STAY
    early = rng.sample(before, rng.choice((0, 0, 1, 2)))
    late = [call for call in WORK for _ in range(rng.choice((0, 1, 1 + (call in (CLAIM, LOG)))))]
    return [_fault(rng, call, 1) for call in early] + [_fault(rng, call, 8) for call in late]


def _fault(rng: Random, call: str, latest: int) -> str:
    kind = rng.choice([kind for kind in KINDS if kind not in FATAL or rng.random() < 0.4])
    argument = rng.choice(("", "=7", "=date:20")) if kind in ("429", "503") else ""
    nth = rng.choice((1, 1, 2, rng.randint(1, latest))) if latest > 1 else 1
    return f"{kind}{argument}@{call}#{nth}{rng.choice(('', '', '', '', '*2', '*6', '*forever'))}"


def play(case: Case, folder: str) -> Played:
    """Play it, and what cleans up after it; then tell who did what."""
    inputs = {"vendor": "qtest", **case.inputs}
    if case.mode == "report-only":
        (Path(folder) / inputs["results"]).write_bytes((REPORT / inputs["results"]).read_bytes())
    else:
        inputs["command"] = f"/bin/sh {PROGRAM} {{junit}} {case.word}"
    scene = with_knobs(SCENES[case.scenario], profile=case.profile)
    with Bench(
        folder, scenario=scene, faults=case.faults, progression=Progression(looks=case.looks), vendor="qtest"
    ) as bench:
        bench.clock.command_seconds = case.command_seconds
        stops: list[tuple[float, int]] = []
        bench.on_signal = lambda: stops.append((bench.clock.now() - bench.clock.start, len(bench.sandbox.journal) - 1))
        for name in ("stop_at", "stop_in_call", "kill_at", "kill_in_call"):
            if getattr(case, name) is not None:
                getattr(bench, name)(getattr(case, name))
        ended = last = bench.run(**inputs)
        if ended.status == -9:
            bench.another_process()
            last = bench.run(**{**inputs, "mode": "cleanup"})
    return Played(
        case=case,
        ended=ended,
        last=last,
        truth=truth_of(last.ledger),
        ran=_ran(Path(folder) / "ran"),
        stopped_at=stops[0][0] if stops else None,
        unread=stops[0][1] if stops and case.kill_in_call is not None else None,
    )


def _ran(path: Path) -> list[tuple[int, tuple[int, ...]]]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    found = [list(map(int, line.split())) for line in lines]
    return [(job, tuple(runs)) for job, *runs in found]
