"""A vendor that runs tests and a Testmo that gets their report, in one and the same virtual time."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.sandbox import BOXES, SCENARIOS, Exchange, Fault, Sandbox, Scenario
from core.sandbox.repertoire import scenarios_of
from core.sandbox.testmo import RecordedRun, recorded
from tests.harness import EPOCH, Bench, Ended

SCENES = scenarios_of(BOXES["testmo"])
RECORDER_TOKEN = "rEc0rder+t0ken/&~1a2b3c4d"
PLAN = {"vendor": "autify", "project_id": "77", "test_plan": "3001"}


@dataclass(kw_only=True)
class Pair:
    """The two, and what the second one has got."""

    bench: Bench
    testmo: Sandbox
    asked: list[Exchange]

    def run(self, **inputs: str) -> Ended:
        """A step that records at Testmo; without a vendor it is a test plan of Autify."""
        return self.bench.run(**{**(PLAN if "vendor" not in inputs else {}), **self.inputs, **inputs})

    @property
    def inputs(self) -> dict[str, str]:
        return {
            "record_to": "testmo",
            "testmo_base_url": self.testmo.url,
            "testmo_token": RECORDER_TOKEN,
            "testmo_project_id": "1",
            "testmo_source": "e2e",
        }

    @property
    def runs(self) -> list[RecordedRun]:
        return [run for run in recorded(self.testmo.ledger) if run.ours]

    def stop_in_call(self, nth: int) -> None:
        """A signal while Testmo's answer to its `nth` request is on its way."""
        self._stop_at = nth

    _stop_at = 0

    def seen(self, exchange: Exchange) -> None:
        self.asked.append(exchange)
        self.bench._observe(exchange)
        if len(self.asked) == self._stop_at:
            self.bench._ring(15)


@contextmanager
def pair(
    folder: Path,
    *faults: str,
    vendor: str = "autify",
    scenario: str | Scenario = "passing",
    recorder: str = "passing",
    vendor_faults: Sequence[str] = (),
) -> Iterator[Pair]:
    """`faults` are Testmo's."""
    scene = SCENARIOS[scenario] if isinstance(scenario, str) else scenario
    found: list[Pair] = []
    with (
        Bench(folder, scenario=scene, vendor=vendor, faults=vendor_faults) as bench,
        Sandbox(
            vendor="testmo",
            scenario=SCENES[recorder],
            faults=[Fault.parse(fault) for fault in faults],
            now=bench.clock.now,
            epoch=EPOCH,
            on_stall=bench.clock.stalled,
            observe=lambda exchange: found[0].seen(exchange),  # noqa: PLW0108 -- it is found later
        ) as testmo,
    ):
        found.append(Pair(bench=bench, testmo=testmo, asked=[]))
        yield found[0]
