"""Where the design fixes a number: how often a failed look is repeated, how long, and what is never believed."""

from pathlib import Path

import pytest

from core.sandbox import Progression
from core.vendors import load
from tests.contract.jobs import FIRST, JOBS
from tests.contract.promises import breaches
from tests.harness import Bench, Ended

GRACE = 60.0
FIRST_WINDOW = 60.0
VENDORS = sorted(FIRST.values())  # a job for each
WATCHED = [name for name in VENDORS if not JOBS[name].scenes]  # those whose runs take their time
BAD_LOOKS = ("500", "502", "429", "reset-after", "hang", "cut", "short", "nan", "stale")
LIES = ("stale", "wrong-id", "wrong-project", "duplicate-keys", "missing-status")
LIED_TO = [(name, kind) for name in VENDORS for kind in LIES if kind in JOBS[name].kinds]
POLL = {name: JOBS[name].poll for name in VENDORS}
PHASES = {name: 2 if name == "testmo" else 1 for name in VENDORS}  # a run that is owed is looked at again to pay for it


def play(folder: Path, vendor: str, fault: str, scenario: str = "passing", **inputs: str) -> Ended:
    pace = Progression.after(3)
    job = JOBS[vendor]
    scene, mine = job.scene(scenario, folder)
    with Bench(folder, scenario=scene, faults=(fault,), progression=pace, vendor=job.box) as bench:
        return bench.run(**{"vendor": job.vendor, **mine, **inputs})


def looks(ended: Ended, vendor: str) -> list[float]:
    return [one.at for one in ended.calls(POLL[vendor])]


@pytest.mark.parametrize("kind", ["401", "403"])
@pytest.mark.parametrize("vendor", VENDORS)
def test_a_refused_token_in_mid_run_has_one_retry(vendor: str, kind: str, tmp_path: Path) -> None:
    ended = play(tmp_path, vendor, f"{kind}@{POLL[vendor]}*forever")
    assert (ended.status, ended.reason) == (7, "auth")
    assert len(looks(ended, vendor)) == 2 * PHASES[vendor]


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_refused_token_before_the_start_has_none(vendor: str, tmp_path: Path) -> None:
    ended = play(tmp_path, vendor, "401@any*forever")
    assert (ended.status, ended.reason, len(ended.journal)) == (3, "auth", 1)


@pytest.mark.parametrize(("kind", "reason"), [("501", "unavailable"), ("422", "refused")])
@pytest.mark.parametrize("vendor", VENDORS)
def test_what_asking_again_cannot_help_is_final(vendor: str, kind: str, reason: str, tmp_path: Path) -> None:
    ended = play(tmp_path, vendor, f"{kind}@{POLL[vendor]}*forever")
    assert (ended.status, ended.reason) == (7, reason)
    assert len(looks(ended, vendor)) == PHASES[vendor]


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_run_may_be_unknown_for_a_minute_after_its_start(vendor: str, tmp_path: Path) -> None:
    ended = play(tmp_path, vendor, f"404@{POLL[vendor]}*forever")
    assert (ended.status, ended.reason) == (7, "protocol")
    records = vendor in ("testmo", "qtest-upload")  # where it is not the tests whose result is unknown
    assert ("It may have been deleted there" if records else "has vanished") in ended.log
    times = looks(ended, vendor)
    assert GRACE <= times[-1] - ended.ledger.ours[0].started_at < GRACE + 35


@pytest.mark.parametrize("vendor", WATCHED)
def test_a_run_that_was_there_and_is_gone_later_has_vanished_at_once(vendor: str, tmp_path: Path) -> None:
    ended = play(tmp_path, vendor, f"404@{POLL[vendor]}[90-]", scenario="never-ends")
    assert (ended.status, ended.reason) == (7, "protocol")
    assert [one.status for one in ended.calls(POLL[vendor])].count(404) == 1


@pytest.mark.parametrize("kind", ["500", "503", "reset-before", "hang", "html"])
@pytest.mark.parametrize("vendor", VENDORS)
def test_a_wrong_host_is_told_within_a_minute_or_so(vendor: str, kind: str, tmp_path: Path) -> None:
    ended = play(tmp_path, vendor, f"{kind}@any*forever")
    if ended.journal[0].operation in JOBS[vendor].starts:  # nothing is asked before: then a lost reply comes first
        assert (ended.status, ended.reason) == (7, "may-exist")
        assert len(ended.calls(ended.journal[0].operation)) == 1
        return
    assert ended.status == 3
    assert FIRST_WINDOW <= ended.seconds <= FIRST_WINDOW + 5


@pytest.mark.parametrize("scenario", ["passing", "one-failure"])
@pytest.mark.parametrize(
    ("vendor", "kind"), [(name, kind) for name in VENDORS for kind in JOBS[name].kinds if kind in LIES]
)
def test_an_answer_about_something_else_is_never_a_verdict(
    vendor: str, scenario: str, kind: str, tmp_path: Path
) -> None:
    ended = play(tmp_path, vendor, f"{kind}@{POLL[vendor]}*forever", scenario, timeout="5m")
    if JOBS[vendor].scenes and scenario != "passing":
        assert (ended.status, ended.reason) == (1, "tests-failed")
        return
    told = kind in JOBS[vendor].unnamed and breaches(ended, green=scenario == "passing") == []  # by the result alone
    assert told or (ended.status, ended.reason) == JOBS[vendor].lied.get(kind, (7, "protocol"))
    assert ended.outputs["run-id"] == str(ended.ledger.ours[0].id)


@pytest.mark.parametrize("times", [3, 20])
@pytest.mark.parametrize(
    ("vendor", "kind"), [(name, kind) for name in VENDORS for kind in JOBS[name].kinds if kind in BAD_LOOKS]
)
def test_a_row_of_failed_looks_is_ridden_out(vendor: str, kind: str, times: int, tmp_path: Path) -> None:
    ended = play(tmp_path, vendor, f"{kind}@{POLL[vendor]}#2*{times}", "one-failure")
    assert (ended.status, ended.reason) == (1, "tests-failed")
    if kind in JOBS[vendor].unnamed:  # no failed look, as far as anybody can see
        return
    waits = [later - earlier for earlier, later in zip(looks(ended, vendor), looks(ended, vendor)[1:], strict=False)]
    lull = load(JOBS[vendor].vendor).operations[POLL[vendor]].lull or 0.0
    assert max(waits) <= max(61, 1.1 * lull + 1)  # a hung look takes 30 s, the wait after it 30 more
    assert ended.log.count("Trying again") == 1
    assert ended.log.count("The vendor answers again") == 1


@pytest.mark.parametrize("vendor", WATCHED)
def test_an_outage_up_to_the_deadline_is_no_timeout(vendor: str, tmp_path: Path) -> None:
    ended = play(tmp_path, vendor, f"503@{POLL[vendor]}#2*forever", "never-ends", timeout="10m")
    assert (ended.status, ended.reason) == (7, "unavailable")
    assert 600 <= ended.seconds <= 605


@pytest.mark.parametrize("vendor", WATCHED)
def test_a_known_status_at_the_deadline_is_a_timeout(vendor: str, tmp_path: Path) -> None:
    ended = play(tmp_path, vendor, f"503@{POLL[vendor]}#2", "never-ends", timeout="10m")
    assert (ended.status, ended.reason) == (4, "timeout")
    assert 600 <= ended.seconds <= 605
