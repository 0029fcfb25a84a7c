"""Autify for mobile under seeded faults: the invariants hold, each fault hits, planted bugs of its own are caught."""

from collections.abc import Callable, Mapping

import pytest

from core.vendors.autify.mobile import listing
from core.vendors.autify.mobile.client import AutifyMobile
from tests.chaos.campaign import hits, play_seed, report
from tests.chaos.invariants import broken
from tests.chaos.mobile import PHASES, ROUND, STARTS, make

SEEDS = 8 * ROUND
CHUNK = 40
LEAST = 3  # hits of each fault in each phase
CHUNKS = [range(at, min(at + CHUNK, SEEDS)) for at in range(0, SEEDS, CHUNK)]
Plant = Callable[[pytest.MonkeyPatch], None]

_cells: list[tuple[str, str]] = []
_played: set[int] = set()


@pytest.mark.parametrize("seeds", CHUNKS, ids=lambda seeds: f"{seeds[0]}-{seeds[-1]}")
def test_every_invariant_holds_after_every_run(seeds: range) -> None:
    found = []
    for seed in seeds:
        played, problems = play_seed(seed, broken, make)
        _cells.extend(hits(played))
        _played.add(seed)
        found += [f"seed {seed} ({played.case.scenario_name}): {problem}" for problem in problems]
    assert not found, "\n".join(found)


def test_every_fault_hits_every_phase_often_enough() -> None:
    if len(_played) < SEEDS:
        pytest.skip("only after the whole campaign")
    holes = report(_cells, LEAST, ("start", "watch"), STARTS)
    assert not holes, "\n".join(holes)
    assert {phase for phase, _ in _cells} == set(PHASES)


def takes_any_new_run_for_ours(patch: pytest.MonkeyPatch) -> None:
    sound = listing._builds
    patch.setattr(listing, "_builds", lambda id_, calls, project: sound(id_, calls, project) and frozenset({_last[-1]}))
    patch.setattr(AutifyMobile, "_upload", _noting(AutifyMobile._upload))


def believes_any_result(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(AutifyMobile, "_ours", lambda self, result, run: result)


def starts_again_after_a_lost_reply(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(AutifyMobile, "_reconcile", lambda self, lost: self.start())


_last: list[str] = [""]


def _noting(upload: Callable[[AutifyMobile, str], str]) -> Callable[[AutifyMobile, str], str]:
    def wrapped(self: AutifyMobile, path: str) -> str:
        _last.append(upload(self, path))
        return _last[-1]

    return wrapped


# Each bug with a seed that catches it: tried first, so that this is quick. When the campaign changes, all are searched.
PLANTS: Mapping[Plant, int] = {
    takes_any_new_run_for_ours: 325,
    believes_any_result: 20,
    starts_again_after_a_lost_reply: 19,
}


@pytest.mark.parametrize(("plant", "first"), PLANTS.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_a_planted_bug_is_caught(plant: Plant, first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    assert any(play_seed(seed, broken, make)[1] for seed in (first, *range(SEEDS)))
