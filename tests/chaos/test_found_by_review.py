"""What a reader of the code has broken by hand, in virtual time: each played again."""

import json
from pathlib import Path

import pytest

from core.recovery.journal import Journal
from core.recovery.seal import Seal
from core.sandbox import SCENARIOS, Progression
from core.sandbox.testmo import recorded
from core.text.secret import Secret
from tests.harness import TOKEN, Bench, run

DEBT = {"kind": "url-replacement", "label": "a URL replacement", "test-plan": "3001", "above": "0", "pair": "x" * 64}
ONCE = Progression.immediate()
SEAL = Seal([Secret(TOKEN)])


@pytest.mark.parametrize("where", ["http://[", "https://[::1", "//["])
@pytest.mark.parametrize("call", ["describe-result", "execute-schedule"])
def test_a_redirect_with_an_odd_address_is_one_more_failed_call(where: str, call: str, tmp_path: Path) -> None:
    ended = run(
        tmp_path,
        scenario=SCENARIOS["passing"],
        progression=ONCE,
        faults=[f"redirect={where}@{call}"],
        test_plan="3001",
        url_replacements="https://a.test https://b.test",
    )
    assert ended.status == (0 if call == "describe-result" else 7)
    assert ended.ledger.url_replacements == ()


@pytest.mark.parametrize("fault", ["429=3600@start*forever", "429=50@start*9"])
def test_no_start_is_sent_when_there_is_no_time_left_to_see_what_comes_of_it(fault: str, tmp_path: Path) -> None:
    ended = run(tmp_path, scenario=SCENARIOS["passing"], faults=[fault], scenarios="501", timeout="2m")
    assert (ended.status, ended.reason, ended.ledger.ours) == (3, "unavailable", ())
    assert "Nothing was started." in ended.log


def test_no_start_is_sent_at_the_very_deadline(tmp_path: Path) -> None:
    ended = run(
        tmp_path, scenario=SCENARIOS["passing"], faults=["503=3600@list-results"], scenarios="501", timeout="2m"
    )
    assert (ended.status, ended.ledger.ours) == (3, ())


def test_a_run_that_has_just_been_started_can_be_waited_for(tmp_path: Path) -> None:
    with Bench(tmp_path, scenario=SCENARIOS["eventual"], progression=ONCE) as bench:
        first = bench.run(mode="start", scenarios="501")
        second = bench.run(mode="wait", run_id=first.outputs["run-id"])
    assert (first.status, second.status) == (0, 0)


def test_a_journal_that_is_taken_away_is_made_again_and_costs_no_run(tmp_path: Path) -> None:
    import shutil  # noqa: PLC0415 -- only here

    with Bench(tmp_path, scenario=SCENARIOS["passing"], progression=Progression.after(3)) as bench:

        def take_away(exchange: object) -> None:
            if getattr(exchange, "operation", "") == "execute-schedule":
                shutil.rmtree(tmp_path / ".test-runner")

        bench.observers.append(take_away)
        ended = bench.run(test_plan="3001", url_replacements="https://a.test https://b.test")
    assert (ended.status, ended.ledger.url_replacements) == (0, ())
    assert ended.report["problems"] == []
    (journal,) = (tmp_path / ".test-runner").glob("*.jsonl")
    events = [json.loads(line)["event"] for line in journal.read_text().splitlines()]
    assert (events[0], events.count("owe"), events.count("settle")) == ("begin", 1, 1)


def left(folder: Path, debt: dict[str, str], base_url: str = "") -> None:
    """What a killed step left."""
    journal = Journal.create(
        str(folder), step="chaos", vendor="autify", mode="run", at=0.0, base_url=base_url, seal=SEAL
    )
    journal.owe(debt)
    journal.close()


def test_a_signal_ends_a_cleanup_within_five_seconds_however_much_is_left(tmp_path: Path) -> None:
    for _ in range(3):
        left(tmp_path, DEBT)
    with Bench(tmp_path, scenario=SCENARIOS["passing"], faults=["hang@any*forever"]) as bench:
        bench.stop_at(2.0)
        ended = bench.run(mode="cleanup")
    assert ended.status == 143
    assert ended.seconds <= 2 + 5
    assert "2 more left-overs were not looked at" in ended.log


def test_an_entry_that_makes_no_sense_stops_no_cleanup(tmp_path: Path) -> None:
    left(tmp_path, {})
    left(tmp_path, DEBT)
    with Bench(tmp_path, scenario=SCENARIOS["passing"]) as bench:
        first, second = bench.run(mode="cleanup"), bench.run(mode="cleanup")
    assert (first.status, second.status) == (7, 0)
    assert "makes no sense" in first.log
    assert "Nothing was left behind" in second.log


def test_what_was_left_at_another_address_is_not_taken_for_removed(tmp_path: Path) -> None:
    left(tmp_path, DEBT, base_url="https://autify.example.com/api/v1")
    with Bench(tmp_path, scenario=SCENARIOS["passing"]) as bench:
        ended = bench.run(mode="cleanup")
        assert ended.journal == []
    assert ended.status == 7
    assert "https://autify.example.com/api/v1" in ended.log


def test_a_journal_that_was_not_written_with_the_token_ends_nothing_and_is_named(tmp_path: Path) -> None:
    """As a file in a pull request, or of a test that has no token: `cleanup` has one, and would act for it."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "foreign").mkdir()
    with Bench(tmp_path / "mine", scenario=SCENARIOS["passing"], vendor="testmo") as bench:
        run_id = bench.run(vendor="testmo", mode="start", source="s", project_id="1").outputs["run-id"]
        folder = tmp_path / "foreign" / ".test-runner"
        folder.mkdir()
        begin = {"event": "begin", "schema": 1, "step": "chaos", "vendor": "testmo", "mode": "run", "at": 1}
        debt = {"event": "owe", "what": {"kind": "wait", "run": run_id}}
        (folder / "1-evil.jsonl").write_text(f"{json.dumps(begin)}\n{json.dumps(debt)}\n")
        bench.workspace = str(tmp_path / "foreign")
        ended = bench.run(vendor="testmo", mode="cleanup", project_id="1")
        runs = recorded(bench.sandbox.ledger)
    assert [each.completed for each in runs if str(each.id) == run_id] == [False]
    assert ended.status == 7
    assert "not written with this token: 1-evil.jsonl in .test-runner/" in ended.log
