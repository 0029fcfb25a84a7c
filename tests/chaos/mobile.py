"""Runs on Autify for mobile made up from a seed: with an upload or with a build that others use too."""

from dataclasses import replace
from random import Random

from core.sandbox.faults import UPLOAD_FAULTS
from tests.chaos.campaign import FATAL, KINDS, LONG, OUTAGES, Case, scenario_of, times, watch, with_argument
from tests.contract.jobs import APP

LOOK = "describe-test-result"
STARTS = tuple(kind for kind in KINDS if kind != "wrong-project")  # no answer there names a project
UPLOADS = tuple(kind for kind in (*STARTS, *UPLOAD_FAULTS) if kind not in (*FATAL, "413"))
ROUND = len(STARTS) + 5  # so many seeds in a row have each start fault once, and five have none
PHASES = ("before", "upload", "start", "watch")


def make(seed: int) -> Case:
    """The case of a seed, always the same one."""
    rng = Random(seed)
    turn = seed % ROUND
    calm = turn >= len(STARTS)
    name, scenario = scenario_of(rng)
    start = "" if calm else STARTS[turn]
    upload = rng.random() < 0.6
    if start == "wrong-id" and not upload:
        # The run with the next id is then another build's, with the same build and of the same age: nobody can tell.
        scenario = replace(scenario, neighbours=False)
    inputs, timeout = _inputs(rng, upload=upload, long=name in LONG, shortest=5 if start else 1)
    faults = [f"{with_argument(start, rng)}@start{times(start, rng)}"] if start else []
    faults += _before(rng, upload=upload) + [text for text in watch(rng, LOOK) if "wrong-project" not in text]
    if calm and rng.random() < 0.5:
        begins = rng.uniform(5, 300)
        ends = begins + min(rng.lognormvariate(4.5, 1.2), 2400)
        faults.append(f"{rng.choice(OUTAGES)}@{LOOK}[{begins:.1f}-{ends:.1f}]")
    stop = rng.random() if calm else 1.0
    return Case(
        seed=seed,
        scenario=scenario,
        scenario_name=name,
        faults=tuple(faults),
        inputs=inputs,
        timeout=timeout,
        box="autify-mobile",
        stop_at=rng.uniform(0, 120) if stop < 0.25 else None,
        stop_in_call=rng.randint(1, 15) if 0.25 <= stop < 0.5 else None,
        stop_signal=rng.choice((2, 15)),
    )


def _inputs(rng: Random, *, upload: bool, long: bool, shortest: int) -> tuple[dict[str, str], float]:
    minutes = rng.choice((2, 5, 10)) if long else rng.choice((shortest, 5, 15, 60, 60, 60))
    found = {"vendor": "autify", "product": "mobile", "project_id": "4yyABC", "test_plan": "tPl001"}
    found |= {"app_file": APP} if upload else {"build_id": "bLd900"}
    found["timeout"] = f"{minutes}m"
    if rng.random() < 0.5:
        found["adopt"] = "true"
    if rng.random() < 0.25:
        found["outage_window"] = rng.choice(("2m", "5m", "30m"))
    if rng.random() < 0.1:
        found["log_level"] = "debug"
    if rng.random() < 0.06:
        found["mode"] = "start"
    return found, minutes * 60.0


def _before(rng: Random, *, upload: bool) -> list[str]:
    """What passes by itself: at the list, which is the first call, and at the upload."""
    kind = rng.choice([kind for kind in STARTS if kind not in FATAL])
    found = [f"{with_argument(kind, rng)}@list-test-results"]
    if upload:
        kinds = rng.sample(UPLOADS, rng.choice((0, 1, 2)))
        found += [f"{with_argument(kind, rng)}@upload-build#{nth}" for nth, kind in enumerate(kinds, 1)]
    return found
