"""Testmo: what its box can vary, and which scenarios and faults there are at a vendor that only records."""

import re
from dataclasses import dataclass
from typing import Final

from core.sandbox.box import OwnFault
from core.sandbox.scenario import Scenario
from core.sandbox.testmo.workspace import NEUTRAL, SUCCESS


@dataclass(frozen=True, slots=True, kw_only=True)
class Knobs:
    """What is not confirmed of the vendor, and what other people do. It is a scenario's `own`."""

    strict_statuses: bool = False  # an unknown alias is refused; else its test counts as untested
    strict_lengths: bool = False  # texts longer than the vendor's own client sends are refused; else kept
    most_tests: int | None = None  # tests of one append
    most_bytes: int | None = None  # of a body; a gateway refuses more
    gzip: bool = False  # compressed bodies are understood
    closes: bool = True  # what is completed takes nothing more
    idempotent: bool = False  # completing a thread once more is fine
    empty_state: int = SUCCESS  # state of a completed run without tests
    threads_listed: bool = True  # the list of runs has their threads too
    lag: float = 0.0  # seconds by which every read is late
    same_name: bool = False  # the runs of other builds are named as ours
    closed_early: bool = False  # a person completes our run after its first append


def knobs_of(scenario: Scenario) -> Knobs:
    return scenario.own if isinstance(scenario.own, Knobs) else Knobs()


WITHOUT: Final = frozenset(  # the vendor runs nothing: a run's ending is what was sent
    (
        "one-failure",
        "review-needed",
        "internal-error",
        "canceled",
        "skipped",
        "never-ends",
        "never-ends-running",
        "unknown-status",
        "unknown-then-passed",
        "unknown-case",
        "empty",
        "contradiction",
        "slow-settle",
        "flapping",
        "matrix",
    )
)
SCENARIOS: Final[dict[str, Scenario]] = {
    "passing": Scenario(description="records whatever it is sent"),
    "hostile": Scenario(
        description="log commands, markup and control characters in every text of others and every error",
        hostile=True,
        history=5,
    ),
    "many": Scenario(description="the list holds 2,000 runs of earlier builds", history=2000),
    "earlier-runs": Scenario(description="the list holds a dozen runs of earlier builds", history=12),
    "foreign-run": Scenario(
        description="other builds record runs of the same source just before and just after ours", neighbours=True
    ),
    "same-name": Scenario(
        description="the same, and their runs are named as ours", neighbours=True, own=Knobs(same_name=True)
    ),
    "vanishing": Scenario(description="a person deletes the run after its first append", vanishes=True),
    "closed-early": Scenario(
        description="a person completes the run after its first append",
        ending="canceled",
        own=Knobs(closed_early=True),
    ),
    "lagging-reads": Scenario(description="every read is 10 s late", own=Knobs(lag=10.0)),
    "slow": Scenario(description="every answer takes 100 ms", latency=0.1),
    "strict-statuses": Scenario(description="an unknown status of a test is refused", own=Knobs(strict_statuses=True)),
    "strict-lengths": Scenario(
        description="texts longer than the vendor's own client sends are refused", own=Knobs(strict_lengths=True)
    ),
    "small-batches": Scenario(description="an append has 250 tests at most", own=Knobs(most_tests=250)),
    "small-bodies": Scenario(description="a gateway refuses bodies over 1 MiB", own=Knobs(most_bytes=1 << 20)),
    "gzip-bodies": Scenario(description="compressed bodies are understood", own=Knobs(gzip=True)),
    "never-closed": Scenario(description="what is completed still takes threads and tests", own=Knobs(closes=False)),
    "idempotent": Scenario(description="completing a thread once more is fine", own=Knobs(idempotent=True)),
    "empty-neutral": Scenario(description="a completed run without tests is neutral", own=Knobs(empty_state=NEUTRAL)),
    "threads-unlisted": Scenario(
        description="the list of runs leaves out their threads", own=Knobs(threads_listed=False)
    ),
}

_SECONDS: Final = re.compile(r"\d{1,4}")
FAULTS: Final[dict[str, OwnFault]] = {
    "half": OwnFault("the first half of the tests is kept, the answer is a 500"),
    "twice": OwnFault("done twice, as if a proxy had repeated the call; the second answer comes"),
    "late": OwnFault("a 504, and reads see the effect only 5 s later; =20 picks the seconds", _SECONDS),
    "closed": OwnFault("422, as if somebody had completed it; nothing done"),
    "lost-test": OwnFault("the run and its threads count one test less"),
    "extra-test": OwnFault("the run and its threads count one test more"),
    "green-counts": OwnFault("the run and its threads count failed tests as passed"),
    "unknown-aliases": OwnFault("the run and its threads count failed tests as untested"),
    "shifted": OwnFault("the list of runs shows each twice, as pages do when runs are created meanwhile"),
    "many-counted": OwnFault("the run counts 50,000 successes, whatever it holds"),
    "none-counted": OwnFault("the run counts no tests, whatever its threads hold"),
    "none-ended": OwnFault("the run counts no completed tests and 5 untested ones"),
    "still-open": OwnFault("the run and its threads are not completed"),
    "unknown-state": OwnFault("the run and its threads have a status that nobody knows"),
    "no-threads": OwnFault("the run has no list of threads"),
}
